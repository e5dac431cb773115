internal import FourierTransforms
public import Layouts
public import Matrices
public import Neighbors
internal import Numerics
internal import ParallelLoops

/// Places new samples on a finished layout by t-SNE, which stays as it is.
///
/// A new sample begins at the median of its neighbors, each axis by itself and weighted by
/// affinity, and descends the gradient of its own divergence for 100 steps: attracted by its
/// neighbors, 1.5 times exaggerated, and repelled by the field of all old samples, over that field
/// (Poličar, Stražar and Zupan, Machine Learning 2023). Its position depends on the sample itself
/// alone, not on other new ones, and stays within the bounds of the layout.
///
/// - Parameters:
///   - neighbors: The neighbors of the new samples; indices are samples of the layout, and the
///     first `parameters.neighborCount` of each count.
///   - layout: The positions of the old samples, m × 1 or m × 2.
///   - parameters: Those of the layout; the perplexity and degrees of freedom count here.
/// - Returns: The positions of the new samples.
/// - Throws: `PlacementError` for a layout with a position out of range.
/// - Precondition: The layout has a sample, and new samples have neighbors, or there are none.
/// - Complexity: O(new samples · neighbors), with a factor of 100, and one field of the old
///   samples.
public func placeByTSNE(
  neighbors: NeighborTable, on layout: Matrix, parameters: TSNEParameters
) throws(PlacementError) -> Matrix {
  parameters.check()
  let dimension = parameters.dimension
  precondition(
    layout.columnCount == dimension,
    "a layout of \(dimension) columns expected, got \(layout.columnCount)")
  try checkPlacement(of: neighbors, on: layout)
  guard neighbors.rowCount > 0 else { return Matrix(rowCount: 0, columnCount: dimension) }
  let count = min(parameters.neighborCount, neighbors.neighborCount)
  let placement = TSNEPlacement(
    neighbors: neighbors, neighborCount: count,
    probabilities: neighborProbabilities(
      of: neighbors, neighborCount: count, perplexity: parameters.perplexity),
    old: layout.points, inverseDegrees: 1 / parameters.degreesOfFreedom)
  let field = RepulsiveField(
    dimension: dimension, degreesOfFreedom: parameters.degreesOfFreedom)
  let bounds = BoundingBox(placement.old)
  field.update(placement.old, bounds: bounds)
  var placed = [SIMD2<Float>](repeating: .zero, count: neighbors.rowCount)
  placed.withDisjointWrites { placed in
    _ = field.withField { sampler, plane in
      parallelFor(count: neighbors.rowCount, grain: 16) { samples in
        plane.withSpan { plane in
          for sample in samples {
            placed[sample] = placement.refined(
              placement.median(sample), sample: sample, bounds: bounds, sampler: sampler,
              plane: plane)
          }
        }
      }
    }
  }
  return Matrix(placed, dimension: dimension)
}

/// What new samples are placed by.
private struct TSNEPlacement: Sendable {
  let neighbors: NeighborTable
  let neighborCount: Int
  /// New samples × `neighborCount`.
  let probabilities: [Float]
  let old: [SIMD2<Float>]
  let inverseDegrees: Float

  // openTSNE's, but for the number of steps: with this momentum what is left of the way shrinks by
  // √0.8 a step, to a thousandth in about 60.
  private static let stepCount = 100
  private static let rate: Float = 0.1
  private static let momentum: Float = 0.8
  private static let exaggeration: Float = 1.5

  private func neighbor(_ sample: Int, _ rank: Int) -> SIMD2<Float> {
    old[Int(neighbors.indices[sample * neighbors.neighborCount + rank])]
  }

  /// The weighted median of a sample's neighbors: on both sides of it lies half of their
  /// probability.
  ///
  /// Not the mean, which lies between the clusters of a sample whose neighbors fall into two.
  func median(_ sample: Int) -> SIMD2<Float> {
    var result = SIMD2<Float>.zero
    for axis in 0..<2 {
      let sorted = (0..<neighborCount).map { rank in
        (neighbor(sample, rank)[axis], probabilities[sample * neighborCount + rank])
      }.sorted(by: <)
      let half = sorted.reduce(0) { $0 + $1.1 } / 2
      var sum: Float = 0
      for (value, probability) in sorted {
        sum += probability
        result[axis] = value
        if sum >= half { break }
      }
    }
    return result
  }

  /// The position at which a sample comes to rest, nearly.
  func refined(
    _ start: SIMD2<Float>, sample: Int, bounds: BoundingBox, sampler: FieldSampler,
    plane: Span<Float>
  ) -> SIMD2<Float> {
    var (position, velocity) = (start, SIMD2<Float>.zero)
    for _ in 0..<Self.stepCount {
      var attraction = SIMD2<Float>.zero
      for rank in 0..<neighborCount {
        let difference = position - neighbor(sample, rank)
        let square = difference.x * difference.x + difference.y * difference.y
        attraction +=
          difference
          * (probabilities[sample * neighborCount + rank] / (1 + square * inverseDegrees))
      }
      let (value, gradient) = sampler.gather(sampler.gridPoint(of: position), from: plane)
      // Between clusters far apart next to nothing is left of the field but its errors.
      var total = Self.exaggeration * attraction + gradient * (0.5 / max(value, 1e-3))
      let length = (total.x * total.x + total.y * total.y).squareRoot()
      // openTSNE's limit, against steps out of a crowded spot.
      if length > 0.25 { total *= 0.25 / length }
      velocity = Self.momentum * velocity - Self.rate * total
      position = (position + velocity).clamped(lowerBound: bounds.low, upperBound: bounds.high)
    }
    return position
  }
}
