internal import OneDNN

/// A network that cannot be compiled or run.
public struct NetworkError: Error, CustomStringConvertible {
  /// One line: what, where, why.
  public let description: String

  init(_ description: String) { self.description = description }

  init(node: String, _ error: OneDNNError) {
    description = "Cannot compile node \(node): \(error)"
  }
}
