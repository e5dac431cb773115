public import Matrices

/// A layout stretched to the unit square: x grows to the right, y upwards.
///
/// Each axis is stretched on its own from the 1st to the 99th percentile plus a margin; what lies
/// farther out is clipped to the border, so a few strays do not shrink everything else. The recipe
/// is that of Carter et al. ("Activation Atlas", 2019), with margins that are equal on both sides.
public struct NormalizedLayout: Sendable {
  /// The points, n × 2, in [0, 1].
  public let points: Matrix
  /// The point of the original layout that became (0, 0).
  public let lower: SIMD2<Double>
  /// The point of the original layout that became (1, 1).
  public let upper: SIMD2<Double>

  /// Normalises a layout.
  ///
  /// - Parameters:
  ///   - layout: The points, n × 2.
  ///   - percentiles: The part of each axis that is sure to stay unclipped, within 0...100.
  ///   - relativeMargin: The margin on either side, as a share of that part. Not negative.
  /// - Throws: `GridError` if there are no points or one is not finite.
  /// - Complexity: O(n log n).
  public init(
    _ layout: Matrix, percentiles: ClosedRange<Double> = 1...99, relativeMargin: Double = 0.1
  ) throws(GridError) {
    precondition(layout.columnCount == 2, "a layout has 2 columns, got \(layout.columnCount)")
    precondition(
      percentiles.lowerBound >= 0 && percentiles.upperBound <= 100 && relativeMargin >= 0,
      "percentiles \(percentiles) or margin \(relativeMargin) out of range")
    guard layout.rowCount > 0 else { throw .noPoints }
    if let row = layout.firstNonFiniteRow() { throw .nonFiniteSample(row) }

    var (lower, upper) = (SIMD2<Double>(), SIMD2<Double>())
    for axis in 0..<2 {
      let sorted = (0..<layout.rowCount).map { layout[$0, axis] }.sorted()
      let low = Double(quantile(percentiles.lowerBound / 100, ofSorted: sorted))
      let high = Double(quantile(percentiles.upperBound / 100, ofSorted: sorted))
      let margin = relativeMargin * (high - low)
      lower[axis] = low - margin
      upper[axis] = high + margin
    }
    var points = layout
    for row in 0..<layout.rowCount {
      let point = Self.position(SIMD2(layout[row, 0], layout[row, 1]), lower: lower, upper: upper)
      points[row, 0] = point.x
      points[row, 1] = point.y
    }
    self.points = points
    self.lower = lower
    self.upper = upper
  }

  /// Where another point of the original layout comes to lie in the unit square.
  ///
  /// An axis along which the percentiles agree maps to its middle.
  public func position(of point: SIMD2<Float>) -> SIMD2<Float> {
    Self.position(point, lower: lower, upper: upper)
  }

  private static func position(
    _ point: SIMD2<Float>, lower: SIMD2<Double>, upper: SIMD2<Double>
  ) -> SIMD2<Float> {
    let size = upper - lower
    let scaled = ((SIMD2<Double>(point) - lower) / size).clamped(
      lowerBound: SIMD2(repeating: 0), upperBound: SIMD2(repeating: 1))
    return SIMD2<Float>(scaled.replacing(with: 0.5, where: size .== 0))
  }
}
