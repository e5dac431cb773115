public import LinearAlgebra

/// Why moments, principal components or a whitening could not be computed.
public enum PrincipalComponentsError: Error, Equatable, CustomStringConvertible {
  /// A row holds an infinite element or one that is not a number; rows count from the first added.
  case nonFiniteRow(Int)
  /// No row was added.
  case noRows
  /// Every element of every row is zero: there is no direction to speak of.
  case allZero
  /// The symmetric matrix could not be decomposed.
  case decomposition(EigenError)

  /// One line: operation, object, cause, remedy.
  public var description: String {
    switch self {
    case .nonFiniteRow(let row):
      "Cannot add row \(row) to the moments: an element is not finite; extract the row again."
    case .noRows:
      "Cannot analyse the moments of no rows; add rows first."
    case .allZero:
      "Cannot whiten rows that are all zero; choose a layer that responds to the images."
    case .decomposition(let error):
      "Cannot analyse the moments. \(error)"
    }
  }
}
