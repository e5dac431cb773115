public import Matrices
import Randomness

/// Lays out rows on a line or in the plane so that neighbours lie close (t-SNE; van der Maaten and
/// Hinton, JMLR 2008).
///
/// The Kullback–Leibler divergence between the affinities and the closeness in the layout is
/// lowered by gradient descent: each row is pulled by its neighbours and pushed by all rows, the
/// latter through a field on a grid. All sums are cut by the problem alone, so the result is the same
/// bytes for any number of threads.
///
/// - Parameters:
///   - affinities: From `tsneAffinities`; symmetric, with a sum of 1.
///   - start: The first positions, n × dimension, finite. Their scale does not matter: they are
///     shrunk until the first coordinate has a standard deviation of 10⁻⁴ (Kobak and Berens, Nature
///     Communications 2019). Noise of a hundredth of that parts equal rows.
///   - parameters: The settings.
///   - anchors: Places that rows are drawn to; none by default.
///   - progress: Called on the calling thread with the share done, in [0, 1].
/// - Returns: The positions, whose mean is 0 unless anchors hold them elsewhere, and the divergence in
///   nats after 0, 50, 100 and so on, and all iterations.
/// - Complexity: O(iterations · (edges + places of the grid)), on all threads.
public func tsneLayout(
  of affinities: NeighborGraph, start: Matrix, parameters: TSNEParameters,
  anchors: LayoutAnchors? = nil, progress: (@Sendable (Double) -> Void)? = nil
) -> Layout {
  parameters.check()
  let (count, dimension) = (affinities.rowCount, parameters.dimension)
  precondition(
    start.rowCount == count && start.columnCount == dimension,
    "a start of \(count) × \(dimension) expected, got \(start.rowCount) × \(start.columnCount)")
  precondition(start.firstNonFiniteRow() == nil, "a start with numbers that are not finite")
  precondition(
    affinities.columns.allSatisfy { $0 >= 0 && $0 < count }, "edges to rows that are not there")
  precondition(
    affinities.weights.allSatisfy { $0 >= 0 && $0 <= 1 }, "affinities outside of 0 to 1")
  if let anchors {
    precondition(
      anchors.targets.rowCount == count && anchors.targets.columnCount == dimension,
      "anchors of \(count) × \(dimension) expected")
  }
  guard count > 1 else {
    return Layout(positions: Matrix(rowCount: count, columnCount: dimension))
  }
  var descent = TSNEDescent(
    graph: affinities, positions: shrunken(start, seed: parameters.seed), parameters: parameters,
    anchors: anchors)
  var losses: [LayoutLoss] = []
  let total = parameters.earlyIterationCount + parameters.iterationCount
  for iteration in 0..<total {
    let isEarly = iteration < parameters.earlyIterationCount
    let divergence = descent.step(
      exaggeration: isEarly ? parameters.earlyExaggeration : parameters.exaggeration,
      wantsDivergence: iteration % 50 == 0)
    if let divergence { losses.append(LayoutLoss(step: iteration, value: divergence)) }
    progress?(Double(iteration + 1) / Double(total))
  }
  losses.append(LayoutLoss(step: total, value: descent.divergence()))
  return Layout(
    positions: matrix(descent.positions, dimension: dimension), losses: losses)
}

/// The start, about 0 and with a standard deviation of 10⁻⁴ along the first axis, and some noise.
private func shrunken(_ start: Matrix, seed: UInt64) -> [SIMD2<Float>] {
  let dimension = start.columnCount
  let count = Double(start.rowCount)
  var mean = [Double](repeating: 0, count: dimension)
  for row in 0..<start.rowCount {
    for axis in 0..<dimension { mean[axis] += Double(start[row, axis]) / count }
  }
  // The widest axis counts where the first is narrower, so that no start is blown up.
  var variance = [Double](repeating: 0, count: dimension)
  for row in 0..<start.rowCount {
    for axis in 0..<dimension {
      let difference = Double(start[row, axis]) - mean[axis]
      variance[axis] += difference * difference / count
    }
  }
  let greatest = variance.max() ?? 0
  let deviation = (variance[0] > 1e-4 * greatest ? variance[0] : greatest).squareRoot()
  let scale = deviation > 0 && deviation.isFinite ? 1e-4 / deviation : 0
  return (0..<start.rowCount).map { row in
    var stream = RandomStream(seed: seed, purpose: .layoutStart, item: row, step: 2)
    let noise = stream.normalPair()
    let x = (Double(start[row, 0]) - mean[0]) * scale + 1e-6 * Double(noise.0)
    guard dimension == 2 else { return SIMD2(Float(x), 0) }
    let y = (Double(start[row, 1]) - mean[1]) * scale + 1e-6 * Double(noise.1)
    return SIMD2(Float(x), Float(y))
  }
}
