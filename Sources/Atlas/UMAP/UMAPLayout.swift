public import Layouts
public import Matrices
public import Neighbors
internal import Randomness

/// Lays out samples in the plane such that neighbors lie close: UMAP (McInnes, Healy and Melville,
/// arXiv:1802.03426, 2018).
///
/// Stochastic gradient descent minimizes the cross-entropy between the fuzzy graph of the samples
/// and that of the layout, with umap-learn's edge sampling, negative sampling and limit of 4 on a
/// force. Steps begin longer than there and fall faster, which finds the large and the small
/// structure in fewer epochs. umap-learn moves the ends of one edge after the other. Here an epoch
/// has eight parts, and in a part every sample sums its own forces at the positions of its
/// beginning:
///
/// - A sample's new position is written once, from values nobody writes, so samples can be moved by
///   any number of threads in any order, with the same bytes as the result.
/// - Both ends of an edge see the same two positions, so they move by opposite amounts, as in
///   umap-learn. This matters: if each sample moved toward its neighbors on its own, from positions
///   just updated, groups of samples would drift, and continuous sheets would tear into islands.
/// - One or two edges act on a sample in a part, so sums seldom overshoot. On a hub many do; its
///   forces are applied a few at a time, the later ones from where the earlier ones led. Where
///   samples are crowded, repulsive forces would overshoot; the move by each run of negative samples
///   is limited (`greatestRunMove`).
///
/// Samples are kept in Morton order (`MortonOrder`), and a part's edges by blocks of samples
/// (`ActiveEdges`).
///
/// - Parameters:
///   - graph: The fuzzy graph of the samples, from `fuzzyGraph`.
///   - initialization: The initial positions, n × 2, for instance from `principalInitialization`:
///     within about 10 units, no two equal.
///   - parameters: The settings.
///   - anchors: Target positions; none by default. Their strength times the step length is the
///     fraction of the way that a sample covers in an epoch.
///   - progress: Called on the calling thread with the fraction done, in [0, 1].
/// - Returns: The positions, n × 2, and the cross-entropy per sample at about 20 epochs and
///   the end.
/// - Complexity: O(epochs · edges); memory for 8 bytes per edge.
public func umapLayout(
  of graph: NeighborGraph, initialization: Matrix, parameters: UMAPParameters,
  anchors: LayoutAnchors? = nil, progress: (@Sendable (Double) -> Void)? = nil
) -> Layout {
  precondition(
    initialization.rowCount == graph.rowCount && initialization.columnCount == 2,
    "\(graph.rowCount) × 2 initial positions expected, got "
      + "\(initialization.rowCount) × \(initialization.columnCount)")
  if let anchors {
    precondition(
      anchors.targets.rowCount == graph.rowCount && anchors.targets.columnCount == 2,
      "\(graph.rowCount) × 2 anchors expected, got "
        + "\(anchors.targets.rowCount) × \(anchors.targets.columnCount)")
  }
  parameters.check()
  let epochCount = parameters.epochCount(forSampleCount: graph.rowCount)
  let forces = UMAPForces(parameters)
  let crossEntropy = CrossEntropy(graph, forces: forces, parameters: parameters)
  let anchorForces = anchors.map { AnchorForces($0) }
  var negatives = NegativeSamples(
    sampleCount: graph.rowCount, runLength: parameters.negativeSampleCount,
    seed: parameters.seed)
  var active = ActiveEdges(sampleCount: graph.rowCount)
  var positions = initialization.points
  var losses: [LayoutLoss] = []
  for epochs in sortingIntervals(epochCount) {
    let order = MortonOrder(positions)
    let schedule = EdgeSchedule(graph, order: order, epochCount: epochCount)
    var current = order.sorted(positions)
    var moved = current
    for epoch in epochs {
      if epoch % max(1, epochCount / 20) == 0 {
        let value = crossEntropy.value(of: order.unsorted(current))
        losses.append(LayoutLoss(step: epoch, value: value))
      }
      let left = 1 - Float(epoch) / Float(epochCount)
      active.collect(schedule, epoch: epoch)
      for part in 0..<EdgeSchedule.partCount {
        var stream = RandomStream(
          seed: parameters.seed, purpose: .negativeSamples, item: part, step: epoch)
        let step = UMAPStep(
          part: part, forces: forces, rate: parameters.learningRate * left * left * left,
          order: order, anchors: anchorForces, key: stream.nextBits64())
        negatives.update(current)
        step.move(current, to: &moved, active: active, negatives: negatives)
        swap(&current, &moved)
      }
      progress?(Double(epoch + 1) / Double(epochCount))
    }
    positions = order.unsorted(current)
  }
  losses.append(LayoutLoss(step: epochCount, value: crossEntropy.value(of: positions)))
  return Layout(positions: Matrix(positions, dimension: 2), losses: losses)
}

/// The epochs in intervals, before each of which samples are sorted anew.
///
/// They travel far in the first epochs; later the order stays good enough.
private func sortingIntervals(_ epochCount: Int) -> [Range<Int>] {
  let bounds = [0, 4, 16, epochCount].map { min($0, epochCount) }
  return zip(bounds, bounds.dropFirst()).map { $0..<$1 }
}
