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
    "If": { (converter, source) throws(ModelError) in try converter.convertBranch(&source) },
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

  /// `If` with a condition that follows from the file alone: the nodes of the branch that it chooses.
  ///
  /// PyTorch's legacy exporter writes `squeeze` so, of a dimension that need not have size 1. Which
  /// branch is taken is decided for the input size in the file.
  ///
  /// - Throws: `ModelError` for a condition that depends on the image's values, and branches in branches
  ///   in branches.
  private mutating func convertBranch(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    // Of shapes it is known as well.
    guard let condition = builder.facts[try source.required(0)]?.constant?.booleans,
      condition.count == 1
    else { throw source.fault("a condition that depends on the image's values is not supported") }
    let (taken, other) =
      condition[0] ? ("then_branch", "else_branch") : ("else_branch", "then_branch")
    let branch = try source.attributes.graph(taken)
    source.attributes.ignore(other)
    guard branch.output.count == source.outputs.count, branch.initializer.isEmpty, branchDepth < 4
    else { throw source.fault("its branch's outputs, weights or depth are not supported") }
    branchDepth += 1
    defer { branchDepth -= 1 }
    for node in branch.node { try convert(node) }
    for (inner, output) in zip(branch.output.map(\.name), source.outputs) where !output.isEmpty {
      try load(inner, for: source)
      try emit(.identity, [inner], source, output: output)
    }
  }
}
