import FeatureVisualization
import TestTags
import Testing

@Suite(.tags(.quick)) struct AdamTests {
  @Test("fifty steps agree with the published algorithm in Double", arguments: [1, 8, 21])
  func algorithm(count: Int) {
    var parameters = randomNumbers(count, item: 1)
    var expected = parameters.map(Double.init)
    var means = [Double](repeating: 0, count: count)
    var squares = means
    var state = Adam.State(parameterCount: count)
    for step in 1...50 {
      // Gradients of all sizes, and none at all for the first parameter.
      let gradient = randomNumbers(count, item: 100 + step).enumerated().map { index, partial in
        index == 0 && count > 1 ? 0 : partial * (index % 3 == 0 ? 1e-6 : 10)
      }
      Adam().ascend(&parameters, along: gradient.span, &state)
      for index in 0..<count {
        let partial = Double(gradient[index])
        means[index] = 0.9 * means[index] + 0.1 * partial
        squares[index] = 0.999 * squares[index] + 0.001 * partial * partial
        let mean = means[index] / (1 - power(0.9, step))
        let square = squares[index] / (1 - power(0.999, step))
        expected[index] += 0.05 * mean / (square.squareRoot() + 1e-8)
      }
    }
    #expect(state.stepCount == 50)
    // 1 − β₂ in Float is off by 2⁻¹⁴ of itself, but so is the bias it is divided by.
    #expect(greatestDifference(parameters, expected) < 1e-4)
  }

  @Test("weight decay takes a fraction of each parameter, and a schedule's factor scales both")
  func weightDecay() {
    var adam = Adam()
    adam.weightDecay = 0.01
    var (decayed, plain): ([Float], [Float]) = ([2, -4, 0], [2, -4, 0])
    var state = Adam.State(parameterCount: 3)
    var plainState = state
    adam.ascend(&decayed, along: [1, 0, 0].span, &state, factor: 0.5)
    Adam().ascend(&plain, along: [1, 0, 0].span, &plainState, factor: 0.5)
    #expect(abs(plain[0] - 2.025) < 1e-6)
    #expect(abs(decayed[0] - (0.025 + 2 / 1.005)) < 1e-6)
    #expect(abs(decayed[1] + 4 / 1.005) < 1e-6)
    #expect(decayed[2] == 0)
  }

  @Test("each parameter's weight decay has its own scale")
  func weightDecayScales() {
    var adam = Adam()
    adam.weightDecay = 0.1
    var parameters: [Float] = [2, -4, 3, 1]
    var state = Adam.State(parameterCount: 4)
    adam.ascend(
      &parameters, along: [0, 0, 0, 0].span, &state, factor: 0.5, decayScales: [0, 1, 2, 1000])
    let expected: [Double] = [2, -4 / 1.05, 3 / 1.1, 1 / 51]
    #expect(greatestDifference(parameters, expected) < 1e-6)
  }

  @Test("it climbs")
  func climbs() {
    var x: [Float] = [4]
    var state = Adam.State(parameterCount: 1)
    for _ in 0..<400 {
      let gradient = [-2 * (x[0] - 1)]
      Adam().ascend(&x, along: gradient.span, &state)
    }
    #expect(abs(x[0] - 1) < 0.05)
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { value, _ in value * base }
  }
}
