import LinearAlgebra
import Matrices

/// The search of a block of queries: some of them at a time meet a panel of references in one matrix
/// product.
struct BlockSearch {
  /// The row of each query of the block.
  let queryIDs: ArraySlice<Int32>
  /// The block's queries, one after the other, and their offsets.
  private let queries: ComparableRows
  private let references: ReferencePanels
  /// The place of the block's first query among the references, where these are the same rows.
  ///
  /// A row does not meet itself.
  private let ownPlace: Int?
  /// The best references of each query, by their places.
  private(set) var candidates: Candidates
  private var products: [Float]

  /// A product's size: 256 queries by at most 512 references take 512 KB, which stays in a core's
  /// cache.
  private static let groupSize = 256

  /// Begins a search.
  ///
  /// - Parameters:
  ///   - queryIDs: The queries of the block.
  ///   - queries: All queries.
  ///   - references: What they meet.
  ///   - ownPlace: The place of the block's first query among the references, if these are the same
  ///     rows in the same order.
  ///   - count: How many references each query keeps.
  init(
    _ queryIDs: ArraySlice<Int32>, of queries: ComparableRows, among references: ReferencePanels,
    ownPlace: Int? = nil, count: Int
  ) {
    (self.queryIDs, self.references, self.ownPlace) = (queryIDs, references, ownPlace)
    self.queries = queries.selected(queryIDs.map(Int.init))
    candidates = Candidates(rowCount: queryIDs.count, capacity: count)
    products = [Float](
      repeating: 0, count: min(Self.groupSize, queryIDs.count) * references.largestPanel)
  }

  /// Offers all references to all queries of the block.
  mutating func compareWithAll() {
    let (queries, dimension) = (queries, queries.dimension)
    for start in stride(from: 0, to: queryIDs.count, by: Self.groupSize) {
      let group = start..<min(start + Self.groupSize, queryIDs.count)
      let rows = queries.elements.span.extracting(
        group.lowerBound * dimension..<group.upperBound * dimension)
      compare(rows, group.map { Int32($0) }[...], to: references.panels)
    }
  }

  /// Offers some panels of references to some queries, told by their places in the block.
  ///
  /// `memory` is where the queries are gathered; it grows as needed.
  mutating func compare(
    _ chosen: ArraySlice<Int32>, to panels: Range<Int>, memory: inout [Float]
  ) {
    let dimension = queries.dimension
    if memory.count < Self.groupSize * dimension {
      memory = [Float](repeating: 0, count: Self.groupSize * dimension)
    }
    var start = chosen.startIndex
    while start < chosen.endIndex {
      let group = chosen[start..<min(start + Self.groupSize, chosen.endIndex)]
      for (place, query) in group.enumerated() {
        let source = Int(query) * dimension
        copy(
          queries.elements.span.extracting(source..<source + dimension), to: &memory,
          at: place * dimension)
      }
      compare(memory.span.extracting(0..<group.count * dimension), group, to: panels)
      start += group.count
    }
  }

  /// Offers panels to the queries in some places, whose rows are given.
  private mutating func compare(
    _ rows: Span<Float>, _ group: ArraySlice<Int32>, to panels: Range<Int>
  ) {
    // Out of `self` while they change.
    var (tile, best) = ([Float](), Candidates(rowCount: 0, capacity: 1))
    swap(&tile, &products)
    swap(&best, &candidates)
    defer {
      swap(&tile, &products)
      swap(&best, &candidates)
    }
    let dimension = queries.dimension
    for panel in panels {
      let places = references.places(ofPanel: panel)
      var output = tile.mutableSpan
      sgemm(
        rows: group.count, columns: places.count, inner: dimension, rows,
        references.elements.span.extracting(
          places.lowerBound * dimension..<places.upperBound * dimension), into: &output)
      for (row, query) in group.enumerated() {
        best.offer(
          to: Int(query),
          products: tile.span.extracting(row * places.count..<(row + 1) * places.count),
          offset: queries.offsets[Int(query)],
          offsets: references.offsets.span.extracting(places), first: places.lowerBound,
          excluded: ownPlace.map { $0 + Int(query) } ?? -1)
      }
    }
  }
}

@inline(__always)
private func copy(_ source: Span<Float>, to target: inout [Float], at first: Int) {
  var output = target.mutableSpan
  precondition(first >= 0 && first + source.count <= output.count)
  for index in source.indices { output[unchecked: first + index] = source[unchecked: index] }
}
