public import Matrices
internal import Numerics

/// A layout stretched to the unit square: x grows to the right, y upward.
///
/// Each axis is stretched on its own from the 1st to the 99th percentile plus a margin, so a few
/// outliers do not shrink everything else. The square is that of Carter et al. ("Activation Atlas",
/// 2019), with margins that are equal on both sides. Their notebooks move what lies farther out to
/// the border, where it piles up in the outermost cells; here it is clipped: it lies in no cell.
/// That is no fixed fraction of the samples, since the margin reaches beyond the percentiles; of a
/// compact layout none is clipped.
public struct NormalizedLayout: Sendable {
  /// The points, n × 2, in [0, 1]; those that are clipped on the border.
  public let points: Matrix
  /// The samples beyond the square, ascending.
  public let clipped: [Int]
  /// The point of the original layout that became (0, 0).
  public let lower: SIMD2<Double>
  /// The point of the original layout that became (1, 1).
  public let upper: SIMD2<Double>

  /// Normalizes a layout.
  ///
  /// - Parameters:
  ///   - layout: The points, n × 2.
  ///   - horizontal: The part of the first axis that the square covers, where that has a scale of its own;
  ///     nil for the percentiles and the margin.
  ///   - percentiles: The part of each axis that is sure to lie in the square, within 0...100.
  ///   - relativeMargin: The margin on either side, as a fraction of that part. Not negative.
  /// - Throws: `GridError` if there are no points or one is not finite.
  /// - Complexity: O(n log n).
  public init(
    _ layout: Matrix, horizontal: ClosedRange<Double>? = nil,
    percentiles: ClosedRange<Double> = 1...99, relativeMargin: Double = 0.1
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
    if let horizontal { (lower.x, upper.x) = (horizontal.lowerBound, horizontal.upperBound) }
    var (points, clipped) = (layout, [Int]())
    for sample in 0..<layout.rowCount {
      let original = SIMD2(layout[sample, 0], layout[sample, 1])
      let point = Self.position(original, lower: lower, upper: upper)
      points[sample, 0] = point.x
      points[sample, 1] = point.y
      let wide = SIMD2<Double>(original)
      if any(wide .< lower) || any(wide .> upper) { clipped.append(sample) }
    }
    self.points = points
    self.clipped = clipped
    self.lower = lower
    self.upper = upper
  }

  /// The position in the unit square of another point of the original layout, on the border for one
  /// beyond the square.
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
