internal import Glibc
internal import Layouts
internal import Matrices
internal import Neighbors
internal import Numerics
internal import ParallelLoops

/// Gradient descent on the Kullback–Leibler divergence of a layout.
///
/// Steps have momentum, and each coordinate its own gain, which grows while the gradient keeps its
/// sign (delta-bar-delta; Jacobs, Neural Networks 1988), as in openTSNE; no sample moves by more
/// than 5 in a step.
struct TSNEOptimizer {
  private let graph: NeighborGraph
  private let parameters: TSNEParameters
  private let anchors: LayoutAnchors?
  /// Σ p·ln p over all affinities.
  private let entropy: Double
  /// Σ p.
  private let total: Double
  /// The current positions.
  private(set) var positions: [SIMD2<Float>]
  private var moved: [SIMD2<Float>]
  private var velocities: [SIMD2<Float>]
  private var gains: [SIMD2<Float>]
  /// The gradient of the repulsive field at each sample.
  private var fieldGradients: [SIMD2<Float>]
  private var bounds: BoundingBox
  private let field: RepulsiveField

  /// Below this number of samples repulsive forces are summed pair by pair.
  ///
  /// A grid of the least size takes about as long as 500² pairs.
  private static let exactCount = 500
  private static let grain = 512

  /// Starts at some positions, with velocities of 0 and gains of 1.
  init(
    graph: NeighborGraph, positions: [SIMD2<Float>], parameters: TSNEParameters,
    anchors: LayoutAnchors?
  ) {
    (self.graph, self.parameters, self.anchors) = (graph, parameters, anchors)
    (self.positions, moved) = (positions, positions)
    velocities = [SIMD2<Float>](repeating: .zero, count: positions.count)
    gains = [SIMD2<Float>](repeating: .one, count: positions.count)
    fieldGradients = velocities
    bounds = BoundingBox(positions)
    field = RepulsiveField(
      dimension: parameters.dimension, degreesOfFreedom: parameters.degreesOfFreedom)
    (entropy, total) = Self.entropy(of: graph)
  }

  /// Makes one step.
  ///
  /// - Parameters:
  ///   - exaggeration: The factor on attractive forces.
  ///   - wantsDivergence: Whether to compute the divergence.
  /// - Returns: The divergence before the step, if wanted.
  mutating func step(exaggeration: Float, wantsDivergence: Bool) -> Double? {
    let normalization = updateField()
    let divergence = wantsDivergence ? divergence(normalization: normalization) : nil
    let mean = move(exaggeration: exaggeration, normalization: normalization)
    center(mean)
    return divergence
  }

  /// The Kullback–Leibler divergence of the layout from the affinities, in nats.
  mutating func divergence() -> Double { divergence(normalization: updateField()) }

  /// Computes the gradients of the field, and Z, the sum of similarities over all pairs.
  private mutating func updateField() -> Double {
    let count = Double(positions.count)
    let sum: Double
    if positions.count < Self.exactCount {
      sum = exactField(
        of: positions, degreesOfFreedom: parameters.degreesOfFreedom, gradients: &fieldGradients)
    } else {
      field.update(positions, bounds: bounds)
      sum = field.gather(&fieldGradients) - count
    }
    // No pair is farther apart than the corners of the layout; this also keeps the errors of a
    // field with next to nothing in it from mattering.
    let extent = SIMD2<Double>(bounds.extent)
    let degrees = Double(parameters.degreesOfFreedom)
    let least = pow(1 + (extent * extent).sum() / degrees, -degrees)
    return max(sum, count * max(1, count - 1) * least)
  }

  /// KL = Σ p·ln p − Σ p·ln k + Σ p · ln Z.
  private func divergence(normalization: Double) -> Double {
    let (graph, positions) = (graph, positions)
    let degrees = parameters.degreesOfFreedom
    var sums = [Double](repeating: 0, count: (positions.count + Self.grain - 1) / Self.grain)
    sums.withDisjointWrites { sums in
      parallelFor(count: positions.count, grain: Self.grain) { samples in
        let (starts, points) = (graph.rowStarts.span, positions.span)
        var sum = 0.0
        for sample in samples {
          sum += meanLogDistance(
            at: points[sample], starts[sample]..<starts[sample + 1],
            columns: graph.columns.span, weights: graph.weights.span, positions: points,
            inverseDegrees: 1 / degrees)
        }
        sums[samples.lowerBound / Self.grain] = sum
      }
    }
    return entropy + Double(degrees) * log(2) * sums.reduce(0, +) + total * log(normalization)
  }

