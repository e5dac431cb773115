import NetworkGraphs
import NeuralNetworks
import Randomness
import Tensors
import Testing

@Suite struct GradientTests {
  @Test("the gradient of every operation equals central differences", arguments: SmallNetwork.all)
  func matchesCentralDifferences(_ network: SmallNetwork) throws {
    try checkGradient(network.graph, target: network.graph.outputNames[0])
  }

  @Test("a tensor with several readers receives the sum of their gradients")
  func sumsSharedGradients() throws {
    try checkGradient(SmallNetwork.inception(channels: 16).graph, target: "out")
    try checkGradient(SmallNetwork.inception(channels: 5).graph, target: "out")
  }

  @Test("the gradient starts anywhere inside a network")
  func startsInside() throws {
    let graph = SmallNetwork.inception(channels: 16).graph
    for target in ["stem", "a", "b", "mixed"] { try checkGradient(graph, target: target) }
  }

  @Test("a network that does not fit the image's size says so")
  func refusesSmallImages() {
    let graph = SmallNetwork.inception(channels: 16).graph
    let flat = SmallNetwork.stacked("", .convolution(SmallNetwork.convolution(16, 8, kernel: 5)))
    #expect(throws: GraphError.self) {
      try CompiledNetwork(
        flat.graph, inputHeight: 4, inputWidth: 9, outputs: ["out"], weights: PreparedWeights())
    }
    #expect(throws: GraphError.self) {
      try CompiledNetwork(
        graph, inputHeight: 9, inputWidth: 9, outputs: ["no such tensor"],
        weights: PreparedWeights())
    }
  }

  /// Compares ⟨∂J/∂x, d⟩ with (J(x + hd) − J(x − hd)) / 2h for J = ⟨w, y⟩ and random directions d.
  private func checkGradient(_ graph: NetworkGraph, target: String) throws {
    let compiled = try CompiledNetwork(
      graph, inputHeight: graph.inputShape.height, inputWidth: graph.inputShape.width, outputs: [],
      target: target, weights: PreparedWeights())
    let count = compiled.inputShape.elementCount
    var random = RandomStream(seed: 3, purpose: .evaluation)
    let image = (0..<count).map { _ in random.normalPair().0 }
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
    compiled.withTargetGradient { gradient in
      for index in weights.indices { gradient[index] = weights[index] }
    }
    try compiled.pullback()
    let gradient = compiled.withInputGradient { span in (0..<count).map { Double(span[$0]) } }
    let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    try #require(norm > 0)

    // Along single pixels. A step that crosses a kink of a ReLU or a maximum tells nothing: there the
    // slopes to both sides differ, and another pixel is taken.
    let step = 2e-3
    let middle = try objective(point)
    var smoothCount = 0
    for _ in 0..<80 where smoothCount < 20 {
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
    #expect(smoothCount == 20)
  }
}
