import NetworkGraphs
import Tensors

/// The operations that are known, by their ONNX names.
enum KnownOperation: String, CaseIterable {
  case convolution = "Conv"
  case relu = "Relu"
  case maxPool = "MaxPool"
  case averagePool = "AveragePool"
  case globalAveragePool = "GlobalAveragePool"
  case localResponseNormalization = "LRN"
  case concatenation = "Concat"
  case flatten = "Flatten"
  case matrixProduct = "Gemm"
  case softmax = "Softmax"
  case dropout = "Dropout"
  case identity = "Identity"
}

/// Turns nodes of an ONNX file into nodes of a graph, in order of computation.
struct NodeConverter {
  /// A tensor that was made: its shape, and whether ONNX counts two dimensions instead of four.
  struct Tensor {
    let shape: MapShape
    let isVector: Bool
  }

  let path: String
  let operatorSet: Int
  let initializers: [String: ONNXTensorProto]
  /// What was made so far, for an image of the size that the file states.
  private(set) var tensors: [String: Tensor]
  /// How many weights may still be read: 2 GiB of `Float` in all, however often one is used.
  private var weightAllowance = 1 << 29

  init(
    path: String, operatorSet: Int, input: (name: String, shape: MapShape),
    initializers: [String: ONNXTensorProto]
  ) {
    self.path = path
    self.operatorSet = operatorSet
    self.initializers = initializers
    tensors = [input.name: Tensor(shape: input.shape, isVector: false)]
  }

  /// Converts a node whose inputs exist, and notes what it makes.
  mutating func convert(_ source: ONNXNodeProto) throws(ModelError) -> Node {
    var attributes = try NodeAttributes(of: source, path: path)
    guard ONNXImporter.isDefaultDomain(source.domain),
      let kind = KnownOperation(rawValue: source.opType)
    else {
      let known = KnownOperation.allCases.map(\.rawValue).joined(separator: ", ")
      throw attributes.fault(
        "the operation is not supported", remedy: "known are \(known)")
    }
    let parts = try arguments(of: source, kind, attributes)
    let operation = try operation(kind, parts, &attributes)
    try attributes.finish()

    let node = Node(
      name: name(of: source), operation: operation, inputs: parts.inputs.map(\.name),
      output: source.output[0])
    let shape: MapShape
    do {
      shape = try node.outputShape(ofInputs: parts.inputs.map(\.tensor.shape))
    } catch {
      throw ONNXImporter.fault(path, error.description, remedy: "export the network again")
    }
    let isVector =
      kind == .flatten || kind == .matrixProduct || parts.inputs[0].tensor.isVector
    tensors[node.output] = Tensor(shape: shape, isVector: isVector)
    return node
  }

  // MARK: - Inputs

  /// The tensors that a node reads, and the names of its constants ("" for one left out).
  private struct Arguments {
    var inputs: [(name: String, tensor: Tensor)]
    var constants: [String]
  }

  private func arguments(
    of node: ONNXNodeProto, _ kind: KnownOperation, _ attributes: NodeAttributes
  ) throws(ModelError) -> Arguments {
    let constantCounts =
      switch kind {
      case .convolution, .matrixProduct: 1...2
      case .dropout: 0...2
      default: 0...0
      }
    let inputCount = kind == .concatenation ? node.input.count : min(node.input.count, 1)
    let constants = Array(node.input.dropFirst(inputCount))
    guard inputCount > 0, constantCounts.contains(constants.count) else {
      throw attributes.fault("\(node.input.count) inputs do not fit the operation")
    }
    let sideOutputs = node.output.dropFirst().filter { !$0.isEmpty }
    guard sideOutputs.isEmpty || kind == .dropout || kind == .maxPool else {
      throw attributes.fault("it has more than one output")
    }
    var inputs: [(String, Tensor)] = []
    for name in node.input.prefix(inputCount) {
      guard let tensor = tensors[name] else {
        throw attributes.fault(
          "its input \(quoted(name)) does not depend on the image, or is a side output",
          remedy: "export the network simplified for inference")
      }
      inputs.append((name, tensor))
    }
    return Arguments(inputs: inputs, constants: constants)
  }

