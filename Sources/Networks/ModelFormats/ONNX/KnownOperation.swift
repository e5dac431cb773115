import Models
import NeuralNetworks

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
  case generalProduct = "Gemm"
  case softmax = "Softmax"
  case dropout = "Dropout"
  case identity = "Identity"

  case matrixProduct = "MatMul"
  case batchNormalization = "BatchNormalization"
  case instanceNormalization = "InstanceNormalization"
  case layerNormalization = "LayerNormalization"
  case mean = "ReduceMean"

  case absolute = "Abs"
  case ceiling = "Ceil"
  case clip = "Clip"
  case elu = "Elu"
  case erf = "Erf"
  case exponential = "Exp"
  case floor = "Floor"
  case gelu = "Gelu"
  case hardSigmoid = "HardSigmoid"
  case hardSwish = "HardSwish"
  case leakyReLU = "LeakyRelu"
  case logarithm = "Log"
  case negative = "Neg"
  case reciprocal = "Reciprocal"
  case sigmoid = "Sigmoid"
  case softplus = "Softplus"
  case squareRoot = "Sqrt"
  case tanh = "Tanh"

  case add = "Add"
  case divide = "Div"
  case maximum = "Max"
  case minimum = "Min"
  case modulo = "Mod"
  case multiply = "Mul"
  case power = "Pow"
  case subtract = "Sub"
  case sum = "Sum"
  case equal = "Equal"
  case select = "Where"

  case cast = "Cast"
  case castLike = "CastLike"
  case constant = "Constant"
  case filled = "ConstantOfShape"
  case shape = "Shape"

  case expand = "Expand"
  case gather = "Gather"
  case pad = "Pad"
  case reshape = "Reshape"
  case slice = "Slice"
  case split = "Split"
  case squeeze = "Squeeze"
  case transpose = "Transpose"
  case unsqueeze = "Unsqueeze"
}

extension NodeConverter {
  /// Converts a node by what it computes.
  mutating func convert(
    _ source: inout SourceNode, _ operation: KnownOperation
  ) throws(ModelError) {
    switch operation {
    case .convolution: try convertConvolution(&source)
    case .generalProduct: try convertGeneralProduct(&source)
    case .matrixProduct: try convertMatrixProduct(&source)
    case .batchNormalization: try convertBatchNormalization(&source)
    case .instanceNormalization: try convertInstanceNormalization(&source)
    case .layerNormalization: try convertLayerNormalization(&source)
    case .maxPool, .averagePool: try convertPooling(&source, operation)
    case .globalAveragePool: try convertUnary(source, .globalAveragePool)
    case .localResponseNormalization: try convertLocalNormalization(&source)
    case .mean: try convertMean(&source)
    case .softmax: try convertSoftmax(&source)
    case .absolute, .clip, .elu, .erf, .exponential, .gelu, .hardSigmoid, .hardSwish, .leakyReLU,
      .logarithm, .negative, .reciprocal, .relu, .sigmoid, .softplus, .squareRoot, .tanh:
      try convertFunction(&source, operation)
    case .add, .divide, .maximum, .minimum, .modulo, .multiply, .power, .subtract, .sum:
      try convertArithmetic(&source, operation)
    case .ceiling, .floor: try convertRounding(source, operation)
    case .equal:
      try source.expectInputs(2...2)
      try emit(.equal, source.inputs, source)
    case .select:
      try source.expectInputs(3...3)
      try emit(.select, source.inputs, source)
    case .cast, .castLike: try convertCast(&source, operation)
    case .constant: try convertConstant(&source)
    case .filled: try convertFilled(&source)
    case .shape: try convertShape(&source)
    case .identity: try convertUnary(source, .identity)
    case .dropout: try convertDropout(&source)
    case .concatenation:
      guard !source.inputs.isEmpty else { throw source.fault("0 inputs do not fit the operation") }
      try emit(.concatenation(axis: try source.attributes.axis()), source.inputs, source)
    case .flatten:
      try convertUnary(source, .flatten(axis: try source.attributes.axis(default: 1)))
    case .reshape:
      try source.expectInputs(2...2)
      let allowsZero = try source.attributes.flag("allowzero")
      try emit(.reshape(allowsZero: allowsZero), source.inputs, source)
    case .transpose:
      try convertUnary(source, .transpose(try source.attributes.integers("perm", in: 0...7)))
    case .expand:
      try source.expectInputs(2...2)
      try emit(.expand, source.inputs, source)
    case .gather:
      try source.expectInputs(2...2)
      let axis = try source.attributes.axis(default: 0)
      try emit(.gather(axis: axis), source.inputs, source)
    case .slice: try convertSlice(&source)
    case .split: try convertSplit(&source)
    case .squeeze, .unsqueeze: try convertSqueeze(&source, operation)
    case .pad: try convertPad(&source)
    }
  }

  /// Emits an operation of one input.
  mutating func convertUnary(
    _ source: SourceNode, _ operation: NeuralNetworks.Operation
  ) throws(ModelError) {
    try source.expectInputs(1...1)
    try emit(operation, source.inputs, source)
  }
}