  /// Moves all samples to `moved`.
  ///
  /// - Returns: The mean of the new positions.
  private mutating func move(exaggeration: Float, normalization: Double) -> SIMD2<Float> {
    let (graph, positions) = (graph, positions)
    let (fieldGradients, anchors) = (fieldGradients, anchors)
    let (count, dimension) = (positions.count, parameters.dimension)
    let inverseDegrees = 1 / parameters.degreesOfFreedom
    let repulsion = Float(0.5 / normalization)
    let rate = parameters.learningRate ?? Float(count) / exaggeration
    let momentum = parameters.momentum
    // The affinities of a sample sum to about 1/n, and so do the forces of all its neighbors.
    let anchorStrength = (anchors?.strength ?? 0) / Float(max(1, count))
    var sums = [SIMD2<Double>](repeating: .zero, count: (count + Self.grain - 1) / Self.grain)
    withDisjointWrites(of: &moved, &velocities, &gains, &sums) { moved, velocities, gains, sums in
      parallelFor(count: count, grain: Self.grain) { samples in
        let (starts, points) = (graph.rowStarts.span, positions.span)
        let fieldGradients = fieldGradients.span
        var sum = SIMD2<Double>.zero
        for sample in samples {
          let position = points[sample]
          let attraction = attractiveForce(
            at: position, starts[sample]..<starts[sample + 1], columns: graph.columns.span,
            weights: graph.weights.span, positions: points, inverseDegrees: inverseDegrees)
          var gradient = exaggeration * attraction + repulsion * fieldGradients[sample]
          if let anchors {
            let target = anchors.target(of: sample, dimension: dimension) ?? position
            gradient += anchorStrength * (position - target)
          }
          let velocity = velocities[sample]
          let gain = nextGain(gains[sample], velocity: velocity, gradient: gradient)
          let step = limited(momentum * velocity - rate * gain * gradient)
          gains[sample] = gain
          velocities[sample] = step
          moved[sample] = position + step
          sum += SIMD2<Double>(position + step)
        }
        sums[samples.lowerBound / Self.grain] = sum
      }
    }
    let mean = sums.reduce(.zero, +) / Double(max(1, count))
    return SIMD2<Float>(mean)
  }

  /// Takes the new positions, with their mean moved to 0, unless anchors hold them in place.
  private mutating func center(_ mean: SIMD2<Float>) {
    swap(&positions, &moved)
    let shift = (anchors?.strength ?? 0) > 0 ? .zero : mean
    let partCount = (positions.count + Self.grain - 1) / Self.grain
    var parts = [BoundingBox](repeating: BoundingBox(), count: partCount)
    withDisjointWrites(of: &positions, &parts) { positions, parts in
      parallelFor(count: moved.count, grain: Self.grain) { samples in
        var bounds = BoundingBox()
        for sample in samples {
          let position = positions[sample] - shift
          positions[sample] = position
          bounds.include(position)
        }
        parts[samples.lowerBound / Self.grain] = bounds
      }
    }
    bounds = BoundingBox()
    for part in parts { bounds.include(part) }
  }

  private static func entropy(of graph: NeighborGraph) -> (entropy: Double, total: Double) {
    var sums = [SIMD2<Double>](
      repeating: .zero, count: (graph.weights.count + (1 << 16) - 1) >> 16)
    sums.withDisjointWrites { sums in
      parallelFor(count: graph.weights.count, grain: 1 << 16) { range in
        let weights = graph.weights.span
        var sum = SIMD2<Double>.zero
        for index in range where weights[index] > 0 {
          let probability = Double(weights[index])
          sum += SIMD2(probability * log(probability), probability)
        }
        sums[range.lowerBound >> 16] = sum
      }
    }
    let sum = sums.reduce(.zero, +)
    return (sum.x, sum.y)
  }
}

/// A gain grows by 0.2 while the last step went against the gradient, and else falls by a fifth.
@inline(__always)
private func nextGain(
  _ gain: SIMD2<Float>, velocity: SIMD2<Float>, gradient: SIMD2<Float>
) -> SIMD2<Float> {
  let isUphill =
    ((velocity .> 0) .& (gradient .> 0)) .| ((velocity .< 0) .& (gradient .< 0))
  // The 0.01 keeps a gain from vanishing, as in openTSNE.
  return (gain + 0.2).replacing(with: gain * 0.8 + 0.01, where: isUphill)
}

/// A step of length 5 at most, in the direction of the given one, however long that is.
@inline(__always)
private func limited(_ step: SIMD2<Float>) -> SIMD2<Float> {
  // The square of 10¹⁸ is a Float still.
  let far = SIMD2<Float>(repeating: 1e18)
  let finite = step.clamped(lowerBound: -far, upperBound: far)
  let length = (finite.x * finite.x + finite.y * finite.y).squareRoot()
  return length > 5 ? finite * (5 / length) : finite
}
