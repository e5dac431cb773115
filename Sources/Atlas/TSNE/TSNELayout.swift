public import Layouts
public import Matrices
public import Neighbors
internal import Randomness

/// Lays out samples on a line or in the plane such that neighbors lie close: t-SNE (van der Maaten
/// and Hinton, JMLR 2008).
///
/// Gradient descent minimizes the Kullback–Leibler divergence between the affinities and the
/// similarities in the layout: each sample is attracted by its neighbors and repelled by all
/// samples, the latter through a field on a grid (`RepulsiveField`). All sums are partitioned by
/// the problem alone, so the result has the same bytes for any number of threads.
///
/// - Parameters:
///   - affinities: From `tsneAffinities`; symmetric, with a sum of 1.
///   - initialization: The initial positions, n × dimension, finite. Their scale does not matter:
///     they are shrunk until the first coordinate has a standard deviation of 10⁻⁴ (Kobak and
///     Berens, Nature Communications 2019). Noise of a hundredth of that separates equal samples.
///   - parameters: The settings.
///   - anchors: Target positions; none by default.
///   - progress: Called on the calling thread with the fraction done, in [0, 1].
/// - Returns: The positions, whose mean is 0 unless anchors hold them elsewhere, and the divergence
///   in nats after 0, 50, 100 and so on, and all iterations.
/// - Complexity: O(iterations · (edges + grid points)), on all threads.
public func tsneLayout(
  of affinities: NeighborGraph, initialization: Matrix, parameters: TSNEParameters,
  anchors: LayoutAnchors? = nil, progress: (@Sendable (Double) -> Void)? = nil
) -> Layout {
  parameters.check()
  let (count, dimension) = (affinities.rowCount, parameters.dimension)
  precondition(
    initialization.rowCount == count && initialization.columnCount == dimension,
    "\(count) × \(dimension) initial positions expected, got "
      + "\(initialization.rowCount) × \(initialization.columnCount)")
  if let sample = initialization.firstNonFiniteRow() {
    preconditionFailure("the initial position of sample \(sample) is not finite")
  }
  // The forces read columns without further checks.
  precondition(
    affinities.columns.allSatisfy { $0 >= 0 && $0 < count },
    "an edge leads to none of the \(count) samples")
  precondition(
    affinities.weights.allSatisfy { $0 >= 0 && $0 <= 1 }, "an affinity is outside of 0 to 1")
  if let anchors {
    precondition(
      anchors.targets.rowCount == count && anchors.targets.columnCount == dimension,
      "\(count) × \(dimension) anchors expected, got "
        + "\(anchors.targets.rowCount) × \(anchors.targets.columnCount)")
  }
  guard count > 1 else {
    return Layout(positions: Matrix(rowCount: count, columnCount: dimension))
  }
  var optimizer = TSNEOptimizer(
    graph: affinities, positions: shrunken(initialization, seed: parameters.seed),
    parameters: parameters, anchors: anchors)
  var losses: [LayoutLoss] = []
  let total = parameters.earlyIterationCount + parameters.iterationCount
  for iteration in 0..<total {
    let isEarly = iteration < parameters.earlyIterationCount
    let divergence = optimizer.step(
      exaggeration: isEarly ? parameters.earlyExaggeration : parameters.exaggeration,
      wantsDivergence: iteration % 50 == 0)
    if let divergence { losses.append(LayoutLoss(step: iteration, value: divergence)) }
    progress?(Double(iteration + 1) / Double(total))
  }
  losses.append(LayoutLoss(step: total, value: optimizer.divergence()))
  return Layout(positions: Matrix(optimizer.positions, dimension: dimension), losses: losses)
}

/// The initial positions, about 0 and with a standard deviation of 10⁻⁴ along the first axis, and
/// some noise.
private func shrunken(_ initialization: Matrix, seed: UInt64) -> [SIMD2<Float>] {
  let dimension = initialization.columnCount
  let count = Double(initialization.rowCount)
  // Each term is divided, not the sum: positions may be as large as a Float can hold.
  var mean = [Double](repeating: 0, count: dimension)
  for sample in 0..<initialization.rowCount {
    for axis in 0..<dimension { mean[axis] += Double(initialization[sample, axis]) / count }
  }
  var variance = [Double](repeating: 0, count: dimension)
  for sample in 0..<initialization.rowCount {
    for axis in 0..<dimension {
      let difference = Double(initialization[sample, axis]) - mean[axis]
      variance[axis] += difference * difference / count
    }
  }
  // The widest axis counts where the first is far narrower, so that nothing is blown up.
  let greatest = variance.max() ?? 0
  let deviation = (variance[0] > 1e-4 * greatest ? variance[0] : greatest).squareRoot()
  let scale = deviation > 0 && deviation.isFinite ? 1e-4 / deviation : 0
  return (0..<initialization.rowCount).map { sample in
    var stream = RandomStream(seed: seed, purpose: .layoutStart, item: sample, step: 2)
    let noise = stream.normalPair()
    let x = (Double(initialization[sample, 0]) - mean[0]) * scale + 1e-6 * Double(noise.0)
    guard dimension == 2 else { return SIMD2(Float(x), 0) }
    let y = (Double(initialization[sample, 1]) - mean[1]) * scale + 1e-6 * Double(noise.1)
    return SIMD2(Float(x), Float(y))
  }
}
