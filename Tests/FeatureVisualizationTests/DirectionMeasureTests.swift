import FeatureVisualization
import Foundation
import Matrices
import TestTags
import Testing

@Suite(.tags(.quick)) struct DirectionMeasureTests {
  private static let channelCount = 12

  struct Setting: Sendable, CustomTestStringConvertible {
    let isWhitened: Bool
    let power: Float
    var testDescription: String { "\(isWhitened ? "whitened" : "plain"), power \(power)" }
  }

  static let settings = [false, true].flatMap { isWhitened in
    [0, 1, 2.5, 4].map { Setting(isWhitened: isWhitened, power: $0) }
  }

  @Test("value and gradient are those of the formula", arguments: settings)
  func direction(setting: Setting) {
    let direction = randomNumbers(Self.channelCount, item: 1)
    let whitening = setting.isWhitened ? symmetricMatrix() : nil
    let measure = DirectionMeasure(direction, whitening: whitening, cosinePower: setting.power)
    // Along the direction, near it, across it and against it.
    for (item, part) in ([5, 1, 0.3, 0.05, -1] as [Float]).enumerated() {
      let noise = randomNumbers(Self.channelCount, item: 10 + item)
      let activation = zip(direction, noise).map { 3 * (part * $0 + 0.5 * $1) }
      let value = measure.value(of: activation.span)
      func formula(_ a: [Double]) -> Double {
        naive(a, direction.map(Double.init), whitening, setting)
      }
      let exact = formula(activation.map(Double.init))
      #expect(abs(Double(value) - exact) < 1e-5 * (1 + abs(exact)))
      let expected = centralDifferences(formula, activation)
      let scale = expected.reduce(1) { max($0, abs($1)) }
      #expect(greatestDifference(gradient(measure, activation), expected) < 3e-5 * scale)
    }
  }

  @Test("below the floor the gradient is the floor's power along the direction")
  func floor() {
    let measure = DirectionMeasure([0, 3, 4], cosinePower: 2, cosineFloor: 0.5)
    for activation in [[0, -3, -4], [7, 0, 0], [0, 0, 0]] as [[Float]] {
      #expect(
        greatestDifference(gradient(measure, activation), [0, 0.25 * 0.6, 0.25 * 0.8]) < 1e-5)
    }
  }

  @Test("a zero direction gives zero everywhere")
  func zeroDirection() {
    let zero = [Float](repeating: 0, count: Self.channelCount)
    for whitening in [nil, symmetricMatrix()] {
      let measure = DirectionMeasure(zero, whitening: whitening)
      for activation in [randomNumbers(Self.channelCount, item: 2), zero] {
        #expect(measure.value(of: activation.span) == 0)
        #expect(gradient(measure, activation) == zero)
      }
    }
  }

  @Test("the fidelity is the cosine of the angle to the direction, whitened or not")
  func fidelity() {
    var whitening = Matrix(rowCount: 3, columnCount: 3)
    for index in 0..<3 { whitening[index, index] = Float(index + 1) }
    for whitening in [nil, whitening] {
      let measure = DirectionMeasure([0, 8, 6], whitening: whitening)
      func fidelity(_ a: [Float]) -> Float { measure.fidelity(of: a.span) ?? .nan }
      #expect(abs(fidelity([3, 4, 0]) - 0.64) < 1e-7)
      #expect(abs(fidelity([0, 4, 3]) - 1) < 1e-7)
      #expect(fidelity([0, 0, 0]) == 0)
    }
  }

  private func gradient(_ measure: DirectionMeasure, _ activation: [Float]) -> [Float] {
    filled(activation.count) { measure.gradient(at: activation.span, into: &$0) }
  }

  /// A positive definite matrix far from the identity.
  private func symmetricMatrix() -> Matrix {
    let count = Self.channelCount
    let factor = randomNumbers(count * count, item: 5)
    var result = Matrix(rowCount: count, columnCount: count)
    for row in 0..<count {
      for column in 0..<count {
        let sum = (0..<count).reduce(Float(0)) {
          $0 + factor[row * count + $1] * factor[column * count + $1]
        }
        result[row, column] = sum / Float(count) + (row == column ? 0.1 : 0)
      }
    }
    return result
  }

  private func naive(
    _ a: [Double], _ v: [Double], _ whitening: Matrix?, _ setting: Setting
  ) -> Double {
    func times(_ x: [Double]) -> [Double] {
      guard let whitening else { return x }
      return x.indices.map { row in
        x.indices.reduce(0) { $0 + Double(whitening[row, $1]) * x[$1] }
      }
    }
    func inner(_ x: [Double], _ y: [Double]) -> Double { zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    let target = times(v)
    let length = inner(target, target).squareRoot()
    let reach = inner(a, target) / (length + 1e-4)
    let norm = inner(a, a).squareRoot()
    return reach * pow(max(0.1, reach / (norm + 1e-4)), Double(setting.power))
  }

  private func centralDifferences(_ f: ([Double]) -> Double, _ x: [Float]) -> [Double] {
    x.indices.map { index in
      var moved = x.map(Double.init)
      moved[index] += 1e-5
      let above = f(moved)
      moved[index] -= 2e-5
      return (above - f(moved)) / 2e-5
    }
  }
}
