import Matrices

/// Positions as a matrix of one or two columns.
func matrix(_ positions: [SIMD2<Float>], dimension: Int) -> Matrix {
  Matrix(
    rowCount: positions.count, columnCount: dimension,
    elements: dimension == 1 ? positions.map(\.x) : positions.flatMap { [$0.x, $0.y] })
}

/// The rows of a matrix of one or two columns as positions.
func positions(_ matrix: Matrix) -> [SIMD2<Float>] {
  (0..<matrix.rowCount).map { SIMD2(matrix[$0, 0], matrix.columnCount == 2 ? matrix[$0, 1] : 0) }
}
