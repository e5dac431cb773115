import FeatureVisualization
import Foundation
import Testing

@Suite struct ColorDecorrelationTests {
  @Test("the sigmoid is exact to a few units in the last place")
  func sigmoidAccuracy() {
    var worst = 0.0
    for step in stride(from: -86.0, through: 86, by: 0.0017) {
      let x = Float(step)
      let exact = 1 / (1 + exp(-Double(x)))
      worst = max(worst, abs(Double(sigmoid(SIMD8(repeating: x))[3]) / exact - 1))
    }
    #expect(worst < 0x1p-22)
  }

  @Test("the sigmoid saturates without overflow")
  func sigmoidLimits() {
    let values = sigmoid(SIMD8(0, 88, -88, 1e30, -1e30, .infinity, -.infinity, .nan))
    #expect(values[0] == 0.5)
    #expect(values[1] == 1 && values[3] == 1 && values[5] == 1)
    #expect(values[2] < 1e-37 && values[4] < 1e-37 && values[6] < 1e-37)
    #expect(values[2] > 0 && values[7].isNaN)
  }

  @Test("RGB is the sigmoid of lucid's matrix", arguments: [1, 7, 8, 9, 64])
  func definition(pixelCount: Int) {
    let planes = randomNumbers(3 * pixelCount, item: pixelCount)
    let rgb = filled(planes.count) { ColorDecorrelation().rgb(of: planes, into: &$0) }
    let expected = naive(planes.map(Double.init))
    #expect(greatestDifference(rgb, expected) < 3e-7)
  }

  @Test("the pullback is the gradient", arguments: [1, 9, 16])
  func gradient(pixelCount: Int) {
    let planes = randomNumbers(3 * pixelCount, item: 40 + pixelCount)
    let direction = randomNumbers(planes.count, item: 60 + pixelCount)
    let color = ColorDecorrelation()
    let rgb = filled(planes.count) { color.rgb(of: planes, into: &$0) }
    let gradient = filled(planes.count) {
      color.pullback(rgb: rgb, direction, into: &$0)
    }
    let step = 1e-5
    let expected = planes.indices.map { index in
      var moved = planes.map(Double.init)
      moved[index] += step
      let above = zip(naive(moved), direction).reduce(0) { $0 + $1.0 * Double($1.1) }
      moved[index] -= 2 * step
      let below = zip(naive(moved), direction).reduce(0) { $0 + $1.0 * Double($1.1) }
      return (above - below) / (2 * step)
    }
    #expect(greatestDifference(gradient, expected) < 1e-6)
  }

  /// lucid's constants as they are printed, divided by 0.461952.
  private func naive(_ planes: [Double]) -> [Double] {
    let matrix = [[0.26, 0.09, 0.02], [0.27, 0, -0.05], [0.27, -0.09, 0.03]]
    let count = planes.count / 3
    return (0..<3 * count).map { index in
      let sum = (0..<3).reduce(0.0) {
        $0 + matrix[index / count][$1] / 0.461952 * planes[$1 * count + index % count]
      }
      return 1 / (1 + exp(-sum))
    }
  }
}
