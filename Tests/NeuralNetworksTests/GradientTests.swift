import NeuralNetworks
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct GradientTests {
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

  @Test(
    "the gradient of roots and powers at zero is zero, not 0 · ∞",
    arguments: [
      OperationNetwork("root", .unary(.squareRoot), [4]),
      OperationNetwork(
        "power", .binary(.power), [4], [ConstantTensor(shape: [], elements: .floats([0.5]))]),
      OperationNetwork(
        "power 0", .binary(.power), [4], [ConstantTensor(shape: [], elements: .floats([0]))]),
    ])
  func gradientAtZero(_ network: OperationNetwork) throws {
    let compiled = try CompiledNetwork(
      network.graph, input: [4], reading: [], seeding: ["out"], weights: PreparedWeights())
    compiled.withInput { input in
      for (index, value) in [0, 0, 4, 1].enumerated() { input[index] = Float(value) }
    }
    try compiled.forward()
    compiled.withSeed(of: "out") { seed in
      for (index, value) in [0, 1, 1, 1].enumerated() { seed[index] = Float(value) }
    }
    try compiled.pullback()
    let gradient = compiled.withGradient(of: "data") { span in (0..<4).map { span[$0] } }
    let slope: Float = network.testDescription == "power 0" ? 0 : 0.25
    #expect(gradient == [0, 0, slope, 2 * slope])
  }

  @Test("a network that does not fit the image's size says so")
  func refusesSmallImages() {
    let graph = SmallNetwork.inception(channels: 16).graph
    let flat = SmallNetwork.stacked("", .convolution(SmallNetwork.convolution(16, 8, kernel: 5)))
    #expect(throws: GraphError.self) {
      try CompiledNetwork(
        flat.graph, inputHeight: 4, inputWidth: 9, reading: ["out"], weights: PreparedWeights())
    }
    #expect(throws: GraphError.self) {
      try CompiledNetwork(
        graph, inputHeight: 9, inputWidth: 9, reading: ["no such tensor"],
        weights: PreparedWeights())
    }
  }

  private func checkGradient(_ graph: NetworkGraph, target: String) throws {
    var random = RandomStream(seed: 3, purpose: .evaluation)
    let image = (0..<graph.inputShape.elementCount).map { _ in random.normalPair().0 }
    try GradientCheck(graph, target: target, point: image).run()
  }
}
