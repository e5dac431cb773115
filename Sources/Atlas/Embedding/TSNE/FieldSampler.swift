import FourierTransforms
import Numerics

/// Where a point stands on a grid.
struct GridPoint: BitwiseCopyable {
  /// The first place that it touches.
  var first: SIMD2<Int32>
  /// The shares of a place by which it has passed the third place that it touches.
  var share: SIMD2<Float>
}

/// The way from positions to places on a grid, and the kernels that spread and gather there.
struct FieldSampler: Sendable {
  let spacing: Float
  /// The least coordinates of the layout.
  let origin: SIMD2<Float>
  /// The greatest places that points may lie at, counted from the origin.
  let limit: SIMD2<Float>
  /// The first place that a point at the origin touches.
  let offset: SIMD2<Int32>
  let rowStride: Int
  /// 6 for a plane, 1 for a line.
  let stencilRowCount: Int

  /// The place of a position; those outside go to the edge.
  @inline(__always)
  func place(of position: SIMD2<Float>) -> GridPoint {
    let scaled = ((position - origin) / spacing).clamped(lowerBound: .zero, upperBound: limit)
    // Whole and fractional parts are split before the offset comes in, which would cost digits.
    let whole = SIMD2(Int32(scaled.x), Int32(scaled.y))
    return GridPoint(first: offset &+ whole, share: scaled - SIMD2<Float>(whole))
  }

  /// The weights of the rows that a point touches.
  @inline(__always)
  private func rowWeights(_ point: GridPoint) -> SIMD8<Float> {
    stencilRowCount == 1
      ? SIMD8(1, 0, 0, 0, 0, 0, 0, 0) : QuinticSpline.weights(point.share.y)
  }

  /// Adds a point of weight 1 to a part of the plane that begins at element `base`.
  @inline(__always)
  func spread(_ point: GridPoint, to plane: inout MutableSpan<Float>, base: Int) {
    let columnWeights = QuinticSpline.weights(point.share.x)
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

  /// The value of the plane at a point, and its slope.
  @inline(__always)
  func gather(_ point: GridPoint, from plane: Span<Float>) -> (value: Float, slope: SIMD2<Float>) {
    let columnWeights = QuinticSpline.weights(point.share.x)
    let columnSlopes = QuinticSpline.slopes(point.share.x)
    let rowWeights = rowWeights(point)
    let rowSlopes = stencilRowCount == 1 ? .zero : QuinticSpline.slopes(point.share.y)
    var position = Int(point.first.y) * rowStride + Int(point.first.x)
    precondition(
      position >= 0 && position + (stencilRowCount - 1) * rowStride + 8 <= plane.count)
    var (weighted, sloped) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
    for row in 0..<stencilRowCount {
      let lanes = plane.vector(at: position)
      weighted += lanes * rowWeights[row]
      sloped += lanes * rowSlopes[row]
      position += rowStride
    }
    let slope = SIMD2((weighted * columnSlopes).pairwiseSum, (sloped * columnWeights).pairwiseSum)
    return ((weighted * columnWeights).pairwiseSum, slope / spacing)
  }
}