  private mutating func constant(
    _ name: String, _ attributes: NodeAttributes
  ) throws(ModelError) -> ConstantTensor {
    guard let tensor = initializers[name] else {
      throw attributes.fault(
        "its weights \(quoted(name)) are not constants of the file",
        remedy: "export the network simplified for inference")
    }
    let constant = try ConstantTensor(tensor, limit: weightAllowance, attributes: attributes)
    weightAllowance -= constant.values.count
    return constant
  }

  // MARK: - Operations

  private mutating func operation(
    _ kind: KnownOperation, _ parts: Arguments, _ attributes: inout NodeAttributes
  ) throws(ModelError) -> Operation {
    let input = parts.inputs[0].tensor
    switch kind {
    case .convolution, .maxPool, .averagePool, .globalAveragePool, .localResponseNormalization:
      guard !input.isVector else { throw attributes.fault("a map expected, found a vector") }
    case .matrixProduct:
      guard input.isVector else { throw attributes.fault("a vector expected, found a map") }
    case .concatenation:
      guard parts.inputs.allSatisfy({ $0.tensor.isVector == input.isVector }) else {
        throw attributes.fault("maps and vectors cannot be joined")
      }
    case .relu, .flatten, .softmax, .dropout, .identity: break
    }
    switch kind {
    case .convolution: return .convolution(try convolution(parts, &attributes))
    case .relu: return .relu
    case .maxPool:
      attributes.ignore("storage_order")
      return .maxPool(try poolingWindow(&attributes))
    case .averagePool:
      let countsPadding = try attributes.flag("count_include_pad")
      return .averagePool(try poolingWindow(&attributes), countsPadding: countsPadding)
    case .globalAveragePool: return .globalAveragePool
    case .localResponseNormalization: return .localResponseNormalization(try lrn(&attributes))
    case .concatenation:
      try checkChannelAxis(of: input, &attributes, default: nil)
      return .concatenation
    case .flatten:
      try checkChannelAxis(of: input, &attributes, default: 1)
      return .flatten
    case .matrixProduct: return .innerProduct(try innerProduct(parts, &attributes))
    case .softmax:
      try checkSoftmax(of: input, &attributes)
      return .softmax
    case .dropout:
      try checkDropout(parts, &attributes)
      return .identity
    case .identity: return .identity
    }
  }

  private mutating func convolution(
    _ parts: Arguments, _ attributes: inout NodeAttributes
  ) throws(ModelError) -> Convolution {
    let weights = try constant(parts.constants[0], attributes)
    let sides = weights.dimensions
    guard sides.count == 4 else {
      throw attributes.fault(
        "its weights have \(sides.count) dimensions instead of 4",
        remedy: "only two-dimensional operations are known")
    }
    let window = try NodeWindow(
      &attributes, weightKernel: Extent(height: sides[2], width: sides[3]))
    let groups = try attributes.integer("group", default: 1, in: 1...sides[0])
    let (inputChannels, overflows) = sides[1].multipliedReportingOverflow(by: groups)
    guard sides[0].isMultiple(of: groups), !overflows else {
      throw attributes.fault("\(sides[0]) channels cannot be cut into \(groups) groups")
    }
    return Convolution(
      weights: weights.values,
      bias: try bias(parts, count: sides[0], isBroadcast: false, attributes),
      inputChannels: inputChannels, outputChannels: sides[0], kernel: window.kernel,
      stride: window.stride, dilation: window.dilation, padding: window.padding, groups: groups)
  }

  private func poolingWindow(
    _ attributes: inout NodeAttributes
  ) throws(ModelError) -> PoolingWindow {
    let window = try NodeWindow(&attributes)
    guard window.dilation == Extent(height: 1, width: 1) else {
      throw attributes.fault("its window is dilated", remedy: "only dense windows are known")
    }
    return PoolingWindow(
      kernel: window.kernel, stride: window.stride, padding: window.padding,
      roundsUp: try attributes.flag("ceil_mode"))
  }

