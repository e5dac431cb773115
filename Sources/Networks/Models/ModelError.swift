/// A network, a model card or a labels file that cannot be used.
public struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One line: the operation, the file, the cause and a remedy.
  public let description: String

  /// Makes an error of its parts.
  package init(_ operation: String, _ path: String, _ cause: String, remedy: String) {
    description = "Cannot \(operation) \(path): \(cause); \(remedy)"
  }
}
