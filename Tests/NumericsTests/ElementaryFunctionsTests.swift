import Glibc
import Numerics
import TestTags
import Testing

@Suite(.tags(.quick)) struct ElementaryFunctionsTests {
  @Test("powers agree with the C library's")
  func powers() {
    for exponent in [0.3, 0.79, 1, 1.9] as [Float] {
      for step in -40...20 {
        let base = exp2(Float(step) * 1.03) * SIMD8(1, 1.1, 1.2, 1.4, 1.5, 1.7, 1.8, 1.99)
        let powers = power(base, exponent)
        for lane in 0..<8 {
          let exact = pow(base[lane], exponent)
          // The series leave out 3e-6; the rounding of an exponent up to 80 adds as much.
          #expect(abs(powers[lane] / exact - 1) < 1e-5, "\(base[lane]) to \(exponent)")
        }
      }
    }
  }

  @Test("logarithms are exact to seven digits over all normal numbers")
  func logarithms() {
    var worst = 0.0
    for exponent in -126...127 {
      for fraction in 0..<32 {
        let x = Float(sign: .plus, exponent: exponent, significand: 1 + Float(fraction) / 32)
        let exact = log2(Double(x))
        // Half a unit in the last place of the result is 4e-6 where it is 64 and more.
        let scale = max(1, abs(exact) / 8)
        worst = max(worst, abs(Double(logarithm2(SIMD8(repeating: x))[6]) - exact) / scale)
      }
    }
    #expect(worst < 1e-6)
  }

  @Test("powers of 2 are exact to five digits")
  func exponentials2() {
    var worst = 0.0
    for step in -1000...1000 {
      let x = Float(step) * 0.125 + 0.03
      worst = max(worst, abs(Double(exponential2(SIMD8(repeating: x))[1]) / exp2(Double(x)) - 1))
    }
    // 5e-6 at half a unit's distance from the nearest whole number: (ln 2 / 2)⁶ / 720 = 2.4e-6.
    #expect(worst < 5e-6)
  }

  @Test("exponentials are exact to a few units in the last place, and are clamped at ±87")
  func exponentials() {
    var worst = 0.0
    for step in -8700...8700 {
      let x = Float(step) / 100
      worst = max(worst, abs(Double(exponential(SIMD8(repeating: x))[2]) / exp(Double(x)) - 1))
    }
    #expect(worst < 0x1p-22)
    let limits = exponential(SIMD8(87, 88, 1e30, .infinity, -87, -88, -1e30, -.infinity))
    for lane in 1..<4 { #expect(limits[lane] == limits[0]) }
    for lane in 5..<8 { #expect(limits[lane] == limits[4]) }
    #expect(exponential(SIMD8(repeating: .nan))[0].isNaN)
  }

  @Test("the sigmoid is exact to a few units in the last place and saturates without overflow")
  func sigmoids() {
    var worst = 0.0
    for step in -870...870 {
      let x = Float(step) / 10
      let exact = 1 / (1 + exp(-Double(x)))
      worst = max(worst, abs(Double(sigmoid(SIMD8(repeating: x))[3]) / exact - 1))
    }
    #expect(worst < 0x1p-22)
    let values = sigmoid(SIMD8(0, 88, -88, 1e30, -1e30, .infinity, -.infinity, .nan))
    #expect(values[0] == 0.5 && values[1] == 1 && values[3] == 1 && values[5] == 1)
    for lane in [2, 4, 6] { #expect(values[lane] >= 0 && values[lane] < 1e-37) }
    #expect(values[7].isNaN)
  }

  @Test("softplus is exact relative to what is left of it, where it vanishes too")
  func softplusses() {
    var worst = 0.0
    for step in -870...1000 {
      let x = Float(step) / 10
      let exact = max(Double(x), 0) + log1p(exp(-abs(Double(x))))
      worst = max(worst, abs(Double(softplus(SIMD8(repeating: x))[4]) / exact - 1))
    }
    #expect(worst < 0x1p-21, "\(worst)")
    let values = softplus(SIMD8(0, -1e30, -.infinity, 1e30, .infinity, .nan, -88, 88))
    #expect(values[3] == 1e30 && values[4] == .infinity && values[5].isNaN && values[7] == 88)
    for lane in [1, 2, 6] { #expect(values[lane] >= 0 && values[lane] < 1e-37) }
  }

  @Test("the square root is exact to a few units in the last place")
  func roots() {
    var worst = 0.0
    for exponent in -120...120 {
      for fraction in 0..<16 {
        let x = Float(sign: .plus, exponent: exponent, significand: 1 + Float(fraction) / 16)
        let exact = Double(x).squareRoot()
        worst = max(worst, abs(Double(squareRoot(SIMD8(repeating: x))[5]) / exact - 1))
      }
    }
    #expect(worst < 0x1p-21)
    #expect(squareRoot(SIMD8(repeating: 0)) == SIMD8(repeating: 0))
  }
}
