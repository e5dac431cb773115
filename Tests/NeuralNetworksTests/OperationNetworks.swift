import Matrices
import NeuralNetworks
import Randomness
import Testing

/// One operation on a tensor of some shape, the others of its inputs constants.
struct OperationNetwork: CustomTestStringConvertible {
  let testDescription: String
  /// Reads `data` and makes `out`.
  let graph: NetworkGraph
  /// Whether values must be positive: roots, logarithms, divisors.
  var isPositive = false

  init(
    _ name: String, _ operation: Operation, _ shape: TensorShape,
    _ constants: [ConstantTensor] = [],
    positive: Bool = false, dataAt place: Int = 0
  ) {
    testDescription = name
    isPositive = positive
    var inputs = constants.indices.map { "c\($0)" }
    inputs.insert("data", at: place)
    graph = NetworkGraph(
      inputName: "data", inputShape: shape,
      nodes: constants.enumerated().map {
        Node(name: "c\($0)", operation: .constant($1), inputs: [], output: "c\($0)")
      } + [Node(name: "op", operation: operation, inputs: inputs, output: "out")],
      outputNames: ["out"])
  }

  /// The same network with the data as a constant, so that its result is folded.
  func constant(_ data: [Float]) -> NetworkGraph {
    var result = graph
    result.inputName = "unused"
    result.nodes.insert(
      Node(
        name: "data",
        operation: .constant(
          ConstantTensor(shape: graph.inputShape, elements: .floats(data))), inputs: [],
        output: "data"), at: 0)
    return result
  }

  static let all: [OperationNetwork] = unary + binary + arrangements + sums + windows

  private static let functions: [UnaryFunction] = [
    .relu, .leakyReLU(slope: 0.1), .elu(alpha: 0.7), .clip(lower: -0.5, upper: 0.8), .sigmoid,
    .hardSigmoid(alpha: 0.3, beta: 0.4), .hardSwish, .swish, .gelu, .geluByTanh, .tanh, .erf,
    .exponential, .softplus, .negative, .absolute, .sine, .cosine,
  ]

  private static let unary: [OperationNetwork] =
    functions.flatMap { function in
      [[2, 3, 5], [1, 19, 5, 3]].map {
        OperationNetwork("\(function.name) of \($0)", .unary(function), TensorShape($0))
      }
    }
    + [.logarithm, .squareRoot, .reciprocal].map {
      OperationNetwork($0.name, .unary($0), [3, 7], positive: true)
    }

  private static let functionsOfTwo: [BinaryFunction] = [
    .add, .subtract, .multiply, .divide, .maximum, .minimum, .power,
  ]

  private static let binary: [OperationNetwork] = functionsOfTwo.flatMap { function in
    [
      ([2, 3, 4], [2, 3, 4]), ([2, 3, 4], []), ([2, 3, 4], [4]), ([2, 3, 4], [3, 1]),
      ([3, 1], [2, 1, 4]), ([1, 20, 3, 5], [1, 20, 1, 1]), ([1, 20, 3, 5], [1, 1, 3, 5]),
      ([4], [2, 3, 4]), ([2, 19, 33], [33]), ([2, 19, 33], [19, 1]), ([2, 1, 33], [2, 19, 1]),
      ([2, 9, 3, 17], [2, 9, 1, 17]),
    ].flatMap { data, other in
      [0, 1].map { place in
        OperationNetwork(
          "\(function.rawValue) of \(data) and \(other), data at \(place)", .binary(function),
          TensorShape(data), [positive(TensorShape(other))], positive: true, dataAt: place)
      }
    }
  }

