import Glibc

/// A file of arrays, or a file beside it, that cannot be read or written.
public struct ArrayStoreError: Error, CustomStringConvertible, Equatable {
  /// What was tried, for instance `Cannot read dataset rows of`.
  public let operation: String
  /// The file.
  public let path: String
  /// What stood in the way.
  public let cause: String
  /// What helps; empty where the cause says it.
  public let remedy: String

  init(_ operation: String, _ path: String, cause: String, remedy: String = "") {
    self.operation = operation
    self.path = path
    self.cause = cause
    self.remedy = remedy
  }

  /// One line: operation, file, cause and remedy.
  public var description: String {
    "\(operation) \(path): \(cause)" + (remedy.isEmpty ? "" : "; \(remedy)")
  }
}

/// A failed call into the operating system.
struct SystemFailure: Error {
  let code: Int32

  /// The failure of the call just made.
  static var latest: SystemFailure { SystemFailure(code: errno) }

  /// The system's words, for instance `No space left on device`.
  var cause: String { String(cString: strerror(code)) }
}

/// A call into HDF5 that failed, or a file whose content is not what it should be.
struct HDF5Failure: Error {
  let cause: String
}
