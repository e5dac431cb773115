import ParallelLoops
import Randomness

/// Into how many lists a query must look.
struct ProbePlan {
  /// The number of lists.
  let probeCount: Int
  /// The share of the true neighbours that lies in them, measured on a sample.
  let recall: Double

  /// Measures, on a sample of the queries, in which of their lists their true neighbours lie, and
  /// takes the least number of lists that holds the wanted share of them, and a twentieth more.
  ///
  /// - Complexity: O(256 · rows · columns).
  init(
    for queries: ComparableRows?, of rows: ComparableRows, among panels: ReferencePanels,
    lists: RowLists, count: Int, recall: Double, seed: UInt64
  ) {
    let source = queries ?? rows
    var stream = RandomStream(seed: seed, purpose: .neighborLists, item: 1)
    let sample = stream.distinctIntegers(min(Self.sampleSize, source.count), below: source.count)
      .map { Int32($0) }
    var listOfPlace = [Int32](repeating: 0, count: rows.count)
    for list in 0..<lists.count {
      for place in lists.starts[list]..<lists.starts[list + 1] { listOfPlace[place] = Int32(list) }
    }
    let listOf = listOfPlace
    var ranks = [Int32](repeating: -1, count: sample.count * count)
    ranks.withDisjointWrites { ranks in
      parallelFor(count: sample.count, grain: 32) { block in
        // One more, for the row itself.
        var truth = BlockSearch(sample[block], of: source, among: panels, count: count + 1)
        truth.compareWithAll()
        var nearest = BlockSearch(
          sample[block], of: source, among: lists.middles, count: lists.count)
        nearest.compareWithAll()
        for query in block {
          var rankOfList = [Int32](repeating: 0, count: lists.count)
          let sorted = nearest.candidates.sorted(row: query - block.lowerBound)
          for (rank, list) in sorted.enumerated() { rankOfList[list.index] = Int32(rank) }
          let others = truth.candidates.sorted(row: query - block.lowerBound)
            .filter { queries != nil || panels.ids[$0.index] != sample[query] }
          for (place, neighbor) in others.prefix(count).enumerated() {
            ranks[query * count + place] = rankOfList[Int(listOf[neighbor.index])]
          }
        }
      }
    }
    var found = [Int](repeating: 0, count: lists.count)
    for rank in ranks where rank >= 0 { found[Int(rank)] += 1 }
    let total = found.reduce(0, +)
    var (held, probeCount) = (0, 0)
    while probeCount < lists.count && Double(held) < recall * Double(total) {
      held += found[probeCount]
      probeCount += 1
    }
    // A few more, because other rows may need a little more than the sample.
    for _ in 0..<(probeCount + 19) / 20 where probeCount < lists.count {
      held += found[probeCount]
      probeCount += 1
    }
    self.probeCount = max(1, probeCount)
    self.recall = Double(held) / Double(max(1, total))
  }

  private static let sampleSize = 256
}
