// Elementary functions of eight floats at a time.
//
// The vector forms of the C library's functions are called lane by lane. These are short
// polynomials on whole vectors, without tables and branches, and as exact as their callers need:
// each says how exact. Their bits depend on nothing but the argument, on every processor.

/// 1.5 · 2²³: added to a number below 2²² in magnitude, it leaves the nearest whole number in the
/// low bits of the significand.
///
/// Computed, not stored: a stored global of another module is read through a call.
@inlinable @inline(__always)
var roundingShift: Float { 0x1.8p23 }

@inlinable @inline(__always)
func repeated(_ value: Float) -> SIMD8<Float> { SIMD8(repeating: value) }

/// The base-2 logarithm of positive normal numbers, lane by lane; absolute error below 5 · 10⁻⁷.
///
/// With x = 2ᵉ·m, m in [√½, √2), and s = (m − 1)/(m + 1), it is the series of the area hyperbolic
/// tangent, e + 2/ln 2 · (s + s³/3 + s⁵/5 + s⁷/7). |s| is below 0.172, and what is left out below
/// 5 · 10⁻⁷.
@inlinable @inline(__always)
package func logarithm2(_ x: SIMD8<Float>) -> SIMD8<Float> {
  let bits = unsafeBitCast(x, to: SIMD8<Int32>.self)
  // 0x3F3504F3 is √½: offset by it, the exponent field changes there instead of at 1.
  let exponent = (bits &- 0x3F35_04F3) &>> 23
  let mantissa = unsafeBitCast(bits &- (exponent &<< 23), to: SIMD8<Float>.self)
  let s = (mantissa - 1) / (mantissa + 1)
  let square = s * s
  var series = repeated(1 / 5).addingProduct(square, repeated(1 / 7))
  series = repeated(1 / 3).addingProduct(series, square)
  series = repeated(1).addingProduct(series, square)
  // The whole number becomes a float by bits: a conversion would be done lane by lane.
  let shifted = exponent &+ Int32(bitPattern: roundingShift.bitPattern)
  let whole = unsafeBitCast(shifted, to: SIMD8<Float>.self) - roundingShift
  return whole.addingProduct(s * series, repeated(2.885_390_1))
}

/// 2 to a power, lane by lane, by Taylor's series about the nearest whole number up to the fifth
/// power; relative error below 3 · 10⁻⁶.
///
/// The results must be normal numbers: powers from −126 to 127.
@inlinable @inline(__always)
package func exponential2(_ power: SIMD8<Float>) -> SIMD8<Float> {
  let shifted = power + roundingShift
  let t = (power - (shifted - roundingShift)) * 0.693_147_2
  var series = repeated(1 / 24).addingProduct(t, repeated(1 / 120))
  series = repeated(1 / 6).addingProduct(series, t)
  series = repeated(1 / 2).addingProduct(series, t)
  series = repeated(1).addingProduct(series, t)
  series = repeated(1).addingProduct(series, t)
  let exponent = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &<< 23
  return unsafeBitCast(
    unsafeBitCast(series, to: SIMD8<Int32>.self) &+ exponent, to: SIMD8<Float>.self)
}

/// Eight powers with a common exponent, by exp₂(exponent · log₂ base), to about five digits.
///
/// The bases must be positive and normal numbers, and so must the results.
@inlinable @inline(__always)
package func power(_ base: SIMD8<Float>, _ exponent: Float) -> SIMD8<Float> {
  exponential2(logarithm2(base) * exponent)
}

/// exp(x), lane by lane; relative error below 2⁻²².
///
/// exp(x) = 2ⁿ · exp(r) with n whole and |r| ≤ ½ ln 2, where exp(r) is its Taylor polynomial of
/// degree 7 (remainder below 6 · 10⁻⁹). Outside ±87, where the result leaves the normal numbers, x
/// is clamped.
@inlinable @inline(__always)
package func exponential(_ x: SIMD8<Float>) -> SIMD8<Float> {
  let (one, limit) = (repeated(1), repeated(87))
  var y = x.replacing(with: limit, where: x .> limit)
  y.replace(with: -limit, where: y .< -limit)
  let shift = repeated(roundingShift)
  let shifted = shift.addingProduct(y, repeated(0x1.715476p0))
  let n = shifted - shift
  // ln 2 in two parts, the first short enough for an exact product.
  let r = y.addingProduct(n, repeated(-0x1.62e4p-1)).addingProduct(n, repeated(-0x1.7f7d1cp-20))
  var p = repeated(1 / 5040)
  p = repeated(1 / 720).addingProduct(p, r)
  p = repeated(1 / 120).addingProduct(p, r)
  p = repeated(1 / 24).addingProduct(p, r)
  p = repeated(1 / 6).addingProduct(p, r)
  p = repeated(0.5).addingProduct(p, r)
  p = one.addingProduct(p, r)
  p = one.addingProduct(p, r)
  let exponent = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &<< 23
  return unsafeBitCast(
    exponent &+ unsafeBitCast(p, to: SIMD8<Int32>.self), to: SIMD8<Float>.self)
}

/// 1 / (1 + exp(−x)), lane by lane; relative error below 2⁻²².
///
/// Outside ±87 it is 0 or 1 to within 10⁻³⁷. Eight lanes take less time than one call of the C
/// library's `expf`.
@inlinable @inline(__always)
package func sigmoid(_ x: SIMD8<Float>) -> SIMD8<Float> {
  let one = repeated(1)
  return one / (one + exponential(-x))
}

/// log(1 + exp(x)), lane by lane; relative error below 2⁻²¹ for x ≥ −87, below which it is 10⁻³⁸.
///
/// With t = exp(−|x|) it is max(x, 0) + log(1 + t), and log(1 + t) the series of the area hyperbolic
/// tangent of s = t / (2 + t) ≤ ⅓, 2 (s + s³/3 + … + s¹⁵/15), whose remainder is below 10⁻⁹ of it.
@inlinable @inline(__always)
package func softplus(_ x: SIMD8<Float>) -> SIMD8<Float> {
  let zero = repeated(0)
  let positive = x.replacing(with: zero, where: x .< zero)
  let t = exponential((-x).replacing(with: x, where: x .< zero))
  let s = t / (t + 2)
  let square = s * s
  var series = repeated(1 / 13).addingProduct(square, repeated(1 / 15))
  series = repeated(1 / 11).addingProduct(series, square)
  series = repeated(1 / 9).addingProduct(series, square)
  series = repeated(1 / 7).addingProduct(series, square)
  series = repeated(1 / 5).addingProduct(series, square)
  series = repeated(1 / 3).addingProduct(series, square)
  series = repeated(1).addingProduct(series, square)
  return positive.addingProduct(2 * s, series)
}

/// √x for x ≥ 0, lane by lane; relative error below 2⁻²¹ for normal numbers, 0 for 0.
///
/// `squareRoot()` of a vector calls the C library lane by lane. Here Newton's iteration for 1 / √x,
/// y ← y (3 − x y²) / 2, starts from a bit pattern whose error is below 0.035; three rounds leave
/// only rounding errors.
@inlinable @inline(__always)
package func squareRoot(_ x: SIMD8<Float>) -> SIMD8<Float> {
  let pattern =
    SIMD8<Int32>(repeating: 0x5F37_59DF) &- (unsafeBitCast(x, to: SIMD8<Int32>.self) &>> 1)
  var y = unsafeBitCast(pattern, to: SIMD8<Float>.self)
  let half = -0.5 * x
  for _ in 0..<3 {
    y *= SIMD8(repeating: 1.5).addingProduct(half * y, y)
  }
  return x * y
}
