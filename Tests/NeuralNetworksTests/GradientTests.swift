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
