public import Neighbors
import Randomness
public import Tensors

/// Lays out rows in the plane so that neighbours lie close (UMAP; McInnes, Healy and Melville,
/// arXiv:1802.03426, 2018).
///
/// The cross-entropy between the fuzzy graph of the rows and that of the layout is lowered by
/// stochastic steps, with umap-learn's sampling of pulls, its random pushes and its limit of 4 on a
/// step. There, one edge after the other moves its ends. Here an epoch falls into eight parts, and
/// in a part every row sums its own moves from where all rows stood at the beginning of the part:
///
/// - A row's new position is written once, from values nobody writes, so rows can be moved by any
///   number of threads in any order and the result is the same bytes.
/// - Both ends of an edge see the same two positions, so they move by opposite amounts, as there.
///   This matters: if each row went to its neighbours on its own, from positions just moved, groups
///   of rows would wander, and continuous sheets tear to islands.
/// - About one edge pulls a row in a part, so sums seldom overshoot. Of a hub many do; its moves are
///   made eight at a time, the later ones from where the earlier ones led.
///
/// - Parameters:
///   - table: The neighbours of the rows.
///   - start: The first positions, n × 2, for instance from `principalStart`; within about 10 units
///     of each other and no two equal.
///   - parameters: The settings.
///   - progress: Called on the calling thread with the share done, in [0, 1].
/// - Returns: The positions, n × 2.
/// - Complexity: O(epochs · rows · neighbours); memory for about eight times the table.
public func umapLayout(
  of table: NeighborTable, start: Matrix, parameters: UMAPParameters,
  progress: (@Sendable (Double) -> Void)? = nil
) -> Matrix {
  precondition(
    start.rowCount == table.rowCount && start.columnCount == 2,
    "a start of \(table.rowCount) × 2 expected, got \(start.rowCount) × \(start.columnCount)")
  let epochCount = parameters.epochCount(forRowCount: table.rowCount)
  let schedule = EdgeSchedule(
    FuzzyGraph(table, parameters: parameters), epochCount: epochCount)
  let forces = LayoutForces(parameters)
  let greatestPullCount = schedule.greatestPullCount
  var positions = (0..<start.rowCount).map { SIMD2(start[$0, 0], start[$0, 1]) }
  var moved = positions
  for epoch in 0..<epochCount {
    for part in 0..<EdgeSchedule.partCount {
      var stream = RandomStream(
        seed: parameters.seed, purpose: .negativeSamples, item: part, step: epoch)
      let step = LayoutStep(
        schedule: schedule, epoch: UInt16(truncatingIfNeeded: epoch), part: part, forces: forces,
        rate: parameters.learningRate * (1 - Float(epoch) / Float(epochCount)),
        negativeSampleCount: parameters.negativeSampleCount,
        greatestPullCount: greatestPullCount, key: stream.nextBits64())
      step.move(positions, to: &moved)
      swap(&positions, &moved)
    }
    progress?(Double(epoch + 1) / Double(epochCount))
  }
  return Matrix(
    rowCount: start.rowCount, columnCount: 2, elements: positions.flatMap { [$0.x, $0.y] })
}

/// One part of an epoch.
private struct LayoutStep: Sendable {
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

  /// Where a row goes.
  ///
  /// - Parameter targets: Memory for the rows that pull and push it.
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
    // The row itself fills up the last eight: it moves itself by nothing.
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
      position += rate * forces.step(
          from: position, x, y, pullCount: pullCount - first)
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

/// What moves points of the layout.
struct LayoutForces: Sendable {
  let a: Float
  let b: Float
  let repulsion: Float

  init(_ parameters: UMAPParameters) {
    (a, b) = fitCurve(spread: parameters.spread, minimumDistance: parameters.minimumDistance)
    repulsion = parameters.repulsion
  }

  /// The sum of the moves of a point by eight others, of which the first `pullCount` pull.
  ///
  /// With s the squared distance, a pull is −2ab·s^(b−1) / (1 + a·s^b) times the difference, a push
  /// 2b / ((0.001 + s)(1 + a·s^b)) times it, and each coordinate is limited to 4.
  @inline(__always)
  func step(
    from position: SIMD2<Float>, _ x: SIMD8<Float>, _ y: SIMD8<Float>, pullCount: Int
  ) -> SIMD2<Float> {
    let (dx, dy) = (position.x - x, position.y - y)
    let square = dx * dx + dy * dy + 1e-30
    let power = fastPower(square, b)
    let isPull = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) .< Int32(truncatingIfNeeded: pullCount)
    let numerator = SIMD8<Float>(repeating: 2 * b * repulsion).replacing(with: power * (-2 * a * b), where: isPull)
    let offset = SIMD8<Float>(repeating: 0.001).replacing(with: 0, where: isPull)
    let coefficient = numerator / ((square + offset) * (1 + a * power))
    return SIMD2(limited(coefficient * dx).sum(), limited(coefficient * dy).sum())
  }

  @inline(__always)
  private func limited(_ move: SIMD8<Float>) -> SIMD8<Float> {
    let low = move.replacing(with: -4, where: move .< -4)
    return low.replacing(with: 4, where: low .> 4)
  }
}
