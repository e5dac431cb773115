internal import OneDNN

/// The same values as another type: towards zero, and "not 0" for truth values. [x]
///
/// A cast to `Float` of what depends on the image is an identity, and gone before compiling, since the
/// engine has numbers of that type alone. The others are steps: their derivative is 0. ONNX `Cast`.
struct Cast: Operator {
  /// What elements become; the file's sizes of numbers do not matter.
  let type: ElementType

  var name: String { "cast" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) -> ElementType { type }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    try firstShape(node, inputs)
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let constants else { return nil }
    try allowance.take(shape.elementCount, for: node)
    return constants[0].elements.cast(to: type)
  }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line { rule.only(lines) }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  /// A loop in single precision, in which a number cut to a whole one is exact.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let (source, result) = (try compiler.input(0, of: node).value(), try output.value())
    let type = type
    return CompiledOperator(
      forward: [
        .loop {
          source.withElements { source in
            result.withMutableElements { result in
              for index in 0..<result.count {
                let value = source[index]
                result[index] =
                  switch type {
                  case .float: value
                  case .integer: value.rounded(.towardZero)
                  case .boolean: value != 0 ? 1 : 0
                  }
              }
            }
          }
        }
      ], pullback: { [] }, pushforward: { _ in TangentSteps(push: []) })
  }
}

extension ConstantTensor.Elements {
  /// The same values as another type: towards zero, and "not 0" for truth values.
  ///
  /// - Complexity: O(elements).
  func cast(to type: ElementType) -> Self {
    switch (self, type) {
    case (.floats, .float), (.integers, .integer), (.booleans, .boolean): self
    case (.floats(let values), .integer): .integers(values.map(Int.init(clamping:)))
    case (.floats(let values), .boolean): .booleans(values.map { $0 != 0 })
    case (.integers(let values), .float): .floats(values.map { Float($0) })
    case (.integers(let values), .boolean): .booleans(values.map { $0 != 0 })
    case (.booleans(let values), .float): .floats(values.map { $0 ? 1 : 0 })
    case (.booleans(let values), .integer): .integers(values.map { $0 ? 1 : 0 })
    }
  }
}

extension Int {
  /// The whole number towards zero; the nearest one for what is too large, 0 for what is no number.
  init(clamping value: Float) {
    // `Int(_:)` traps on what a file can hold.
    let whole = value.rounded(.towardZero)
    self = Int(exactly: whole) ?? (whole.isNaN ? 0 : whole < 0 ? .min : .max)
  }
}