  /// Gemm: alpha · x · B + beta · C, with B transposed or not.
  private mutating func innerProduct(
    _ parts: Arguments, _ attributes: inout NodeAttributes
  ) throws(ModelError) -> InnerProduct {
    let factor = try constant(parts.constants[0], attributes)
    guard factor.dimensions.count == 2 else {
      throw attributes.fault("its weights are not a matrix")
    }
    guard try !attributes.flag("transA") else {
      throw attributes.fault("it transposes the image's vector")
    }
    var weights = Matrix(
      rowCount: factor.dimensions[0], columnCount: factor.dimensions[1], elements: factor.values)
    if try !attributes.flag("transB") { weights = weights.transposed() }
    var bias = try bias(parts, count: weights.rowCount, isBroadcast: true, attributes)
    let alpha = try attributes.number("alpha", default: 1)
    let beta = try attributes.number("beta", default: 1)
    if alpha != 1 {
      weights = Matrix(
        rowCount: weights.rowCount, columnCount: weights.columnCount,
        elements: weights.elements.map { alpha * $0 })
    }
    if beta != 1 { bias = bias.map { beta * $0 } }
    return InnerProduct(weights: weights, bias: bias)
  }

  /// One value an output: as they stand, one for all where it `isBroadcast`, zeros without a bias.
  private mutating func bias(
    _ parts: Arguments, count: Int, isBroadcast: Bool, _ attributes: NodeAttributes
  ) throws(ModelError) -> [Float] {
    guard parts.constants.count > 1, !parts.constants[1].isEmpty else {
      return [Float](repeating: 0, count: count)
    }
    let bias = try constant(parts.constants[1], attributes)
    let values = bias.values
    guard values.count == count || (isBroadcast && values.count == 1),
      bias.dimensions.last ?? 1 == values.count, isBroadcast || bias.dimensions.count == 1
    else {
      throw attributes.fault("its bias has dimensions \(bias.dimensions), \(count) are expected")
    }
    return values.count == count ? values : [Float](repeating: values[0], count: count)
  }

  private func lrn(
    _ attributes: inout NodeAttributes
  ) throws(ModelError) -> LocalResponseNormalization {
    let result = LocalResponseNormalization(
      size: try attributes.integer("size", in: 1...65_535),
      alpha: try attributes.number("alpha", default: 1e-4),
      beta: try attributes.number("beta", default: 0.75),
      bias: try attributes.number("bias", default: 1))
    guard !result.size.isMultiple(of: 2), result.alpha >= 0, result.bias > 0 else {
      throw attributes.fault("the size must be odd, alpha not negative and the bias positive")
    }
    return result
  }

  // MARK: - Checks

  private func checkChannelAxis(
    of input: Tensor, _ attributes: inout NodeAttributes, default axis: Int?
  ) throws(ModelError) {
    let axis = try attributes.integer("axis", default: axis, in: -4...4)
    guard axis == 1 || axis == (input.isVector ? -1 : -3) else {
      throw attributes.fault("axis \(axis) is not that of the channels, 1")
    }
  }

  /// Before operator set 13, softmax runs over everything from its axis on; since then, over its
  /// axis alone, the last one unless stated.
  private func checkSoftmax(
    of input: Tensor, _ attributes: inout NodeAttributes
  ) throws(ModelError) {
    let isOld = operatorSet < 13
    try checkChannelAxis(of: input, &attributes, default: isOld ? 1 : -1)
    guard !isOld || (input.shape.height == 1 && input.shape.width == 1) else {
      throw attributes.fault(
        "it runs over a whole map of \(input.shape)", remedy: "only softmax over channels is known")
    }
  }

  /// Dropout does nothing in use; a file may say that it is still in training.
  private func checkDropout(
    _ parts: Arguments, _ attributes: inout NodeAttributes
  ) throws(ModelError) {
    attributes.ignore("ratio")
    attributes.ignore("seed")
    guard parts.constants.count > 1, !parts.constants[1].isEmpty else { return }
    guard let mode = initializers[parts.constants[1]], mode.dataType == .bool,
      mode.rawData.allSatisfy({ $0 == 0 }), mode.int32Data.allSatisfy({ $0 == 0 })
    else {
      throw attributes.fault(
        "it drops values in use (training_mode)", remedy: "export the network for inference")
    }
  }
}
