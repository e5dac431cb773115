public import Matrices
internal import Numerics
internal import ParallelLoops
internal import Synchronization

/// The nearest neighbors of each sample among the other samples.
///
/// Neighbors are chosen by similarity in single precision (`VectorPreparation`), so two samples may
/// change places at the end of a row when their distances agree to about seven digits; the
/// distances of those chosen are computed anew from differences, and sorted. The result has the
/// same bytes for any number of threads.
///
/// A search that is not exact sorts the samples into about 2√n inverted lists by k-means, and a
/// sample is compared with those of the lists nearest to it. How many lists are needed is measured
/// on 256 samples whose true neighbors are computed; the fraction found there is the table's
/// `recall`.
///
/// - Parameters:
///   - samples: The samples, n × d.
///   - count: The number of neighbors of each; n − 1 if that is less.
///   - metric: What near means.
///   - search: How thoroughly to search.
///   - progress: Called with the fraction done, in [0, 1], on any thread.
/// - Returns: The neighbors; none if there is only one sample.
/// - Throws: `NeighborError` for a sample with NaN or an infinite value.
/// - Precondition: `count` is not negative, and n is less than 2³¹.
/// - Complexity: exact n² · d, else about n^1.5 · d, with a factor that grows with the intrinsic
///   dimension of the samples. Memory for up to three more copies of the samples.
public func nearestNeighbors(
  of samples: Matrix, count: Int, metric: Metric, search: SearchParameters = .exact,
  progress: (@Sendable (Double) -> Void)? = nil
) throws(NeighborError) -> NeighborTable {
  let vectors = try PreparedVectors(samples, metric: metric)
  return neighbors(
    of: nil, among: vectors, count: min(count, samples.rowCount - 1), search: search,
    progress: progress
  ).table
}

/// The nearest neighbors of a part of some samples among all others.
///
/// Parts are of about the same size and can be searched on several machines; together their rows are those of a search
/// in one piece, to the last bit. Each part sorts the samples into lists anew.
///
/// - Parameters:
///   - part: The part's number, from 0.
///   - partCount: How many parts there are.
///   - samples: The samples, n × d.
///   - count: The number of neighbors of each; n − 1 if that is less.
///   - metric: What near means.
///   - search: How thoroughly to search.
///   - progress: Called with the fraction done, in [0, 1], on any thread.
/// - Returns: The samples of the part, in the order in which they were searched, and their neighbors, a row each in
///   this order.
/// - Throws: `NeighborError` for a sample with NaN or an infinite value.
/// - Precondition: `part` is one of `partCount`.
public func nearestNeighbors(
  ofPart part: Int, of partCount: Int, samples: Matrix, count: Int, metric: Metric,
  search: SearchParameters = .exact, progress: (@Sendable (Double) -> Void)? = nil
) throws(NeighborError) -> (samples: [Int32], table: NeighborTable) {
  precondition((0..<partCount).contains(part), "part \(part) of \(partCount)")
  let vectors = try PreparedVectors(samples, metric: metric)
  let found = neighbors(
    of: nil, among: vectors, count: min(count, samples.rowCount - 1), search: search,
    part: (part, partCount), progress: progress)
  return (found.queries, found.table)
}

/// The nearest neighbors of new samples among others.
///
/// As for samples among themselves; a query equal to a sample has it as a neighbor at distance 0.
///
/// - Parameters:
///   - queries: The new samples, m × d.
///   - samples: Those among which neighbors are found, n × d.
///   - count: The number of neighbors of each query; n if that is less.
///   - metric: What near means.
///   - search: How thoroughly to search.
///   - progress: Called with the fraction done, in [0, 1], on any thread.
/// - Returns: The neighbors, m × count indices of `samples`.
/// - Throws: `NeighborError` for a sample or query with NaN or an infinite value.
public func nearestNeighbors(
  of queries: Matrix, among samples: Matrix, count: Int, metric: Metric,
  search: SearchParameters = .exact, progress: (@Sendable (Double) -> Void)? = nil
) throws(NeighborError) -> NeighborTable {
  precondition(
    queries.columnCount == samples.columnCount,
    "queries of \(queries.columnCount) columns, samples of \(samples.columnCount)")
  let vectors = try PreparedVectors(samples, metric: metric, queries: queries)
  let preparedQueries = try PreparedVectors(queries, like: vectors)
  return neighbors(
    of: preparedQueries, among: vectors, count: min(count, samples.rowCount), search: search,
    progress: progress
  ).table
}

/// What a search has found: a row for each query, in their order; of a part, in the order of the search.
private typealias Found = (queries: [Int32], table: NeighborTable)

/// The neighbors of queries, or without them of the vectors themselves.
private func neighbors(
  of queries: PreparedVectors?, among vectors: PreparedVectors, count: Int,
  search: SearchParameters, part: (index: Int, count: Int)? = nil,
  progress: (@Sendable (Double) -> Void)?
) -> Found {
  precondition(search.recall > 0 && search.recall <= 1, "recall out of range: \(search.recall)")
  precondition(vectors.count <= Int(Int32.max), "too many samples: \(vectors.count)")
  let queryCount = queries?.count ?? vectors.count
  guard count > 0, queryCount > 0 else {
    return ([], NeighborTable(rowCount: queryCount, neighborCount: 0, indices: [], distances: []))
  }
  if search.recall < 1 && vectors.count > search.exactRowLimit {
    // With 2√n lists, finding the nearest lists and searching them take about as long.
    let file = InvertedFile(
      vectors, listCount: Int(2 * Double(vectors.count).squareRoot()), seed: search.seed)
    let panels = ReferencePanels(
      vectors, ids: file.lists.order, listStarts: file.lists.starts)
    let plan = ProbePlan(
      for: queries, of: vectors, among: panels, file: file, count: count, recall: search.recall,
      seed: search.seed)
    // Beyond half of the lists, gathering queries costs more than the comparisons that it saves.
    if plan.probeCount <= file.count / 2 {
      return neighborsByLists(
        of: queries, among: vectors, panels: panels, file: file, plan: plan, count: count,
        part: part, progress: progress)
    }
  }
  return exactNeighbors(
    of: queries, among: vectors, count: count, part: part, progress: progress)
}

