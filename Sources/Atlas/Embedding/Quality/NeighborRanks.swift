import Numerics
import ParallelLoops

/// Where each side's neighbours of the sampled rows stand in the other side's order, from 1.
struct NeighborRanks {
  /// The true ranks of the neighbours in the layout, `sample × neighbours`.
  var ofPositionNeighbors: [Int32]
  /// The ranks in the layout of the true neighbours.
  var ofTrueNeighbors: [Int32]
}

/// Finds both sides' neighbours of the sampled rows and their ranks on the other side.
///
/// All rows are gone through block by block and more than once, rather than kept: first for the
/// nearest, then to count those nearer than a neighbour of the other side.
func neighborRanks(
  truth: RowCloseness, positions: PositionCloseness, neighborCount: Int
) -> NeighborRanks {
  guard neighborCount > 0 && !truth.sample.isEmpty else {
    return NeighborRanks(ofPositionNeighbors: [], ofTrueNeighbors: [])
  }
  let shown = nearest(by: positions, count: neighborCount, partners: [])
  let truly = nearest(by: truth, count: neighborCount, partners: shown.rows)
  let bounds = truly.rows.indices.map {
    positions.closeness(truth.sample[$0 / neighborCount], Int(truly.rows[$0]))
  }
  return NeighborRanks(
    ofPositionNeighbors: ranks(of: truly.partnerCloseness, by: truth, neighborCount: neighborCount),
    ofTrueNeighbors: ranks(of: bounds, by: positions, neighborCount: neighborCount))
}

/// The rows of a block, and the members of the sample that it is compared with at once; a product of
/// the two fills 2 MiB.
private let blockSize = 512
private let memberCount = 1024

/// Calls `body` with the closeness of members of the sample to the rows of each block, on several
/// threads.
///
/// A row's closeness to itself is −∞.
private func forEachTile(
  of source: some SampledCloseness, workerCount: Int,
  _ body:
    @Sendable (
      _ worker: Int, _ members: Range<Int>, _ block: Range<Int>, _ tile: Span<Float>
    ) -> Void
) {
  let (count, sample) = (source.count, source.sample)
  let tileSize = min(memberCount, sample.count) * min(blockSize, count)
  var tiles = [Float](repeating: 0, count: workerCount * tileSize)
  tiles.withDisjointWrites { tiles in
    parallelWorkers(count: workerCount, itemCount: (count + blockSize - 1) / blockSize) {
      worker, item in
      let block = item * blockSize..<min((item + 1) * blockSize, count)
      for start in stride(from: 0, to: sample.count, by: memberCount) {
        let members = start..<min(start + memberCount, sample.count)
        let memory = worker * tileSize..<worker * tileSize + members.count * block.count
        tiles.withMutableSpan(memory) { tile in
          source.write(members, block, into: &tile)
          for member in members where block.contains(sample[member]) {
            let own = sample[member] - block.lowerBound
            tile[(member - start) * block.count + own] = -.infinity
          }
          body(worker, members, block, tile.span)
        }
      }
    }
  }
}

/// The nearest rows to each of the sample, `sample × count`, nearest first, of equally near ones the
/// lower row first; and the closeness to the partners given for each, also `sample × count`.
private func nearest(
  by source: some SampledCloseness, count: Int, partners: [Int32]
) -> (rows: [Int32], partnerCloseness: [Float]) {
  let workerCount = Parallelism.threadCount
  let sampleCount = source.sample.count
  let size = sampleCount * count
  // Each worker keeps the best of the blocks it saw; the order of (closeness, row) leaves nothing
  // open, so that what is best in the end does not depend on who saw what.
  var closeness = [Float](repeating: -.infinity, count: workerCount * size)
  var rows = [Int32](repeating: -1, count: workerCount * size)
  var partnerCloseness = [Float](repeating: 0, count: partners.count)
  closeness.withDisjointWrites { closeness in
    rows.withDisjointWrites { rows in
      partnerCloseness.withDisjointWrites { partnerCloseness in
        forEachTile(of: source, workerCount: workerCount) { worker, members, block, tile in
          for (index, member) in members.enumerated() {
            let own = tile.extracting(index * block.count..<(index + 1) * block.count)
            let place = worker * size + member * count
            keepBest(own, of: block, place..<place + count, closeness, rows)
            guard !partners.isEmpty else { continue }
            for slot in member * count..<(member + 1) * count
            where block.contains(Int(partners[slot])) {
              partnerCloseness[slot] = own[Int(partners[slot]) - block.lowerBound]
            }
          }
        }
      }
    }
  }
  let best = (0..<sampleCount).flatMap { member in
    let places = (0..<workerCount).flatMap { worker in
      let first = worker * size + member * count
      return (first..<first + count).filter { rows[$0] >= 0 }
    }
    let ordered = places.sorted {
      closeness[$0] != closeness[$1] ? closeness[$0] > closeness[$1] : rows[$0] < rows[$1]
    }
    return ordered.prefix(count).map { rows[$0] }
  }
  return (best, partnerCloseness)
}

/// Inserts the rows of a block that are nearer than the worst kept into a sorted list.
private func keepBest(
  _ values: Span<Float>, of block: Range<Int>, _ places: Range<Int>,
  _ closeness: DisjointWrites<Float>, _ rows: DisjointWrites<Int32>
) {
  var worst = closeness[places.upperBound - 1]
  for index in values.indices where values[index] > worst {
    let value = values[index]
    var place = places.upperBound - 1
    // Rows come in ascending order, so an equal one stays before.
    while place > places.lowerBound && closeness[place - 1] < value {
      closeness[place] = closeness[place - 1]
      rows[place] = rows[place - 1]
      place -= 1
    }
    closeness[place] = value
    rows[place] = Int32(block.lowerBound + index)
    worst = closeness[places.upperBound - 1]
  }
}

/// One more than the number of rows closer than each bound, `sample × neighborCount`.
private func ranks(
  of bounds: [Float], by source: some SampledCloseness, neighborCount: Int
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
