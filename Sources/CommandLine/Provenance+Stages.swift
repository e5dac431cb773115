public import ArrayStore

extension Provenance {
  /// Describes a run of a program of this project.
  ///
  /// - Parameters:
  ///   - program: The program's name.
  ///   - parameters: What decides the result, in order: not the number of threads, not the output.
  ///   - inputs: The files read; each is recorded by its name and digest.
  /// - Throws: `ArrayStoreError` when an input cannot be read.
  public init(
    program: String, parameters: [(name: String, value: String)], inputs: [String]
  ) throws(ArrayStoreError) {
    var digests: [(name: String, sha256: String)] = []
    for path in inputs {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      digests.append((name, try sha256(ofFile: path)))
    }
    self.init(
      program: program, version: projectVersion, parameters: parameters, inputs: digests)
  }

  /// Whether two runs make the same file: the same settings and inputs.
  ///
  /// The program's version does not count; a file of another form has another format number.
  public func isSameRun(as other: Provenance) -> Bool {
    command == other.command
      && inputs.map { $0.name + $0.sha256 } == other.inputs.map { $0.name + $0.sha256 }
  }
}
