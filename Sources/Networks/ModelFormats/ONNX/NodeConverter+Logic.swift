import Models
import NeuralNetworks

extension NodeConverter {
  /// Comparisons and logic, by their ONNX names.
  ///
  /// `LessOrEqual` and `GreaterOrEqual` came with opset 12, `Equal` of floating-point numbers with 11.
  static let logicConverters: [String: Converter] = [
    "Equal": comparison(.equal), "Less": comparison(.less),
    "LessOrEqual": comparison(.lessOrEqual), "Greater": comparison(.less, isReversed: true),
    "GreaterOrEqual": comparison(.lessOrEqual, isReversed: true), "And": comparison(.and),
    "Or": comparison(.or), "Xor": comparison(.exclusiveOr),
    "Not": { (converter, source) throws(ModelError) in
      try source.expectInputs(1...1)
      let no = converter.builder.add(
        ConstantTensor(shape: [], elements: .booleans([false])), near: source.output)
      try converter.emit(.comparison(.equal), [try source.required(0), no], source)
    },
    "Sign": { (converter, source) throws(ModelError) in try converter.convertSign(source) },
  ]

  /// The conversion of a comparison; of a > b as b < a.
  private static func comparison(
    _ comparison: Comparison, isReversed: Bool = false
  ) -> Converter {
    { (converter, source) throws(ModelError) in
      try source.expectInputs(2...2)
      let inputs = isReversed ? Array(source.inputs.reversed()) : source.inputs
      try converter.emit(.comparison(comparison), inputs, source)
    }
  }

  /// `Sign`: [0 < x] − [x < 0].
  private mutating func convertSign(_ source: SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    let (x, zero) = (try source.required(0), scalar(0, source))
    var parts: [String] = []
    for inputs in [[zero, x], [x, zero]] {
      let isTrue = try intermediate(.comparison(.less), inputs, source)
      parts.append(try intermediate(.cast(.float), [isTrue], source))
    }
    try emit(.binary(.subtract), parts, source)
  }
}
