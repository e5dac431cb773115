import NeuralNetworks
import Randomness
import Testing

/// Holds a network's pullback against central differences.
struct GradientCheck {
  let graph: NetworkGraph
  let target: String
  let image: [Float]
  private let sampleCount = 20

  init(_ graph: NetworkGraph, target: String, point image: [Float]) {
    self.graph = graph
    self.target = target
    self.image = image
  }

  /// Compares ⟨∂J/∂x, d⟩ with (J(x + hd) − J(x − hd)) / 2h for J = ⟨w, y⟩ and random directions d.
  func run() throws {
    let compiled = try CompiledNetwork(
      graph, input: graph.inputShape, reading: [], seeding: [target], weights: PreparedWeights())
    let count = compiled.inputShape.elementCount
    var random = RandomStream(seed: 4, purpose: .evaluation)
    let weights = (0..<compiled.shape(of: target).elementCount).map { _ in random.normalPair().0 }

    func objective(_ image: [Double]) throws -> Double {
      compiled.withInput { input in
        for index in 0..<count { input[index] = Float(image[index]) }
      }
      try compiled.forward()
      return try compiled.withOutput(target) { output in
        var sum = 0.0
        for index in weights.indices { sum += Double(weights[index]) * Double(output[index]) }
        return sum
      }
    }
    let point = image.map(Double.init)
    _ = try objective(point)
    compiled.withSeed(of: target) { gradient in
      for index in weights.indices { gradient[index] = weights[index] }
    }
    try compiled.pullback()
    let gradient = compiled.withGradient(of: graph.inputName) { span in
      (0..<count).map { Double(span[$0]) }
    }
    let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    try #require(norm > 0)

    // Along single pixels. A step that crosses a kink of a ReLU or a maximum tells nothing: there the
    // slopes to both sides differ, and another pixel is taken.
    let step = 2e-3
    let middle = try objective(point)
    var smoothCount = 0
    for _ in 0..<4 * sampleCount where smoothCount < sampleCount {
      let pixel = random.integer(below: count)
      func moved(_ distance: Double) throws -> Double {
        var image = point
        image[pixel] += distance
        return try objective(image)
      }
      let (up, down) = (try moved(step), try moved(-step))
      guard abs(up - 2 * middle + down) / step < 5e-3 * norm else { continue }
      smoothCount += 1
      let measured = (up - down) / (2 * step)
      #expect(
        abs(measured - gradient[pixel]) < 5e-3 * norm,
        "\(target): \(measured) against \(gradient[pixel])")
    }
    #expect(smoothCount == sampleCount)
  }
}
