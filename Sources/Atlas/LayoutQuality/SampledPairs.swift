internal import Matrices
internal import Neighbors
internal import ParallelLoops
internal import Randomness

/// The distances between all pairs of evaluated samples, or of 1,000 of them evenly spread, on both
/// sides.
struct SampledPairs {
  /// The number of samples.
  let count: Int
  /// Distances, `count × count`, or what has their order.
  private let truth, shown: [Float]

  init(truth: VectorSimilarity, positions: PositionSimilarity) {
    let evaluatedCount = truth.evaluated.count
    // Half a million pairs: their ranks are sorted on one thread.
    let count = min(1000, evaluatedCount)
    let members = (0..<count).map { $0 * evaluatedCount / max(1, count) }
    self.count = count
    self.truth = distances(members) { truth.distance(members: $0, $1) }
    shown = distances(members) {
      -positions.similarity(positions.evaluated[$0], positions.evaluated[$1])
    }
  }

  /// Spearman's rank correlation of the two sides' distances over all pairs; ties take their mean
  /// rank.
  ///
  /// 1 if the true distances are all equal, 0 if only those in the layout are.
  func rankCorrelation() -> Double {
    let pairs = (0..<count).flatMap { i in (i + 1..<max(i + 1, count)).map { i * count + $0 } }
    let first = meanRanks(of: pairs.map { truth[$0] })
    let second = meanRanks(of: pairs.map { shown[$0] })
    let mean = Double(pairs.count + 1) / 2
    var (own, other, common) = (0.0, 0.0, 0.0)
    for (a, b) in zip(first, second) {
      own += (a - mean) * (a - mean)
      other += (b - mean) * (b - mean)
      common += (a - mean) * (b - mean)
    }
    guard own > 0 else { return 1 }
    guard other > 0 else { return 0 }
    return min(max(common / (own.squareRoot() * other.squareRoot()), -1), 1)
  }

  /// The fraction of triplets that the layout orders rightly, of 100 at each sample.
  ///
  /// Where two samples are equally far in truth any order is right; where they are in the layout
  /// alone, it is half right.
  func tripletAccuracy(seed: UInt64) -> Double {
    guard count >= 3 else { return 1 }
    var halves = 0
    for i in 0..<count {
      var stream = RandomStream(seed: seed, purpose: .evaluation, item: i, step: 1)
      for _ in 0..<Self.tripletsPerSample {
        // Two others that differ: the numbers below leave out the sample, then the first of the
        // two.
        let j = (i + 1 + stream.integer(below: count - 1)) % count
        var k = stream.integer(below: count - 2)
        for taken in [min(i, j), max(i, j)] where k >= taken { k += 1 }
        let (trueJ, trueK) = (truth[i * count + j], truth[i * count + k])
        let (shownJ, shownK) = (shown[i * count + j], shown[i * count + k])
        if trueJ == trueK || (shownJ != shownK && (trueJ < trueK) == (shownJ < shownK)) {
          halves += 2
        } else if shownJ == shownK {
          halves += 1
        }
      }
    }
    return Double(halves) / Double(2 * count * Self.tripletsPerSample)
  }

  private static let tripletsPerSample = 100
}

extension VectorSimilarity {
  /// What orders pairs of evaluated samples as their distance does, from the difference of their
  /// elements: similarities of nearly equal samples would have lost the digits that order them.
  fileprivate func distance(members first: Int, _ second: Int) -> Float {
    let dimension = samples.columnCount
    let (a, b) = (first * dimension, second * dimension)
    let elements = prepared.elements.span
    var (lanes, isZeroA, isZeroB) = (SIMD8<Float>.zero, true, true)
    for column in 0..<dimension {
      let (left, right) = (elements[a + column], elements[b + column])
      let difference = left - right
      lanes[column & 7] += difference * difference
      isZeroA = isZeroA && left == 0
      isZeroB = isZeroB && right == 0
    }
    // A vector of zeros has no direction: its cosine with any other counts as 0, and |a − b|² is 2
    // then.
    return metric == .cosine && (isZeroA || isZeroB) ? 2 : lanes.sum()
  }
}

/// A symmetric matrix of distances.
private func distances(
  _ members: [Int], _ distance: @Sendable (Int, Int) -> Float
) -> [Float] {
  let count = members.count
  var result = [Float](repeating: 0, count: count * count)
  result.withDisjointWrites { result in
    parallelFor(count: count, grain: 8) { range in
      for i in range {
        for j in 0..<count where j != i {
          result[i * count + j] = distance(members[i], members[j])
        }
      }
    }
  }
  return result
}

/// The rank of each value from 1; equal values share the mean of theirs.
func meanRanks(of values: [Float]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    var end = start + 1
    while end < order.count && values[order[end]] == values[order[start]] { end += 1 }
    // The mean of start + 1 … end.
    for position in start..<end { ranks[order[position]] = Double(start + 1 + end) / 2 }
    start = end
  }
  return ranks
}
