import FeatureVisualization
import Testing

@Suite struct AdamTests {
  @Test("fifty steps agree with the published algorithm in Double", arguments: [1, 8, 21])
  func algorithm(count: Int) {
    var parameters = randomNumbers(count, item: 1)
    var expected = parameters.map(Double.init)
    var means = [Double](repeating: 0, count: count)
    var squares = means
    var state = Adam.State(parameterCount: count)
    for step in 1...50 {
      // Slopes of all sizes, and none at all for the first parameter.
      let slopes = randomNumbers(count, item: 100 + step).enumerated().map { index, slope in
        index == 0 && count > 1 ? 0 : slope * (index % 3 == 0 ? 1e-6 : 10)
      }
      Adam().ascend(&parameters, along: slopes, &state)
      for index in 0..<count {
        let slope = Double(slopes[index])
        means[index] = 0.9 * means[index] + 0.1 * slope
        squares[index] = 0.999 * squares[index] + 0.001 * slope * slope
        let mean = means[index] / (1 - power(0.9, step))
        let square = squares[index] / (1 - power(0.999, step))
        expected[index] += 0.05 * mean / (square.squareRoot() + 1e-8)
      }
    }
    #expect(state.stepCount == 50)
    // 1 − β₂ in Float is off by 2⁻¹⁴ of itself, but so is the bias it is divided by.
    #expect(greatestDifference(parameters, expected) < 1e-4)
  }

  @Test("the square root is exact to a few units in the last place")
  func root() {
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

  @Test("it climbs")
  func climbs() {
    var x: [Float] = [4]
    var state = Adam.State(parameterCount: 1)
    for _ in 0..<400 {
      Adam().ascend(&x, along: [-2 * (x[0] - 1)], &state)
    }
    #expect(abs(x[0] - 1) < 0.05)
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { value, _ in value * base }
  }
}
