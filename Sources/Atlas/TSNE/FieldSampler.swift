internal import FourierTransforms
internal import Glibc
internal import Numerics

/// The position of a sample on a grid.
struct GridPoint: BitwiseCopyable {
  /// The first grid point that its spline touches, by column and row.
  var first: SIMD2<Int32>
  /// How far it has passed the third grid point that its spline touches, in spacings, in [0, 1).
  var fraction: SIMD2<Float>
}

/// Spreads samples to a grid and gathers a field from it, by quintic splines.
struct FieldSampler: Sendable {
  let spacing: Float
  /// The least coordinates of the layout.
  let origin: SIMD2<Float>
  /// The greatest grid coordinates that samples may have, counted from the origin.
  let limit: SIMD2<Float>
  /// The first grid point that a sample at the origin touches.
  let offset: SIMD2<Int32>
  let rowStride: Int
  /// 6 for a plane, 1 for a line.
  let stencilRowCount: Int

  /// The grid point of a position; those outside go to the edge.
  @inline(__always)
  func gridPoint(of position: SIMD2<Float>) -> GridPoint {
    let scaled = ((position - origin) / spacing).clamped(lowerBound: .zero, upperBound: limit)
    // Whole and fractional parts are split before the offset comes in, which would cost digits.
    let whole = SIMD2(Int32(scaled.x), Int32(scaled.y))
    return GridPoint(first: offset &+ whole, fraction: scaled - SIMD2<Float>(whole))
  }

  /// The weights of the rows that a sample touches.
  @inline(__always)
  private func rowWeights(_ point: GridPoint) -> SIMD8<Float> {
    stencilRowCount == 1
      ? SIMD8(1, 0, 0, 0, 0, 0, 0, 0) : QuinticSpline.weights(point.fraction.y)
  }

  /// Adds a sample of weight 1 to a part of the plane that begins at element `base`.
  @inline(__always)
  func spread(_ point: GridPoint, to plane: inout MutableSpan<Float>, base: Int) {
    let columnWeights = QuinticSpline.weights(point.fraction.x)
    let rowWeights = rowWeights(point)
    var position = Int(point.first.y) * rowStride + Int(point.first.x) - base
    precondition(
      position >= 0 && position + (stencilRowCount - 1) * rowStride + 8 <= plane.count)
    for row in 0..<stencilRowCount {
      let lanes = plane.vector(at: position)
      plane.store(lanes + columnWeights * rowWeights[row], at: position)
      position += rowStride
    }
  }

  /// The value of the plane at a sample, and its gradient.
  @inline(__always)
  func gather(
    _ point: GridPoint, from plane: Span<Float>
  ) -> (value: Float, gradient: SIMD2<Float>) {
    let columnWeights = QuinticSpline.weights(point.fraction.x)
    let columnDerivatives = QuinticSpline.derivatives(point.fraction.x)
    let rowWeights = rowWeights(point)
    let rowDerivatives =
      stencilRowCount == 1 ? .zero : QuinticSpline.derivatives(point.fraction.y)
    var position = Int(point.first.y) * rowStride + Int(point.first.x)
    precondition(
      position >= 0 && position + (stencilRowCount - 1) * rowStride + 8 <= plane.count)
    var (weighted, derived) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    for row in 0..<stencilRowCount {
      let lanes = plane.vector(at: position)
      weighted += lanes * rowWeights[row]
      derived += lanes * rowDerivatives[row]
      position += rowStride
    }
    let gradient = SIMD2(
      (weighted * columnDerivatives).pairwiseSum, (derived * columnWeights).pairwiseSum)
    return ((weighted * columnWeights).pairwiseSum, gradient / spacing)
  }
}

/// The quintic cardinal B-spline: the weights of the six grid points around a sample between them.
///
/// For a sample at fraction t past a grid point, lanes 0 to 5 belong to the grid points from two
/// before that one to three after; lanes 6 and 7 are 0 (de Boor, A Practical Guide to Splines,
/// 1978, chapter IX). Quintic, not cubic: forces follow from the derivative, which loses an order.
enum QuinticSpline {
  /// The number of grid points that a sample touches.
  static let width = 6
  /// How many of them lie before the one that the sample has passed.
  static let reach = 2

  // The coefficients of the powers of t, times 120.
  private static let c0 = SIMD8<Float>(1, 26, 66, 26, 1, 0, 0, 0) / 120
  private static let c1 = SIMD8<Float>(-5, -50, 0, 50, 5, 0, 0, 0) / 120
  private static let c2 = SIMD8<Float>(10, 20, -60, 20, 10, 0, 0, 0) / 120
  private static let c3 = SIMD8<Float>(-10, 20, 0, -20, 10, 0, 0, 0) / 120
  private static let c4 = SIMD8<Float>(5, -20, 30, -20, 5, 0, 0, 0) / 120
  private static let c5 = SIMD8<Float>(-1, 5, -10, 10, -5, 1, 0, 0) / 120

  /// The weights at t; they sum to 1.
  @inline(__always)
  static func weights(_ t: Float) -> SIMD8<Float> {
    var sum = c5 * t + c4
    sum = sum * t + c3
    sum = sum * t + c2
    sum = sum * t + c1
    return sum * t + c0
  }

  /// The derivatives of the weights with respect to t.
  @inline(__always)
  static func derivatives(_ t: Float) -> SIMD8<Float> {
    var sum = 5 * c5 * t + 4 * c4
    sum = sum * t + 3 * c3
    sum = sum * t + 2 * c2
    return sum * t + c1
  }

  /// The frequency response: the factor on a wave that turns by `angle` from one grid point to the
  /// next.
  static func response(_ angle: Double) -> Double {
    (66 + 52 * cos(angle) + 2 * cos(2 * angle)) / 120
  }
}
