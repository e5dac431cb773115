/// A network that does not fit together, or that has no tensor of the wanted name.
public struct GraphError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One line: the node or tensor, what does not fit, and a remedy.
  public let description: String

  /// Makes an error from its one line.
  public init(_ description: String) { self.description = description }

  init(_ node: Node, _ cause: String) {
    self.init("node \(quoted(node.name)) (\(node.operation.name)): \(cause)")
  }
}

/// A name from a file in quotation marks, on one line and no longer than a line.
package func quoted(_ name: String) -> String {
  let limit = 120
  let scalars = name.unicodeScalars.prefix(limit)
  let cut = scalars.endIndex < name.unicodeScalars.endIndex
  return String(String.UnicodeScalarView(scalars)).debugDescription + (cut ? "…" : "")
}
