internal import Glibc
internal import Matrices
public import Neighbors
internal import ParallelLoops

/// The affinities of t-SNE: the probability pᵢⱼ of each pair of neighbors.
///
/// Each sample spreads a probability of 1 over its neighbors by a Gaussian of their distances, as
/// wide as gives it the perplexity; the two directions of a pair are averaged, and all affinities
/// together sum to 1 (van der Maaten and Hinton 2008, section 2 and equation 3). As in all fast
/// implementations, only the nearest three perplexities of neighbors count; where the table has
/// fewer, the perplexity is lowered to a third of what it has.
///
/// - Parameters:
///   - table: The neighbors; the first `TSNEParameters.neighborCount(forPerplexity:)` of each
///     sample count.
///   - perplexity: The effective number of neighbors of a sample; from 1.
/// - Returns: The affinities, symmetric; no edges for a table without neighbors.
/// - Precondition: Indices are rows of the table.
/// - Complexity: O(samples · neighbors · log neighbors), on all threads.
public func tsneAffinities(of table: NeighborTable, perplexity: Float) -> NeighborGraph {
  precondition(perplexity >= 1, "perplexity must be from 1, got \(perplexity)")
  let neighborCount = min(
    TSNEParameters.neighborCount(forPerplexity: perplexity), table.neighborCount)
  let weights = neighborProbabilities(
    of: table, neighborCount: neighborCount, perplexity: perplexity)
  let scale = 1 / (2 * Float(max(1, table.rowCount)))
  return NeighborGraph(symmetrizing: table, neighborCount: neighborCount, weights: weights) {
    ($0 + $1) * scale
  }
}

/// The conditional probability of each neighbor of each sample, samples × `neighborCount`; those of
/// a sample sum to 1.
package func neighborProbabilities(
  of table: NeighborTable, neighborCount: Int, perplexity: Float
) -> [Float] {
  let effective = max(1, min(Double(perplexity), Double(neighborCount) / 3))
  var result = [Float](repeating: 0, count: table.rowCount * neighborCount)
  result.withDisjointWrites { result in
    parallelFor(count: table.rowCount, grain: 64) { samples in
      let distances = table.distances.span
      var excesses = [Double](repeating: 0, count: neighborCount)
      var probabilities = excesses
      for sample in samples {
        let first = sample * table.neighborCount
        for rank in 0..<neighborCount {
          let distance = Double(distances[first + rank])
          excesses[rank] = distance * distance
        }
        fillProbabilities(&probabilities, excesses: &excesses, perplexity: effective)
        for rank in 0..<neighborCount {
          result[sample * neighborCount + rank] = Float(probabilities[rank])
        }
      }
    }
  }
  return result
}

/// The probabilities exp(−β·d²), over their sum, that have a perplexity.
///
/// The entropy falls monotonically with β. Newton's steps for log β are taken as long as they stay
/// between the values known to be too low and too high, else the midpoint. No β fits where more
/// neighbors than the perplexity are at the least distance; the greatest one leaves those alone.
private func fillProbabilities(
  _ probabilities: inout [Double], excesses: inout [Double], perplexity: Double
) {
  // Differences from the nearest, so that not all probabilities underflow, in units of their mean,
  // so that β is near 1 for any metric.
  let least = excesses.min() ?? 0
  var mean = 0.0
  for rank in excesses.indices {
    excesses[rank] -= least
    mean += excesses[rank] / Double(excesses.count)
  }
  guard mean > 0 && mean.isFinite else {
    for rank in excesses.indices { probabilities[rank] = 1 / Double(excesses.count) }
    return
  }
  for rank in excesses.indices { excesses[rank] /= mean }
  let target = log(perplexity)
  var (low, high, logBeta) = (-30.0, 30.0, 0.0)
  for _ in 0..<60 {
    let beta = exp(logBeta)
    var (sum, first, second) = (0.0, 0.0, 0.0)
    for rank in excesses.indices {
      let excess = excesses[rank]
      let weight = exp(-beta * excess)
      probabilities[rank] = weight
      sum += weight
      first += weight * excess
      second += weight * excess * excess
    }
    for rank in excesses.indices { probabilities[rank] /= sum }
    let average = first / sum
    let entropy = log(sum) + beta * average
    if abs(entropy - target) < 1e-7 || high - low < 1e-9 { break }
    if entropy > target { low = logBeta } else { high = logBeta }
    // The derivative of the entropy with respect to log β is −β² times the variance of the excess.
    let derivative = -beta * beta * (second / sum - average * average)
    let step = logBeta - (entropy - target) / derivative
    logBeta = step > low && step < high ? step : (low + high) / 2
  }
}
