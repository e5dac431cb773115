internal import LinearAlgebra
internal import Matrices

/// The search of a block of queries: a group of them at a time is compared with a panel of
/// references by one matrix product.
struct BlockSearch {
  /// The vector of each query of the block.
  let queryIDs: ArraySlice<Int32>
  /// The block's queries, one after the other, and their offsets.
  private let queries: PreparedVectors
  private let references: ReferencePanels
  /// The position of the block's first query among the references, where these are the same
  /// vectors.
  ///
  /// A vector is not compared with itself.
  private let ownPosition: Int?
  /// The best references of each query, by their positions.
  private(set) var candidates: Candidates
  private var products: [Float]

  /// The number of queries in a product: 256 queries by at most 512 references take 512 KB, which
  /// stays in a core's cache.
  private static let groupSize = 256

  /// Begins a search.
  ///
  /// - Parameters:
  ///   - queryIDs: The queries of the block.
  ///   - queries: All queries.
  ///   - references: What they are compared with.
  ///   - ownPosition: The position of the block's first query among the references, if these are
  ///     the same vectors in the same order.
  ///   - count: How many references each query keeps.
  init(
    _ queryIDs: ArraySlice<Int32>, of queries: PreparedVectors,
    among references: ReferencePanels, ownPosition: Int? = nil, count: Int
  ) {
    (self.queryIDs, self.references, self.ownPosition) = (queryIDs, references, ownPosition)
    self.queries = queries.selected(queryIDs.map(Int.init))
    candidates = Candidates(queryCount: queryIDs.count, capacity: count)
    products = [Float](
      repeating: 0, count: min(Self.groupSize, queryIDs.count) * references.largestPanel)
  }

  /// Compares all queries of the block with all references.
  mutating func compareWithAll() {
    let (queries, dimension) = (queries, queries.dimension)
    for start in stride(from: 0, to: queryIDs.count, by: Self.groupSize) {
      let group = start..<min(start + Self.groupSize, queryIDs.count)
      let vectors = queries.elements.span.extracting(
        group.lowerBound * dimension..<group.upperBound * dimension)
      compare(vectors, group.map { Int32($0) }[...], to: references.panels)
    }
  }

  /// Compares some queries, given by their indices in the block, with some panels of references.
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
      for (position, query) in group.enumerated() {
        let source = Int(query) * dimension
        copy(
          queries.elements.span.extracting(source..<source + dimension), to: &memory,
          at: position * dimension)
      }
      compare(memory.span.extracting(0..<group.count * dimension), group, to: panels)
      start += group.count
    }
  }

  /// Compares some queries, whose vectors are given, with panels.
  private mutating func compare(
    _ vectors: Span<Float>, _ group: ArraySlice<Int32>, to panels: Range<Int>
  ) {
    // Out of `self` while they change: otherwise every write would check that nobody else holds
    // them.
    var (tile, best) = ([Float](), Candidates(queryCount: 0, capacity: 1))
    swap(&tile, &products)
    swap(&best, &candidates)
    defer {
      swap(&tile, &products)
      swap(&best, &candidates)
    }
    let dimension = queries.dimension
    for panel in panels {
      let positions = references.positions(ofPanel: panel)
      var output = tile.mutableSpan
      sgemm(
        rows: group.count, columns: positions.count, inner: dimension, vectors,
        references.elements.span.extracting(
          positions.lowerBound * dimension..<positions.upperBound * dimension), into: &output)
      for (row, query) in group.enumerated() {
        best.offer(
          to: Int(query),
          products: tile.span.extracting(row * positions.count..<(row + 1) * positions.count),
          offset: queries.offsets[Int(query)],
          offsets: references.offsets.span.extracting(positions), first: positions.lowerBound,
          excluded: ownPosition.map { $0 + Int(query) } ?? -1)
      }
    }
  }
}

// Spans have no bulk copy between them yet.
@inline(__always)
private func copy(_ source: Span<Float>, to target: inout [Float], at first: Int) {
  var output = target.mutableSpan
  precondition(first >= 0 && first + source.count <= output.count)
  for index in source.indices { output[unchecked: first + index] = source[unchecked: index] }
}
