/// Why a layout could not be normalised or rows could not be averaged.
public enum GridError: Error, Equatable, CustomStringConvertible {
  /// A layout without points.
  case noPoints
  /// A point of the layout, or one of a cell's rows, is infinite or not a number.
  case nonFiniteRow(Int)

  /// One line: operation, object, cause, remedy.
  public var description: String {
    switch self {
    case .noPoints:
      "Cannot normalise a layout of no points; embed at least one row."
    case .nonFiniteRow(let row):
      "Cannot put row \(row) into a grid: a number is not finite; compute the row again."
    }
  }
}
