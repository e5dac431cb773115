import NeuralNetworks
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct OperationTests {
  /// What folds to a constant has a second implementation to be held against.
  @Test(
    "an operation on data equals the same operation on constants, or its definition",
    arguments: OperationNetwork.all)
  func equalsFolding(_ network: OperationNetwork) throws {
    let graph = network.graph
    let data = network.data()
    let compiled = try CompiledNetwork(
      graph, input: graph.inputShape, reading: ["out"], weights: PreparedWeights())
    compiled.withInput { input in for index in data.indices { input[index] = data[index] } }
    try compiled.forward()
    let facts = try network.constant(data).facts(input: [])
    let expected = try #require(facts["out"])
    #expect(compiled.shape(of: "out") == expected.shape)
    let values = try expected.constant?.floats ?? network.defined(data)
    try compiled.withOutput("out") { output in
      #expect(output.count == max(values.count, 1))
      for index in values.indices {
        // oneDNN's exponentials and error functions are good to about 1e-6.
        let limit = 1e-5 * max(1, abs(values[index]))
        #expect(
          abs(output[index] - values[index]) <= limit,
          "element \(index): \(output[index]) instead of \(values[index])")
      }
    }
  }

  @Test("the gradient of an operation equals central differences", arguments: OperationNetwork.all)
  func matchesCentralDifferences(_ network: OperationNetwork) throws {
    let graph = network.graph
    try GradientCheck(graph, target: "out", point: network.data()).run()
  }
}

extension OperationNetwork {
  /// Normal numbers, or numbers from 0.5 to 1.5.
  func data() -> [Float] {
    var random = RandomStream(seed: 13, purpose: .evaluation)
    return (0..<graph.inputShape.elementCount).map { _ in
      isPositive ? 0.5 + Float(random.uniform()) : random.normalPair().0
    }
  }
}

extension OperationNetwork {
  /// The operations that are never folded, by their definitions.
  fileprivate func defined(_ data: [Float]) throws -> [Float] {
    let shape = graph.inputShape.dimensions
    let node = try #require(graph.nodes.last)
    switch node.operation {
    case .channelAffine(let affine):
      let inner = shape.dropFirst(2).reduce(1, *)
      return data.enumerated().map { index, value in
        let channel = index / inner % shape[1]
        return affine.scale[channel] * value + affine.shift[channel]
      }
    case .parametricReLU(let function):
      let inner = shape.dropFirst(2).reduce(1, *)
      return data.enumerated().map { index, value in
        value > 0 ? value : function.slopes[index / inner % shape[1]] * value
      }
    case .layerNormalization(let constants):
      let count = constants.scale.count
      return stride(from: 0, to: data.count, by: count).flatMap { start in
        let row = data[start..<start + count]
        let mean = row.reduce(0, +) / Float(count)
        let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(count)
        return zip(row, zip(constants.scale, constants.shift)).map { value, constant in
          (value - mean) / (variance + constants.epsilon).squareRoot() * constant.0 + constant.1
        }
      }
    case .globalAveragePool:
      let inner = shape.dropFirst(2).reduce(1, *)
      return stride(from: 0, to: data.count, by: inner).map {
        data[$0..<$0 + inner].reduce(0, +) / Float(inner)
      }
    case .averagePool(let window, let countsPadding):
      return averaged(data, window, countsPadding: countsPadding)
    case .resize(let rule): return try resized(data, rule)
    default:
      Issue.record("\(node.operation.name) is not folded")
      return []
    }
  }
}
