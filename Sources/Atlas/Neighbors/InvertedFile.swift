internal import Matrices
internal import Numerics
internal import ParallelLoops
internal import Randomness

/// Vectors in inverted lists, each around a centroid, so that a search probes the nearest lists
/// alone: an inverted file (IVF; Jégou, Douze and Schmid, IEEE TPAMI 2011), with centroids by
/// k-means (Lloyd 1982).
struct InvertedFile: Sendable {
  /// The centroids of the lists.
  let centroids: ReferencePanels
  /// The vectors of each list, ascending within a list.
  let lists: BinnedIndices

  /// The number of lists.
  var count: Int { lists.count }

  /// Assigns vectors to lists.
  ///
  /// Centroids come from a sample of 32 vectors per list. Lists that are near each other stand near
  /// each other in the order, as far as a chain of nearest centroids goes.
  ///
  /// - Parameters:
  ///   - vectors: The vectors, at least `listCount` of them.
  ///   - listCount: The number of lists; some may stay empty.
  ///   - seed: The seed of the sample.
  /// - Complexity: O(vectors · lists · dimension).
  init(_ vectors: PreparedVectors, listCount: Int, seed: UInt64) {
    var stream = RandomStream(seed: seed, purpose: .neighborLists)
    let sample = vectors.selected(
      stream.distinctIntegers(min(vectors.count, 32 * listCount), below: vectors.count))
    let chosen = sample.selected(stream.distinctIntegers(listCount, below: sample.count))
    var centroids = PreparedVectors(combinations: chosen.elements, like: vectors)
    for _ in 0..<Self.roundCount {
      let lists = Self.lists(of: sample, around: ReferencePanels(centroids))
      centroids = Self.means(of: sample, lists, or: centroids)
    }
    self.centroids = ReferencePanels(centroids.selected(Self.chain(through: centroids)))
    lists = Self.lists(of: vectors, around: self.centroids)
  }

  /// More rounds than these shorten a search by less than they take.
  private static let roundCount = 6

  /// The queries in the order of their nearest lists.
  func lists(of queries: PreparedVectors) -> BinnedIndices {
    Self.lists(of: queries, around: centroids)
  }

  /// Each vector in the list of its nearest centroid.
  private static func lists(
    of vectors: PreparedVectors, around centroids: ReferencePanels
  ) -> BinnedIndices {
    var nearest = [Int32](repeating: 0, count: vectors.count)
    nearest.withDisjointWrites { nearest in
      parallelFor(count: vectors.count, grain: 1024) { block in
        let ids = block.map { Int32($0) }
        var search = BlockSearch(ids[...], of: vectors, among: centroids, count: 1)
        search.compareWithAll()
        for index in block {
          nearest[index] = Int32(search.candidates.indices(ofQuery: index - block.lowerBound)[0])
        }
      }
    }
    return countingSort(nearest, binCount: centroids.ids.count)
  }

  /// The mean of each list's vectors; where a list is empty, its former centroid.
  private static func means(
    of vectors: PreparedVectors, _ lists: BinnedIndices, or former: PreparedVectors
  ) -> PreparedVectors {
    let dimension = vectors.dimension
    var elements = former.elements
    elements.withDisjointWrites { elements in
      parallelFor(count: former.count, grain: 4) { range in
        var sums = [Double](repeating: 0, count: dimension)
        for list in range where !lists.range(ofBin: list).isEmpty {
          for column in 0..<dimension { sums[column] = 0 }
          let members = lists[bin: list]
          for member in members {
            let first = Int(member) * dimension
            for column in 0..<dimension { sums[column] += Double(vectors.elements[first + column]) }
          }
          for column in 0..<dimension {
            elements[list * dimension + column] = Float(sums[column] / Double(members.count))
          }
        }
      }
    }
    return PreparedVectors(combinations: elements, like: vectors)
  }

  /// The centroids in an order in which each is followed by its nearest among those left.
  ///
  /// Queries are searched list by list; with similar lists in a row, the panels that one block of
  /// queries probes are much the same, and stay in the cache.
  private static func chain(through centroids: PreparedVectors) -> [Int] {
    // O(lists²): with 2√n lists no more than a pass over the vectors.
    var left = Array(1..<centroids.count)
    var chain = [0]
    while !left.isEmpty {
      let last = chain[chain.count - 1]
      let similarities = left.map { centroids.similarity(last, $0) }
      var best = 0
      for position in left.indices where similarities[position] > similarities[best] {
        best = position
      }
      chain.append(left.remove(at: best))
    }
    return chain
  }

  /// Which queries of a block probe which lists.
  ///
  /// - Parameters:
  ///   - queryIDs: The queries of the block.
  ///   - queries: All queries.
  ///   - count: The number of lists that a query probes.
  ///   - leastCount: The number of vectors that these must hold; else the query probes all lists.
  /// - Returns: The indices of queries within the block, by list.
  func probes(
    _ queryIDs: ArraySlice<Int32>, of queries: PreparedVectors, count: Int, leastCount: Int
  ) -> BinnedIndices {
    var nearest = BlockSearch(queryIDs, of: queries, among: centroids, count: count)
    nearest.compareWithAll()
    var (probedLists, probing) = ([Int32](), [Int32]())
    for query in 0..<queryIDs.count {
      var chosen = nearest.candidates.indices(ofQuery: query)
      // The nearest lists may be so small that they hold fewer vectors than neighbors are wanted.
      if chosen.reduce(0, { $0 + lists.range(ofBin: $1).count }) < leastCount {
        chosen = Array(0..<self.count)
      }
      for list in chosen {
        probedLists.append(Int32(list))
        probing.append(Int32(query))
      }
    }
    let sorted = countingSort(probedLists, binCount: self.count)
    return BinnedIndices(order: sorted.order.map { probing[Int($0)] }, starts: sorted.starts)
  }
}
