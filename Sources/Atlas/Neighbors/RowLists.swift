import Matrices
import Numerics
import ParallelLoops
import Randomness

/// Rows in lists of like ones, each with its middle (k-means; Lloyd 1982), so that a search looks into
/// the nearest lists alone (an inverted file; Jégou, Douze and Schmid, IEEE TPAMI 2011).
struct RowLists: Sendable {
  /// The middles of the lists.
  let middles: ReferencePanels
  /// The rows, list after list, ascending within a list.
  var order: [Int32] { lists.order }
  /// Where each list begins in `order`, and the number of rows at the end.
  var starts: [Int] { lists.starts }
  private let lists: BinnedIndices

  /// The number of lists.
  var count: Int { starts.count - 1 }

  /// The number of rows in a list.
  func rowCount(ofList list: Int) -> Int { starts[list + 1] - starts[list] }

  /// Shares out rows to lists.
  ///
  /// Middles come from a sample of 32 rows a list. Lists that are near each other stand near each
  /// other in the order, as far as a chain of nearest middles goes.
  ///
  /// - Parameters:
  ///   - rows: The rows, at least `listCount` of them.
  ///   - listCount: The number of lists; some may stay empty.
  ///   - seed: What the choice of the sample grows from.
  /// - Complexity: O(rows · lists · columns).
  init(_ rows: ComparableRows, listCount: Int, seed: UInt64) {
    var stream = RandomStream(seed: seed, purpose: .neighborLists)
    let sample = rows.selected(
      stream.distinctIntegers(min(rows.count, 32 * listCount), below: rows.count))
    let chosen = sample.selected(stream.distinctIntegers(listCount, below: sample.count))
    var middles = ComparableRows(points: chosen.elements, like: rows)
    for _ in 0..<Self.roundCount {
      let lists = Self.members(of: sample, around: ReferencePanels(middles))
      middles = Self.means(of: sample, lists, or: middles)
    }
    self.middles = ReferencePanels(middles.selected(Self.chain(through: middles)))
    lists = Self.members(of: rows, around: self.middles)
  }

  /// More rounds than these shorten a search by less than they take.
  private static let roundCount = 6

  /// The queries in the order of their nearest lists.
  func members(of queries: ComparableRows) -> BinnedIndices {
    Self.members(of: queries, around: middles)
  }

  /// Each row in the list of its nearest middle.
  private static func members(
    of rows: ComparableRows, around middles: ReferencePanels
  ) -> BinnedIndices {
    var nearest = [Int32](repeating: 0, count: rows.count)
    nearest.withDisjointWrites { nearest in
      parallelFor(count: rows.count, grain: 1024) { block in
        let ids = block.map { Int32($0) }
        var search = BlockSearch(ids[...], of: rows, among: middles, count: 1)
        search.compareWithAll()
        for row in block {
          nearest[row] = Int32(search.candidates.indices(row: row - block.lowerBound)[0])
        }
      }
    }
    return countingSort(nearest, binCount: middles.ids.count)
  }

  /// The mean of each list's rows; where a list is empty, the middle it had.
  private static func means(
    of rows: ComparableRows, _ lists: BinnedIndices, or former: ComparableRows
  ) -> ComparableRows {
    let dimension = rows.dimension
    var elements = former.elements
    elements.withDisjointWrites { elements in
      parallelFor(count: former.count, grain: 4) { range in
        var sums = [Double](repeating: 0, count: dimension)
        for list in range where lists.starts[list] < lists.starts[list + 1] {
          for column in 0..<dimension { sums[column] = 0 }
          let members = lists.order[lists.starts[list]..<lists.starts[list + 1]]
          for row in members {
            let first = Int(row) * dimension
            for column in 0..<dimension { sums[column] += Double(rows.elements[first + column]) }
          }
          for column in 0..<dimension {
            elements[list * dimension + column] = Float(sums[column] / Double(members.count))
          }
        }
      }
    }
    return ComparableRows(points: elements, like: rows)
  }

  /// The middles in an order in which each is followed by its nearest among those left.
  private static func chain(through middles: ComparableRows) -> [Int] {
    var left = Array(1..<middles.count)
    var chain = [0]
    while !left.isEmpty {
      let last = chain[chain.count - 1]
      let closeness = left.map { middles.closeness(last, $0) }
      var best = 0
      for place in left.indices where closeness[place] > closeness[best] { best = place }
      chain.append(left.remove(at: best))
    }
    return chain
  }
}

extension RowLists {
  /// Which queries of a block look into which lists.
  ///
  /// - Parameters:
  ///   - queryIDs: The queries of the block.
  ///   - queries: All queries.
  ///   - count: The number of lists that a query looks into.
  ///   - leastRowCount: The rows that these must hold; else the query looks into all lists.
  /// - Returns: The places of queries within the block, by list, and where each list's begin.
  func probes(
    _ queryIDs: ArraySlice<Int32>, of queries: ComparableRows, count: Int, leastRowCount: Int
  ) -> BinnedIndices {
    var nearest = BlockSearch(queryIDs, of: queries, among: middles, count: count)
    nearest.compareWithAll()
    var (lists, places) = ([Int32](), [Int32]())
    for place in 0..<queryIDs.count {
      var chosen = nearest.candidates.indices(row: place)
      if chosen.reduce(0, { $0 + rowCount(ofList: $1) }) < leastRowCount {
        chosen = Array(0..<self.count)
      }
      for list in chosen {
        lists.append(Int32(list))
        places.append(Int32(place))
      }
    }
    let sorted = countingSort(lists, binCount: self.count)
    return BinnedIndices(order: sorted.order.map { places[Int($0)] }, starts: sorted.starts)
  }
}
