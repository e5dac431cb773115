internal import Layouts
public import Matrices
public import Neighbors
internal import Randomness

/// Initial positions for very many samples: some of them are laid out by themselves, and each other
/// begins among its nearest ones of those (Kobak and Berens, Nature Communications 2019).
///
/// A small layout finds its large-scale structure quickly, which many samples take long to find;
/// the layout of all samples then refines it.
///
/// - Parameters:
///   - samples: n × d finite numbers.
///   - chosenCount: The number of samples laid out first; all if there are fewer.
///   - metric: What near means.
///   - method: How they are laid out; its seed is that of their choice too.
///   - search: How thoroughly neighbors are searched.
/// - Returns: n × 1 or n × 2 positions: those laid out first as they are, any other at the mean of
///   its five nearest ones, with noise of 10⁻⁴ of the extent that separates equal samples.
/// - Throws: `NeighborError` for NaN or an infinite value.
/// - Precondition: There are at least two samples, and two to lay out first.
public func sampledInitialization(
  of samples: Matrix, chosenCount: Int, metric: Metric, method: LayoutMethod,
  search: SearchParameters
) throws(NeighborError) -> Matrix {
  precondition(
    samples.rowCount >= 2 && chosenCount >= 2,
    "at least 2 samples are needed, got \(chosenCount) of \(samples.rowCount)")
  let dimension = method.dimension
  var stream = RandomStream(seed: method.seed, purpose: .layoutStart, step: 3)
  let chosen = stream.distinctIntegers(
    min(chosenCount, samples.rowCount), below: samples.rowCount)
  let first = Matrix(
    rowCount: chosen.count, columnCount: samples.columnCount,
    elements: chosen.flatMap { samples[row: $0] })
  let table = try nearestNeighbors(
    of: first, count: method.neighborCount, metric: metric, search: search)
  let layout = method.layout(
    of: method.graph(of: table),
    initialization: principalInitialization(of: first, dimension: dimension, seed: method.seed)
  ).positions
  let nearest = try nearestNeighbors(
    of: samples, among: first, count: 5, metric: metric, search: search)
  let extent = layout.elements.reduce(0) { max($0, abs($1)) }
  var positions = Matrix(rowCount: samples.rowCount, columnCount: dimension)
  for sample in 0..<samples.rowCount {
    var noise = RandomStream(seed: method.seed, purpose: .layoutStart, item: sample, step: 4)
    let (x, y) = noise.normalPair()
    let neighbors = nearest.indices[
      sample * nearest.neighborCount..<(sample + 1) * nearest.neighborCount]
    for axis in 0..<dimension {
      let sum = neighbors.reduce(0) { $0 + layout[Int($1), axis] }
      positions[sample, axis] =
        sum / Float(neighbors.count) + 1e-4 * extent * (axis == 0 ? x : y)
    }
  }
  for (index, sample) in chosen.enumerated() {
    for axis in 0..<dimension { positions[sample, axis] = layout[index, axis] }
  }
  return positions
}
