import Tensors

/// One part of an epoch.
struct LayoutStep: Sendable {
  let schedule: EdgeSchedule
  let epoch: UInt16
  let part: Int
  let forces: LayoutForces
  let rate: Float
  let negativeSampleCount: Int
  let greatestPullCount: Int
  let key: UInt64

  /// Moves all rows.
  func move(_ positions: [SIMD2<Float>], to moved: inout [SIMD2<Float>]) {
    let targetCapacity = greatestPullCount * (1 + negativeSampleCount) + 8
    moved.withDisjointWrites { moved in
      parallelFor(count: positions.count, grain: 512) { rows in
        var targets = [Int32](repeating: 0, count: targetCapacity)
        var targetSpan = targets.mutableSpan
        for row in rows {
          moved[row] = movedPosition(of: row, among: positions.span, targets: &targetSpan)
        }
      }
    }
  }

  /// Where a row goes; `targets` is memory for the rows that pull and push it.
  @inline(__always)
  private func movedPosition(
    of row: Int, among positions: Span<SIMD2<Float>>, targets: inout MutableSpan<Int32>
  ) -> SIMD2<Float> {
    let headCount = collect(schedule.asHead(row, part: part), into: &targets, from: 0)
    let pullCount = collect(schedule.asTail(row, part: part), into: &targets, from: headCount)
    var count = pullCount
    var random = mixed(key &+ UInt64(row) &* 0x9E37_79B9_7F4A_7C15)
    for _ in 0..<headCount * negativeSampleCount {
      random &+= 0x9E37_79B9_7F4A_7C15
      let product = (mixed(random) >> 32) &* UInt64(positions.count)
      targets[count] = Int32(truncatingIfNeeded: product >> 32)
      count += 1
    }
    // Fills up the last eight.
    for filler in 0..<8 { targets[count + filler] = Int32(row) }
    var position = positions[row]
    var first = 0
    while first < count {
      var (x, y) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
      for lane in 0..<8 {
        let target = positions[Int(targets[first + lane])]
        x[lane] = target.x
        y[lane] = target.y
      }
      position +=
        rate
        * forces.step(
          from: position, x, y, pullCount: pullCount - first, count: count - first)
      first += 8
    }
    return position
  }

  /// Appends the other ends of the edges that pull in this epoch.
  @inline(__always)
  private func collect(
    _ range: Range<Int>, into targets: inout MutableSpan<Int32>, from start: Int
  ) -> Int {
    var count = start
    let edges = schedule.edges.span
    for position in range {
      // Without a branch, which would be mispredicted often.
      let edge = edges[position]
      targets[count] = edge.other
      count += edge.pulls(in: epoch) ? 1 : 0
    }
    return count
  }
}
