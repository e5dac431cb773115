/// A network that cannot be compiled or run.
public struct NetworkError: Error, CustomStringConvertible {
  /// One line: what, where, why, and a remedy where there is one.
  public let description: String

  init(_ description: String) { self.description = description }

  /// An operation that the engine does not have, and why.
  init(unsupported operation: String, _ cause: String) { self.init("\(operation): \(cause)") }

  /// An operator that is worked out before the network runs, met where it cannot be.
  init(dependsOnImage operation: any Operator) {
    self.init(
      unsupported: operation.name, "not supported on values that depend on the image")
  }

  /// What went wrong with a node.
  init(node: String, _ error: any Error) {
    self.init("Cannot compile node \(quoted(node)): \(error)")
  }
}
