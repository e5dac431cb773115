public import Matrices
public import Neighbors
import Randomness

/// A start for very many rows: a sample is laid out by itself, and each other row begins among its
/// nearest ones of the sample (Kobak and Berens, Nature Communications 2019).
///
/// The sample finds the large shape quickly, which many rows take long to find; the layout of all
/// rows then refines it.
///
/// - Parameters:
///   - rows: n × d finite numbers.
///   - sampleCount: The number of rows in the sample; all if there are fewer.
///   - metric: What near means.
///   - method: How the sample is laid out; its seed is that of the sample too.
///   - search: How thoroughly neighbours are searched.
/// - Returns: n × 1 or n × 2 positions: those of the sample as they are, any other the mean of its
///   five nearest ones, with noise of 10⁻⁴ of the extent that parts equal rows.
/// - Throws: `NeighborError` for NaN or an infinite value.
/// - Precondition: There are at least two rows and two in the sample.
public func sampledStart(
  rows: Matrix, sampleCount: Int, metric: Metric, method: LayoutMethod,
  search: SearchParameters
) throws(NeighborError) -> Matrix {
  precondition(rows.rowCount >= 2 && sampleCount >= 2, "a sample of at least two rows is needed")
  let dimension = method.dimension
  var stream = RandomStream(seed: method.seed, purpose: .layoutStart, step: 3)
  let chosen = stream.distinctIntegers(min(sampleCount, rows.rowCount), below: rows.rowCount)
  let sample = Matrix(
    rowCount: chosen.count, columnCount: rows.columnCount,
    elements: chosen.flatMap { rows[row: $0] })
  let table = try nearestNeighbors(
    of: sample, count: method.neighborCount, metric: metric, search: search)
  let layout = method.layout(
    of: method.graph(of: table),
    start: principalStart(rows: sample, dimension: dimension, seed: method.seed)
  ).positions
  let nearest = try nearestNeighbors(
    of: rows, among: sample, count: 5, metric: metric, search: search)
  let extent = layout.elements.reduce(0) { max($0, abs($1)) }
  var start = Matrix(rowCount: rows.rowCount, columnCount: dimension)
  for row in 0..<rows.rowCount {
    var noise = RandomStream(seed: method.seed, purpose: .layoutStart, item: row, step: 4)
    let (first, second) = noise.normalPair()
    let neighbors = nearest.indices[row * nearest.neighborCount..<(row + 1) * nearest.neighborCount]
    for axis in 0..<dimension {
      let sum = neighbors.reduce(0) { $0 + layout[Int($1), axis] }
      start[row, axis] =
        sum / Float(neighbors.count) + 1e-4 * extent * (axis == 0 ? first : second)
    }
  }
  for (place, row) in chosen.enumerated() {
    for axis in 0..<dimension { start[row, axis] = layout[place, axis] }
  }
  return start
}
