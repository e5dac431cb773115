public import Matrices

/// A layout stretched to the unit square: x grows to the right, y upward.
///
/// Each axis is stretched on its own from the 1st to the 99th percentile plus a margin; what lies
/// farther out is clipped to the border, so a few outliers do not shrink everything else. The
/// recipe is that of Carter et al. ("Activation Atlas", 2019), with margins that are equal on both
/// sides.
public struct NormalizedLayout: Sendable {
  /// The points, n × 2, in [0, 1].
  public let points: Matrix
  /// The point of the original layout that became (0, 0).
  public let lower: SIMD2<Double>
  /// The point of the original layout that became (1, 1).
  public let upper: SIMD2<Double>

  /// Normalizes a layout.
  ///
  /// - Parameters:
  ///   - layout: The points, n × 2.
  ///   - percentiles: The part of each axis that is sure to stay unclipped, within 0...100.
  ///   - relativeMargin: The margin on either side, as a fraction of that part. Not negative.
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
    if let sample = layout.firstNonFiniteRow() { throw .nonFiniteSample(sample) }

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
    for sample in 0..<layout.rowCount {
      let point = Self.position(
        SIMD2(layout[sample, 0], layout[sample, 1]), lower: lower, upper: upper)
      points[sample, 0] = point.x
      points[sample, 1] = point.y
    }
    self.points = points
    self.lower = lower
    self.upper = upper
  }

  /// The position in the unit square of another point of the original layout.
  ///
  /// An axis along which the percentiles agree maps to its middle.
  public func position(of point: SIMD2<Float>) -> SIMD2<Float> {
    Self.position(point, lower: lower, upper: upper)
  }

  private static func position(
    _ point: SIMD2<Float>, lower: SIMD2<Double>, upper: SIMD2<Double>
  ) -> SIMD2<Float> {
    // In double precision: differences of floats neither overflow nor lose digits.
    let size = upper - lower
    let scaled = ((SIMD2<Double>(point) - lower) / size).clamped(
      lowerBound: SIMD2(repeating: 0), upperBound: SIMD2(repeating: 1))
    return SIMD2<Float>(scaled.replacing(with: 0.5, where: size .== 0))
  }
}

/// The value below which a fraction of sorted values lies, with linear interpolation between the
/// two nearest ones (Hyndman and Fan 1996, definition 7; NumPy's default).
///
/// - Precondition: `values` is ascending and not empty; `fraction` is in [0, 1].
package func quantile(_ fraction: Double, ofSorted values: [Float]) -> Float {
  precondition(
    !values.isEmpty && 0 <= fraction && fraction <= 1,
    "no quantile \(fraction) of \(values.count) values")
  let position = fraction * Double(values.count - 1)
  let lower = min(Int(position), values.count - 1)
  let upper = min(lower + 1, values.count - 1)
  let (low, high) = (Double(values[lower]), Double(values[upper]))
  return Float(low + (high - low) * (position - Double(lower)))
}

/// Why a layout could not be normalized or samples could not be averaged.
public enum GridError: Error, Equatable, CustomStringConvertible {
  /// A layout without points.
  case noPoints
  /// A sample's point in the layout or its activation holds NaN or an infinite element.
  case nonFiniteSample(Int)

  /// One line: operation, object, cause, remedy.
  public var description: String {
    switch self {
    case .noPoints:
      "Cannot normalize a layout of no points; embed at least one sample."
    case .nonFiniteSample(let sample):
      "Cannot put sample \(sample) into a grid: a number is not finite; extract and embed it again."
    }
  }
}
