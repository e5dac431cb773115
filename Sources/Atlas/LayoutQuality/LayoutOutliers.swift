internal import Layouts
public import Matrices
internal import Numerics

/// How many samples of a layout lie far outside of all others.
///
/// An optimizer that throws a sample far away leaves it there, where nothing attracts it any more:
/// the fault of the method, not a property of the sample. Distances are those to the median of each
/// axis, which a few outliers do not move.
public struct LayoutOutliers: Sendable, Equatable {
  /// The number of samples beyond three times the 98th percentile of distances.
  public let count: Int
  /// The same as a fraction of all samples, in [0, 1].
  public let fraction: Double
  /// The 98th percentile of distances over their median: 1.5 to 3 for most layouts.
  ///
  /// Where more than 2 % are far outside, the percentile itself is, and `count` misses them; this
  /// ratio does not. 0 where more than half of the samples lie at one point.
  public let tailRatio: Double

  /// Counts the outliers of a layout.
  ///
  /// - Parameter layout: The positions, n × 2 or n × 1, finite.
  /// - Complexity: O(n log n).
  public init(of layout: Matrix) {
    guard layout.rowCount > 0 else {
      (count, fraction, tailRatio) = (0, 0, 0)
      return
    }
    let points = layout.points
    let center = SIMD2(median(points.map(\.x)), median(points.map(\.y)))
    // In double precision no square of a difference of floats overflows.
    let distances = points.map { point in
      let difference = SIMD2<Double>(point) - center
      return (difference * difference).sum().squareRoot()
    }
    let sorted = distances.sorted()
    let (middle, far) = (quantile(0.5, ofSorted: sorted), quantile(0.98, ofSorted: sorted))
    count = distances.count { $0 > 3 * far }
    fraction = Double(count) / Double(distances.count)
    tailRatio = middle > 0 ? far / middle : 0
  }
}

private func median(_ values: [Float]) -> Double {
  quantile(0.5, ofSorted: values.map(Double.init).sorted())
}
