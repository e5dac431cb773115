/// Why a picture cannot be drawn.
public struct DrawingError: Error, CustomStringConvertible {
  /// What went wrong, and of what.
  public let description: String
}