  private static let arrangements: [OperationNetwork] = [
    OperationNetwork(
      "slice", .slice, [4, 5, 6],
      [
        ConstantTensor([1, -1]), ConstantTensor([4, -100]), ConstantTensor([0, 2]),
        ConstantTensor([2, -1]),
      ]),
    OperationNetwork("slice of channels", .slice, [1, 40, 3, 3], channelSlice),
    OperationNetwork(
      "slice of a row", .slice, [2, 3, 37],
      [ConstantTensor([5]), ConstantTensor([29]), ConstantTensor([-1])]),
    OperationNetwork(
      "long pieces", .splitOutput(index: 1, count: 3, sizes: [9, 11, 13], axis: -1), [2, 3, 33]),
    OperationNetwork(
      "gather of neighbors, repeated and backwards", .gather(axis: 1), [2, 30],
      [
        ConstantTensor(
          shape: [25], elements: .integers(Array(3..<16) + [7, 7, 7, 29, 28, 27, 0, 1, 2, 3, 4, 5]))
      ]),
    OperationNetwork("expanded rows", .expand, [3, 2, 1], [ConstantTensor([2, 3, 2, 19])]),
    OperationNetwork("tiled rows", .tile, [2, 11], [ConstantTensor([1, 3])]),
    OperationNetwork(
      "padding of rows", .pad(.constant), [2, 3, 21],
      [ConstantTensor([0, 1, 9, 1, 0, 3]), ConstantTensor(shape: [], elements: .floats([0.5]))]),
    OperationNetwork(
      "rows mirrored", .pad(.reflection), [3, 21], [ConstantTensor([1, 10, 0, 3])]),
    OperationNetwork(
      "piece", .splitOutput(index: 1, count: 3, sizes: [1, 2, 3], axis: -1), [2, 6]),
    OperationNetwork(
      "equal pieces", .splitOutput(index: 2, count: 3, sizes: nil, axis: 0), [7, 2]),
    OperationNetwork(
      "gather", .gather(axis: 1), [2, 5, 3],
      [ConstantTensor(shape: [2, 2], elements: .integers([4, -5, 4, 1]))]),
    OperationNetwork(
      "gather of one", .gather(axis: 1), [1, 5, 3],
      [ConstantTensor(shape: [], elements: .integers([0]))]),
    OperationNetwork("flatten", .flatten(axis: 2), [2, 3, 4, 5]),
    OperationNetwork(
      "reshape", .reshape(allowsZero: false), [2, 12], [ConstantTensor([0, -1, 4])]),
    OperationNetwork("transpose", .transpose([2, 0, 1]), [2, 3, 4]),
    OperationNetwork("transpose of a map", .transpose([0, 2, 3, 1]), [1, 20, 3, 5]),
    OperationNetwork("transpose of rows", .transpose([0, 2, 1]), [2, 19, 37]),
    OperationNetwork("transpose of heads", .transpose([0, 2, 1, 3]), [2, 5, 3, 9]),
    OperationNetwork("reversal", .transpose(nil), [2, 3, 4, 5]),
    OperationNetwork("squeeze", .squeeze(axes: [0, -1]), [1, 3, 1]),
    OperationNetwork("unsqueeze", .unsqueeze(axes: [0, -1]), [3, 2]),
    OperationNetwork("expand", .expand, [3, 1], [ConstantTensor([2, 1, 5])]),
    OperationNetwork("tile", .tile, [2, 1, 3], [ConstantTensor([2, 3, 2])]),
    OperationNetwork("padding", .pad(.constant), [2, 3], [ConstantTensor([1, 0, 2, -1])]),
    OperationNetwork(
      "mirrored padding", .pad(.reflection), [3, 4], [ConstantTensor([2, 1, 0, 3])]),
    OperationNetwork("padding by the edge", .pad(.edge), [3, 4], [ConstantTensor([2, 1, 0, 3])]),
    OperationNetwork(
      "concatenation", .concatenation(axis: 1), [2, 3, 2], [positive([2, 1, 2])], dataAt: 1),
    OperationNetwork(
      "concatenation at the end", .concatenation(axis: -1), [2, 3], [positive([2, 4])]),
    OperationNetwork(
      "selection", .select, [2, 1, 3],
      [
        ConstantTensor(shape: [2, 1], elements: .booleans([true, false])),
        positive([2, 1]),
      ], dataAt: 1),
  ]

