public import Matrices
internal import Numerics
internal import ParallelLoops
internal import Randomness
internal import Synchronization

/// How many of the true neighbours a search should find.
public struct SearchParameters: Sendable, Equatable {
  /// The share of the true neighbours that are to be found, in (0, 1]; with 1 every row meets every
  /// other.
  public var recall = 0.98
  /// Up to this many rows every row meets every other in any case.
  public var exactRowLimit = 20_000
  /// What the choice of samples grows from.
  public var seed: UInt64 = 0

  /// The defaults.
  public init() {}

  /// A search that meets every row.
  public static let exact: SearchParameters = {
    var parameters = SearchParameters()
    parameters.recall = 1
    return parameters
  }()
}

/// The nearest neighbours of every row among the other rows.
///
/// Neighbours are chosen by closeness in float arithmetic (`ComparableRows`), so two rows may change
/// places at the end of a list when their distances agree to about seven digits; the distances of
/// those chosen are computed anew from differences, and sorted. The result is the same for any
/// number of threads.
///
/// A search that is not exact puts the rows into about 2√n lists of like ones, and a row meets those
/// of the lists nearest to it. How many lists are needed is measured on 256 rows whose true
/// neighbours are computed; the share found there is the table's `recall`.
///
/// - Parameters:
///   - rows: The rows, n × d.
///   - count: How many neighbours each row gets; n − 1 if that is less.
///   - metric: What near means.
///   - search: How thoroughly to search.
///   - progress: Called with the share done, in [0, 1], on any thread.
/// - Returns: The neighbours; none of them if there is but one row.
/// - Throws: `NeighborError` for a row with NaN or an infinite value.
/// - Precondition: `count` is not negative, and n is less than 2³¹.
/// - Complexity: exact n² · d, else about n^1.5 · d, with a factor that grows with the intrinsic
///   dimension of the rows. Memory for up to three more copies of the rows.
public func nearestNeighbors(
  of rows: Matrix, count: Int, metric: Metric, search: SearchParameters = .exact,
  progress: (@Sendable (Double) -> Void)? = nil
) throws(NeighborError) -> NeighborTable {
  let comparable = try ComparableRows(rows, metric: metric)
  return neighbors(
    of: nil, among: comparable, count: min(count, rows.rowCount - 1), search: search,
    progress: progress)
}

/// The nearest neighbours of new rows among some others.
///
/// As for rows among themselves; a query equal to a row has it as a neighbour at distance 0.
///
/// - Parameters:
///   - queries: The new rows, m × d.
///   - rows: Those among which neighbours are found, n × d.
///   - count: How many neighbours each query gets; n if that is less.
///   - metric: What near means.
///   - search: How thoroughly to search.
///   - progress: Called with the share done, in [0, 1], on any thread.
/// - Returns: The neighbours, m × count indices of `rows`.
/// - Throws: `NeighborError` for a row or query with NaN or an infinite value.
public func nearestNeighbors(
  of queries: Matrix, among rows: Matrix, count: Int, metric: Metric,
  search: SearchParameters = .exact, progress: (@Sendable (Double) -> Void)? = nil
) throws(NeighborError) -> NeighborTable {
  precondition(queries.columnCount == rows.columnCount, "rows of another length")
  let comparable = try ComparableRows(rows, metric: metric, queries: queries)
  let comparableQueries = try ComparableRows(queries, like: comparable)
  return neighbors(
    of: comparableQueries, among: comparable, count: min(count, rows.rowCount), search: search,
    progress: progress)
}

/// The neighbours of queries, or without them of the rows themselves.
private func neighbors(
  of queries: ComparableRows?, among rows: ComparableRows, count: Int, search: SearchParameters,
  progress: (@Sendable (Double) -> Void)?
) -> NeighborTable {
  precondition(search.recall > 0 && search.recall <= 1, "recall out of range: \(search.recall)")
  precondition(rows.count <= Int(Int32.max), "too many rows: \(rows.count)")
  let queryCount = queries?.count ?? rows.count
  guard count > 0, queryCount > 0 else {
    return NeighborTable(rowCount: queryCount, neighborCount: 0, indices: [], distances: [])
  }
  if search.recall < 1 && rows.count > search.exactRowLimit {
    let lists = RowLists(
      rows, listCount: Int(2 * Double(rows.count).squareRoot()), seed: search.seed)
    let panels = ReferencePanels(rows, ids: lists.order, listStarts: lists.starts)
    let plan = ProbePlan(
      for: queries, of: rows, among: panels, lists: lists, count: count, recall: search.recall,
      seed: search.seed)
    if plan.probeCount <= lists.count / 2 {
      return clusteredNeighbors(
        of: queries, among: rows, panels: panels, lists: lists, plan: plan, count: count,
        progress: progress)
    }
  }
  return exactNeighbors(of: queries, among: rows, count: count, progress: progress)
}

