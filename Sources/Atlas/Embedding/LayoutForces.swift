/// What moves the points of a layout: the slope of the cross-entropy.
///
/// McInnes, Healy and Melville 2018, section 3.2.
struct LayoutForces: Sendable {
  /// The curve of closeness, 1 / (1 + a·d^(2b)).
  private let a: Float
  private let b: Float
  /// The strength of pushes.
  private let repulsion: Float

  init(_ parameters: UMAPParameters) {
    (a, b) = fitCurve(spread: parameters.spread, minimumDistance: parameters.minimumDistance)
    repulsion = parameters.repulsion
  }

  /// The sum of the moves of a point by up to eight others: the first `pullCount` of the first
  /// `count` pull, the rest push.
  ///
  /// With s the squared distance, a pull is −2ab·s^(b−1) / (1 + a·s^b) times the difference, a push
  /// 2b / ((0.001 + s)(1 + a·s^b)) times it, and each coordinate is limited to 4.
  @inline(__always)
  func step(
    from position: SIMD2<Float>, _ x: SIMD8<Float>, _ y: SIMD8<Float>, pullCount: Int, count: Int
  ) -> SIMD2<Float> {
    let (dx, dy) = (position.x - x, position.y - y)
    // Kept from 0, so that its power is a normal number.
    let square = dx * dx + dy * dy + 1e-12
    let power = fastPower(square, b)
    let lane = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7)
    let isPull = lane .< Float(pullCount)
    let push = SIMD8<Float>.zero.replacing(with: 2 * b * repulsion, where: lane .< Float(count))
    let numerator = push.replacing(with: power * (-2 * a * b), where: isPull)
    let offset = SIMD8<Float>(repeating: 0.001).replacing(with: 0, where: isPull)
    let coefficient = numerator / ((square + offset) * (1 + a * power))
    return SIMD2(sum(limited(coefficient * dx)), sum(limited(coefficient * dy)))
  }

  /// The sum of the lanes.
  ///
  /// A call on purpose: inlined, its order of additions spreads backwards through the compiler and
  /// takes the vectors of the whole step apart.
  @inline(never)
  private func sum(_ lanes: SIMD8<Float>) -> Float {
    let four = lanes.lowHalf + lanes.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// A move of at most 4 either way.
  @inline(__always)
  private func limited(_ move: SIMD8<Float>) -> SIMD8<Float> {
    let low = move.replacing(with: -4, where: move .< -4)
    return low.replacing(with: 4, where: low .> 4)
  }
}
