public import Matrices
import Randomness

/// Clusters of samples, each a bent two-dimensional sheet in a higher dimension, far from each other.
///
/// Sample i belongs to cluster i mod `clusterCount`.
public func bentSheets(
  _ sampleCount: Int, dimension: Int = 12, clusterCount: Int = 4, seed: UInt64 = 1
) -> Matrix {
  var samples = Matrix(rowCount: sampleCount, columnCount: dimension)
  for sample in 0..<sampleCount {
    var stream = RandomStream(seed: seed, purpose: .evaluation, item: sample)
    var frame = RandomStream(
      seed: seed + 1, purpose: .evaluation, item: sample % max(1, clusterCount))
    let (u, v) = (stream.uniform() * 2 - 1, stream.uniform() * 2 - 1)
    for column in 0..<dimension {
      let (first, second) = frame.normalPair()
      let (center, bend) = frame.normalPair()
      samples[sample, column] = 8 * center + first * u + second * v + bend * (u * u - v * v)
    }
  }
  return samples
}

/// Some samples, in the given order.
public func chosen(_ samples: Matrix, _ indices: [Int]) -> Matrix {
  Matrix(
    rowCount: indices.count, columnCount: samples.columnCount,
    elements: indices.flatMap { samples[row: $0] })
}

/// The samples with normal noise, as another view of the same things has it.
public func noisy(_ samples: Matrix, deviation: Float, seed: UInt64) -> Matrix {
  var result = samples
  for sample in 0..<samples.rowCount {
    var stream = RandomStream(seed: seed, purpose: .evaluation, item: sample, step: 9)
    for column in 0..<samples.columnCount {
      result[sample, column] += deviation * stream.normalPair().0
    }
  }
  return result
}
