internal import OneDNN
public import Tensors

/// The exact nearest neighbours of every row among the other rows.
///
/// Neighbours are chosen by closeness in float arithmetic (`ComparableRows`), so two rows may change
/// places at the end of a list when their distances agree to about seven digits; the distances of
/// those chosen are computed anew from differences, and sorted. The result is the same for any
/// number of threads.
///
/// - Parameters:
///   - rows: The rows, n × d.
///   - count: How many neighbours each row gets; n − 1 if that is less.
///   - metric: What near means.
///   - progress: Called on the calling thread with the share done, in [0, 1].
/// - Returns: The neighbours; none of them if there is but one row.
/// - Throws: `NeighborError` for a row with NaN or an infinite value.
/// - Precondition: `count` is not negative, and n is less than 2³¹.
/// - Complexity: n² · d floating-point operations in products, half of the plain search: a product
///   of two blocks of rows serves both. Memory for a second copy of the rows and n × `count`
///   candidates.
public func nearestNeighbors(
  of rows: Matrix, count: Int, metric: Metric, progress: (@Sendable (Double) -> Void)? = nil
) throws(NeighborError) -> NeighborTable {
  precondition(count >= 0, "cannot find \(count) neighbours")
  precondition(rows.rowCount <= Int(Int32.max), "too many rows: \(rows.rowCount)")
  let comparable = try ComparableRows(rows, metric: metric)
  let neighborCount = max(0, min(count, rows.rowCount - 1))
  guard neighborCount > 0 else {
    return NeighborTable(rowCount: rows.rowCount, neighborCount: 0, indices: [], distances: [])
  }
  var keys = [UInt64](repeating: 0, count: rows.rowCount * neighborCount)
  var thresholds = [Float](repeating: -.infinity, count: rows.rowCount)
  keys.withDisjointWrites { keys in
    thresholds.withDisjointWrites { thresholds in
      let heaps = CandidateHeaps(
        capacity: neighborCount, thresholds: thresholds, keys: keys)
      compareAllPairs(of: comparable, into: heaps, progress: progress)
    }
  }
  return sortedTable(keys, neighborCount: neighborCount, of: comparable)
}

/// Offers every row to every other row.
///
/// The rows are cut into blocks, and pairs of blocks meet as in a round-robin tournament: a block is
/// in one pair of a round, so that a round's pairs can be worked on at the same time without a lock,
/// and both blocks of a pair profit from its product.
private func compareAllPairs(
  of rows: ComparableRows, into heaps: CandidateHeaps, progress: (@Sendable (Double) -> Void)?
) {
  let blockSize = min(512, max(32, rows.count / 64))
  let blocks = stride(from: 0, to: rows.count, by: blockSize).map {
    $0..<min($0 + blockSize, rows.count)
  }
  let workerCount = Parallelism.threadCount
  var scratch = [Float](repeating: 0, count: workerCount * blockSize * blockSize)
  scratch.withDisjointWrites { scratch in
    // In the first round each block meets itself.
    let rounds = [blocks.indices.map { ($0, $0) }] + tournamentRounds(playerCount: blocks.count)
    for (round, pairs) in rounds.enumerated() {
      parallelWorkers(count: workerCount, itemCount: pairs.count) { worker, item in
        let memory = worker * blockSize * blockSize..<(worker + 1) * blockSize * blockSize
        scratch.withMutableSpan(memory) { tile in
          compare(
            blocks[pairs[item].0], blocks[pairs[item].1], of: rows, tile: &tile, into: heaps)
        }
      }
      progress?(Double(round + 1) / Double(rounds.count))
    }
  }
}

