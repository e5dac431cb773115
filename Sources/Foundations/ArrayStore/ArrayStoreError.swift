import Glibc

/// An error of a file of arrays, or of a file beside it, that cannot be read or written.
public struct ArrayStoreError: Error, CustomStringConvertible, Equatable {
  /// What was attempted, for instance `Cannot read dataset rows of`.
  public let operation: String
  /// The file's path.
  public let path: String
  /// Why it failed, in the words of the operating system or of HDF5 where they say it.
  public let cause: String
  /// What helps; empty where the cause already says it.
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

/// A failed call to the operating system, by its `errno`.
struct SystemFailure: Error {
  let code: Int32
  /// Words of one's own, where the system has none.
  var words: String?

  /// The failure of the call just made; nothing may be called in between, as that could change
  /// `errno`.
  static var latest: SystemFailure { SystemFailure(code: errno) }

  /// The system's words, for instance `No space left on device`.
  var cause: String { words ?? String(cString: strerror(code)) }
}

/// A failed call to HDF5, or a file whose content is not what is expected.
///
/// It knows neither the file nor the operation: the reader or writer adds both and throws an
/// `ArrayStoreError`.
struct HDF5Failure: Error {
  let cause: String
  /// What helps; empty where nothing in particular does.
  var remedy = ""
  /// Whether it is this project that does not take what the library could read.
  var isRefusal = true
}
