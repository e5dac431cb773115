import Matrices
import NeuralNetworks
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct ForwardTests {
  @Test("every operation equals its definition", arguments: SmallNetwork.all)
  func matchesDefinition(_ network: SmallNetwork) throws {
    let graph = network.graph
    let names = graph.nodes.map(\.output)
    let compiled = try CompiledNetwork(
      graph, input: graph.inputShape, reading: names, weights: PreparedWeights())
    let image = randomImage(compiled.inputShape.elementCount)
    compiled.withInput { input in for index in image.indices { input[index] = image[index] } }
    try compiled.forward()
    let expected = try ReferenceNetwork(graph).run(image)
    for name in names {
      let values = try #require(expected[name])
      let largest = values.reduce(0) { max($0, abs($1)) }
      let worst = try compiled.withOutput(name) { output in
        var worst: Float = 0
        for index in values.indices { worst = max(worst, abs(output[index] - values[index])) }
        return worst
      }
      // Sums of some hundred terms in Float.
      #expect(worst <= 1e-5 * max(largest, 1), "\(name) is off by \(worst)")
    }
  }

  @Test("a fused and an unfused ReLU agree to the bit, and so does a second copy of the network")
  func copiesAgree() throws {
    let graph = SmallNetwork.inception(channels: 16).graph
    let weights = PreparedWeights()
    let image = randomImage(graph.inputShape.elementCount)
    func run(_ outputs: [String]) throws -> [Float] {
      let compiled = try CompiledNetwork(
        graph, inputHeight: 11, inputWidth: 9, reading: outputs, weights: weights)
      compiled.withInput { input in for index in image.indices { input[index] = image[index] } }
      try compiled.forward()
      return try compiled.withOutput("out") { output in output.indices.map { output[$0] } }
    }
    let fused = try run(["out"])
    #expect(try run(["out"]) == fused)
    #expect(try run(["out", "a_pre", "b_pre", "stem_pre"]) == fused)
  }

  private func randomImage(_ count: Int) -> [Float] {
    var random = RandomStream(seed: 5, purpose: .evaluation)
    return (0..<count).map { _ in random.normalPair().0 }
  }
}

@Suite(.tags(.quick)) struct WeightNameTests {
  @Test("a constant may have any name, even one that looks like another node's bias")
  func namesDoNotMeet() throws {
    let layer = InnerProduct(
      weights: Matrix(rowCount: 2, columnCount: 2, elements: [1, 0, 0, 1]), bias: [0, 0])
    let graph = NetworkGraph(
      inputName: "data", inputShape: [1, 2],
      nodes: [
        Node(
          name: "c", operation: .constant(ConstantTensor(shape: [2], elements: .floats([5, 7]))),
          inputs: [], output: "dense/bias"),
        Node(name: "dense", operation: .innerProduct(layer), inputs: ["data"], output: "dense"),
        Node(
          name: "add", operation: .binary(.add), inputs: ["dense", "dense/bias"],
          output: "logits"),
      ], outputNames: ["logits"])
    let compiled = try CompiledNetwork(
      graph, input: [1, 2], reading: ["dense", "logits"], weights: PreparedWeights())
    compiled.withInput { input in
      input[0] = 1
      input[1] = 2
    }
    try compiled.forward()
    #expect(try compiled.withOutput("logits") { [$0[0], $0[1]] } == [6, 9])
    #expect(try compiled.withOutput("dense") { [$0[0], $0[1]] } == [1, 2])
  }
}