  private static let sums: [OperationNetwork] = [
    OperationNetwork("mean", .mean(axes: [1], keepsDimensions: false), [2, 3, 4]),
    OperationNetwork("mean of all", .mean(axes: nil, keepsDimensions: true), [2, 3, 4]),
    OperationNetwork(
      "mean of rows and columns", .mean(axes: [-1, 2], keepsDimensions: true), [1, 20, 3, 4]),
    OperationNetwork("mean of rows", .mean(axes: [-1], keepsDimensions: true), [3, 2, 37]),
    OperationNetwork(
      "sum of columns", .reduction(.sum, axes: [0], keepsDimensions: false), [3, 37]),
    OperationNetwork("mean of both ends", .mean(axes: [0, 2], keepsDimensions: false), [2, 3, 4]),
    OperationNetwork("sum", .reduction(.sum, axes: [0, -1], keepsDimensions: true), [2, 3, 4]),
    OperationNetwork(
      "product", .reduction(.product, axes: [1], keepsDimensions: false), [2, 3, 4]),
    OperationNetwork(
      "maximum along a dimension", .reduction(.maximum, axes: [-2], keepsDimensions: true),
      [2, 3, 4]),
    OperationNetwork(
      "minimum of rows and columns", .reduction(.minimum, axes: [2, 3], keepsDimensions: false),
      [1, 20, 3, 4]),
    OperationNetwork(
      "maximum of all", .reduction(.maximum, axes: nil, keepsDimensions: false), [3, 5]),
    OperationNetwork("softmax along the last", .softmax(axis: -1), [2, 3, 4]),
    OperationNetwork("softmax along the first", .softmax(axis: 0), [4, 5]),
    OperationNetwork("softmax along the channels", .softmax(axis: 1), [1, 20, 3, 4]),
    OperationNetwork("product with a constant", .matrixProduct, [2, 3, 4], [positive([2, 4, 5])]),
    OperationNetwork("constant times", .matrixProduct, [2, 4, 5], [positive([3, 4])], dataAt: 1),
    OperationNetwork("one matrix for all", .matrixProduct, [3, 4], [positive([2, 4, 5])]),
    OperationNetwork("product of vectors", .matrixProduct, [4], [positive([4])]),
    OperationNetwork(
      "layer normalization",
      .layerNormalization(
        LayerNormalization(
          axis: -1, epsilon: 1e-5, scale: [1, 2, 0.5, -1], shift: [0, 1, 0, 0.1])), [2, 3, 4]),
    OperationNetwork(
      "layer normalization of two dimensions",
      .layerNormalization(
        LayerNormalization(
          axis: 1, epsilon: 1e-3, scale: [Float](repeating: 2, count: 12),
          shift: [Float](repeating: 1, count: 12))), [2, 3, 4]),
    OperationNetwork(
      "batch normalization of a map",
      .channelAffine(
        ChannelAffine(
          scale: (0..<20).map { Float($0) - 7 }, shift: (0..<20).map { 0.1 * Float($0) })),
      [1, 20, 3, 4]),
    OperationNetwork(
      "batch normalization of vectors",
      .channelAffine(ChannelAffine(scale: [1, -2, 3], shift: [0, 1, 2])), [4, 3]),
    OperationNetwork(
      "batch normalization of long rows",
      .channelAffine(ChannelAffine(scale: [1, -2, 3], shift: [0, 1, 2])), [2, 3, 19]),
    OperationNetwork(
      "parametric ReLU of a map",
      .parametricReLU(ParametricReLU(slopes: (0..<20).map { 0.1 * Float($0) - 0.5 })),
      [1, 20, 3, 4]),
    OperationNetwork(
      "parametric ReLU of vectors", .parametricReLU(ParametricReLU(slopes: [0.25, -1, 0])), [4, 3]),
    OperationNetwork("global average pool of a volume", .globalAveragePool, [2, 3, 2, 2, 2]),
    OperationNetwork(
      "fully connected layer of tokens",
      .innerProduct(
        InnerProduct(
          weights: Matrix(rowCount: 2, columnCount: 3, elements: [1, -2, 3, 0.5, 1, 2]),
          bias: [1, 2])), [2, 4, 3]),
  ]

  private static let channelSlice = [
    ConstantTensor([16]), ConstantTensor([35]), ConstantTensor([1]),
  ]

  static func positive(_ shape: TensorShape) -> ConstantTensor {
    var random = RandomStream(seed: 12, purpose: .evaluation, item: shape.elementCount)
    return ConstantTensor(
      shape: shape,
      elements: .floats((0..<shape.elementCount).map { _ in 0.5 + Float(random.uniform()) }))
  }
}
