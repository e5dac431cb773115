internal import CLAPACKE

/// The eigenvalues and eigenvectors of a symmetric matrix.
///
/// Divide and conquer (Cuppen 1981; Gu and Eisenstat 1995) in double precision on one thread, so
/// that the digits do not depend on the number of threads.
public struct SymmetricEigen: Sendable {
  /// The eigenvalues, in descending order.
  public let values: [Double]
  /// The orthonormal eigenvectors, row-major: row `i` belongs to `values[i]`.
  ///
  /// The component of the largest magnitude is positive, the first one where several are equal; a
  /// vector of a simple eigenvalue is thereby unique.
  public let vectors: [Double]

  /// Decomposes a matrix.
  ///
  /// The corresponding LAPACK function is `dsyevd`.
  ///
  /// - Throws: `EigenError` if an element is not finite or the iteration does not converge.
  /// - Complexity: O(order³); about half a second for order 1,024.
  public init(_ matrix: SymmetricMatrix) throws(EigenError) {
    let order = matrix.order
    if let bad = matrix.elements.firstIndex(where: { !$0.isFinite }) {
      throw .nonFiniteElement(row: bad / order, column: bad % order)
    }
    guard order > 0 else {
      (values, vectors) = ([], [])
      return
    }
    // A symmetric matrix reads the same in either order; in column-major order LAPACK needs no
    // copies and leaves each eigenvector contiguous.
    var ascending = [Double](repeating: 0, count: order)
    var rows = matrix.elements
    // One thread: with more, the order of sums and the last digits would depend on their number.
    openblas_set_num_threads(1)
    let info = LAPACKE_dsyevd(
      LAPACK_COL_MAJOR, CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")), Int32(order), &rows,
      Int32(order), &ascending)
    guard info == 0 else { throw .notConverged(order: order, info: Int(info)) }

    values = ascending.reversed()
    vectors = [Double](unsafeUninitializedCapacity: order * order) { output, count in
      for row in 0..<order {
        let source = (order - 1 - row) * order
        var largest = rows[source]
        for column in 0..<order where abs(rows[source + column]) > abs(largest) {
          largest = rows[source + column]
        }
        let sign: Double = largest < 0 ? -1 : 1
        for column in 0..<order {
          output[row * order + column] = sign * rows[source + column]
        }
      }
      count = order * order
    }
  }

  /// The number of eigenvalues.
  public var order: Int { values.count }

  /// The matrix with the same eigenvectors and the eigenvalues `function(value)`.
  ///
  /// With V the eigenvectors as rows and F the new eigenvalues it is Vᵀ F V: the matrix itself for
  /// the identity, its inverse for the reciprocal. The corresponding CBLAS function is
  /// `cblas_dgemm`.
  ///
  /// - Precondition: `function` gives finite numbers.
  /// - Complexity: O(order³).
  public func matrix(applying function: (Double) -> Double) -> SymmetricMatrix {
    let order = self.order
    guard order > 0 else { return SymmetricMatrix(order: 0, elements: []) }
    var scaled = vectors
    for (row, value) in values.enumerated() {
      let factor = function(value)
      precondition(factor.isFinite, "the function of eigenvalue \(value) is not finite")
      for index in row * order..<(row + 1) * order { scaled[index] *= factor }
    }
    var product = [Double](repeating: 0, count: order * order)
    let (rowMajor, asIs, transposed): (Int32, Int32, Int32) = (101, 111, 112)  // CBLAS's constants
    let stride = Int32(order)
    openblas_set_num_threads(1)
    cblas_dgemm(
      rowMajor, transposed, asIs, stride, stride, stride, 1, vectors, stride, scaled, stride, 0,
      &product, stride)
    // The product is symmetric but for rounding errors; one half is the result.
    for row in 0..<order {
      for column in 0..<row { product[row * order + column] = product[column * order + row] }
    }
    return SymmetricMatrix(order: order, elements: product)
  }
}
