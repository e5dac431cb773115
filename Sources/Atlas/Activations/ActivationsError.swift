/// Photographs that cannot be used, or a network that cannot sample them.
public struct ActivationsError: Error, CustomStringConvertible {
  /// One line: what, where, why, and a remedy.
  public let description: String

  init(_ description: String) { self.description = description }
}
