/// The least and greatest coordinates of some points of the plane.
package struct BoundingBox: BitwiseCopyable, Sendable, Equatable {
  /// The least coordinates; +∞ without points.
  package var low = SIMD2<Float>(repeating: .infinity)
  /// The greatest coordinates; −∞ without points.
  package var high = SIMD2<Float>(repeating: -.infinity)

  /// The box of no points.
  @inlinable
  package init() {}

  /// The box of some points.
  ///
  /// - Complexity: O(points).
  @inlinable
  package init(_ points: some Sequence<SIMD2<Float>>) {
    for point in points { include(point) }
  }

  /// Whether no point was included.
  @inlinable
  package var isEmpty: Bool { low.x > high.x }

  /// The lengths of the sides; 0 along an axis without extent, without points, or with NaN.
  @inlinable
  package var extent: SIMD2<Float> {
    let difference = high - low
    return difference.replacing(with: 0, where: .!(difference .>= 0))
  }

  /// Extends the box to a point.
  @inlinable @inline(__always)
  package mutating func include(_ point: SIMD2<Float>) {
    low = pointwiseMin(low, point)
    high = pointwiseMax(high, point)
  }

  /// Extends the box to another one, which holds a point.
  @inlinable
  package mutating func include(_ other: BoundingBox) {
    include(other.low)
    include(other.high)
  }
}
