import Matrices
import NeuralNetworks
import Randomness
import Testing

/// A network made for a test, with random weights.
struct SmallNetwork: CustomTestStringConvertible {
  let name: String
  let graph: NetworkGraph

  var testDescription: String { name }

  /// One network an operation, each behind or in front of a convolution where that matters.
  static let all: [SmallNetwork] = [
    single("convolution 3×3", .convolution(convolution(3, 16, kernel: 3, padding: 1))),
    single(
      "convolution 7×7, stride 2", .convolution(convolution(3, 8, kernel: 7, stride: 2, padding: 3))
    ),
    single("convolution 3×3, dilated, uneven padding", .convolution(dilated)),
    stacked(
      "convolution behind a convolution", .convolution(convolution(16, 24, kernel: 3, padding: 1))),
    stacked(
      "grouped convolution", .convolution(convolution(16, 32, kernel: 3, padding: 1, groups: 4))),
    stacked(
      "convolution of 5 to 7 channels", .convolution(convolution(5, 7, kernel: 1)), channels: 5),
    stacked("ReLU", .unary(.relu)),
    single("ReLU of the image", .unary(.relu), channels: 16),
    single("max pooling of the image", .maxPool(window(3, stride: 2)), channels: 16),
    single(
      "local response normalization of the image",
      .localResponseNormalization(
        LocalResponseNormalization(size: 5, alpha: 1, beta: 0.75, bias: 1)), channels: 16),
    twiceRectified, aliased,
    stacked("max pooling", .maxPool(window(3, stride: 2, roundsUp: true))),
    stacked("max pooling, padded", .maxPool(window(3, stride: 1, padding: 1))),
    stacked("average pooling", .averagePool(window(3, stride: 2), countsPadding: true)),
    stacked(
      "average pooling without padding",
      .averagePool(window(3, stride: 1, padding: 1), countsPadding: false)),
    stacked("global average pooling", .globalAveragePool),
    stacked(
      "local response normalization",
      .localResponseNormalization(
        LocalResponseNormalization(size: 5, alpha: 1, beta: 0.75, bias: 1))),
    stacked(
      "local response normalization of 11 channels",
      .localResponseNormalization(
        LocalResponseNormalization(size: 11, alpha: 2, beta: 0.75, bias: 1))),
    stacked(
      "local response normalization to another power",
      .localResponseNormalization(
        LocalResponseNormalization(size: 3, alpha: 1, beta: 0.5, bias: 2)), channels: 5),
    stacked("softmax", .softmax(axis: 1)),
    stacked("flatten", .flatten(axis: 1)),
    classifier,
    inception(channels: 16), inception(channels: 5), residualConcatenation,
  ]

  static func single(_ name: String, _ operation: Operation, channels: Int = 3) -> SmallNetwork {
    SmallNetwork(
      name: name,
      graph: NetworkGraph(
        inputName: "data", inputShape: [1, channels, 11, 9],
        nodes: [Node(name: "op", operation: operation, inputs: ["data"], output: "out")],
        outputNames: ["out"]))
  }

  static func stacked(_ name: String, _ operation: Operation, channels: Int = 16) -> SmallNetwork {
    SmallNetwork(
      name: name,
      graph: NetworkGraph(
        inputName: "data", inputShape: [1, 3, 11, 9],
        nodes: [
          Node(
            name: "stem", operation: .convolution(convolution(3, channels, kernel: 3, padding: 1)),
            inputs: ["data"], output: "stem"),
          Node(name: "op", operation: operation, inputs: ["stem"], output: "out"),
        ], outputNames: ["out"]))
  }

