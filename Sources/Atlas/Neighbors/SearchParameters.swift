/// How thoroughly neighbors are searched.
public struct SearchParameters: Sendable, Equatable {
  /// The fraction of the true neighbors to find, in (0, 1]; with 1 every vector is compared with
  /// every other.
  public var recall = 0.98
  /// Up to this many vectors, every vector is compared with every other in any case.
  ///
  /// Below it, making and probing inverted lists takes as long as the comparisons that they save.
  public var exactRowLimit = 20_000
  /// The seed of the samples.
  public var seed: UInt64 = 0

  /// The defaults.
  public init() {}

  /// A search that compares every vector with every other.
  public static let exact: SearchParameters = {
    var parameters = SearchParameters()
    parameters.recall = 1
    return parameters
  }()
}

/// What a search for neighbors will take.
public struct SearchForecast: Sendable, Equatable {
  /// The most memory in bytes, with the vectors and the result.
  public let bytes: Int
  /// What is still taken when it has ended: the result, and the threads' memory, which allocators keep.
  public let keptBytes: Int
  /// The floating-point operations of its matrix products, about.
  public let operations: Double
  /// Those of them that come before the first vector is searched for: each shard does them again.
  public let preparation: Double
}

/// Forecasts the search for the neighbors of vectors among themselves.
///
/// - Parameters:
///   - rowCount: The number of vectors.
///   - dimension: The number of elements of a vector.
///   - count: The number of neighbors per vector.
///   - metric: What near means.
///   - search: How thoroughly to search.
///   - threadCount: The number of threads that search at the same time.
/// - Returns: An upper bound of the memory, and operations as activations need them for a recall of 0.95: with
///   inverted lists each vector is compared with about 17 √n others and centroids, and keeping the nearest takes as
///   long as 200 comparisons for each of them (measured from 8,000 to 1,152,000 vectors of 64 components, 90 neighbors,
///   within a tenth). Vectors in tight clusters need fewer.
public func forecastSearch(
  rowCount: Int, dimension: Int, count: Int, metric: Metric, search: SearchParameters,
  threadCount: Int
) -> SearchForecast {
  let isExact = search.recall == 1 || rowCount <= search.exactRowLimit
  let (rows, columns) = (Double(rowCount), Double(dimension))
  let listCount = 2 * rows.squareRoot()
  // The vectors, and as many copies: prepared, and for inverted lists once more in their order,
  // with the originals where distances are taken from those.
  let copies = isExact ? 2.0 : metric == .cosine ? 3 : 4
  let table = rows * Double(count) * 8
  let lists = isExact ? 0 : rows * 24 + 2 * 32 * listCount * columns * 4
  let block = isExact ? 256.0 : 4096
  // Heaps of candidates, probes, a product of 512 × 512 and the queries gathered for it.
  let thread =
    block * (Double(count) * 8 + (isExact ? 0 : 0.1 * listCount * 16 + 8))
    + 512 * 512 * 4 + 256 * columns * 4
  let bytes =
    copies * rows * columns * 4 + table + lists + rows * 16 + Double(threadCount) * thread
    + programBytes
  let kept = 200 * Double(count)
  let training = isExact ? 0 : 8 * 32 * listCount * listCount
  let pairs = rows * ((isExact ? rows : 17 * rows.squareRoot()) + kept) + training
  return SearchForecast(
    bytes: Int(bytes), keptBytes: Int(table + Double(threadCount) * thread),
    operations: 2 * pairs * columns, preparation: 2 * training * columns)
}

/// A program with its libraries, before it has read anything.
private let programBytes = 96.0 * 1024 * 1024