/// Every query is compared with every vector.
private func exactNeighbors(
  of queries: PreparedVectors?, among vectors: PreparedVectors, count: Int,
  part: (index: Int, count: Int)?, progress: (@Sendable (Double) -> Void)?
) -> Found {
  let queryIDs = (0..<(queries ?? vectors).count).map { Int32($0) }
  return NeighborSearch(
    queries: queries ?? vectors, queryIDs: queryIDs, vectors: vectors,
    references: ReferencePanels(vectors), isSelfSearch: queries == nil, count: count
  ).found(recall: 1, blockSize: 256, part: part, progress: progress) { $0.compareWithAll() }
}

/// Every query is compared with the vectors of the lists nearest to it.
///
/// Queries are taken in the order of the lists, so that those of a block probe much the same lists,
/// and a list meets many of them in one product.
private func neighborsByLists(
  of queries: PreparedVectors?, among vectors: PreparedVectors, panels: ReferencePanels,
  file: InvertedFile, plan: ProbePlan, count: Int, part: (index: Int, count: Int)?,
  progress: (@Sendable (Double) -> Void)?
) -> Found {
  let source = queries ?? vectors
  // Blocks larger than in an exact search: a list then meets more of a block's queries in one
  // product.
  return NeighborSearch(
    queries: source, queryIDs: queries.map { file.lists(of: $0).order } ?? file.lists.order,
    vectors: vectors, references: panels, isSelfSearch: queries == nil, count: count
  ).found(recall: plan.recall, blockSize: 4096, part: part, progress: progress) { search in
    let probes = file.probes(
      search.queryIDs, of: source, count: plan.probeCount, leastCount: count + 1)
    // Lists that most of the block's queries are near come first: what is found in them keeps later
    // candidates out.
    let counts = (0..<file.count).map { probes.range(ofBin: $0).count }
    var memory: [Float] = []
    for list in (0..<file.count).sorted(by: { (counts[$0], $1) > (counts[$1], $0) }) {
      search.compare(probes[bin: list], to: panels.panels(ofList: list), memory: &memory)
    }
  }
}

/// A search of all queries, block by block.
private struct NeighborSearch: Sendable {
  let queries: PreparedVectors
  /// The queries in the order in which they are taken.
  let queryIDs: [Int32]
  let vectors: PreparedVectors
  let references: ReferencePanels
  /// Whether queries and references are the same vectors in the same order.
  let isSelfSearch: Bool
  let count: Int

  /// Searches, sorts what was found, and writes it to the queries' rows.
  func found(
    recall: Double, blockSize: Int, part: (index: Int, count: Int)?,
    progress: (@Sendable (Double) -> Void)?, search: @Sendable (inout BlockSearch) -> Void
  ) -> Found {
    // Whole blocks: what is compared in one product decides its last bits.
    let blockCount = (queries.count + blockSize - 1) / blockSize
    let positions = part.map { part in
      let bounds = [part.index, part.index + 1].map {
        min(blockCount * $0 / part.count * blockSize, queries.count)
      }
      return bounds[0]..<bounds[1]
    }
    let first = positions?.lowerBound ?? 0
    let rowCount = positions?.count ?? queries.count
    var indices = [Int32](repeating: 0, count: rowCount * count)
    var distances = [Float](repeating: 0, count: rowCount * count)
    let done = Atomic<Int>(0)
    withDisjointWrites(of: &indices, &distances) { indices, distances in
      parallelFor(count: rowCount, grain: blockSize) { rows in
        let block = first + rows.lowerBound..<first + rows.upperBound
        var found = BlockSearch(
          queryIDs[block], of: queries, among: references,
          ownPosition: isSelfSearch ? block.lowerBound : nil, count: count)
        search(&found)
        for position in block {
          let query = Int(queryIDs[position])
          let row = positions == nil ? query : position - first
          let neighbors = found.candidates.indices(ofQuery: position - block.lowerBound).map {
            let id = references.ids[$0]
            return (distance: queries.distance(query, to: Int(id), of: vectors), index: id)
          }
          // Pairs are compared by their first member, then by the second.
          for (rank, neighbor) in neighbors.sorted(by: <).enumerated() {
            indices[row * count + rank] = neighbor.index
            distances[row * count + rank] = neighbor.distance
          }
        }
        let total = done.wrappingAdd(block.count, ordering: .relaxed).newValue
        // Relaxed: a report may come late, but none is lost.
        progress?(Double(total) / Double(rowCount))
      }
    }
    let table = NeighborTable(
      rowCount: rowCount, neighborCount: count, indices: indices, distances: distances,
      recall: recall)
    return (positions.map { Array(queryIDs[$0]) } ?? [], table)
  }
}
