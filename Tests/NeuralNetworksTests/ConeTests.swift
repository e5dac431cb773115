import NeuralNetworks
import TestTags
import Testing

/// Networks of which only what the center of a map depends on is computed.
@Suite(.tags(.quick)) struct ConeTests {
  /// Values of one image of a tensor, and the gradient of a sum over its center's channels.
  private func center(
    of tensor: String, _ graph: NetworkGraph, input: TensorShape, image: [Float]
  ) throws -> (values: [Float], gradient: [Float]) {
    let network = try CompiledNetwork(
      graph, input: input, reading: [tensor], seeding: [tensor], weights: PreparedWeights())
    let shape = try network.map(of: tensor)
    network.withInput { input in for index in image.indices { input[index] = image[index] } }
    try network.forward()
    let values = try network.withOutput(tensor) { span in
      (0..<shape.channels).map { span[$0 * shape.positionCount + shape.center] }
    }
    network.withSeed(of: tensor) { seed in
      seed.update(repeating: 0)
      for channel in 0..<shape.channels {
        seed[channel * shape.positionCount + shape.center] = Float(channel % 3) - 0.75
      }
    }
    try network.pullback()
    let gradient = network.withGradient(of: graph.inputName) { span in
      span.indices.map { span[$0] }
    }
    return (values, gradient)
  }

  private func expectClose(_ found: [Float], _ expected: [Float], _ what: String) {
    let largest = expected.reduce(1e-6) { max($0, abs($1)) }
    #expect(found.count == expected.count)
    for index in found.indices {
      #expect(abs(found[index] - expected[index]) <= 1e-5 * largest, "\(what) \(index)")
    }
  }

  @Test("the cone has the values and gradients of the whole", arguments: SmallNetwork.all)
  func equalsWhole(_ network: SmallNetwork) throws {
    // Larger than the windows together, where the network takes it; else as it is.
    for side in [nil, 27, 32] as [Int?] {
      var input = network.graph.inputShape
      if let side { input = [1, input.dimensions[1], side, side] }
      guard let facts = try? network.graph.facts(input: input) else { continue }
      for node in network.graph.nodes {
        guard let shape = facts[node.output]?.shape, shape.rank == 4 else { continue }
        let cone = try network.graph.cone(ofCenterOf: node.output, input: input)
        let image = (0..<input.elementCount).map { Float(($0 * 7919) % 101) / 50 - 1 }
        let whole = try center(of: node.output, network.graph, input: input, image: image)
        let part = try center(of: node.output, cone, input: input, image: image)
        expectClose(part.values, whole.values, "value of \(node.output)")
        expectClose(part.gradient, whole.gradient, "gradient of \(node.output)")
      }
    }
  }

  @Test("what the center does not see is not computed")
  func isSmaller() throws {
    let network = SmallNetwork.inception(channels: 16)
    let input: TensorShape = [1, network.graph.inputShape.dimensions[1], 64, 64]
    let output = try #require(network.graph.nodes.last?.output)
    let cone = try network.graph.cone(ofCenterOf: output, input: input)
    func operations(_ graph: NetworkGraph) throws -> Int {
      try graph.floatingPointOperations(to: output, inputHeight: 64, inputWidth: 64)
    }
    #expect(try 3 * operations(cone) < operations(network.graph))
    #expect(try cone.facts(input: input)[output]?.shape.dimensions.suffix(2) == [1, 1])
  }
}