  /// A stem, four branches of which two read the same tensor, and a concatenation.
  static func inception(channels c: Int) -> SmallNetwork {
    SmallNetwork(
      name: "inception block, \(c) channels",
      graph: NetworkGraph(
        inputName: "data", inputShape: [1, 3, 11, 9],
        nodes: [
          Node(
            name: "stem", operation: .convolution(convolution(3, c, kernel: 3, padding: 1)),
            inputs: ["data"], output: "stem_pre"),
          Node(name: "stem_relu", operation: .unary(.relu), inputs: ["stem_pre"], output: "stem"),
          Node(
            name: "a", operation: .convolution(convolution(c, c, kernel: 1)), inputs: ["stem"],
            output: "a_pre"),
          Node(name: "a_relu", operation: .unary(.relu), inputs: ["a_pre"], output: "a"),
          Node(
            name: "b", operation: .convolution(convolution(c, 2 * c, kernel: 3, padding: 1)),
            inputs: ["a"], output: "b_pre"),
          Node(name: "b_relu", operation: .unary(.relu), inputs: ["b_pre"], output: "b"),
          Node(
            name: "pool", operation: .maxPool(window(3, stride: 1, padding: 1)), inputs: ["stem"],
            output: "pool"),
          Node(
            name: "mix", operation: .concatenation(axis: 1), inputs: ["a", "b", "pool"],
            output: "mixed"),
          Node(name: "keep", operation: .identity, inputs: ["mixed"], output: "kept"),
          Node(
            name: "last", operation: .convolution(convolution(4 * c, c, kernel: 1)),
            inputs: ["kept"], output: "out"),
        ], outputNames: ["out"]))
  }

  /// A max pool with padding behind a convolution whose result has both signs.
  static func pooled(channels: Int, roundsUp: Bool) -> NetworkGraph {
    let pool = PoolingWindow(
      kernel: Extent(height: 3, width: 2), stride: Extent(height: 2, width: 2),
      padding: Padding(top: 1, left: 0, bottom: 1, right: 0), roundsUp: roundsUp)
    return stacked("", .maxPool(pool), channels: channels).graph
  }

  /// A ReLU of the input, alone or at the end of a convolution that leaves the input as it is.
  static func rectified(fused: Bool) -> NetworkGraph {
    let identity = (0..<16 * 16).map { Float($0 % 17 == 0 ? 1 : 0) }
    let convolution = Convolution(
      weights: identity, bias: [Float](repeating: 0, count: 16), inputChannels: 16,
      outputChannels: 16, kernel: Extent(height: 1, width: 1))
    let relu = Node(
      name: "relu", operation: .unary(.relu), inputs: [fused ? "pre" : "data"], output: "out")
    return NetworkGraph(
      inputName: "data", inputShape: [1, 16, 5, 4],
      nodes: fused
        ? [
          Node(
            name: "conv", operation: .convolution(convolution), inputs: ["data"], output: "pre"),
          relu,
        ] : [relu], outputNames: ["out"])
  }

  /// Random values for the input.
  func point() -> [Float] {
    var random = RandomStream(seed: 20, purpose: .evaluation)
    return (0..<graph.inputShape.elementCount).map { _ in random.normalPair().0 }
  }

  /// A concatenation that holds a tensor twice and the result of another concatenation.
  static var residualConcatenation: SmallNetwork {
    SmallNetwork(
      name: "nested and repeated concatenation",
      graph: NetworkGraph(
        inputName: "data", inputShape: [1, 3, 11, 9],
        nodes: [
          Node(
            name: "stem", operation: .convolution(convolution(3, 16, kernel: 3, padding: 1)),
            inputs: ["data"], output: "stem"),
          Node(
            name: "a", operation: .convolution(convolution(16, 16, kernel: 1)), inputs: ["stem"],
            output: "a"),
          Node(
            name: "inner", operation: .concatenation(axis: 1), inputs: ["stem", "a", "data"],
            output: "inner"
          ),
          Node(
            name: "outer", operation: .concatenation(axis: 1), inputs: ["a", "inner", "a"],
            output: "outer"),
          Node(
            name: "last", operation: .convolution(convolution(67, 8, kernel: 1)), inputs: ["outer"],
            output: "out"),
        ], outputNames: ["out"]))
  }

  /// Two ReLUs behind the image, then a convolution.
  static var twiceRectified: SmallNetwork {
    SmallNetwork(
      name: "ReLU of ReLU of the image",
      graph: NetworkGraph(
        inputName: "data", inputShape: [1, 3, 11, 9],
        nodes: [
          Node(name: "a", operation: .unary(.relu), inputs: ["data"], output: "a"),
          Node(name: "b", operation: .unary(.relu), inputs: ["a"], output: "b"),
          Node(
            name: "c", operation: .convolution(convolution(3, 16, kernel: 3, padding: 1)),
            inputs: ["b"], output: "out"),
        ], outputNames: ["out"]))
  }

