internal import Glibc
internal import OneDNN

/// A function of two elements; tensors of different shapes are broadcast, as in NumPy. [a, b]
///
///     y = f(a, b)                        a sum's ReLU or clip, if one follows, is part of f
///     ā = Σ ȳ ∂f/∂a    b̄ = Σ ȳ ∂f/∂b     pullback, the sum over the elements that an operand meets
///     ẏ = ∂f/∂a ȧ + ∂f/∂b ḃ              pushforward
///
/// ONNX `Add`, `Sub`, `Mul`, `Div`, `Pow`, `Max`, `Min` and `Mod` (of two inputs each). Integers are
/// folded before the network runs; on values of the image it works in single precision. The
/// derivatives are listed in `withDerivative`.
public enum BinaryFunction: String, Hashable, Sendable, Operator {
  /// a + b.
  case add = "addition"
  /// a − b.
  case subtract = "subtraction"
  /// a · b.
  case multiply = "multiplication"
  /// a / b; of integers, towards zero.
  case divide = "division"
  /// a to the power of b.
  case power
  /// The larger one.
  case maximum
  /// The smaller one.
  case minimum
  /// The remainder of a / b with the sign of b, as Python counts.
  case modulo
  /// The remainder of a / b with the sign of a, as C counts.
  case remainder

  // MARK: Values

  /// The function's value, in single precision.
  ///
  /// NaN in either operand gives NaN, of maximum and minimum too, as NumPy's do.
  package func value(_ a: Float, _ b: Float) -> Float {
    switch self {
    case .add: return a + b
    case .subtract: return a - b
    case .multiply: return a * b
    case .divide: return a / b
    case .power: return powf(a, b)
    case .maximum: return a.isNaN ? a : b.isNaN ? b : Swift.max(a, b)
    case .minimum: return a.isNaN ? a : b.isNaN ? b : Swift.min(a, b)
    case .remainder: return fmodf(a, b)
    case .modulo:
      // C's remainder is exact; one more b brings it to the other side where the signs differ.
      let rest = fmodf(a, b)
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    }
  }

  /// The function's value for integers, wrapping around where it overflows.
  ///
  /// - Returns: `nil` where there is none: a division by zero.
  package func value(_ a: Int, _ b: Int) -> Int? {
    switch self {
    case .add: return a &+ b
    case .subtract: return a &- b
    case .multiply: return a &* b
    case .maximum: return Swift.max(a, b)
    case .minimum: return Swift.min(a, b)
    case .divide: return b == 0 ? nil : a.dividedReportingOverflow(by: b).partialValue
    case .remainder: return b == 0 ? nil : a.remainderReportingOverflow(dividingBy: b).partialValue
    case .modulo:
      guard b != 0 else { return nil }
      let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    case .power: return Self.power(a, b)
    }
  }

