import NeuralNetworks

/// The operations that are supported, by their TensorFlow names, except for functions of elements.
///
/// They are those of the paper's InceptionV1 and of frozen Keras networks. Versions of one
/// operation that mean the same at inference (`FusedBatchNorm`, `…V2`, `…V3`) share a conversion.
enum GraphDefOperation: String, CaseIterable {
  case constant = "Const"
  case placeholder = "Placeholder"
  case placeholderWithDefault = "PlaceholderWithDefault"
  case identity = "Identity"
  case identities = "IdentityN"
  case stopGradient = "StopGradient"
  case checkNumerics = "CheckNumerics"
  case snapshot = "Snapshot"
  case preventGradient = "PreventGradient"

  case convolution = "Conv2D"
  case depthwiseConvolution = "DepthwiseConv2dNative"
  case maxPool = "MaxPool"
  case averagePool = "AvgPool"
  case localResponseNormalization = "LRN"
  case biasAdd = "BiasAdd"
  case batchNormalization = "FusedBatchNorm"
  case batchNormalization2 = "FusedBatchNormV2"
  case batchNormalization3 = "FusedBatchNormV3"
  case matrixProduct = "MatMul"
  case batchMatrixProduct = "BatchMatMul"
  case batchMatrixProduct2 = "BatchMatMulV2"
  case softmax = "Softmax"
  case logSoftmax = "LogSoftmax"
  case mean = "Mean"

  case concatenation = "Concat"
  case concatenation2 = "ConcatV2"
  case split = "Split"
  case splitBySizes = "SplitV"
  case reshape = "Reshape"
  case transpose = "Transpose"
  case squeeze = "Squeeze"
  case expandDimensions = "ExpandDims"
  case stack = "Pack"
  case stridedSlice = "StridedSlice"
  case slice = "Slice"
  case pad = "Pad"
  case pad2 = "PadV2"
  case mirrorPad = "MirrorPad"
  case shape = "Shape"
  case cast = "Cast"
}

extension GraphDefConverter {
  /// Converts a node.
  ///
  /// - Returns: What its outputs have become, in order; outputs that only training reads are left
  ///   out.
  /// - Throws: `GraphDefFault` when it cannot be converted.
  mutating func results(of node: GraphDefNode) throws(GraphDefFault) -> [Value] {
    guard let operation = GraphDefOperation(rawValue: node.operation) else {
      return [.tensor(try elementwise(node))]
    }
    switch operation {
    case .constant: return [.constant(name: node.name, try node.tensor("value"))]
    case .placeholder: throw node.fault("it is a second input, not the image")
    case .placeholderWithDefault, .identity, .stopGradient, .checkNumerics, .snapshot,
      .preventGradient:
      // Frozen variables are read through an `Identity`: as constants they stay foldable into
      // layers.
      if case .constant(let name, let values) = try value(0, of: node) {
        return [.constant(name: name, values)]
      }
      return [.tensor(try unary(.identity, node))]
    case .identities: return try identities(node)
    case .split, .splitBySizes: return try splitOutputs(node, operation).map { .tensor($0) }
    default: return [.tensor(try result(of: node, operation))]
    }
  }

  /// Converts a node of one output.
  private mutating func result(
    of node: GraphDefNode, _ operation: GraphDefOperation
  ) throws(GraphDefFault) -> Tensor {
    switch operation {
    case .convolution: return try convolution(node)
    case .depthwiseConvolution: return try depthwiseConvolution(node)
    case .maxPool, .averagePool: return try pool(node, operation)
    case .localResponseNormalization: return try localResponseNormalization(node)
    case .biasAdd: return try biasAdd(node)
    case .batchNormalization, .batchNormalization2, .batchNormalization3:
      return try batchNormalization(node)
    case .matrixProduct: return try matrixProduct(node, transposes: ["transpose_a", "transpose_b"])
    case .batchMatrixProduct, .batchMatrixProduct2:
      return try matrixProduct(node, transposes: ["adj_x", "adj_y"])
    case .softmax: return try softmax(node, as: node.name)
    case .logSoftmax:
      let softmax = try softmax(node, as: "\(node.name):softmax")
      return try add(
        .unary(.logarithm), [softmax], as: node.name, isMap: softmax.isMap, for: node)
    case .mean: return try mean(node)
    case .concatenation: return try concatenation(node, axisInput: 0)
    case .concatenation2: return try concatenation(node, axisInput: node.inputs.count - 1)
    case .reshape: return try reshape(node)
    case .transpose: return try transpose(node)
    case .squeeze: return try squeeze(node)
    case .expandDimensions: return try expandDimensions(node)
    case .stack: return try stack(node)
    case .stridedSlice: return try stridedSlice(node)
    case .slice: return try slice(node)
    case .pad, .pad2, .mirrorPad: return try pad(node, operation)
    case .shape:
      // The file computes with sizes in its own order of dimensions.
      let input = try plain(try tensor(0, of: node), for: node)
      return try add(.shape(start: 0, end: nil), [input], as: node.name, for: node)
    case .cast: return try cast(node)
    case .constant, .placeholder, .placeholderWithDefault, .identity, .identities, .stopGradient,
      .checkNumerics, .snapshot, .preventGradient, .split, .splitBySizes:
      throw node.fault("the operation is not supported")
    }
  }

  /// Converts a node of one input whose dimensions it leaves as they are.
  mutating func unary(
    _ operation: Operation, _ node: GraphDefNode
  ) throws(GraphDefFault) -> Tensor {
    let input = try tensor(0, of: node)
    return try add(operation, [input], as: node.name, isMap: input.isMap, for: node)
  }

  /// `IdentityN`: each input as it is.
  private mutating func identities(_ node: GraphDefNode) throws(GraphDefFault) -> [Value] {
    var result: [Value] = []
    for index in node.inputs.indices {
      guard case .tensor(let input) = try value(index, of: node) else {
        result.append(try value(index, of: node))
        continue
      }
      let name = index == 0 ? node.name : "\(node.name):\(index)"
      result.append(
        .tensor(try add(.identity, [input], as: name, isMap: input.isMap, for: node)))
    }
    return result
  }

  /// `Cast` between floating-point numbers, integers and truth values, of which there is one type
  /// each here.
  private mutating func cast(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    switch try node.type("DstT") {
    case .dtFloat, .dtHalf, .dtDouble, .dtBfloat16: return try unary(.cast(.float), node)
    case .dtInt32, .dtInt64: return try unary(.cast(.integer), node)
    case .dtBool: return try unary(.cast(.boolean), node)
    default: throw node.fault("a cast to a type other than float, integer or bool is not supported")
    }
  }
}
