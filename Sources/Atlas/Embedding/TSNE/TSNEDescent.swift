import Glibc
import Matrices
import Numerics
import ParallelLoops

/// The way of a layout down the slope of its divergence.
///
/// Steps have momentum, and each coordinate its own gain, which grows while the slope keeps its
/// sign (Jacobs 1988), as in openTSNE; no row moves by more than 5 in a step.
struct TSNEDescent {
  private let graph: NeighborGraph
  private let parameters: TSNEParameters
  private let anchors: LayoutAnchors?
  /// Σ p·ln p over all affinities.
  private let entropy: Double
  /// Σ p.
  private let total: Double
  private(set) var positions: [SIMD2<Float>]
  private var moved: [SIMD2<Float>]
  private var velocities: [SIMD2<Float>]
  private var gains: [SIMD2<Float>]
  private var slopes: [SIMD2<Float>]
  private var bounds: BoundingBox
  private let field: RepulsiveField

  /// Below this number of rows pushes are summed pair by pair.
  private static let exactCount = 500
  private static let grain = 512

  init(
    graph: NeighborGraph, positions: [SIMD2<Float>], parameters: TSNEParameters,
    anchors: LayoutAnchors?
  ) {
    (self.graph, self.parameters, self.anchors) = (graph, parameters, anchors)
    (self.positions, moved) = (positions, positions)
    velocities = [SIMD2<Float>](repeating: .zero, count: positions.count)
    gains = [SIMD2<Float>](repeating: .one, count: positions.count)
    slopes = velocities
    bounds = BoundingBox(positions)
    field = RepulsiveField(
      dimension: parameters.dimension, degreesOfFreedom: parameters.degreesOfFreedom)
    (entropy, total) = Self.entropy(of: graph)
  }

  /// Makes one step.
  ///
  /// - Returns: The divergence before it, if wanted.
  mutating func step(exaggeration: Float, wantsDivergence: Bool) -> Double? {
    let normalization = updateField()
    let divergence = wantsDivergence ? divergence(normalization: normalization) : nil
    let mean = move(exaggeration: exaggeration, normalization: normalization)
    center(mean)
    return divergence
  }

  /// The Kullback–Leibler divergence of the layout from the affinities.
  mutating func divergence() -> Double { divergence(normalization: updateField()) }

  /// Finds the slopes of the field, and Z, the sum of closeness over all pairs.
  private mutating func updateField() -> Double {
    let count = Double(positions.count)
    let sum: Double
    if positions.count < Self.exactCount {
      sum = exactField(
        of: positions, degreesOfFreedom: parameters.degreesOfFreedom, slopes: &slopes)
    } else {
      field.update(positions, bounds: bounds)
      sum = field.gather(&slopes) - count
    }
    // No pair is farther apart than the corners of the layout; this also keeps the errors of a field
    // with next to nothing in it from mattering.
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
      parallelFor(count: positions.count, grain: Self.grain) { rows in
        let (starts, points) = (graph.rowStarts.span, positions.span)
        var sum = 0.0
        for row in rows {
          sum += meanLogDistance(
            at: points[row], starts[row]..<starts[row + 1], columns: graph.columns.span,
            weights: graph.weights.span, positions: points, inverseDegrees: 1 / degrees)
        }
        sums[rows.lowerBound / Self.grain] = sum
      }
    }
    return entropy + Double(degrees) * log(2) * sums.reduce(0, +) + total * log(normalization)
  }

  /// Moves all rows to `moved`.
  ///
  /// - Returns: The mean of where they are.
  private mutating func move(exaggeration: Float, normalization: Double) -> SIMD2<Float> {
    let (graph, positions, slopes, anchors) = (graph, positions, slopes, anchors)
    let (count, dimension) = (positions.count, parameters.dimension)
    let inverseDegrees = 1 / parameters.degreesOfFreedom
    let push = Float(0.5 / normalization)
    let rate = parameters.learningRate ?? Float(count) / exaggeration
    let momentum = parameters.momentum
    let spring = (anchors?.strength ?? 0) / Float(max(1, count))
    var sums = [SIMD2<Double>](repeating: .zero, count: (count + Self.grain - 1) / Self.grain)
    moved.withDisjointWrites { moved in
      velocities.withDisjointWrites { velocities in
        gains.withDisjointWrites { gains in
          sums.withDisjointWrites { sums in
            parallelFor(count: count, grain: Self.grain) { rows in
              let (starts, points, slopes) = (graph.rowStarts.span, positions.span, slopes.span)
              var sum = SIMD2<Double>.zero
              for row in rows {
                let position = points[row]
                let pull = attraction(
                  at: position, starts[row]..<starts[row + 1], columns: graph.columns.span,
                  weights: graph.weights.span, positions: points, inverseDegrees: inverseDegrees)
                var slope = exaggeration * pull + push * slopes[row]
                if let anchors {
                  let target = anchors.target(of: row, dimension: dimension) ?? position
                  slope += spring * (position - target)
                }
                let velocity = velocities[row]
                let gain = nextGain(gains[row], velocity: velocity, slope: slope)
                let step = limited(momentum * velocity - rate * gain * slope)
                gains[row] = gain
                velocities[row] = step
                moved[row] = position + step
                sum += SIMD2<Double>(position + step)
              }
              sums[rows.lowerBound / Self.grain] = sum
            }
          }
        }
      }
    }
    let mean = sums.reduce(.zero, +) / Double(max(1, count))
    return SIMD2<Float>(mean)
  }

  /// Takes the moved positions, with their mean moved to 0, unless springs hold them in place.
  private mutating func center(_ mean: SIMD2<Float>) {
    swap(&positions, &moved)
    let shift = (anchors?.strength ?? 0) > 0 ? .zero : mean
    let partCount = (positions.count + Self.grain - 1) / Self.grain
    var parts = [BoundingBox](repeating: BoundingBox(), count: partCount)
    positions.withDisjointWrites { positions in
      parts.withDisjointWrites { parts in
        parallelFor(count: moved.count, grain: Self.grain) { rows in
          var bounds = BoundingBox()
          for row in rows {
            let position = positions[row] - shift
            positions[row] = position
            bounds.include(position)
          }
          parts[rows.lowerBound / Self.grain] = bounds
        }
      }
    }
    bounds = BoundingBox()
    for part in parts {
      bounds.include(part)
    }
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

extension LayoutAnchors {
  /// Where a row is drawn to; nil if it is free.
  @inline(__always)
  func target(of row: Int, dimension: Int) -> SIMD2<Float>? {
    let first = row * dimension
    let target = SIMD2(targets.elements[first], dimension == 2 ? targets.elements[first + 1] : 0)
    return target.x.isFinite && target.y.isFinite ? target : nil
  }
}

/// A gain grows by 0.2 while the last step went down the slope, and else falls by a fifth.
@inline(__always)
private func nextGain(
  _ gain: SIMD2<Float>, velocity: SIMD2<Float>, slope: SIMD2<Float>
) -> SIMD2<Float> {
  let isUphill = ((velocity .> 0) .& (slope .> 0)) .| ((velocity .< 0) .& (slope .< 0))
  return (gain + 0.2).replacing(with: gain * 0.8 + 0.01, where: isUphill)
}

/// A step no longer than 5, however far off the place it aims at.
@inline(__always)
private func limited(_ step: SIMD2<Float>) -> SIMD2<Float> {
  let far = SIMD2<Float>(repeating: 1e18)
  let finite = step.clamped(lowerBound: -far, upperBound: far)
  let length = (finite.x * finite.x + finite.y * finite.y).squareRoot()
  return length > 5 ? finite * (5 / length) : finite
}
