internal import Numerics
internal import ParallelLoops
internal import Randomness

/// How many inverted lists a query must probe for a recall.
struct ProbePlan {
  /// The number of lists.
  let probeCount: Int
  /// The fraction of the true neighbors that lies in them, measured on a sample.
  let recall: Double

  /// Measures, on a sample of the queries, in which of their lists their true neighbors lie, and
  /// takes the least number of lists that holds the wanted fraction of them, and a twentieth more.
  ///
  /// The number is measured because it depends on the intrinsic dimension of the data: tight
  /// clusters need a few lists, activations about one in ten.
  ///
  /// - Complexity: O(256 · vectors · dimension).
  init(
    for queries: PreparedVectors?, of vectors: PreparedVectors, among panels: ReferencePanels,
    file: InvertedFile, count: Int, recall: Double, seed: UInt64
  ) {
    let source = queries ?? vectors
    var stream = RandomStream(seed: seed, purpose: .neighborLists, item: 1)
    let sample = stream.distinctIntegers(min(Self.sampleSize, source.count), below: source.count)
      .map { Int32($0) }
    var listOfPosition = [Int32](repeating: 0, count: vectors.count)
    for list in 0..<file.count {
      for position in file.lists.range(ofBin: list) { listOfPosition[position] = Int32(list) }
    }
    let listOf = listOfPosition
    var ranks = [Int32](repeating: -1, count: sample.count * count)
    ranks.withDisjointWrites { ranks in
      parallelFor(count: sample.count, grain: 32) { block in
        // One more, for the vector itself.
        var truth = BlockSearch(sample[block], of: source, among: panels, count: count + 1)
        truth.compareWithAll()
        var nearest = BlockSearch(
          sample[block], of: source, among: file.centroids, count: file.count)
        nearest.compareWithAll()
        for query in block {
          var rankOfList = [Int32](repeating: 0, count: file.count)
          let sorted = nearest.candidates.sorted(ofQuery: query - block.lowerBound)
          for (rank, list) in sorted.enumerated() { rankOfList[list.index] = Int32(rank) }
          let others = truth.candidates.sorted(ofQuery: query - block.lowerBound)
            .filter { queries != nil || panels.ids[$0.index] != sample[query] }
          for (position, neighbor) in others.prefix(count).enumerated() {
            ranks[query * count + position] = rankOfList[Int(listOf[neighbor.index])]
          }
        }
      }
    }
    var found = [Int](repeating: 0, count: file.count)
    for rank in ranks where rank >= 0 { found[Int(rank)] += 1 }
    let total = found.reduce(0, +)
    var (held, probeCount) = (0, 0)
    while probeCount < file.count && Double(held) < recall * Double(total) {
      held += found[probeCount]
      probeCount += 1
    }
    // A few more, because other vectors may need a little more than the sample.
    for _ in 0..<(probeCount + 19) / 20 where probeCount < file.count {
      held += found[probeCount]
      probeCount += 1
    }
    self.probeCount = max(1, probeCount)
    self.recall = Double(held) / Double(max(1, total))
  }

  /// With 50 neighbors each they are 12,800 trials, enough for a recall to about half a percent.
  private static let sampleSize = 256
}
