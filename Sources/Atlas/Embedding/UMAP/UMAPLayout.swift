public import Matrices
import Randomness

/// Lays out rows in the plane so that neighbours lie close (UMAP; McInnes, Healy and Melville,
/// arXiv:1802.03426, 2018).
///
/// The cross-entropy between the fuzzy graph of the rows and that of the layout is lowered, by
/// stochastic steps, with umap-learn's sampling of pulls, its random pushes and its limit of 4 on a
/// move. Steps begin longer than there and fall faster, which finds the large shape and the small one
/// in fewer epochs. There, one edge after the other moves its ends. Here an epoch falls into eight
/// parts, and in a part every row sums its own moves from where all rows stood at its beginning:
///
/// - A row's new position is written once, from values nobody writes, so rows can be moved by any
///   number of threads in any order and the result is the same bytes.
/// - Both ends of an edge see the same two positions, so they move by opposite amounts, as there.
///   This matters: if each row went to its neighbours on its own, from positions just moved, groups
///   of rows would wander, and continuous sheets tear to islands.
/// - One or two edges pull a row in a part, so sums seldom overshoot. At a hub many do; its moves are
///   made a few at a time, the later ones from where the earlier ones led.
///
/// Rows are kept in an order in which those that lie close follow each other (`RowOrder`), and a part's
/// pulls by blocks of rows (`EpochPulls`).
///
/// - Parameters:
///   - graph: The fuzzy graph of the rows, from `fuzzyGraph`.
///   - start: The first positions, n × 2, for instance from `principalStart`: within about 10 units,
///     no two equal.
///   - parameters: The settings.
///   - anchors: Places that rows are drawn to; none by default. Their strength times the length of
///     steps is the share of the way that a row goes in an epoch.
///   - progress: Called on the calling thread with the share done, in [0, 1].
/// - Returns: The positions, n × 2, and the cross-entropy per row along the way.
/// - Complexity: O(epochs · edges); memory for 8 bytes an edge.
public func umapLayout(
  of graph: NeighborGraph, start: Matrix, parameters: UMAPParameters,
  anchors: LayoutAnchors? = nil, progress: (@Sendable (Double) -> Void)? = nil
) -> Layout {
  precondition(
    start.rowCount == graph.rowCount && start.columnCount == 2,
    "a start of \(graph.rowCount) × 2 expected, got \(start.rowCount) × \(start.columnCount)")
  if let anchors {
    precondition(
      anchors.targets.rowCount == graph.rowCount && anchors.targets.columnCount == 2,
      "anchors of \(graph.rowCount) × 2 expected")
  }
  parameters.check()
  let epochCount = parameters.epochCount(forRowCount: graph.rowCount)
  let forces = LayoutForces(parameters)
  let crossEntropy = CrossEntropy(graph, forces: forces, parameters: parameters)
  let springs = anchors.map { Springs($0) }
  var pushers = Pushers(
    rowCount: graph.rowCount, runLength: parameters.negativeSampleCount, seed: parameters.seed)
  var pulls = EpochPulls(rowCount: graph.rowCount)
  var rows = positions(start)
  var losses: [LayoutLoss] = []
  for stage in stages(epochCount) {
    let order = RowOrder(rows)
    let schedule = EdgeSchedule(graph, order: order, epochCount: epochCount)
    var current = order.sorted(rows)
    var moved = current
    for epoch in stage {
      if epoch % max(1, epochCount / 20) == 0 {
        let value = crossEntropy.value(of: order.unsorted(current))
        losses.append(LayoutLoss(step: epoch, value: value))
      }
      let left = 1 - Float(epoch) / Float(epochCount)
      pulls.collect(schedule, epoch: epoch)
      for part in 0..<EdgeSchedule.partCount {
        var stream = RandomStream(
          seed: parameters.seed, purpose: .negativeSamples, item: part, step: epoch)
        let step = LayoutStep(
          part: part, forces: forces, rate: parameters.learningRate * left * left * left,
          order: order, springs: springs, key: stream.nextBits64())
        pushers.update(current)
        step.move(current, to: &moved, pulls: pulls, pushers: pushers)
        swap(&current, &moved)
      }
      progress?(Double(epoch + 1) / Double(epochCount))
    }
    rows = order.unsorted(current)
  }
  losses.append(LayoutLoss(step: epochCount, value: crossEntropy.value(of: rows)))
  return Layout(positions: matrix(rows, dimension: 2), losses: losses)
}

/// The epochs in runs, before each of which rows are sorted anew: they travel far in the first ones.
private func stages(_ epochCount: Int) -> [Range<Int>] {
  let bounds = [0, 4, 16, epochCount].map { min($0, epochCount) }
  return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
}
