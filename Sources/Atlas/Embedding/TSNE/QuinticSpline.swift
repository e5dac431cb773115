import Glibc

/// The quintic cardinal B-spline: the weights of the six places around a point between them.
///
/// For a point a share t past a place, lanes 0 to 5 belong to the places from two before that one to
/// three after; lanes 6 and 7 are 0 (de Boor, A Practical Guide to Splines, 1978, chapter IX).
enum QuinticSpline {
  /// How many places a point touches.
  static let width = 6
  /// How many of them lie before the one that the point has passed.
  static let reach = 2

  // The coefficients of the powers of t, times 120.
  private static let c0 = SIMD8<Float>(1, 26, 66, 26, 1, 0, 0, 0) / 120
  private static let c1 = SIMD8<Float>(-5, -50, 0, 50, 5, 0, 0, 0) / 120
  private static let c2 = SIMD8<Float>(10, 20, -60, 20, 10, 0, 0, 0) / 120
  private static let c3 = SIMD8<Float>(-10, 20, 0, -20, 10, 0, 0, 0) / 120
  private static let c4 = SIMD8<Float>(5, -20, 30, -20, 5, 0, 0, 0) / 120
  private static let c5 = SIMD8<Float>(-1, 5, -10, 10, -5, 1, 0, 0) / 120

  /// The weights; they sum to 1.
  @inline(__always)
  static func weights(_ t: Float) -> SIMD8<Float> {
    var sum = c5 * t + c4
    sum = sum * t + c3
    sum = sum * t + c2
    sum = sum * t + c1
    return sum * t + c0
  }

  /// How fast the weights change with t.
  @inline(__always)
  static func slopes(_ t: Float) -> SIMD8<Float> {
    var sum = 5 * c5 * t + 4 * c4
    sum = sum * t + 3 * c3
    sum = sum * t + 2 * c2
    return sum * t + c1
  }

  /// By how much the spline, taken at whole places, damps a wave that turns by `angle` a place.
  static func response(_ angle: Double) -> Double {
    (66 + 52 * cos(angle) + 2 * cos(2 * angle)) / 120
  }
}
