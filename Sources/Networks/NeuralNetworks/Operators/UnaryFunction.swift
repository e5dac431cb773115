internal import Glibc
internal import Numerics
internal import OneDNN

/// A function of each element alone. [x]
///
///     y = f(x)
///     x̄ = f′(x) ȳ      pullback; at a ReLU what `ReLURule` says
///     ẏ = f′(x) ẋ      pushforward
///
/// ONNX's operators of the same names. A ReLU or clip after a convolution is computed with it
/// (`Lowering.appendFunctions`). oneDNN: `dnnl_eltwise_forward_desc_init` and `…_backward_…`, except
/// where `implementation` says otherwise. A ReLU's derivative at 0 is 0.
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
  /// GELU's approximation 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))) (the same, section 2).
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
  /// The largest whole number that is not larger.
  case floor
  /// The smallest whole number that is not smaller.
  case ceiling
  /// The nearest whole number, of two the even one.
  case round
  /// sin(x).
  case sine
  /// cos(x).
  case cosine

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
    case .floor: "floor"
    case .ceiling: "ceiling"
    case .round: "rounding"
    case .sine: "sine"
    case .cosine: "cosine"
    }
  }

  // MARK: Values

  /// The function's value, by which constants are folded and engines are tested.
  ///
  /// NaN gives NaN for every function, as in ONNX's reference.
  package func value(_ x: Float) -> Float {
    switch self {
    // The comparison alone would give 0 for NaN and hide it.
    case .relu: return x > 0 ? x : x.isNaN ? x : 0
    case .leakyReLU(let slope): return x > 0 ? x : slope * x
    // exp(x) − 1 cancels near 0.
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
    // log(1 + exp(x)) overflows for x above 88; this form has no positive exponent.
    case .softplus: return Swift.max(x, 0) + log1pf(expf(-Swift.abs(x)))
    case .squareRoot: return x.squareRoot()
    case .reciprocal: return 1 / x
    case .negative: return -x
    case .absolute: return Swift.abs(x)
    case .floor: return x.rounded(.down)
    case .ceiling: return x.rounded(.up)
    case .round: return x.rounded(.toNearestOrEven)
    case .sine: return sinf(x)
    case .cosine: return cosf(x)
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
    case .floor, .ceiling, .round: x
    case .leakyReLU, .elu, .sigmoid, .hardSigmoid, .hardSwish, .swish, .gelu, .geluByTanh, .tanh,
      .erf, .exponential, .logarithm, .softplus, .squareRoot, .reciprocal, .sine, .cosine:
      nil
    }
  }

  /// How the engine computes it.
  private enum Implementation {
    /// max(x, 0) by the project's own loop, which needs no workspace and works in place.
    case rectifier
    /// A oneDNN primitive.
    case primitive(Elementwise)
    /// A loop in single precision: oneDNN has no such function, or none that is exact enough.
    case loop(value: VectorFunction, derivative: VectorFunction)
  }

  /// A loop over `value`, with its derivative.
  private func loop(derivative: @escaping @Sendable (Float) -> Float) -> Implementation {
    .loop(value: laneByLane { value($0) }, derivative: laneByLane(derivative))
  }

  /// Which of them, with oneDNN's parameters.
  private var implementation: Implementation {
    switch self {
    case .relu: .rectifier
    case .hardSigmoid(let alpha, let beta):
      loop { x in
        let y = alpha * x + beta
        return y > 0 && y < 1 ? alpha : 0
      }
    case .erf: loop { x in 2 / Float.pi.squareRoot() * expf(-x * x) }
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
    // oneDNN's is off by a millionth near 1, where a logarithm is small itself.
    case .logarithm: loop { x in 1 / x }
    // oneDNN's is off by 4 · 10⁻⁶ of nothing below −15, which Mish multiplies by its argument.
    case .softplus: .loop(value: { Numerics.softplus($0) }, derivative: { Numerics.sigmoid($0) })
    // At 0, where a norm or a deviation of nothing but zeros lies, its derivative is infinite; taken as 0,
    // since 0 · ∞ would spread NaN to all gradients. So does torch with its norms.
    case .squareRoot:
      .loop(
        value: { $0.squareRoot() },
        derivative: { x in
          (0.5 / x.squareRoot()).replacing(with: 0, where: x .== 0)
        })
    case .reciprocal: .primitive(.power(factor: 1, exponent: -1))
    case .negative: .primitive(.linear(scale: -1, shift: 0))
    case .absolute: .primitive(.absolute)
    // They jump at whole numbers, or between two of them; elsewhere their derivative is 0.
    case .floor, .ceiling, .round: loop { _ in 0 }
    case .sine: loop { x in cosf(x) }
    case .cosine: loop { x in -sinf(x) }
    }
  }

  /// oneDNN's function where a convolution can compute it at its end; nil for the project's own loops.
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

  /// Whatever the input has: a function of each element does not ask where it lies.
  func formats(_ request: FormatRequest) -> FormatChoice {
    guard let first = request.inputs.first?.format else { return .plain }
    // The project's own loops are for single precision.
    let numbers: NumberFormat =
      if case .loop = implementation { .float32 } else { first.numbers }
    let format = MemoryFormat(layout: first.layout, numbers: numbers)
    return FormatChoice(input: format, output: format)
  }

  /// In the input's layout, by the rectifier's loop, oneDNN's primitive or a loop over `value`.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    guard compiler.facts[node.output]?.type != .integer else {
      throw NetworkError(
        unsupported: name, "of integers that depend on the image is not supported")
    }
    switch implementation {
    case .rectifier: return try compileRectifier(input, output, compiler)
    case .primitive(let known): return try compile(known, input, output, compiler)
    case .loop(let value, let derivative):
      return try compileLoop(value, derivative, input, output, compiler)
    }
  }

  /// A ReLU by the project's own loop: its derivative needs the result alone, which convolutions that
  /// carry the ReLU have, too.
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

  /// A function that oneDNN has; its backward primitive multiplies by f′(x), which serves tangents as
  /// well as gradients.
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

  /// A function by the project's own loop, in single precision.
  private func compileLoop(
    _ function: @escaping VectorFunction, _ derivative: @escaping VectorFunction,
    _ input: TensorSlot, _ output: TensorSlot, _ compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let source = try input.value()
    let value = try output.value()
    return CompiledOperator(
      forward: [.kernel(UnaryKernel(function, result: value, source: source))],
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
