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
