/// Where a file comes from: the program, its parameters and the files it read.
///
/// It holds no time and no machine, so that a repeated run gives the same bytes.
public struct Provenance: Sendable {
  /// The program's name.
  public var program: String
  /// The program's version.
  public var version: String
  /// The parameters that decide the result, in the program's order.
  public var parameters: [(name: String, value: String)]
  /// The files read, by name without folder where the program gives it so, each with the SHA-256
  /// digest of its bytes.
  public var inputs: [(name: String, sha256: String)]

  /// Makes the description of a run; see the properties.
  public init(
    program: String, version: String, parameters: [(name: String, value: String)] = [],
    inputs: [(name: String, sha256: String)] = []
  ) {
    self.program = program
    self.version = version
    self.parameters = parameters
    self.inputs = inputs
  }

  /// One digest for the first inputs: of one, its own; of several, the SHA-256 of their digests, one
  /// a line.
  ///
  /// A network is its file and the files that its weights lie in, which programs name first.
  ///
  /// - Precondition: There are so many.
  public func digest(ofFirst count: Int) -> String {
    let digests = inputs.prefix(count).map(\.sha256)
    precondition(count > 0 && digests.count == count, "\(count) of \(inputs.count) inputs wanted")
    return count == 1 ? digests[0] : ArrayStore.sha256(of: digests.map { $0 + "\n" }.joined())
  }

  /// The program and its parameters as a shell would read them, `--name=value` each, values quoted
  /// where needed; the files read are not among them but in `inputs`.
  public var command: String {
    ([program] + parameters.map { "--\($0.name)=\(quotedForShell($0.value))" })
      .joined(separator: " ")
  }
}

/// The text as one word of a POSIX shell's command line.
private func quotedForShell(_ text: String) -> String {
  let plain = text.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-_./,:+=@%".utf8.contains(byte)
    }
  }
  guard !plain else { return text }
  // Within single quotes a shell interprets nothing; a quote itself ends them, is escaped, and
  // begins them again.
  return "'"
    + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    + "'"
}

extension ArrayFileWriter {
  /// Writes the attributes `program`, `version`, `command`, `parameters` (`name=value` each) and
  /// `inputs` (`name digest` each) of the file.
  ///
  /// - Throws: `ArrayStoreError`, for instance when the disk is full; the file is then removed.
  public func write(_ provenance: Provenance) throws(ArrayStoreError) {
    try setAttribute("program", .string(provenance.program))
    try setAttribute("version", .string(provenance.version))
    try setAttribute("command", .string(provenance.command))
    try setAttribute(
      "parameters", .strings(provenance.parameters.map { "\($0.name)=\($0.value)" }))
    try setAttribute("inputs", .strings(provenance.inputs.map { "\($0.name) \($0.sha256)" }))
  }
}

extension ArrayFileReader {
  /// Where the file comes from; `nil` if one of the attributes that say it is missing.
  ///
  /// The command is not read: it follows from the program and its parameters.
  ///
  /// - Throws: `ArrayStoreError` if an attribute cannot be read.
  public var provenance: Provenance? {
    get throws(ArrayStoreError) {
      guard case .string(let program) = try attribute("program"),
        case .string(let version) = try attribute("version"),
        case .strings(let parameters) = try attribute("parameters"),
        case .strings(let inputs) = try attribute("inputs")
      else { return nil }
      return Provenance(
        program: program, version: version,
        parameters: parameters.map { line in
          let end = line.firstIndex(of: "=") ?? line.endIndex
          return (String(line[..<end]), String(line[end...].dropFirst()))
        },
        inputs: inputs.map { line in
          // The last space: names may contain some, digests do not.
          let end = line.lastIndex(of: " ") ?? line.endIndex
          return (String(line[..<end]), String(line[end...].dropFirst()))
        })
    }
  }
}

extension Provenance {
  /// Whether two runs make the same file: the same settings and inputs.
  ///
  /// The program's version does not count; a file of another form has another format number.
  public func isSameRun(as other: Provenance) -> Bool {
    command == other.command
      && inputs.map { $0.name + $0.sha256 } == other.inputs.map { $0.name + $0.sha256 }
  }
}
