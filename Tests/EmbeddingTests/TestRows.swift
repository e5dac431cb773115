import Matrices
import Randomness

/// Clusters of rows, each a bent sheet of two dimensions in many, far from each other.
///
/// Row i belongs to cluster i mod `clusterCount`.
func bentSheets(
  _ rowCount: Int, dimension: Int = 12, clusterCount: Int = 4, seed: UInt64 = 1
) -> Matrix {
  var rows = Matrix(rowCount: rowCount, columnCount: dimension)
  for row in 0..<rowCount {
    var stream = RandomStream(seed: seed, purpose: .evaluation, item: row)
    var frame = RandomStream(
      seed: seed + 1, purpose: .evaluation, item: row % max(1, clusterCount))
    let (u, v) = (stream.uniform() * 2 - 1, stream.uniform() * 2 - 1)
    for column in 0..<dimension {
      let (first, second) = frame.normalPair()
      let (center, bend) = frame.normalPair()
      rows[row, column] = 8 * center + first * u + second * v + bend * (u * u - v * v)
    }
  }
  return rows
}

/// Some rows of a matrix, in the given order.
func chosen(_ rows: Matrix, _ indices: [Int]) -> Matrix {
  Matrix(
    rowCount: indices.count, columnCount: rows.columnCount,
    elements: indices.flatMap { rows[row: $0] })
}

/// The rows with noise from a normal distribution, as another look at the same things has it.
func noisy(_ rows: Matrix, deviation: Float, seed: UInt64) -> Matrix {
  var result = rows
  for row in 0..<rows.rowCount {
    var stream = RandomStream(seed: seed, purpose: .evaluation, item: row, step: 9)
    for column in 0..<rows.columnCount { result[row, column] += deviation * stream.normalPair().0 }
  }
  return result
}
