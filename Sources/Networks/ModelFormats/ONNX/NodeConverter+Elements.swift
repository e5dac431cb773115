import Models
import NeuralNetworks

extension NodeConverter {
  /// A function of each element.
  mutating func convertFunction(
    _ source: inout SourceNode, _ operation: KnownOperation
  ) throws(ModelError) {
    if operation == .clip { return try convertClip(&source) }
    let function: UnaryFunction
    switch operation {
    case .absolute: function = .absolute
    case .elu: function = .elu(alpha: try source.attributes.number("alpha", default: 1))
    case .erf: function = .erf
    case .exponential: function = .exponential
    case .gelu:
      switch try source.attributes.word("approximate") ?? "none" {
      case "none": function = .gelu
      case "tanh": function = .geluByTanh
      case let word: throw source.fault("the approximation \(quoted(word)) is not supported")
      }
    case .hardSigmoid:
      function = .hardSigmoid(
        alpha: try source.attributes.number("alpha", default: 0.2),
        beta: try source.attributes.number("beta", default: 0.5))
    case .hardSwish: function = .hardSwish
    case .leakyReLU:
      function = .leakyReLU(slope: try source.attributes.number("alpha", default: 0.01))
    case .logarithm: function = .logarithm
    case .negative: function = .negative
    case .reciprocal: function = .reciprocal
    case .sigmoid: function = .sigmoid
    case .softplus: function = .softplus
    case .squareRoot: function = .squareRoot
    case .tanh: function = .tanh
    default: function = .relu
    }
    try convertUnary(source, .unary(function))
  }

  /// `Clip`, its bounds attributes until operator set 10, inputs since.
  private mutating func convertClip(_ source: inout SourceNode) throws(ModelError) {
    var (lower, upper) = (-Float.infinity, Float.infinity)
    if operatorSet < 11 {
      try source.expectInputs(1...1)
      lower = try source.attributes.number(ifThere: "min") ?? lower
      upper = try source.attributes.number(ifThere: "max") ?? upper
    } else {
      try source.expectInputs(1...3)
      lower = try bound(1, of: source) ?? lower
      upper = try bound(2, of: source) ?? upper
    }
    guard !lower.isNaN, !upper.isNaN else { throw source.fault("its bounds are no numbers") }
    try emit(
      .unary(.clip(lower: lower, upper: upper)), [try source.required(0)], source)
  }

  private func bound(_ index: Int, of source: SourceNode) throws(ModelError) -> Float? {
    guard let constant = try constant(index, of: source, "bounds") else { return nil }
    guard constant.elements.count == 1,
      let value = constant.floats?.first ?? constant.integers?.first.map({ Float($0) })
    else { throw source.fault("its bounds are not one number each") }
    return value
  }

  /// `Floor` and `Ceil`: a number less its remainder by 1, and the same of its negative.
  mutating func convertRounding(
    _ source: SourceNode, _ operation: KnownOperation
  ) throws(ModelError) {
    try source.expectInputs(1...1)
    var input = try source.required(0)
    let isCeiling = operation == .ceiling
    if isCeiling { input = try step(.unary(.negative), [input], source) }
    let rest = try step(.binary(.modulo), [input, number(1, source)], source)
    guard isCeiling else { return try emit(.binary(.subtract), [input, rest], source) }
    let floor = try step(.binary(.subtract), [input, rest], source)
    try emit(.unary(.negative), [floor], source)
  }

  /// A function of two elements, or of several one after the other.
  mutating func convertArithmetic(
    _ source: inout SourceNode, _ operation: KnownOperation
  ) throws(ModelError) {
    let function: BinaryFunction
    switch operation {
    case .add, .sum: function = .add
    case .subtract: function = .subtract
    case .multiply: function = .multiply
    case .divide: function = .divide
    case .maximum: function = .maximum
    case .minimum: function = .minimum
    case .modulo: function = try source.attributes.flag("fmod") ? .remainder : .modulo
    default: function = .power
    }
    let isList = [.sum, .maximum, .minimum].contains(operation)
    try source.expectInputs(isList ? 1...Int.max : 2...2)
    var result = try source.required(0)
    var inputs = Array(source.inputs.dropFirst())
    guard let last = inputs.popLast() else { return try emit(.identity, [result], source) }
    for name in inputs { result = try step(.binary(function), [result, name], source) }
    try emit(
      .binary(function), [result, try exponent(last, for: result, function, source)], source)
  }

  /// `Pow` takes exponents of another type than its base.
  private mutating func exponent(
    _ name: String, for base: String, _ function: BinaryFunction, _ source: SourceNode
  ) throws(ModelError) -> String {
    guard function == .power, let type = builder.facts[base]?.type,
      let other = builder.facts[name]?.type, type != other, type != .boolean
    else { return name }
    return try step(.cast(type), [name], source)
  }
}
