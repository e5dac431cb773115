import NetworkGraphs

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

  /// The tensors that a node reads, and the names of its constants ("" for one left out).
  struct Arguments {
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

  /// The values of an initializer, counted against the allowance.
  mutating func constant(
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
}
