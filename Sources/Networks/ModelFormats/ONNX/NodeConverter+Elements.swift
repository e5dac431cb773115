import Models
import NeuralNetworks

extension NodeConverter {
  /// Functions of one and of two elements, by their ONNX names.
  ///
  /// Two tensors broadcast as in NumPy since opset 7, the oldest that is read; `Max`, `Min` and
  /// `Sum`, which take a list, since 8. `Erf` and `Where` came with opset 9, `Mod` with 10,
  /// `HardSwish` with 14, `Gelu` with 20.
  static let elementConverters: [String: Converter] = [
    "Abs": function(.absolute), "Ceil": function(.ceiling), "Cos": function(.cosine),
    "Erf": function(.erf), "Exp": function(.exponential), "Floor": function(.floor),
    "HardSwish": function(.hardSwish), "Log": function(.logarithm), "Neg": function(.negative),
    "Reciprocal": function(.reciprocal), "Relu": function(.relu), "Round": function(.round),
    "Sigmoid": function(.sigmoid), "Sin": function(.sine), "Softplus": function(.softplus),
    "Sqrt": function(.squareRoot), "Tanh": function(.tanh),
    "Elu": { (converter, source) throws(ModelError) in
      let alpha = try source.attributes.number("alpha", default: 1)
      try converter.convertUnary(source, .unary(.elu(alpha: alpha)))
    },
    "LeakyRelu": { (converter, source) throws(ModelError) in
      let slope = try source.attributes.number("alpha", default: 0.01)
      try converter.convertUnary(source, .unary(.leakyReLU(slope: slope)))
    },
    "PRelu": { (converter, source) throws(ModelError) in try converter.convertPReLU(source) },
    "HardSigmoid": { (converter, source) throws(ModelError) in
      let alpha = try source.attributes.number("alpha", default: 0.2)
      let beta = try source.attributes.number("beta", default: 0.5)
      try converter.convertUnary(source, .unary(.hardSigmoid(alpha: alpha, beta: beta)))
    },
    "Gelu": { (converter, source) throws(ModelError) in try converter.convertGELU(&source) },
    "Clip": { (converter, source) throws(ModelError) in try converter.convertClip(&source) },
    "Add": arithmetic(.add), "Div": arithmetic(.divide), "Mul": arithmetic(.multiply),
    "Pow": arithmetic(.power), "Sub": arithmetic(.subtract),
    "Max": arithmetic(.maximum, isList: true), "Min": arithmetic(.minimum, isList: true),
    "Sum": arithmetic(.add, isList: true),
    "Mod": { (converter, source) throws(ModelError) in
      let function: BinaryFunction = try source.attributes.flag("fmod") ? .remainder : .modulo
      try converter.convertArithmetic(source, function, isList: false)
    },
    "Where": { (converter, source) throws(ModelError) in try converter.convertWhere(source) },
    "IsNaN": { (converter, source) throws(ModelError) in try converter.convertIsNaN(source) },
  ]

  /// The conversion of an operator without attributes to a function of one element.
  private static func function(_ function: UnaryFunction) -> Converter {
    { (converter, source) throws(ModelError) in
      try converter.convertUnary(source, .unary(function))
    }
  }

  /// The conversion of an operator without attributes to a function of two elements, or of a list
  /// of tensors.
  private static func arithmetic(_ function: BinaryFunction, isList: Bool = false) -> Converter {
    { (converter, source) throws(ModelError) in
      try converter.convertArithmetic(source, function, isList: isList)
    }
  }

  /// Notes an `IsNaN` for the `Where` that reads it; it is not computed.
  private mutating func convertIsNaN(_ source: SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    testedForNaN[source.output] = try source.required(0)
    throw source.fault(
      "it is supported only before a Where that puts 0 in place of what is not a number")
  }

  /// Converts a `Where`; with `IsNaN(s)` as the condition, 0 and s it is s.
  ///
  /// PyTorch writes attention with a mask so, whose softmax has no values only in a row that the mask
  /// empties.
  private mutating func convertWhere(_ source: SourceNode) throws(ModelError) {
    try source.expectInputs(3...3)
    let (condition, zero, other) = (
      try source.required(0), try source.required(1), try source.required(2)
    )
    if let tested = testedForNaN[condition] {
      guard tested == other, builder.constants[zero]?.floats?.allSatisfy({ $0 == 0 }) == true
      else {
        throw source.fault(
          "it puts something else than 0 in place of what is not a number, which is not supported")
      }
      return try emit(.identity, [other], source)
    }
    try emit(.select, source.inputs, source)
  }