  /// A tensor that a concatenation reads under another name, and a later node under its own.
  static var aliased: SmallNetwork {
    SmallNetwork(
      name: "concatenation of an identity",
      graph: NetworkGraph(
        inputName: "data", inputShape: [1, 3, 11, 9],
        nodes: [
          Node(
            name: "c", operation: .convolution(convolution(3, 16, kernel: 3, padding: 1)),
            inputs: ["data"], output: "c"),
          Node(name: "keep", operation: .identity, inputs: ["c"], output: "d"),
          Node(
            name: "x", operation: .convolution(convolution(3, 16, kernel: 1)), inputs: ["data"],
            output: "x"),
          Node(name: "k", operation: .concatenation(axis: 1), inputs: ["d", "x"], output: "k"),
          Node(
            name: "f", operation: .convolution(convolution(32, 16, kernel: 1)), inputs: ["k"],
            output: "f"),
          Node(
            name: "e", operation: .convolution(convolution(16, 16, kernel: 1)), inputs: ["c"],
            output: "e"),
          Node(name: "out", operation: .concatenation(axis: 1), inputs: ["f", "e"], output: "out"),
        ], outputNames: ["out"]))
  }

  /// A network that ends in an average pool over the whole map, a fully connected layer and softmax.
  static var classifier: SmallNetwork {
    SmallNetwork(
      name: "classifier",
      graph: NetworkGraph(
        inputName: "data", inputShape: [1, 3, 11, 9],
        nodes: [
          Node(
            name: "stem", operation: .convolution(convolution(3, 16, kernel: 3, padding: 1)),
            inputs: ["data"], output: "stem_pre"),
          Node(name: "relu", operation: .unary(.relu), inputs: ["stem_pre"], output: "stem"),
          Node(
            name: "pool",
            operation: .averagePool(
              PoolingWindow(kernel: Extent(height: 11, width: 9)), countsPadding: true),
            inputs: ["stem"], output: "pool"),
          Node(name: "flat", operation: .flatten(axis: 1), inputs: ["pool"], output: "flat"),
          Node(
            name: "fc",
            operation: .innerProduct(
              InnerProduct(
                weights: Matrix(rowCount: 10, columnCount: 16, elements: random(160, scale: 0.5)),
                bias: random(10))), inputs: ["flat"], output: "logits"),
          Node(name: "prob", operation: .softmax(axis: 1), inputs: ["logits"], output: "out"),
        ], outputNames: ["out"]))
  }

  static func convolution(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1
  ) -> Convolution {
    let taps = inputs / groups * kernel * kernel
    return Convolution(
      weights: random(outputs * taps, scale: 1 / Float(taps).squareRoot()),
      bias: random(outputs, scale: 0.1), inputChannels: inputs, outputChannels: outputs,
      kernel: Extent(height: kernel, width: kernel),
      stride: Extent(height: stride, width: stride),
      padding: Padding(top: padding, left: padding, bottom: padding, right: padding),
      groups: groups)
  }

  private static var dilated: Convolution {
    Convolution(
      weights: random(4 * 3 * 9, scale: 0.2), bias: random(4), inputChannels: 3, outputChannels: 4,
      kernel: Extent(height: 3, width: 3), dilation: Extent(height: 2, width: 1),
      padding: Padding(top: 2, left: 0, bottom: 1, right: 1))
  }

  static func window(
    _ kernel: Int, stride: Int, padding: Int = 0, roundsUp: Bool = false
  ) -> PoolingWindow {
    PoolingWindow(
      kernel: Extent(height: kernel, width: kernel), stride: Extent(height: stride, width: stride),
      padding: Padding(top: padding, left: padding, bottom: padding, right: padding),
      roundsUp: roundsUp)
  }

  private static func random(_ count: Int, scale: Float = 1) -> [Float] {
    var stream = RandomStream(seed: 11, purpose: .evaluation, item: count)
    return (0..<count).map { _ in scale * stream.normalPair().0 }
  }
}
