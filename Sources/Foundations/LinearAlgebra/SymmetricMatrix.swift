/// A dense symmetric matrix of `Double`, both halves stored, row-major.
///
/// Second moments, covariances and their functions are kept in this form: sums over many rows need
/// more digits than a `Float` has.
public struct SymmetricMatrix: Sendable, Equatable {
  /// The number of rows, which is that of columns.
  public let order: Int
  /// The elements, row after row; `order * order` of them.
  public let elements: [Double]

  /// Makes a matrix from all its elements.
  ///
  /// - Precondition: `elements.count == order * order`, and the two halves mirror each other.
  /// - Complexity: O(order²).
  public init(order: Int, elements: [Double]) {
    precondition(
      elements.count == order * order,
      "\(order) × \(order) elements expected, got \(elements.count)")
    self.order = order
    self.elements = elements
    // NaN mirrors NaN: elements that are not finite are reported by whoever computes with them.
    for row in 0..<order {
      for column in 0..<row {
        let (low, high) = (self[row, column], self[column, row])
        precondition(
          low == high || (low.isNaN && high.isNaN),
          "not symmetric at (\(row), \(column)): \(low) and \(high)")
      }
    }
  }

  /// Makes a matrix from all its elements as a file holds them.
  ///
  /// - Throws: `EigenError.notSymmetric` if the two halves do not mirror each other.
  /// - Precondition: `elements.count == order * order`.
  /// - Complexity: O(order²).
  public init(validating elements: [Double], order: Int) throws(EigenError) {
    precondition(
      elements.count == order * order,
      "\(order) × \(order) elements expected, got \(elements.count)")
    for row in 0..<order {
      for column in 0..<row {
        let (low, high) = (elements[row * order + column], elements[column * order + row])
        guard low == high || (low.isNaN && high.isNaN) else {
          throw .notSymmetric(row: row, column: column)
        }
      }
    }
    self.order = order
    self.elements = elements
  }

  /// One element.
  @inlinable
  public subscript(row: Int, column: Int) -> Double { elements[row * order + column] }

  /// The sum of the diagonal.
  public var trace: Double { (0..<order).reduce(0) { $0 + self[$1, $1] } }
}

/// Why a symmetric matrix could not be read or decomposed.
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
