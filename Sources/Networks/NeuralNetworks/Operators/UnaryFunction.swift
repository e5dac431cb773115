internal import Glibc
internal import OneDNN

/// A function of each element alone. [x]
public enum UnaryFunction: Hashable, Sendable, Operator {
  /// max(x, 0).
  case relu
  /// x where it is positive, else slope · x.
  case leakyReLU(slope: Float)
  /// x where it is positive, else alpha · (exp(x) − 1).
  case elu(alpha: Float)
  /// min(max(x, lower), upper).
  case clip(lower: Float, upper: Float)
  /// 1 / (1 + exp(−x)).
  case sigmoid
  /// min(max(alpha · x + beta, 0), 1).
  case hardSigmoid(alpha: Float, beta: Float)
  /// x · min(max(x / 6 + 1/2, 0), 1) (Howard et al. 2019).
  case hardSwish
  /// x · sigmoid(x) (Elfwing et al. 2017; SiLU).
  case swish
  /// x · Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016).
  case gelu
  /// GELU's approximation by a hyperbolic tangent.
  case geluByTanh
  /// The hyperbolic tangent.
  case tanh
  /// The error function.
  case erf
  /// exp(x).
  case exponential
  /// The natural logarithm.
  case logarithm
  /// log(1 + exp(x)).
  case softplus
  /// √x.
  case squareRoot
  /// 1 / x.
  case reciprocal
  /// −x.
  case negative
  /// |x|.
  case absolute

  /// The function's name, for messages and tables.
  public var name: String {
    switch self {
    case .relu: "ReLU"
    case .leakyReLU: "leaky ReLU"
    case .elu: "ELU"
    case .clip: "clip"
    case .sigmoid: "sigmoid"
    case .hardSigmoid: "hard sigmoid"
    case .hardSwish: "hard swish"
    case .swish: "swish"
    case .gelu: "GELU"
    case .geluByTanh: "GELU by tanh"
    case .tanh: "tanh"
    case .erf: "error function"
    case .exponential: "exponential"
    case .logarithm: "logarithm"
    case .softplus: "softplus"
    case .squareRoot: "square root"
    case .reciprocal: "reciprocal"
    case .negative: "negation"
    case .absolute: "absolute value"
    }
  }

  // MARK: Values

  /// The function's value.
  package func value(_ x: Float) -> Float {
    switch self {
    case .relu: return x > 0 ? x : x.isNaN ? x : 0
    case .leakyReLU(let slope): return x > 0 ? x : slope * x
    case .elu(let alpha): return x > 0 ? x : alpha * expm1f(x)
    case .clip(let lower, let upper): return x.isNaN ? x : Swift.min(Swift.max(x, lower), upper)
    case .sigmoid: return 1 / (1 + expf(-x))
    case .hardSigmoid(let alpha, let beta): return Swift.min(Swift.max(alpha * x + beta, 0), 1)
    case .hardSwish: return x * Swift.min(Swift.max(x / 6 + 0.5, 0), 1)
    case .swish: return x / (1 + expf(-x))
    case .gelu: return 0.5 * x * (1 + erff(x * Float(0.5).squareRoot()))
    case .geluByTanh:
      let inner = (2 / Float.pi).squareRoot() * (x + 0.044715 * x * x * x)
      return 0.5 * x * (1 + tanhf(inner))
    case .tanh: return tanhf(x)
    case .erf: return erff(x)
    case .exponential: return expf(x)
    case .logarithm: return logf(x)
    case .softplus: return Swift.max(x, 0) + log1pf(expf(-Swift.abs(x)))
    case .squareRoot: return x.squareRoot()
    case .reciprocal: return 1 / x
    case .negative: return -x
    case .absolute: return Swift.abs(x)
    }
  }

  /// The function's value for an integer; nil where integers do not have the function.
  func value(_ x: Int) -> Int? {
    switch self {
    case .relu: Swift.max(x, 0)
    case .clip(let lower, let upper):
      Swift.min(Swift.max(x, Int(clamping: lower)), Int(clamping: upper))
    case .negative: 0 &- x
    case .absolute: x < 0 ? 0 &- x : x
    case .leakyReLU, .elu, .sigmoid, .hardSigmoid, .hardSwish, .swish, .gelu, .geluByTanh, .tanh,
      .erf, .exponential, .logarithm, .softplus, .squareRoot, .reciprocal:
      nil
    }
  }

  /// How the engine computes it.
  private enum Implementation {
    /// max(x, 0) by the project's own loop, which needs no workspace and works in place.
    case rectifier
    /// A oneDNN primitive.
    case primitive(Elementwise)
    /// A loop over `value` and a derivative, in single precision: oneDNN has no such function.
    case loop(derivative: @Sendable (Float) -> Float)
  }

