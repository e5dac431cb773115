public import ArrayStore
internal import FoundationEssentials

extension Provenance {
  /// Describes a run of a program of this project.
  ///
  /// Inputs are recorded by their SHA-256 rather than by path and time: a file that was copied, or
  /// made again to the same bytes, is the same input on every machine.
  ///
  /// - Parameters:
  ///   - program: The program's name.
  ///   - parameters: What decides the result, in order: not the number of threads, not the output.
  ///   - inputs: The files read; each is recorded by its name and digest.
  /// - Throws: `ArrayStoreError` when an input cannot be read.
  /// - Complexity: Reads each input once.
  public init(
    program: String, parameters: [(name: String, value: String)], inputs: [String]
  ) throws(ArrayStoreError) {
    var digests: [(name: String, sha256: String)] = []
    for path in inputs {
      // The name without folders: where a file lies decides nothing.
      let name = path.split(separator: "/").last.map(String.init) ?? path
      digests.append((name, try sha256(ofFile: path)))
    }
    self.init(
      program: program, version: projectVersion, parameters: parameters, inputs: digests)
  }

  /// What decides a run's result, in a line for its journal: settings, inputs, and what else there is.
  public func journalLine(_ further: String) -> String {
    let inputs = inputs.map { "\($0.name) \($0.sha256)" }.joined(separator: " ")
    return "\(command) \(inputs) \(further)".split(whereSeparator: \.isNewline)
      .joined(separator: " ")
  }
}
