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
/// - One or two edges pull a row in a part, so sums seldom overshoot. At a hub many do; its moves are
///   made eight at a time, the later ones from where the earlier ones led.
///
/// - Parameters:
///   - table: The neighbours of the rows.
///   - start: The first positions, n × 2, for instance from `principalStart`: within about 10 units,
///     no two equal.
///   - parameters: The settings.
///   - progress: Called on the calling thread with the share done, in [0, 1].
/// - Returns: The positions, n × 2.
/// - Complexity: O(epochs · rows · neighbours); memory for several times the table.
public func umapLayout(
  of table: NeighborTable, start: Matrix, parameters: UMAPParameters,
  progress: (@Sendable (Double) -> Void)? = nil
) -> Matrix {
  precondition(
    start.rowCount == table.rowCount && start.columnCount == 2,
    "a start of \(table.rowCount) × 2 expected, got \(start.rowCount) × \(start.columnCount)")
  parameters.check()
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
