/// Why a symmetric matrix could not be decomposed.
public enum EigenError: Error, Equatable, CustomStringConvertible {
  /// An element is infinite or not a number.
  case nonFiniteElement(row: Int, column: Int)
  /// An element below the diagonal differs from its mirror image above it.
  case notSymmetric(row: Int, column: Int)
  /// LAPACK refused or gave up; `info` is the status of its function.
  case notConverged(order: Int, info: Int)

  /// One line: operation, object, cause, remedy.
  public var description: String {
    switch self {
    case .nonFiniteElement(let row, let column):
      "Cannot decompose a symmetric matrix: element (\(row), \(column)) is not finite; "
        + "look for infinite or missing numbers in the data."
    case .notSymmetric(let row, let column):
      "Cannot read a symmetric matrix: element (\(row), \(column)) differs from "
        + "(\(column), \(row)); make the file again."
    case .notConverged(let order, let info):
      "Cannot decompose a symmetric matrix of order \(order): dsyevd did not converge "
        + "(info \(info)); scale the data to a moderate range."
    }
  }
}
