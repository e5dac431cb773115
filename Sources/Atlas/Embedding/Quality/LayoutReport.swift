public import Matrices
public import Neighbors
import Randomness

/// How much of what rows are to each other a layout of them keeps: its report card.
///
/// Every measure is 1 for a layout that keeps everything. Beside each stands what a layout at random
/// has.
public struct LayoutReport: Sendable, Equatable {
  /// 1 when a row's neighbours in the layout are near it in truth; about 0.5 at random.
  ///
  /// Each that is not among its true neighbours costs by how far down the true order it stands
  /// (Venna and Kaski, "Neighborhood preservation in nonlinear projection methods", ICANN 2001).
  public let trustworthiness: Double
  /// 1 when a row's true neighbours are near it in the layout; about 0.5 at random.
  ///
  /// Trustworthiness with the two sides exchanged (Venna and Kaski 2001).
  public let continuity: Double
  /// The share of a row's neighbours in the layout that are among as many true ones, in [0, 1];
  /// `neighborCount` / n at random.
  public let keptNeighborShare: Double
  /// The rank correlation of true distances with those in the layout, in [−1, 1]; 0 at random
  /// (Spearman 1904).
  public let distanceCorrelation: Double
  /// The share of triplets (i, j, k) for which the layout tells rightly which of j and k is nearer
  /// to i; 0.5 at random (Wang, Huang, Rudin and Shaposhnik, JMLR 2021, section 3).
  public let tripletAccuracy: Double
  /// How many neighbours counted.
  public let neighborCount: Int
  /// How many rows were looked at.
  public let sampleCount: Int
}

/// Measures a layout on a sample of its rows, exactly: each row of the sample is compared with all.
///
/// Rows at the same distance share the best of their ranks, so that the order of duplicates costs
/// nothing; a layout that piles rows up thus gains continuity, and loses trustworthiness. Closeness
/// of rows is that of `ComparableRows`, in float arithmetic: distances that agree to about seven
/// digits may change places. Correlation and triplets are those of pairs within the sample, of at
/// most 1,000 of its rows; 100 triplets begin at each.
///
/// The report is the same for any number of threads.
///
/// - Parameters:
///   - layout: The positions, n × 2 or n × 1, finite.
///   - rows: What was laid out, n × d, finite.
///   - metric: The distance of rows; that of positions is euclidean.
///   - neighborCount: How many neighbours count; less than half of n, else lowered to that.
///   - sampleCount: How many rows to look at; all if there are fewer.
///   - seed: What the choice of rows and triplets grows from.
/// - Returns: Means over the sample; 1 for whatever so few rows cannot get wrong.
/// - Throws: `NeighborError` for a row, or a position, with NaN or an infinite value.
/// - Precondition: n is less than 2³¹.
/// - Complexity: 4 · sample · n · d floating-point operations in products, and O(sample · n ·
///   neighbours). Beside the arguments: 12 bytes a row, a few MiB for the sample, and about
///   2 MiB + 2 KiB · d for each thread.
public func layoutReport(
  of layout: Matrix, for rows: Matrix, metric: Metric, neighborCount: Int = 15,
  sampleCount: Int = 1000, seed: UInt64
) throws(NeighborError) -> LayoutReport {
  precondition(
    layout.rowCount == rows.rowCount && (1...2).contains(layout.columnCount),
    "a layout of \(rows.rowCount) × 1 or 2 expected, got \(layout.rowCount) × \(layout.columnCount)"
  )
  precondition(rows.rowCount <= Int(Int32.max), "too many rows: \(rows.rowCount)")
  precondition(neighborCount >= 0 && sampleCount >= 0, "counts must not be negative")
  let count = rows.rowCount
  var stream = RandomStream(seed: seed, purpose: .evaluation)
  let sample = stream.distinctIntegers(min(sampleCount, count), below: count)
  let truth = try RowCloseness(rows, metric: metric, sample: sample)
  let positions = try PositionCloseness(layout, sample: sample)
  let kept = max(0, min(neighborCount, (count - 1) / 2))
  let ranks = neighborRanks(truth: truth, positions: positions, neighborCount: kept)
  let pairs = SampledPairs(truth: truth, positions: positions)
  return LayoutReport(
    trustworthiness: rankScore(ranks.ofPositionNeighbors, count: count, neighborCount: kept),
    continuity: rankScore(ranks.ofTrueNeighbors, count: count, neighborCount: kept),
    keptNeighborShare: share(ranks.ofPositionNeighbors) { $0 <= kept },
    distanceCorrelation: pairs.rankCorrelation(),
    tripletAccuracy: pairs.tripletAccuracy(seed: seed),
    neighborCount: kept, sampleCount: sample.count)
}

/// 1 less the ranks beyond the neighbourhood over the most there can be.
///
/// Venna and Kaski 2001, equations 1 and 2.
private func rankScore(_ ranks: [Int32], count: Int, neighborCount: Int) -> Double {
  guard !ranks.isEmpty else { return 1 }
  let excess = ranks.reduce(0) { $0 + max(0, Int($1) - neighborCount) }
  // Each of a row's neighbours could stand as far down as n − 1, and no two at the same place.
  let greatest = Double(ranks.count) * Double(2 * count - 3 * neighborCount - 1) / 2
  return 1 - Double(excess) / greatest
}

private func share(_ ranks: [Int32], where holds: (Int32) -> Bool) -> Double {
  ranks.isEmpty ? 1 : Double(ranks.count(where: holds)) / Double(ranks.count)
}
