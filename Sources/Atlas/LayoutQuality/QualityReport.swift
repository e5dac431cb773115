public import Matrices
public import Neighbors
internal import Randomness

/// How much of the structure of the samples a layout preserves: its quality report.
///
/// Every measure is 1 for a layout that preserves everything. Beside each stands its value for a
/// random layout.
public struct QualityReport: Sendable, Equatable {
  /// 1 when a sample's neighbors in the layout are near it in truth; about 0.5 at random.
  ///
  /// Each that is not among its true neighbors costs by its rank in the true order (Venna and
  /// Kaski, "Neighborhood preservation in nonlinear projection methods", ICANN 2001).
  public let trustworthiness: Double
  /// 1 when a sample's true neighbors are near it in the layout; about 0.5 at random.
  ///
  /// Trustworthiness with the two sides exchanged (Venna and Kaski 2001).
  public let continuity: Double
  /// The fraction of a sample's nearest neighbors that are preserved in the layout, in [0, 1];
  /// `neighborCount` / n at random.
  public let neighborPreservation: Double
  /// The rank correlation of true distances with those in the layout, in [−1, 1]; 0 at random
  /// (Spearman 1904).
  public let distanceCorrelation: Double
  /// The fraction of triplets (i, j, k) for which the layout tells rightly which of j and k is
  /// nearer to i; 0.5 at random (Wang, Huang, Rudin and Shaposhnik, JMLR 2021, section 3).
  public let tripletAccuracy: Double
  /// The number of neighbors that counted.
  public let neighborCount: Int
  /// The number of samples that were evaluated.
  public let sampleCount: Int
}

/// Measures a layout on some of its samples, exactly: each is compared with all.
///
/// Samples at the same distance share the best of their ranks, so that the order of duplicates
/// costs nothing; a layout that piles samples up thus gains continuity, and loses trustworthiness.
/// The similarity of samples is that of `VectorPreparation`, in single precision: distances that
/// agree to about seven digits may change places. Correlation and triplets are those of pairs among
/// the evaluated samples, at most 1,000 of them; 100 triplets begin at each.
///
/// The report is the same for any number of threads.
///
/// - Parameters:
///   - layout: The positions, n × 2 or n × 1, finite.
///   - samples: What was laid out, n × d, finite.
///   - metric: The distance of samples; that of positions is euclidean.
///   - neighborCount: The number of neighbors that count; less than half of n, else lowered to
///     that.
///   - sampleCount: The number of samples to evaluate; all if there are fewer.
///   - seed: The seed of the choice of samples and triplets.
/// - Returns: Means over the evaluated samples; 1 for whatever so few samples cannot get wrong.
/// - Throws: `NeighborError` for a sample, or a position, with NaN or an infinite value.
/// - Precondition: n is less than 2³¹.
/// - Complexity: 4 · evaluated · n · d floating-point operations in products, and O(evaluated · n ·
///   neighbors). Beside the arguments: 12 bytes per sample, a few MiB for the evaluated ones, and
///   about 2 MiB + 2 KiB · d for each thread.
public func qualityReport(
  of layout: Matrix, for samples: Matrix, metric: Metric, neighborCount: Int = 15,
  sampleCount: Int = 1000, seed: UInt64
) throws(NeighborError) -> QualityReport {
  precondition(
    layout.rowCount == samples.rowCount && (1...2).contains(layout.columnCount),
    "a layout of \(samples.rowCount) × 1 or 2 expected, got "
      + "\(layout.rowCount) × \(layout.columnCount)")
  precondition(samples.rowCount <= Int(Int32.max), "too many samples: \(samples.rowCount)")
  precondition(
    neighborCount >= 0 && sampleCount >= 0,
    "counts must not be negative, got \(neighborCount) and \(sampleCount)")
  let count = samples.rowCount
  var stream = RandomStream(seed: seed, purpose: .evaluation)
  let evaluated = stream.distinctIntegers(min(sampleCount, count), below: count)
  let truth = try VectorSimilarity(samples, metric: metric, evaluated: evaluated)
  let positions = try PositionSimilarity(layout, evaluated: evaluated)
  let kept = max(0, min(neighborCount, (count - 1) / 2))
  let ranks = neighborRanks(truth: truth, positions: positions, neighborCount: kept)
  let pairs = SampledPairs(truth: truth, positions: positions)
  return QualityReport(
    trustworthiness: rankScore(ranks.ofPositionNeighbors, count: count, neighborCount: kept),
    continuity: rankScore(ranks.ofTrueNeighbors, count: count, neighborCount: kept),
    neighborPreservation: fraction(of: ranks.ofPositionNeighbors) { $0 <= kept },
    distanceCorrelation: pairs.rankCorrelation(),
    tripletAccuracy: pairs.tripletAccuracy(seed: seed),
    neighborCount: kept, sampleCount: evaluated.count)
}

/// 1 less the ranks beyond the neighborhood over the most there can be.
///
/// Venna and Kaski 2001, equations 1 and 2.
private func rankScore(_ ranks: [Int32], count: Int, neighborCount: Int) -> Double {
  guard !ranks.isEmpty else { return 1 }
  let excess = ranks.reduce(0) { $0 + max(0, Int($1) - neighborCount) }
  // Each of a sample's neighbors could have ranks up to n − 1, and no two the same.
  let greatest = Double(ranks.count) * Double(2 * count - 3 * neighborCount - 1) / 2
  return 1 - Double(excess) / greatest
}

private func fraction(of ranks: [Int32], where holds: (Int32) -> Bool) -> Double {
  ranks.isEmpty ? 1 : Double(ranks.count(where: holds)) / Double(ranks.count)
}
