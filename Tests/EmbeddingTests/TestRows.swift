import Randomness
import Tensors

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
