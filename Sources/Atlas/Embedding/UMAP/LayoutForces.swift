import Numerics

/// What moves the points of a layout: the slope of the cross-entropy.
///
/// With s the squared distance to another point, a pull is −2ab·s^(b−1) / (1 + a·s^b) times the
/// difference, a push 2b / ((0.001 + s)(1 + a·s^b)) times it, and each coordinate is limited to 4
/// (McInnes, Healy and Melville 2018, section 3.2).
struct LayoutForces: Sendable {
  /// The curve of closeness, 1 / (1 + a·d^(2b)).
  let a: Float
  let b: Float
  /// The strength of pushes.
  private let repulsion: Float

  init(_ parameters: UMAPParameters) {
    (a, b) = fitCurve(spread: parameters.spread, minimumDistance: parameters.minimumDistance)
    repulsion = parameters.repulsion
  }

  /// The moves of eight points by pulls, from their differences to what pulls them.
  @inline(__always)
  func pulls(_ dx: SIMD8<Float>, _ dy: SIMD8<Float>) -> (x: SIMD8<Float>, y: SIMD8<Float>) {
    let square = squares(dx, dy)
    let power = power(square, b)
    let coefficient = power * (-2 * a * b) / (square * inverseCloseness(power))
    return (limited(coefficient * dx), limited(coefficient * dy))
  }

  /// The moves of eight points by pushes, from their differences to what pushes them.
  @inline(__always)
  func pushes(_ dx: SIMD8<Float>, _ dy: SIMD8<Float>) -> (x: SIMD8<Float>, y: SIMD8<Float>) {
    let square = squares(dx, dy)
    let coefficient =
      SIMD8(repeating: 2 * b * repulsion)
      / ((square + 0.001) * inverseCloseness(power(square, b)))
    return (limited(coefficient * dx), limited(coefficient * dy))
  }

  /// 1 + a·s^b.
  @inline(__always)
  private func inverseCloseness(_ power: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(repeating: 1).addingProduct(power, SIMD8(repeating: a))
  }

  /// Squared distances, kept from 0, so that their powers are normal numbers.
  @inline(__always)
  private func squares(_ dx: SIMD8<Float>, _ dy: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(repeating: 1e-12).addingProduct(dx, dx).addingProduct(dy, dy)
  }

  /// A move of at most 4 either way.
  @inline(__always)
  private func limited(_ move: SIMD8<Float>) -> SIMD8<Float> {
    let low = move.replacing(with: -4, where: move .< -4)
    return low.replacing(with: 4, where: low .> 4)
  }
}