  /// `Gelu` (since opset 20), exact or by the approximation with tanh (Hendrycks and Gimpel 2016).
  ///
  /// Exporters of earlier opsets write the exact form as `Div`, `Erf`, `Add` and `Mul`, which are
  /// read as such.
  private mutating func convertGELU(_ source: inout SourceNode) throws(ModelError) {
    let function: UnaryFunction
    switch try source.attributes.word("approximate") ?? "none" {
    case "none": function = .gelu
    case "tanh": function = .geluByTanh
    case let word: throw source.fault("the approximation \(quoted(word)) is not supported")
    }
    try convertUnary(source, .unary(function))
  }

  /// `Clip`: its bounds are attributes until opset 10, inputs since 11; a missing one is infinite.
  ///
  /// ReLU6 is exported this way, by PyTorch and Keras alike.
  ///
  /// - Throws: `ModelError` for bounds that depend on the image or are NaN.
  private mutating func convertClip(_ source: inout SourceNode) throws(ModelError) {
    var (lower, upper) = (-Float.infinity, Float.infinity)
    if operatorSet < 11 {
      try source.expectInputs(1...1)
      // Infinite bounds may pass: they mean the same as absent ones.
      lower = try source.attributes.number(ifThere: "min") ?? lower
      upper = try source.attributes.number(ifThere: "max") ?? upper
    } else {
      try source.expectInputs(1...3)
      lower = try bound(1, of: source) ?? lower
      upper = try bound(2, of: source) ?? upper
    }
    guard !lower.isNaN, !upper.isNaN else { throw source.fault("its bounds are not numbers") }
    try emit(
      .unary(.clip(lower: lower, upper: upper)), [try source.required(0)], source)
  }

  /// One bound of `Clip`, a number of either type; `nil` when it is left out.
  private func bound(_ index: Int, of source: SourceNode) throws(ModelError) -> Float? {
    guard let constant = try constant(index, of: source, "bounds") else { return nil }
    guard constant.elements.count == 1,
      let value = constant.floats?.first ?? constant.integers?.first.map({ Float($0) })
    else { throw source.fault("its bounds are not one number each") }
    return value
  }

  /// `PRelu`: its slopes broadcast to the input's shape; one for all elements, or one per channel.
  ///
  /// PyTorch writes channels × 1 × 1 behind a convolution. Slopes that differ between positions, which
  /// Keras has unless `shared_axes` is given, are refused: they would tie the network to one size.
  private mutating func convertPReLU(_ source: SourceNode) throws(ModelError) {
    try source.expectInputs(2...2)
    let input = try source.required(0)
    guard let (shape, slopes) = try weights(1, of: source) else {
      throw source.fault("it has no slopes")
    }
    if slopes.count == 1 {
      return try emit(.unary(.leakyReLU(slope: slopes[0])), [input], source)
    }
    // Broadcasting aligns the last dimensions: channels are the second of the input's.
    let channelAxis = shape.rank + 1 - (builder.facts[input]?.shape.rank ?? 0)
    guard (0...1).contains(channelAxis), shape.rank > channelAxis,
      shape.dimensions[channelAxis] == slopes.count
    else {
      throw source.fault(
        "its slopes of shape \(shape) are not one per channel, which is not supported")
    }
    try emit(.parametricReLU(ParametricReLU(slopes: slopes)), [input], source)
  }

  /// A function of two elements, or of a list of tensors, taken in the list's order.
  private mutating func convertArithmetic(
    _ source: SourceNode, _ function: BinaryFunction, isList: Bool
  ) throws(ModelError) {
    try source.expectInputs(isList ? 1...Int.max : 2...2)
    var result = try source.required(0)
    var inputs = Array(source.inputs.dropFirst())
    guard let last = inputs.popLast() else { return try emit(.identity, [result], source) }
    // From left to right: floating-point sums depend on the order.
    for name in inputs { result = try intermediate(.binary(function), [result, name], source) }
    try emit(
      .binary(function), [result, try exponent(last, for: result, function, source)], source)
  }

  /// `Pow` takes exponents of another type than its base since opset 12; they are cast to the
  /// base's.
  private mutating func exponent(
    _ name: String, for base: String, _ function: BinaryFunction, _ source: SourceNode
  ) throws(ModelError) -> String {
    guard function == .power, let type = builder.facts[base]?.type,
      let other = builder.facts[name]?.type, type != other, type != .boolean
    else { return name }
    return try intermediate(.cast(type), [name], source)
  }
}
