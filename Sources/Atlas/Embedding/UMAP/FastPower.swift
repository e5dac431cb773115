/// Eight powers with a common exponent, by exp₂(exponent · log₂ base), to about five digits.
///
/// The bases must be positive and normal numbers, and so must the results.
@inline(__always)
package func fastPower(_ base: SIMD8<Float>, _ exponent: Float) -> SIMD8<Float> {
  exponential2(logarithm2(base) * exponent)
}

/// 1.5 · 2²³: added to a number below 2²² in magnitude, it leaves the number, rounded to whole, in
/// the low bits.
private let shifter: Float = 0x1.8p23

/// log₂ by the series of atanh.
///
/// With base = 2ᵉ·m, m in [√½, √2), and s = (m − 1)/(m + 1), it is e + 2/ln 2 · (s + s³/3 + s⁵/5 + …).
/// |s| is below 0.172, and what is left out below 5e-7.
@inline(__always)
func logarithm2(_ base: SIMD8<Float>) -> SIMD8<Float> {
  let bits = unsafeBitCast(base, to: SIMD8<Int32>.self)
  // Offset so that the exponent field changes at √½ instead of 1.
  let exponent = (bits &- 0x3F35_04F3) &>> 23
  let mantissa = unsafeBitCast(bits &- (exponent &<< 23), to: SIMD8<Float>.self)
  let s = (mantissa - 1) / (mantissa + 1)
  let square = s * s
  var series = constant(1 / 5).addingProduct(square, constant(1 / 7))
  series = constant(1 / 3).addingProduct(series, square)
  series = constant(1).addingProduct(series, square)
  let shifted = exponent &+ Int32(bitPattern: shifter.bitPattern)
  let whole = unsafeBitCast(shifted, to: SIMD8<Float>.self) - shifter
  return whole.addingProduct(s * series, constant(2.885_390_1))
}

/// 2 to a power, by Taylor's series about the nearest whole number, up to the fifth power.
@inline(__always)
private func exponential2(_ power: SIMD8<Float>) -> SIMD8<Float> {
  let shifted = power + shifter
  let t = (power - (shifted - shifter)) * 0.693_147_2
  var series = constant(1 / 24).addingProduct(t, constant(1 / 120))
  series = constant(1 / 6).addingProduct(series, t)
  series = constant(1 / 2).addingProduct(series, t)
  series = constant(1).addingProduct(series, t)
  series = constant(1).addingProduct(series, t)
  let exponent = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &<< 23
  return unsafeBitCast(
    unsafeBitCast(series, to: SIMD8<Int32>.self) &+ exponent, to: SIMD8<Float>.self)
}

@inline(__always)
private func constant(_ value: Float) -> SIMD8<Float> { SIMD8(repeating: value) }