  private var implementation: Implementation {
    switch self {
    case .relu: .rectifier
    case .hardSigmoid(let alpha, let beta):
      .loop { x in
        let y = alpha * x + beta
        return y > 0 && y < 1 ? alpha : 0
      }
    case .erf: .loop { x in 2 / Float.pi.squareRoot() * expf(-x * x) }
    case .leakyReLU(let slope): .primitive(.relu(slope: slope))
    case .elu(let alpha): .primitive(.elu(alpha: alpha))
    // Where the bounds cross, the upper one holds (ONNX `Clip`).
    case .clip(let lower, let upper): .primitive(.clip(lower: min(lower, upper), upper: upper))
    case .sigmoid: .primitive(.logistic)
    case .hardSwish: .primitive(.hardSwish)
    case .swish: .primitive(.swish)
    case .gelu: .primitive(.geluByErf)
    case .geluByTanh: .primitive(.geluByTanh)
    case .tanh: .primitive(.tanh)
    case .exponential: .primitive(.exponential)
    case .logarithm: .primitive(.logarithm)
    case .softplus: .primitive(.softplus)
    case .squareRoot: .primitive(.squareRoot)
    case .reciprocal: .primitive(.power(factor: 1, exponent: -1))
    case .negative: .primitive(.linear(scale: -1, shift: 0))
    case .absolute: .primitive(.absolute)
    }
  }

  /// oneDNN's function where a convolution can compute it at its end.
  var elementwise: Elementwise? {
    switch implementation {
    case .rectifier: .relu(slope: 0)
    case .primitive(let function): function
    case .loop: nil
    }
  }

  // MARK: Rules of the graph

  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    if inputs[0]?.type == .integer, value(0 as Int) != nil { return .integer }
    return try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    try firstShape(node, inputs)
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let constants else { return nil }
    try allowance.take(shape.elementCount, for: node)
    switch constants[0].elements {
    case .floats(let values): return .floats(values.map { value($0) })
    case .integers(let values): return .integers(values.compactMap { value($0) })
    case .booleans: return nil
    }
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line { rule.only(lines) }

  // MARK: Engine

  func formats(_ request: FormatRequest) -> FormatChoice {
    guard let first = request.inputs.first?.format else { return .plain }
    // The project's own loops are for single precision.
    let numbers: NumberFormat =
      if case .loop = implementation { .float32 } else { first.numbers }
    let format = MemoryFormat(layout: first.layout, numbers: numbers)
    return FormatChoice(input: format, output: format)
  }

  /// y = f(x), element by element.
  ///
  /// Pullback: the gradient times f′(x); at a ReLU, the `ReLURule`. Pushforward: ẋ f′(x).
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    switch implementation {
    case .rectifier: return try compileRectifier(input, output, compiler)
    case .primitive(let known): return try compile(known, input, output, compiler)
    case .loop(let derivative): return try compileLoop(derivative, input, output, compiler)
    }
  }

  private func compileRectifier(
    _ input: TensorSlot, _ output: TensorSlot, _ compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let value = try output.value()
    return CompiledOperator(
      forward: [.rectify(value, from: try input.value())],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        return [.copy(contribution.memory, from: try output.gradient())]
          + compiler.rules.relu.mask(contribution.memory, self, by: value) + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        var push = [Step.copy(result, from: tangent)]
        for view in try tangents.views(of: result, like: output) {
          push.append(.mask(view, by: value))
        }
        return TangentSteps(push: push)
      })
  }

  private func compile(
    _ known: Elementwise, _ input: TensorSlot, _ output: TensorSlot, _ compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let source = try input.value()
    let forward = try Primitive.elementwise(known, data: input.descriptor)
    let step = try compiler.run(
      forward, [(.source, source), (.destination, try output.value())])
    /// result ← gradient · f′(x).
    func derivative(times gradient: TensorMemory, into result: TensorMemory) throws -> Step {
      let backward = try Primitive.elementwisePullback(
        known, data: input.descriptor, forward: forward)
      return try compiler.run(
        backward,
        [(.source, source), (.sourceGradient, result), (.destinationGradient, gradient)])
    }
    return CompiledOperator(
      forward: [step],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        return [try derivative(times: try output.gradient(), into: contribution.memory)]
          + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        let views = try zip(
          tangents.views(of: tangent, like: input), tangents.views(of: result, like: output))
        return TangentSteps(push: try views.map { try derivative(times: $0, into: $1) })
      })
  }

  private func compileLoop(
    _ derivative: @escaping @Sendable (Float) -> Float, _ input: TensorSlot, _ output: TensorSlot,
    _ compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let source = try input.value()
    let value = try output.value()
    return CompiledOperator(
      forward: [.kernel(UnaryKernel(self, result: value, source: source))],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        return [
          .kernel(
            DerivativeKernel(
              derivative, result: contribution.memory, source: source,
              gradient: try output.gradient()))
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        let views = try zip(
          tangents.views(of: tangent, like: input), tangents.views(of: result, like: output))
        return TangentSteps(
          push: views.map {
            .kernel(DerivativeKernel(derivative, result: $1, source: source, gradient: $0))
          })
      })
  }
}
