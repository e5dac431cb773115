import Matrices
import NeuralNetworks

extension GraphDefConverter {
  /// Functions of one element, by their TensorFlow names; the order of dimensions does not matter
  /// to them.
  private static let unaryFunctions: [String: UnaryFunction] = [
    "Abs": .absolute, "Elu": .elu(alpha: 1), "Erf": .erf, "Exp": .exponential,
    "Inv": .reciprocal, "Log": .logarithm, "Neg": .negative, "Reciprocal": .reciprocal,
    "Relu": .relu, "Relu6": .clip(lower: 0, upper: 6), "Sigmoid": .sigmoid,
    "Softplus": .softplus, "Sqrt": .squareRoot, "Tanh": .tanh,
  ]

  /// Functions of two elements, which broadcast as in NumPy.
  private static let binaryFunctions: [String: BinaryFunction] = [
    "Add": .add, "AddV2": .add, "Div": .divide, "Maximum": .maximum, "Minimum": .minimum,
    "Mul": .multiply, "Pow": .power, "RealDiv": .divide, "Sub": .subtract,
  ]

  /// Converts an operation on elements, by its TensorFlow name.
  ///
  /// `Rsqrt`, `Square`, `SquaredDifference` and `AddN` are composed of others; Keras' unfused
  /// normalizations and attention contain them.
  ///
  /// - Throws: `GraphDefFault`, also when there is no such operation.
  mutating func elementwise(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    if let function = Self.unaryFunctions[node.operation] {
      return try unary(.unary(function), node)
    }
    if let function = Self.binaryFunctions[node.operation] {
      return try binary(function, node)
    }
    switch node.operation {
    case "LeakyRelu":
      return try unary(.unary(.leakyReLU(slope: try node.number("alpha", default: 0.2))), node)
    case "Rsqrt":
      let input = try tensor(0, of: node)
      let root = try add(
        .unary(.squareRoot), [input], as: "\(node.name):root", isMap: input.isMap, for: node)
      return try add(.unary(.reciprocal), [root], as: node.name, isMap: input.isMap, for: node)
    case "Square":
      let input = try tensor(0, of: node)
      return try add(
        .binary(.multiply), [input, input], as: node.name, isMap: input.isMap, for: node)
    case "SquaredDifference":
      let (inputs, isMap) = try broadcastable(
        [try tensor(0, of: node), try tensor(1, of: node)], for: node)
      let difference = try add(
        .binary(.subtract), inputs, as: "\(node.name):difference", isMap: isMap, for: node)
      return try add(
        .binary(.multiply), [difference, difference], as: node.name, isMap: isMap, for: node)
    case "AddN":
      guard node.inputs.count > 1 else { return try unary(.identity, node) }
      var sum = try tensor(0, of: node)
      for index in 1..<node.inputs.count {
        let (inputs, isMap) = try broadcastable([sum, try tensor(index, of: node)], for: node)
        let isLast = index == node.inputs.count - 1
        sum = try add(
          .binary(.add), inputs, as: isLast ? node.name : "\(node.name):sum\(index)", isMap: isMap,
          for: node)
      }
      return sum
    default: throw node.fault("the operation is not supported")
    }
  }

  /// A function of two tensors; with a constant per channel on either side it is an affine map per
  /// channel, which joins the convolution before it.
  private mutating func binary(
    _ function: BinaryFunction, _ node: GraphDefNode
  ) throws(GraphDefFault) -> Tensor {
    guard node.inputs.count == 2 else {
      throw node.fault("it has \(node.inputs.count) inputs instead of 2")
    }
    let inputs = [try tensor(0, of: node), try tensor(1, of: node)]
    for (image, other) in [(0, 1), (1, 0)] {
      guard let values = channelValues(inputs[other], of: inputs[image]),
        let affine = Self.affine(function, values, isFirst: other == 0)
      else { continue }
      return try add(
        .channelAffine(affine), [inputs[image]], as: node.name, isMap: inputs[image].isMap,
        for: node)
    }
    let (aligned, isMap) = try broadcastable(inputs, for: node)
    return try add(.binary(function), aligned, as: node.name, isMap: isMap, for: node)
  }

  /// The values of a constant that has one for each channel of a map; `nil` for other constants.
  ///
  /// In NHWC channels are last, so a vector broadcasts to them without further dimensions.
  private func channelValues(_ constant: Tensor, of tensor: Tensor) -> [Float]? {
    let sizes = dimensions(of: constant)
    guard tensor.isMap, facts[tensor.name]?.constant == nil, !sized.contains(constant.name),
      !constant.isMap,
      let channels = dimensions(of: tensor).last, sizes.last == channels, sizes.count <= 4,
      sizes.dropLast().allSatisfy({ $0 == 1 }),
      let values = facts[constant.name]?.constant?.floats, values.allSatisfy(\.isFinite)
    else { return nil }
    return values
  }

