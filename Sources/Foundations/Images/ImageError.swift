/// A picture that cannot be read or encoded.
public struct ImageError: Error, CustomStringConvertible, Equatable {
  /// The file, or the name given to the bytes.
  public let path: String
  /// What stood in the way.
  public let cause: String
  /// What helps; empty where the cause says it.
  public let remedy: String

  init(_ path: String, cause: String, remedy: String = "") {
    self.path = path
    self.cause = cause
    self.remedy = remedy
  }

  /// One line: picture, cause and remedy.
  public var description: String {
    "Picture \(path): \(cause)" + (remedy.isEmpty ? "" : "; \(remedy)")
  }
}
