internal import Numerics
internal import ParallelLoops

/// The ranks of each side's neighbors of the evaluated samples in the other side's order, from 1.
struct NeighborRanks {
  /// The true ranks of the neighbors in the layout, `evaluated × neighbors`.
  var ofPositionNeighbors: [Int32]
  /// The ranks in the layout of the true neighbors.
  var ofTrueNeighbors: [Int32]
}

/// Finds both sides' neighbors of the evaluated samples and their ranks on the other side.
///
/// All samples are read block by block and more than once, rather than kept: first for the nearest,
/// then to count those nearer than a neighbor of the other side. All similarities at once would
/// take 4 GB for 1,000 of a million samples.
///
/// - Parameters:
///   - truth: The similarities of the samples.
///   - positions: The similarities in the layout.
///   - neighborCount: The number of neighbors.
/// - Returns: The ranks; none without neighbors or evaluated samples.
func neighborRanks(
  truth: VectorSimilarity, positions: PositionSimilarity, neighborCount: Int
) -> NeighborRanks {
  guard neighborCount > 0 && !truth.evaluated.isEmpty else {
    return NeighborRanks(ofPositionNeighbors: [], ofTrueNeighbors: [])
  }
  let shown = nearest(by: positions, count: neighborCount, partners: [])
  let truly = nearest(by: truth, count: neighborCount, partners: shown.samples)
  let bounds = truly.samples.indices.map {
    positions.similarity(truth.evaluated[$0 / neighborCount], Int(truly.samples[$0]))
  }
  return NeighborRanks(
    ofPositionNeighbors: ranks(
      of: truly.partnerSimilarities, by: truth, neighborCount: neighborCount),
    ofTrueNeighbors: ranks(of: bounds, by: positions, neighborCount: neighborCount))
}

/// The samples of a block, and the evaluated samples that it is compared with at once; a product of
/// the two fills 2 MiB, about a core's second-level cache.
private let blockSize = 512
private let memberCount = 1024

/// Calls `body` with the similarities of evaluated samples to the samples of each block, on several
/// threads.
///
/// A sample's similarity to itself is −∞.
private func forEachTile(
  of source: some SampledSimilarity, workerCount: Int,
  _ body:
    @Sendable (
      _ worker: Int, _ members: Range<Int>, _ block: Range<Int>, _ tile: Span<Float>
    ) -> Void
) {
  let (count, evaluated) = (source.count, source.evaluated)
  let tileSize = min(memberCount, evaluated.count) * min(blockSize, count)
  var tiles = [Float](repeating: 0, count: workerCount * tileSize)
  tiles.withDisjointWrites { tiles in
    parallelWorkers(count: workerCount, itemCount: (count + blockSize - 1) / blockSize) {
      worker, item in
      let block = item * blockSize..<min((item + 1) * blockSize, count)
      for start in stride(from: 0, to: evaluated.count, by: memberCount) {
        let members = start..<min(start + memberCount, evaluated.count)
        let memory = worker * tileSize..<worker * tileSize + members.count * block.count
        tiles.withMutableSpan(memory) { tile in
          source.write(members, block, into: &tile)
          for member in members where block.contains(evaluated[member]) {
            let own = evaluated[member] - block.lowerBound
            tile[(member - start) * block.count + own] = -.infinity
          }
          body(worker, members, block, tile.span)
        }
      }
    }
  }
}

