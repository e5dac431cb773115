internal import COpenSSL
import Glibc

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

/// The SHA-256 digest of a file (FIPS 180-4), as 64 lower-case hexadecimal digits.
///
/// The file is read in blocks of 1 MiB. The corresponding OpenSSL function is `EVP_DigestUpdate`.
///
/// - Throws: `ArrayStoreError` if the file cannot be read.
/// - Complexity: O(size of the file).
public func sha256(ofFile path: String) throws(ArrayStoreError) -> String {
  // OpenSSL fails here only for want of memory or in a build without SHA-256; no caller could go
  // on.
  guard let context = EVP_MD_CTX_new() else { fatalError("no memory for a digest") }
  defer { EVP_MD_CTX_free(context) }
  precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "OpenSSL has no SHA-256")
  do throws(SystemFailure) {
    let file = try FileDescriptor(path, O_RDONLY)
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try file.read(into: &block)
      guard count > 0 else { break }
      precondition(EVP_DigestUpdate(context, block, count) == 1, "EVP_DigestUpdate failed")
    }
  } catch {
    throw ArrayStoreError("Cannot read", path, cause: error.cause)
  }
  var digest = [UInt8](repeating: 0, count: 32)
  precondition(EVP_DigestFinal_ex(context, &digest, nil) == 1, "EVP_DigestFinal_ex failed")
  let digits = Array("0123456789abcdef")
  return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
