internal import COpenSSL
import Glibc

/// Where a file comes from: the program, its parameters and the files it read.
public struct Provenance: Sendable {
  /// The program's name.
  public var program: String
  /// The program's version.
  public var version: String
  /// The parameters, in the program's order.
  public var parameters: [(name: String, value: String)]
  /// The files read, each with the SHA-256 digest of its bytes.
  public var inputs: [(name: String, sha256: String)]

  /// Makes the description of a run.
  public init(
    program: String, version: String, parameters: [(name: String, value: String)] = [],
    inputs: [(name: String, sha256: String)] = []
  ) {
    self.program = program
    self.version = version
    self.parameters = parameters
    self.inputs = inputs
  }

  /// The program and the parameters that decide the result, `--name=value` each; which files it read
  /// is said by `inputs`.
  public var command: String {
    ([program] + parameters.map { "--\($0.name)=\(quotedForShell($0.value))" })
      .joined(separator: " ")
  }
}

/// The text as one word of a shell's command line.
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
  return "'"
    + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    + "'"
}

extension ArrayFileWriter {
  /// Writes the attributes `program`, `version`, `command`, `parameters` and `inputs`.
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
  /// Where the file comes from; nil if it does not say.
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
          let end = line.lastIndex(of: " ") ?? line.endIndex
          return (String(line[..<end]), String(line[end...].dropFirst()))
        })
    }
  }
}

/// The SHA-256 digest of a file, as 64 lower-case hexadecimal digits.
///
/// The file is read piece by piece. The corresponding OpenSSL function is `EVP_DigestUpdate`.
///
/// - Throws: `ArrayStoreError` if the file cannot be read.
public func sha256(ofFile path: String) throws(ArrayStoreError) -> String {
  guard let context = EVP_MD_CTX_new() else { fatalError("no memory for a digest") }
  defer { EVP_MD_CTX_free(context) }
  precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "OpenSSL has no SHA-256")
  do throws(SystemFailure) {
    let file = try FileDescriptor(path, O_RDONLY)
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try file.read(into: &piece)
      guard count > 0 else { break }
      precondition(EVP_DigestUpdate(context, piece, count) == 1, "EVP_DigestUpdate failed")
    }
  } catch {
    throw ArrayStoreError("Cannot read", path, cause: error.cause)
  }
  var digest = [UInt8](repeating: 0, count: 32)
  precondition(EVP_DigestFinal_ex(context, &digest, nil) == 1, "EVP_DigestFinal_ex failed")
  let digits = Array("0123456789abcdef")
  return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