/// The nearest samples to each evaluated one, and the similarities to given partners of each.
///
/// - Parameters:
///   - source: The similarities.
///   - count: The number of nearest samples.
///   - partners: `evaluated × count` samples, or none.
/// - Returns: The samples, `evaluated × count`, nearest first, of equally near ones the lower index
///   first; and the similarities to the partners.
private func nearest(
  by source: some SampledSimilarity, count: Int, partners: [Int32]
) -> (samples: [Int32], partnerSimilarities: [Float]) {
  let workerCount = Parallelism.threadCount
  let evaluatedCount = source.evaluated.count
  let size = evaluatedCount * count
  // Each worker keeps the best of the blocks it saw; the order of (similarity, index) leaves no
  // ties, so that what is best in the end does not depend on who saw what.
  var similarities = [Float](repeating: -.infinity, count: workerCount * size)
  var samples = [Int32](repeating: -1, count: workerCount * size)
  var partnerSimilarities = [Float](repeating: 0, count: partners.count)
  withDisjointWrites(of: &similarities, &samples, &partnerSimilarities) {
    similarities, samples, partnerSimilarities in
    forEachTile(of: source, workerCount: workerCount) { worker, members, block, tile in
      for (index, member) in members.enumerated() {
        let own = tile.extracting(index * block.count..<(index + 1) * block.count)
        let first = worker * size + member * count
        keepBest(own, of: block, first..<first + count, similarities, samples)
        guard !partners.isEmpty else { continue }
        for slot in member * count..<(member + 1) * count
        where block.contains(Int(partners[slot])) {
          partnerSimilarities[slot] = own[Int(partners[slot]) - block.lowerBound]
        }
      }
    }
  }
  let best = (0..<evaluatedCount).flatMap { member in
    let slots = (0..<workerCount).flatMap { worker in
      let first = worker * size + member * count
      return (first..<first + count).filter { samples[$0] >= 0 }
    }
    let ordered = slots.sorted {
      similarities[$0] != similarities[$1]
        ? similarities[$0] > similarities[$1] : samples[$0] < samples[$1]
    }
    return ordered.prefix(count).map { samples[$0] }
  }
  return (best, partnerSimilarities)
}

/// Inserts the samples of a block that are nearer than the worst kept into a sorted list.
private func keepBest(
  _ values: Span<Float>, of block: Range<Int>, _ slots: Range<Int>,
  _ similarities: DisjointWrites<Float>, _ samples: DisjointWrites<Int32>
) {
  var worst = similarities[slots.upperBound - 1]
  for index in values.indices where values[index] > worst {
    let value = values[index]
    var slot = slots.upperBound - 1
    // Samples come in ascending order, so an equal one stays before.
    while slot > slots.lowerBound && similarities[slot - 1] < value {
      similarities[slot] = similarities[slot - 1]
      samples[slot] = samples[slot - 1]
      slot -= 1
    }
    similarities[slot] = value
    samples[slot] = Int32(block.lowerBound + index)
    worst = similarities[slots.upperBound - 1]
  }
}

/// One more than the number of samples more similar than each bound, `evaluated × neighborCount`.
///
/// By counting, not by sorting: ranks of a few neighbors are wanted among n.
private func ranks(
  of bounds: [Float], by source: some SampledSimilarity, neighborCount: Int
) -> [Int32] {
  let size = bounds.count
  let workerCount = Parallelism.threadCount
  var counts = [Int32](repeating: 0, count: workerCount * size)
  counts.withDisjointWrites { counts in
    forEachTile(of: source, workerCount: workerCount) { worker, members, block, tile in
      for (index, member) in members.enumerated() {
        let own = tile.extracting(index * block.count..<(index + 1) * block.count)
        for slot in member * neighborCount..<(member + 1) * neighborCount {
          counts[worker * size + slot] += countGreater(own, than: bounds[slot])
        }
      }
    }
  }
  return (0..<size).map { slot in
    stride(from: slot, to: counts.count, by: size).reduce(1) { $0 + counts[$1] }
  }
}

/// How many of the values are greater than a bound; 8 are compared at a time.
private func countGreater(_ values: Span<Float>, than bound: Float) -> Int32 {
  typealias Lanes = SIMD8<Float>
  let bounds = Lanes(repeating: bound)
  var (counts, index) = (SIMD8<Int32>.zero, 0)
  while index + 8 <= values.count {
    // A lane that holds is all ones, which is −1.
    counts &-= unsafeBitCast(values.vector(at: index) .> bounds, to: SIMD8<Int32>.self)
    index += 8
  }
  var count = counts.wrappedSum()
  while index < values.count {
    count += values[index] > bound ? 1 : 0
    index += 1
  }
  return count
}
