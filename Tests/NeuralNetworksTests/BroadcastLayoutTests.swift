import NeuralNetworks
import Randomness
import TestTags
import Testing

/// Constants of any shape against maps that lie in blocks of channels behind a convolution.
@Suite(.tags(.quick)) struct BroadcastLayoutTests {
  @Test(
    "a map behind a convolution meets constants of all shapes", arguments: [1, 5, 16, 17],
    [
      [], [5], [4, 1], [4, 5], [1, 1, 4, 5], [1, 4, 5], [3, 1, 1, 1], [3, 1, 4, 5], [1, 1, 1, 5],
      [3, 1, 4, 1],
    ])
  func meets(_ channels: Int, _ shape: [Int]) throws {
    let map: TensorShape = [3, channels, 4, 5]
    var random = RandomStream(seed: 31, purpose: .evaluation)
    let weights = (0..<channels * channels).map { _ in random.normalPair().0 }
    let constant = ConstantTensor(
      shape: TensorShape(shape),
      elements: .floats((0..<shape.reduce(1, *)).map { _ in 0.5 + Float(random.uniform()) }))
    let convolution = Convolution(
      weights: weights, bias: [Float](repeating: 0.1, count: channels), inputChannels: channels,
      outputChannels: channels, kernel: Extent(height: 1, width: 1))
    for function in [BinaryFunction.minimum, .add, .multiply, .subtract, .divide] {
      for isFirst in [true, false] {
        let graph = NetworkGraph(
          inputName: "data", inputShape: map,
          nodes: [
            Node(name: "k", operation: .constant(constant), inputs: [], output: "constant"),
            Node(
              name: "c", operation: .convolution(convolution), inputs: ["data"], output: "map"),
            Node(
              name: "b", operation: .binary(function),
              inputs: isFirst ? ["map", "constant"] : ["constant", "map"], output: "out"),
          ], outputNames: ["out"])
        let network = try CompiledNetwork(
          graph, input: map, reading: ["map", "out"], weights: PreparedWeights())
        network.withInput { input in
          for index in 0..<map.elementCount { input[index] = random.normalPair().0 }
        }
        try network.forward()
        let maps = try network.withOutput("map") { span in span.indices.map { span[$0] } }
        let found = try network.withOutput("out") { span in span.indices.map { span[$0] } }
        let numbers = try #require(constant.floats)
        for index in maps.indices {
          let other = numbers[Self.place(index, of: shape, in: map.dimensions)]
          let expected =
            isFirst ? function.value(maps[index], other) : function.value(other, maps[index])
          // A division is a multiplication by the inverse where it can be.
          #expect(
            abs(found[index] - expected) <= 1e-6 * max(1, abs(expected)),
            "\(function.rawValue), \(isFirst ? "map first" : "map second"), element \(index)")
        }
      }
    }
  }

  /// The element of a smaller shape that stands at an element of a larger one.
  private static func place(_ index: Int, of shape: [Int], in whole: [Int]) -> Int {
    var (rest, place, stride) = (index, 0, 1)
    for (size, own) in zip(whole.reversed(), shape.reversed()) {
      if own > 1 { place += rest % size * stride }
      stride *= own
      rest /= size
    }
    return place
  }
}