/// Every query meets every row.
private func exactNeighbors(
  of queries: ComparableRows?, among rows: ComparableRows, count: Int,
  progress: (@Sendable (Double) -> Void)?
) -> NeighborTable {
  let queryIDs = (0..<(queries ?? rows).count).map { Int32($0) }
  return NeighborSearch(
    queries: queries ?? rows, queryIDs: queryIDs, rows: rows, references: ReferencePanels(rows),
    isSelfSearch: queries == nil, count: count
  ).table(recall: 1, blockSize: 256, progress: progress) { $0.compareWithAll() }
}

/// Every query meets the rows of the lists nearest to it.
///
/// Queries are taken in the order of the lists, so that those of a block look into much the same
/// lists, and a list meets many of them in one product.
private func clusteredNeighbors(
  of queries: ComparableRows?, among rows: ComparableRows, panels: ReferencePanels,
  lists: RowLists, plan: ProbePlan, count: Int, progress: (@Sendable (Double) -> Void)?
) -> NeighborTable {
  let source = queries ?? rows
  return NeighborSearch(
    queries: source, queryIDs: queries.map { lists.members(of: $0).order } ?? lists.order,
    rows: rows, references: panels, isSelfSearch: queries == nil, count: count
  ).table(recall: plan.recall, blockSize: 4096, progress: progress) { search in
    let probes = lists.probes(
      search.queryIDs, of: source, count: plan.probeCount, leastRowCount: count + 1)
    // Lists that most of the block's queries are near come first: what is found in them keeps later
    // candidates out.
    let counts = zip(probes.starts, probes.starts.dropFirst()).map { $1 - $0 }
    var memory: [Float] = []
    for list in (0..<lists.count).sorted(by: { (counts[$0], $1) > (counts[$1], $0) }) {
      search.compare(
        probes.order[probes.starts[list]..<probes.starts[list + 1]],
        to: panels.panels(ofList: list), memory: &memory)
    }
  }
}

/// A search of all queries, block by block.
private struct NeighborSearch: Sendable {
  let queries: ComparableRows
  /// The queries in the order in which they are taken.
  let queryIDs: [Int32]
  let rows: ComparableRows
  let references: ReferencePanels
  /// Whether queries and references are the same rows in the same order.
  let isSelfSearch: Bool
  let count: Int

  /// Searches, sorts what was found, and writes it to the queries' rows.
  func table(
    recall: Double, blockSize: Int, progress: (@Sendable (Double) -> Void)?,
    search: @Sendable (inout BlockSearch) -> Void
  ) -> NeighborTable {
    var indices = [Int32](repeating: 0, count: queries.count * count)
    var distances = [Float](repeating: 0, count: queries.count * count)
    let done = Atomic<Int>(0)
    indices.withDisjointWrites { indices in
      distances.withDisjointWrites { distances in
        parallelFor(count: queries.count, grain: blockSize) { block in
          var found = BlockSearch(
            queryIDs[block], of: queries, among: references,
            ownPlace: isSelfSearch ? block.lowerBound : nil, count: count)
          search(&found)
          for place in block {
            let query = Int(queryIDs[place])
            let neighbors = found.candidates.indices(row: place - block.lowerBound).map {
              let id = references.ids[$0]
              return (distance: queries.distance(query, to: Int(id), of: rows), index: id)
            }
            // Pairs are compared by their first member, then by the second.
            for (rank, neighbor) in neighbors.sorted(by: <).enumerated() {
              indices[query * count + rank] = neighbor.index
              distances[query * count + rank] = neighbor.distance
            }
          }
          let share = done.wrappingAdd(block.count, ordering: .relaxed).newValue
          progress?(Double(share) / Double(queries.count))
        }
      }
    }
    return NeighborTable(
      rowCount: queries.count, neighborCount: count, indices: indices, distances: distances,
      recall: recall)
  }
}
