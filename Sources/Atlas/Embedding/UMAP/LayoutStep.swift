import Matrices
import ParallelLoops

/// One part of an epoch.
struct LayoutStep: Sendable {
  let part: Int
  let forces: LayoutForces
  let rate: Float
  let order: RowOrder
  let springs: Springs?
  let key: UInt64

  /// Moves all rows.
  ///
  /// - Parameters:
  ///   - positions: Where the rows are, in the order of the layout.
  ///   - moved: Gets where they go.
  ///   - pulls: The pulls of the epoch.
  ///   - pushers: The positions of all rows in a random order.
  func move(
    _ positions: [SIMD2<Float>], to moved: inout [SIMD2<Float>], pulls: EpochPulls,
    pushers: Pushers
  ) {
    moved.withDisjointWrites { moved in
      parallelFor(count: pulls.blockCount, grain: 8) { blocks in
        var batch = MoveBatch()
        for block in blocks {
          let rows = pulls.rows(ofBlock: block)
          moved.withMutableSpan(rows) { moved in
            move(block, rows, positions.span, to: &moved, &batch, pulls: pulls, pushers: pushers)
          }
        }
      }
    }
  }

  private func move(
    _ block: Int, _ rows: Range<Int>, _ positions: Span<SIMD2<Float>>,
    to moved: inout MutableSpan<SIMD2<Float>>, _ batch: inout MoveBatch, pulls: EpochPulls,
    pushers: Pushers
  ) {
    let (asHead, asTail) = (pulls.asHead(block, part), pulls.asTail(block, part))
    batch.reserve(
      pullCapacity: asHead.count + asTail.count, pushCapacity: asHead.count * pushers.runLength)
    var count = batch.gatherPulls(
      asHead, of: pulls, firstRow: rows.lowerBound, at: positions, from: 0)
    count = batch.gatherPulls(
      asTail, of: pulls, firstRow: rows.lowerBound, at: positions, from: count)
    var random = RandomRows(seed: key &+ UInt64(block) &* 0x9E37_79B9_7F4A_7C15)
    batch.gatherPushes(
      asHead, of: pulls, firstRow: rows.lowerBound, at: positions, by: pushers, &random)
    batch.compute(by: forces, pullCount: count, pushCount: asHead.count * pushers.runLength)
    add(batch, asHead, asTail, of: pulls, runLength: pushers.runLength, to: &moved)
    for (index, row) in rows.enumerated() { moved[index] = positions[row] + rate * moved[index] }
    if pulls.isCrowded[block] {
      for (index, row) in rows.enumerated() {
        let (asHead, asTail) = (
          pulls.places(asHead, ofOwner: index), pulls.places(asTail, ofOwner: index)
        )
        if asHead.count + asTail.count > EpochPulls.greatestPullCount {
          moved[index] = movedInSteps(
            row, asHead, asTail, positions, pulls: pulls, pushers: pushers)
        }
      }
    }
    if let springs {
      for (index, row) in rows.enumerated() {
        moved[index] += springs.move(order.row(at: row), from: positions[row], rate: rate)
      }
    }
  }

  /// Sums the moves of each row of a block.
  @inline(__always)
  private func add(
    _ batch: MoveBatch, _ asHead: Range<Int>, _ asTail: Range<Int>, of pulls: EpochPulls,
    runLength: Int, to sums: inout MutableSpan<SIMD2<Float>>
  ) {
    for index in sums.indices { sums[index] = .zero }
    let (owners, pullMoves, pushMoves) = (
      pulls.owners.span, batch.pulls.span, batch.pushes.span
    )
    for (offset, place) in asHead.enumerated() {
      var sum = pullMoves[offset]
      for push in offset &* runLength..<(offset &+ 1) &* runLength { sum += pushMoves[push] }
      sums[Int(owners[place])] += sum
    }
    for (offset, place) in asTail.enumerated() {
      sums[Int(owners[place])] += pullMoves[asHead.count &+ offset]
    }
  }

  /// Where a crowded row goes: two of its pulls at a time, with the pushes that belong to them, the
  /// later ones from where the earlier ones led, so that their sum does not overshoot.
  private func movedInSteps(
    _ row: Int, _ asHead: Range<Int>, _ asTail: Range<Int>, _ positions: Span<SIMD2<Float>>,
    pulls: EpochPulls, pushers: Pushers
  ) -> SIMD2<Float> {
    var position = positions[row]
    var random = RandomRows(seed: key &- UInt64(row) &* 0x9E37_79B9_7F4A_7C15)
    var batch = MoveBatch(pullCapacity: 2, pushCapacity: 2 * pushers.runLength)
    for (places, runLength) in [(asHead, pushers.runLength), (asTail, 0)] {
      for first in stride(from: places.lowerBound, to: places.upperBound, by: 2) {
        let pair = first..<min(first + 2, places.upperBound)
        for (index, place) in pair.enumerated() {
          batch.setPull(index, position - positions[Int(pulls.others[place])])
          let run = random.next(below: pushers.rowCount)
          for offset in 0..<runLength {
            batch.setPush(
              index * runLength + offset, position - pushers.positions[run + offset])
          }
        }
        let pushCount = pair.count * runLength
        batch.compute(by: forces, pullCount: pair.count, pushCount: pushCount)
        position += rate * batch.sum(pullCount: pair.count, pushCount: pushCount)
      }
    }
    return position
  }
}
