/// What operators have in common that are worked out before the network runs.
///
/// Their output does not depend on the image's values, or, as that of a comparison, has no derivative:
/// pullback and pushforward are 0, and none is compiled.
protocol FoldedOperator: Operator {}

extension FoldedOperator {
  /// Nothing that a peak is stated for.
  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  /// Never asked for; an operator that is not folded fails in `compile`.
  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  /// - Throws: `NetworkError`, since it is compiled only where its inputs depend on the image.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator { throw NetworkError(dependsOnImage: self) }
}

/// Values of the file. []
///
/// ONNX `Constant`.
struct Constant: FoldedOperator {
  let tensor: ConstantTensor

  var name: String { "constant" }
  var arity: ClosedRange<Int> { 0...0 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) -> ElementType { tensor.type }

  func shape(_ node: Node, _ inputs: [TensorFact?]) -> TensorShape { tensor.shape }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) -> ConstantTensor.Elements? { tensor.elements }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line { rule.lost(lines) }
}

/// The sizes of a tensor, from one dimension to before another. [x]
///
/// They are known as soon as the input's shape is, whatever its values are: this is how shape
/// arithmetic of exporters (a batch size read, then used to reshape) is worked out. ONNX `Shape`.
struct ShapeOf: FoldedOperator {
  let start: Int
  /// The first dimension after those that are told; nil: to the end.
  ///
  /// Negative ones count from the end, and both are clamped to the rank, as ONNX's `Shape` 15 does.
  let end: Int?

  var name: String { "shape" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) -> ElementType { .integer }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    [sizes(of: try firstShape(node, inputs)).count]
  }

  /// The input's sizes from `start` to before `end`.
  private func sizes(of input: TensorShape) -> [Int] {
    func index(_ dimension: Int) -> Int {
      dimension < 0 ? max(dimension + input.rank, 0) : min(dimension, input.rank)
    }
    let (first, last) = (index(start), index(end ?? input.rank))
    return first < last ? Array(input.dimensions[first..<last]) : []
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    .integers(sizes(of: try firstShape(node, inputs)))
  }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line { rule.lost(lines) }
}

/// One value repeated to fill a shape. [shape]
///
/// ONNX `ConstantOfShape`. At most `FoldingAllowance` elements are made.
struct Filled: FoldedOperator {
  /// A tensor of one element.
  let value: ConstantTensor

  var name: String { "constant of a shape" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try expect(inputs[0]?.type, .integer, node)
    return value.type
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let sizes = try node.integers(inputs, 0, "sizes") ?? []
    guard sizes.allSatisfy({ $0 >= 0 }) else {
      throw GraphError(node, "its sizes are negative: \(sizes.prefix(8))")
    }
    return TensorShape(sizes)
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard constants != nil else { return nil }
    // Sixteen bytes of a file can state a shape of 2³¹ elements.
    try allowance.take(shape.elementCount, for: node)
    return value.elements.strided(shape, strides: [Int](repeating: 0, count: shape.rank))
  }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line { rule.lost(lines) }
}

/// start, start + step … before limit. [start, limit, step]
///
/// Known as soon as the input's shape is: exporters count images and positions so. ONNX `Range`.
struct NumberRange: FoldedOperator {
  var name: String { "range" }
  var arity: ClosedRange<Int> { 3...3 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    let types = inputs.map { $0?.type }
    guard let type = types[0], type != .boolean, types.allSatisfy({ $0 == type }) else {
      throw GraphError(node, "its limits and its step are not numbers of one type")
    }
    return type
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let numbers = inputs.map { $0?.constant }
    guard numbers.allSatisfy({ $0?.elements.count == 1 }) else {
      throw GraphError(
        node,
        "its limits are not one number each, or depend on the image's values, which is not supported"
      )
    }
    if let ends = Self.ends(numbers.map { $0?.integers?.first }) {
      guard ends.step != 0, max(ends.start.magnitude, ends.limit.magnitude) < 1 << 40 else {
        throw GraphError(node, "its limits and its step do not go together")
      }
      let length = ends.step > 0 ? ends.limit - ends.start : ends.start - ends.limit
      let step = Int(clamping: ends.step.magnitude)
      return [length > 0 ? (length - 1) / step + 1 : 0]
    }
    // As ONNX defines it: a number of elements, and multiples of the step rather than sums.
    guard let ends = Self.ends(numbers.map { $0?.floats?.first }), ends.step != 0,
      ((ends.limit - ends.start) / ends.step).magnitude < 0x1p24
    else { throw GraphError(node, "its limits and its step do not go together") }
    return [max(0, Int(((ends.limit - ends.start) / ends.step).rounded(.up)))]
  }

  private static func ends<Value>(_ values: [Value?]) -> (start: Value, limit: Value, step: Value)?
  {
    guard let start = values[0], let limit = values[1], let step = values[2] else { return nil }
    return (start, limit, step)
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let constants else { return nil }
    try allowance.take(shape.elementCount, for: node)
    if let ends = Self.ends(constants.map { $0.integers?.first }) {
      return .integers((0..<shape.elementCount).map { ends.start + $0 * ends.step })
    }
    guard let ends = Self.ends(constants.map { $0.floats?.first }) else { return nil }
    return .floats((0..<shape.elementCount).map { ends.start + Float($0) * ends.step })
  }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line { rule.lost(lines) }
}
