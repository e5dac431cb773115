/// What a search for neighbours will take.
public struct SearchForecast: Sendable, Equatable {
  /// The most memory in bytes, with the rows and the result.
  public let bytes: Int
  /// The floating-point operations of its matrix products, about.
  public let operations: Double
}

/// Forecasts the search for the neighbours of rows among themselves.
///
/// - Parameters:
///   - rowCount: The number of rows.
///   - dimension: The number of columns.
///   - count: The number of neighbours a row.
///   - metric: What near means.
///   - search: How thoroughly to search.
///   - threadCount: The threads that search at the same time.
/// - Returns: An upper bound of the memory. The operations of a search by lists are those for one
///   list in ten, as activations need them for a recall of 0.95; rows in tight clusters need far
///   fewer.
public func forecastSearch(
  rowCount: Int, dimension: Int, count: Int, metric: Metric, search: SearchParameters,
  threadCount: Int
) -> SearchForecast {
  let isExact = search.recall == 1 || rowCount <= search.exactRowLimit
  let (rows, columns) = (Double(rowCount), Double(dimension))
  let listCount = 2 * rows.squareRoot()
  // The rows, and as many copies: made comparable, and for a search by lists once more in their
  // order, with the originals where distances are taken from those.
  let copies = isExact ? 2.0 : metric == .cosine ? 3 : 4
  let table = rows * Double(count) * 8
  let lists = isExact ? 0 : rows * 24 + 2 * 32 * listCount * columns * 4
  let block = isExact ? 256.0 : 4096
  let thread =
    block * (Double(count) * 8 + (isExact ? 0 : 0.1 * listCount * 16 + 8))
    + 512 * 512 * 4 + 256 * columns * 4
  let bytes =
    copies * rows * columns * 4 + table + lists + rows * 16 + Double(threadCount) * thread
    + SearchForecast.programBytes
  let pairs = isExact ? rows * rows : rows * rows / 10 + 8 * 32 * listCount * listCount
  return SearchForecast(bytes: Int(bytes), operations: 2 * pairs * columns)
}

extension SearchForecast {
  /// A program with its libraries, before it has read anything.
  fileprivate static let programBytes = 96.0 * 1024 * 1024
}