  /// By repeated squaring; a negative exponent has an integer result for 1 and −1 alone.
  ///
  /// - Returns: 0 where the result is a proper fraction, `nil` for a negative power of 0.
  /// - Complexity: O(log exponent).
  private static func power(_ base: Int, _ exponent: Int) -> Int? {
    guard exponent >= 0 else {
      switch base {
      case 0: return nil
      case 1: return 1
      case -1: return exponent.isMultiple(of: 2) ? 1 : -1
      default: return 0
      }
    }
    var (result, factor, rest) = (1, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result &* factor }
      factor = factor &* factor
      rest >>= 1
    }
    return result
  }

  // MARK: Rules of the graph

  var name: String { rawValue }
  var arity: ClosedRange<Int> { 2...2 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    guard let type = inputs[0]?.type, type == inputs[1]?.type, type != .boolean else {
      throw mismatch(node, inputs)
    }
    return type
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    try broadcastShape(node, inputs)
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let constants else { return nil }
    // Before anything is made: two vectors of a small file can ask for a matrix of any size.
    try allowance.take(shape.elementCount, for: node)
    switch (constants[0].broadcast(to: shape), constants[1].broadcast(to: shape)) {
    case (.floats(let a), .floats(let b)): return .floats(zip(a, b).map { value($0, $1) })
    case (.integers(let a), .integers(let b)):
      var result: [Int] = []
      result.reserveCapacity(a.count)
      for index in a.indices {
        guard let value = value(a[index], b[index]) else {
          throw GraphError(node, "\(a[index]) and \(b[index]) have no result")
        }
        result.append(value)
      }
      return .integers(result)
    case (.floats, _), (.integers, _), (.booleans, _): return nil
    }
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line { self == .add ? rule.sum(lines) : rule.broadcast(lines) }

  // MARK: Engine

  /// Maps that are added or multiplied stay in their layout, if all operands can.
  ///
  /// Residual sums stand between convolutions: a detour by plain order would cost two copies each. An
  /// operand may be repeated along batch, rows and columns, but must have all channels, since a block
  /// of them is contiguous in memory.
  func formats(_ request: FormatRequest) -> FormatChoice {
    let result = request.output
    guard result.rank == 4,
      let whole = request.inputs.first(where: { $0.shape == result }),
      whole.format.layout != .plain,
      request.inputs.allSatisfy({
        $0.shape.rank == 4 && $0.shape.dimensions[1] == result.dimensions[1]
      })
    else { return .plain }
    // In the padding of the last block stand zeros; what is not finite there would spread.
    if case .blocked(let block) = whole.format.layout,
      !isFiniteAtZero && !result.dimensions[1].isMultiple(of: block)
    {
      return .plain
    }
    // The project's loop is for single precision; operands in bfloat16 are converted before it.
    let format = MemoryFormat(layout: whole.format.layout, numbers: .float32)
    return FormatChoice(input: format, output: format)
  }

  /// Whether f(0, 0) is a finite number.
  private var isFiniteAtZero: Bool {
    switch self {
    case .add, .subtract, .multiply, .maximum, .minimum: true
    case .divide, .power, .modulo, .remainder: false
    }
  }

  /// The project's own loops over the elements as they lie in memory: `BinaryKernels.swift`, and of
  /// the derivatives `BinaryDerivativeKernels.swift`.
  ///
  /// oneDNN's binary primitive has neither a gradient nor all of these functions.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    // Single precision has neither their division nor all of their sums.
    guard compiler.facts[node.output]?.type != .integer else {
      throw NetworkError(
        unsupported: name, "of integers that depend on the image is not supported")
    }
    let a = try compiler.operand(node.inputs[0], output.format.layout)
    let b = try compiler.operand(node.inputs[1], output.format.layout)
    // Sizes in memory, so that one plan serves blocked layouts and plain order alike.
    let result = output.storedDimensions
    let plan = Broadcast(
      result: result, a: a.storedDimensions.leading(to: result.count),
      b: b.storedDimensions.leading(to: result.count))
    let value = try output.value()
    let step = Step.kernel(
      BinaryKernel(
        self, plan, result: value, a: a.value, b: b.value, within: Bounds(node.appended)))
    return CompiledOperator(
      forward: [step],
      pullback: {
        let gradient = try output.gradient()
        var steps = compiler.mask(gradient, of: node, by: value)
        for (isFirst, slot) in [(true, a.slot), (false, b.slot)] {
          guard let slot, compiler.isDifferentiated(slot) else { continue }
          let contribution = try compiler.gradientContribution(of: slot)
          steps.append(
            .kernel(
              BinaryPullbackKernel(
                self, plan, wantsFirst: isFirst, gradient: contribution.memory,
                resultGradient: gradient, a: a.value, b: b.value)))
          steps += contribution.then
        }
        return steps
      },
      pushforward: { tangents in
        let alongA = try a.slot.flatMap { try tangents.tangent(of: $0) }
        let alongB = try b.slot.flatMap { try tangents.tangent(of: $0) }
        guard alongA != nil || alongB != nil else { return TangentSteps(push: []) }
        // One kernel a tangent: the derivatives are read at the same values for all of them.
        let tangent = try tangents.makeTangent(of: output)
        let views = try tangents.views(of: tangent, like: output)
        let viewsA = try alongA.map { try tangents.views(of: $0, like: a.slot) }
        let viewsB = try alongB.map { try tangents.views(of: $0, like: b.slot) }
        return TangentSteps(
          push: views.indices.map { index in
            .kernel(
              BinaryPushforwardKernel(
                self, plan, result: views[index], a: a.value, b: b.value,
                alongA: viewsA?[index], alongB: viewsB?[index]))
          } + (try tangents.masks(of: tangent, output, node, by: value)))
      })
  }
}