/// The rounds in which each of some players meets every other once, and none twice in a round.
///
/// The circle method: the last player stays, the others move around by one place a round. An odd
/// player out meets nobody in that round.
package func tournamentRounds(playerCount: Int) -> [[(Int, Int)]] {
  guard playerCount > 1 else { return [] }
  let circle = playerCount % 2 == 0 ? playerCount - 1 : playerCount
  return (0..<circle).map { round in
    let fixed = circle == playerCount ? [] : [(round, circle)]
    return fixed
      + (1..<(circle + 1) / 2).map { step in
        ((round + step) % circle, (round + circle - step) % circle)
      }
  }
}

/// Offers the rows of one block to those of another and the other way around.
private func compare(
  _ first: Range<Int>, _ second: Range<Int>, of rows: ComparableRows,
  tile: inout MutableSpan<Float>, into heaps: CandidateHeaps
) {
  let dimension = rows.dimension
  let elements = rows.elements.span
  sgemm(
    transposeB: true, rows: first.count, columns: second.count, inner: dimension,
    elements.extracting(first.lowerBound * dimension..<first.upperBound * dimension),
    elements.extracting(second.lowerBound * dimension..<second.upperBound * dimension),
    into: &tile)
  let offsets = rows.offsets.span
  for row in first {
    // In a block's product with itself every pair stands twice, and every row meets itself.
    let others = max(second.lowerBound, first == second ? row + 1 : 0)..<second.upperBound
    let position =
      (row - first.lowerBound) * second.count + others.lowerBound - second.lowerBound
    offerRow(
      row, to: others, products: tile.span.extracting(position..<position + others.count),
      offsets: offsets, into: heaps)
  }
}

/// Offers one row to a block of rows and these to it.
///
/// Nearly all pairs are far apart and fall at the first comparison, which is made for 8 at a time.
private func offerRow(
  _ row: Int, to others: Range<Int>, products: Span<Float>, offsets: Span<Float>,
  into heaps: CandidateHeaps
) {
  typealias Lanes = SIMD8<Float>
  precondition(others.count == products.count && others.upperBound <= offsets.count)
  let offset = offsets[row]
  var position = 0
  while position + Lanes.scalarCount <= others.count {
    let other = others.lowerBound + position
    let product = products.bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: position * 4, as: Lanes.self)
    let otherOffsets = offsets.bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: other * 4, as: Lanes.self)
    let closeness = product - (otherOffsets + offset)
    let own = Lanes(repeating: heaps.thresholds[row])
    let theirs = heaps.thresholds.withMutableSpan(other..<other + Lanes.scalarCount) {
      $0.span.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 0, as: Lanes.self)
    }
    let hits = (closeness .>= own) .| (closeness .>= theirs)
    if any(hits) {
      for lane in 0..<Lanes.scalarCount where hits[lane] {
        heaps.offer(row, other + lane, closeness: closeness[lane])
      }
    }
    position += Lanes.scalarCount
  }
  while position < others.count {
    let other = others.lowerBound + position
    heaps.offer(row, other, closeness: products[position] - (offsets[other] + offset))
    position += 1
  }
}

/// The kept candidates with their distances, sorted.
private func sortedTable(
  _ keys: [UInt64], neighborCount: Int, of rows: ComparableRows
) -> NeighborTable {
  var indices = [Int32](repeating: 0, count: keys.count)
  var distances = [Float](repeating: 0, count: keys.count)
  indices.withDisjointWrites { indices in
    distances.withDisjointWrites { distances in
      parallelFor(count: rows.count, grain: 64) { range in
        for row in range {
          let first = row * neighborCount
          let neighbors = keys[first..<first + neighborCount].map { key in
            let index = Candidate(key: key).index
            return (distance: rows.distance(row, Int(index)), index: index)
          }
          // Pairs are compared by their first member, then by the second.
          for (rank, neighbor) in neighbors.sorted(by: <).enumerated() {
            indices[first + rank] = neighbor.index
            distances[first + rank] = neighbor.distance
          }
        }
      }
    }
  }
  return NeighborTable(
    rowCount: rows.count, neighborCount: neighborCount, indices: indices, distances: distances)
}
