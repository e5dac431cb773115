import FourierTransforms
public import Matrices
public import Neighbors
internal import Numerics
internal import ParallelLoops

/// Puts new rows on a finished layout by t-SNE, which stays as it is.
///
/// A new row begins at the median of its neighbours, each axis by itself and weighted by affinity,
/// and goes down the slope of its own divergence for 100 steps: pulled by its neighbours, by half as
/// much again as it would have them, and pushed by the field of all old rows, over that field
/// (Poličar, Stražar and Zupan, Machine Learning 2023). It depends on itself alone, not on other new
/// rows, and stays within the bounds of the layout.
///
/// - Parameters:
///   - neighbors: The neighbours of the new rows; indices are rows of the layout, and the first
///     3 · `perplexity` of each count.
///   - layout: The positions of the old rows, m × 1 or m × 2, of magnitudes up to 10¹².
///   - parameters: Those of the layout; the perplexity and degrees of freedom count here.
/// - Returns: The positions of the new rows.
/// - Precondition: The layout has a row, and new rows have neighbours, or there are none.
/// - Complexity: O(new rows · neighbours), with a factor of 100, and one field of the old rows.
public func placeByTSNE(
  neighbors: NeighborTable, on layout: Matrix, parameters: TSNEParameters
) -> Matrix {
  parameters.check()
  let dimension = parameters.dimension
  precondition(
    layout.columnCount == dimension,
    "a layout with \(layout.columnCount) columns is not on "
      + (dimension == 1 ? "a line" : "a plane"))
  precondition(
    layout.elements.allSatisfy { abs($0) <= 1e12 }, "a layout with numbers beyond 1e12, or none")
  checkPlacing(neighbors, on: layout)
  guard neighbors.rowCount > 0 else { return Matrix(rowCount: 0, columnCount: dimension) }
  let count = min(parameters.neighborCount, neighbors.neighborCount)
  let placement = Placement(
    neighbors: neighbors, neighborCount: count,
    probabilities: neighborProbabilities(
      of: neighbors, neighborCount: count, perplexity: parameters.perplexity),
    old: positions(layout), inverseDegrees: 1 / parameters.degreesOfFreedom)
  let field = RepulsiveField(
    dimension: dimension, degreesOfFreedom: parameters.degreesOfFreedom)
  let bounds = BoundingBox(placement.old)
  field.update(placement.old, bounds: bounds)
  var placed = [SIMD2<Float>](repeating: .zero, count: neighbors.rowCount)
  placed.withDisjointWrites { placed in
    _ = field.withField { sampler, plane in
      parallelFor(count: neighbors.rowCount, grain: 16) { rows in
        plane.withSpan { plane in
          for row in rows {
            placed[row] = placement.refined(
              placement.median(row), row: row, bounds: bounds, sampler: sampler, plane: plane)
          }
        }
      }
    }
  }
  return matrix(placed, dimension: dimension)
}

/// What new rows are placed by.
private struct Placement: Sendable {
  let neighbors: NeighborTable
  let neighborCount: Int
  /// New rows × `neighborCount`.
  let probabilities: [Float]
  let old: [SIMD2<Float>]
  let inverseDegrees: Float

  // openTSNE's, but for the number of steps: with this momentum what is left of the way shrinks by
  // √0.8 a step, to a thousandth in about 60.
  private static let stepCount = 100
  private static let rate: Float = 0.1
  private static let momentum: Float = 0.8
  private static let exaggeration: Float = 1.5

  private func neighbor(_ row: Int, _ rank: Int) -> SIMD2<Float> {
    old[Int(neighbors.indices[row * neighbors.neighborCount + rank])]
  }

  /// The middle of a row's neighbours: on both sides of it lies half of their probability.
  func median(_ row: Int) -> SIMD2<Float> {
    var result = SIMD2<Float>.zero
    for axis in 0..<2 {
      let sorted = (0..<neighborCount).map { rank in
        (neighbor(row, rank)[axis], probabilities[row * neighborCount + rank])
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

  /// Where a row comes to rest, nearly.
  func refined(
    _ start: SIMD2<Float>, row: Int, bounds: BoundingBox, sampler: FieldSampler,
    plane: Span<Float>
  ) -> SIMD2<Float> {
    var (position, velocity) = (start, SIMD2<Float>.zero)
    for _ in 0..<Self.stepCount {
      var pull = SIMD2<Float>.zero
      for rank in 0..<neighborCount {
        let difference = position - neighbor(row, rank)
        let square = difference.x * difference.x + difference.y * difference.y
        pull +=
          difference
          * (probabilities[row * neighborCount + rank] / (1 + square * inverseDegrees))
      }
      let (value, slope) = sampler.gather(sampler.place(of: position), from: plane)
      // Between clusters far apart next to nothing is left of the field but its errors.
      var total = Self.exaggeration * pull + slope * (0.5 / max(value, 1e-3))
      let length = (total.x * total.x + total.y * total.y).squareRoot()
      if length > 0.25 { total *= 0.25 / length }
      velocity = Self.momentum * velocity - Self.rate * total
      position = (position + velocity).clamped(lowerBound: bounds.low, upperBound: bounds.high)
    }
    return position
  }
}
