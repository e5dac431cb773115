import Models
import NeuralNetworks

extension NodeConverter {
  /// Functions that are exact compositions of others, by their ONNX names.
  ///
  /// `Celu` came with opset 12, `Mish` with 18.
  static let compositionConverters: [String: Converter] = [
    "Selu": { (converter, source) throws(ModelError) in try converter.convertSELU(&source) },
    "Celu": { (converter, source) throws(ModelError) in try converter.convertCELU(&source) },
    "Mish": { (converter, source) throws(ModelError) in try converter.convertMish(source) },
    "Softsign": { (converter, source) throws(ModelError) in try converter.convertSoftsign(source) },
    "ThresholdedRelu": { (converter, source) throws(ModelError) in
      try converter.convertThreshold(&source)
    },
    "Mean": { (converter, source) throws(ModelError) in try converter.convertMean(source) },
  ]

  /// `Selu`, which is gamma · ELU(x) with constants of its own (Klambauer and others 2017).
  private mutating func convertSELU(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    // The paper's constants, in single precision as ONNX states them.
    let alpha = try source.attributes.number("alpha", default: 1.673_263_2)
    let gamma = try source.attributes.number("gamma", default: 1.050_701)
    let unit = try intermediate(.unary(.elu(alpha: alpha)), [source.required(0)], source)
    try emit(.binary(.multiply), [unit, scalar(gamma, source)], source)
  }

  /// `Celu`: x where it is positive, else alpha · (exp(x / alpha) − 1) (Barron 2017), which is
  /// alpha · ELU(x / alpha).
  private mutating func convertCELU(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    let alpha = try source.attributes.number("alpha", default: 1)
    guard alpha > 0 else { throw source.fault("the attribute alpha is \(alpha), not positive") }
    let factor = scalar(alpha, source)
    let scaled = try intermediate(.binary(.divide), [source.required(0), factor], source)
    let unit = try intermediate(.unary(.elu(alpha: 1)), [scaled], source)
    try emit(.binary(.multiply), [unit, factor], source)
  }

  /// `Mish`: x · tanh(log(1 + exp(x))) (Misra 2019).
  private mutating func convertMish(_ source: SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    let x = try source.required(0)
    let gate = try intermediate(.unary(.softplus), [x], source)
    try emit(.binary(.multiply), [x, intermediate(.unary(.tanh), [gate], source)], source)
  }

  /// `Softsign`: x / (1 + |x|).
  private mutating func convertSoftsign(_ source: SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    let x = try source.required(0)
    let size = try intermediate(.unary(.absolute), [x], source)
    let divisor = try intermediate(.binary(.add), [size, scalar(1, source)], source)
    try emit(.binary(.divide), [x, divisor], source)
  }

  /// `ThresholdedRelu`: x where it is larger than alpha, else 0.
  private mutating func convertThreshold(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    let alpha = try source.attributes.number("alpha", default: 1)
    let x = try source.required(0)
    let isLarger = try intermediate(.comparison(.less), [scalar(alpha, source), x], source)
    try emit(.select, [isLarger, x, scalar(0, source)], source)
  }

  /// `Mean` of a list of tensors: their sum, in the list's order, over their number.
  private mutating func convertMean(_ source: SourceNode) throws(ModelError) {
    try source.expectInputs(1...Int.max)
    var sum = try source.required(0)
    for name in source.inputs.dropFirst() {
      sum = try intermediate(.binary(.add), [sum, name], source)
    }
    let count = Float(source.inputs.count)
    try emit(.binary(.divide), [sum, scalar(count, source)], source)
  }
}