  /// A function of an element and a channel's constant as scale · x + shift; `nil` where it is not
  /// affine.
  ///
  /// - Parameters:
  ///   - function: The function.
  ///   - values: The constant of each channel.
  ///   - isFirst: Whether the constant is the left operand.
  /// - Returns: The affine map.
  private static func affine(
    _ function: BinaryFunction, _ values: [Float], isFirst: Bool
  ) -> ChannelAffine? {
    let (zeros, ones) = (values.map { _ in Float(0) }, values.map { _ in Float(1) })
    switch (function, isFirst) {
    case (.add, _): return ChannelAffine(scale: ones, shift: values)
    case (.subtract, false): return ChannelAffine(scale: ones, shift: values.map { -$0 })
    case (.subtract, true): return ChannelAffine(scale: ones.map { -$0 }, shift: values)
    case (.multiply, _): return ChannelAffine(scale: values, shift: zeros)
    case (.divide, false):
      // A factor instead of a division may differ in the last bit; a constant of 0 stays a
      // division.
      let scale = values.map { 1 / $0 }
      return scale.allSatisfy(\.isFinite) ? ChannelAffine(scale: scale, shift: zeros) : nil
    default: return nil
    }
  }

  /// Tensors in one order of dimensions, so that broadcasting means what it means in the file; and
  /// whether that is NCHW.
  private mutating func broadcastable(
    _ tensors: [Tensor], for node: GraphDefNode
  ) throws(GraphDefFault) -> (tensors: [Tensor], areMaps: Bool) {
    var areMaps = false
    var fit = true
    for tensor in tensors {
      areMaps = areMaps || tensor.isMap
      fit = fit && rank(of: tensor) <= 4
    }
    // Beside a tensor of five dimensions a map goes back to the file's order, as NCHW has no fifth
    // dimension.
    areMaps = areMaps && fit
    var result: [Tensor] = []
    for tensor in tensors {
      result.append(
        areMaps ? try broadcastableMap(tensor, for: node) : try plain(tensor, for: node))
    }
    return (result, areMaps)
  }

  /// `MatMul`, `BatchMatMul` and `BatchMatMulV2`: a fully connected layer where the second factor
  /// is a matrix of the file.
  ///
  /// - Parameters:
  ///   - node: The node.
  ///   - transposes: The attributes that transpose the factors: `transpose_a` or `adj_x`, which for
  ///     real numbers are the same.
  /// - Returns: The product.
  /// - Throws: `GraphDefFault` for factors of fewer than two dimensions.
  mutating func matrixProduct(
    _ node: GraphDefNode, transposes: [String]
  ) throws(GraphDefFault) -> Tensor {
    let transposesFirst = try node.flag(transposes[0])
    let transposesSecond = try node.flag(transposes[1])
    if !transposesFirst, case .constant = try value(1, of: node) {
      let input = try plain(try tensor(0, of: node), for: node)
      let (sizes, values) = try weights(1, of: node)
      if sizes.count == 2, !sizes.contains(0) {
        let matrix = Matrix(rowCount: sizes[0], columnCount: sizes[1], elements: values)
        // TensorFlow stores inputs × outputs; a layer here is outputs × inputs.
        let weights = transposesSecond ? matrix : matrix.transposed()
        let layer = InnerProduct(
          weights: weights, bias: [Float](repeating: 0, count: weights.rowCount))
        return try add(.innerProduct(layer), [input], as: node.name, for: node)
      }
    }
    var factors: [Tensor] = []
    for (index, isTransposed) in [transposesFirst, transposesSecond].enumerated() {
      var factor = try plain(try tensor(index, of: node), for: node)
      let rank = rank(of: factor)
      guard rank >= 2 else { throw node.fault("matrices expected, found fewer dimensions") }
      if isTransposed {
        let order = Array(0..<rank - 2) + [rank - 1, rank - 2]
        factor = try add(
          .transpose(order), [factor], as: "\(node.name):factor\(index)", for: node)
      }
      factors.append(factor)
    }
    return try add(.matrixProduct, factors, as: node.name, for: node)
  }

  /// `Softmax` over the channels, the last dimension in the file.
  mutating func softmax(
    _ node: GraphDefNode, as name: String
  ) throws(GraphDefFault) -> Tensor {
    let input = try tensor(0, of: node)
    return try add(
      .softmax(axis: input.isMap ? 1 : -1), [input], as: name, isMap: input.isMap, for: node)
  }
}
