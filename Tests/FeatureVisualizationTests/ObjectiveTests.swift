import FeatureVisualization
import Foundation
import Matrices
import NeuralNetworks
import Testing

@Suite struct ObjectiveTests {
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
    let objective = DirectionObjective(
      direction: direction, whitening: whitening, cosinePower: setting.power)
    // Along the direction, near it, across it and against it.
    for (item, share) in [Float](arrayLiteral: 5, 1, 0.3, 0.05, -1).enumerated() {
      let noise = randomNumbers(Self.channelCount, item: 10 + item)
      let activation = zip(direction, noise).map { 3 * (share * $0 + 0.5 * $1) }
      var gradient = [Float](repeating: .nan, count: Self.channelCount)
      let value = objective.value(activation, gradient: &gradient)
      func formula(_ a: [Double]) -> Double {
        naive(a, direction.map(Double.init), whitening, setting)
      }
      let exact = formula(activation.map(Double.init))
      #expect(abs(Double(value) - exact) < 1e-5 * (1 + abs(exact)))
      let expected = centralDifferences(formula, activation)
      let scale = expected.reduce(1) { max($0, abs($1)) }
      #expect(greatestDifference(gradient, expected) < 3e-5 * scale)
    }
  }

  @Test("below the floor the gradient is the floor's power along the direction")
  func floor() {
    let objective = DirectionObjective(direction: [0, 3, 4], cosinePower: 2, cosineFloor: 0.5)
    for activation in [[0, -3, -4], [7, 0, 0], [0, 0, 0]] as [[Float]] {
      var gradient = [Float](repeating: .nan, count: 3)
      _ = objective.value(activation, gradient: &gradient)
      #expect(greatestDifference(gradient, [0, 0.25 * 0.6, 0.25 * 0.8]) < 1e-5)
    }
  }

  @Test("a zero direction gives zero everywhere")
  func zeroDirection() {
    let zero = [Float](repeating: 0, count: Self.channelCount)
    for whitening in [nil, symmetricMatrix()] {
      let objective = DirectionObjective(direction: zero, whitening: whitening)
      var gradient = [Float](repeating: .nan, count: Self.channelCount)
      #expect(objective.value(randomNumbers(Self.channelCount, item: 2), gradient: &gradient) == 0)
      #expect(gradient == zero)
      #expect(objective.value(zero, gradient: &gradient) == 0)
      #expect(gradient == zero)
    }
  }

  @Test(
    "a direction counts at the centre position",
    arguments: [
      (1, 1, 0), (2, 2, 3), (3, 3, 4), (4, 5, 12),
    ])
  func centre(height: Int, width: Int, position: Int) {
    let shape = MapShape(channels: 3, height: height, width: width)
    let activations = randomNumbers(shape.elementCount, item: 3)
    let direction = DirectionObjective(direction: [1, -2, 0.5])
    var atCentre = [Float](repeating: 0, count: 3)
    let centre = (0..<3).map { activations[$0 * height * width + position] }
    let expected = direction.value(centre, gradient: &atCentre)
    let (value, gradient) = evaluate(.direction(direction), activations, shape)
    #expect(value == expected)
    for index in 0..<shape.elementCount {
      let (channel, place) = index.quotientAndRemainder(dividingBy: height * width)
      #expect(gradient[index] == (place == position ? atCentre[channel] : 0))
    }
  }

  @Test("channel, neuron and logit are linear with the gradient that says so")
  func linearObjectives() {
    let shape = MapShape(channels: 4, height: 3, width: 2)
    let vector = MapShape(channels: 24, height: 1, width: 1)
    let activations = randomNumbers(24, item: 4)
    for (objective, shape) in [
      (Objective.channel(2), shape), (.neuron(1), shape), (.logit(5), vector),
    ] {
      let (value, gradient) = evaluate(objective, activations, shape)
      #expect(abs(Double(value) - dot(activations, gradient)) < 1e-6)
      #expect(abs(gradient.reduce(0, +) - 1) < 1e-6)
    }
    #expect(evaluate(.neuron(1), activations, shape).value == activations[6 + 3])
    #expect(evaluate(.logit(5), activations, vector).value == activations[5])
    #expect(evaluate(.channel(2), activations, shape).gradient[12..<18].allSatisfy { $0 > 0 })
  }

  @Test("the fidelity is the cosine of the angle")
  func fidelity() {
    let a: [Float] = [3, 4, 0]
    let b: [Float] = [0, 8, 6]
    #expect(abs(cosine(a, b) - 0.64) < 1e-7)
    #expect(abs(cosine(a, a) - 1) < 1e-7)
    #expect(cosine(a, [0, 0, 0]) == 0)
  }

  private func evaluate(
    _ objective: Objective, _ activations: [Float], _ shape: MapShape
  ) -> (value: Float, gradient: [Float]) {
    var workspace = Objective.Workspace(channelCount: shape.channels)
    var value = Float.nan
    let gradient = filled(shape.elementCount) {
      var gradient = $0.mutableSpan
      value = objective.value(
        activations.span, shape: shape, using: &workspace, gradient: &gradient)
    }
    return (value, gradient)
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
