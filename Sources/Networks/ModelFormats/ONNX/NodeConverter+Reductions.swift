import Models
import NeuralNetworks

extension NodeConverter {
  /// Reductions along dimensions, by their ONNX names.
  static let reductionConverters: [String: Converter] = [
    "ReduceSum": reduction(.sum), "ReduceMean": reduction(.mean),
    "ReduceProd": reduction(.product), "ReduceMax": reduction(.maximum),
    "ReduceMin": reduction(.minimum), "ReduceL1": norm(.l1), "ReduceL2": norm(.l2),
    "ReduceSumSquare": norm(.square), "ReduceLogSum": norm(.logarithm),
    "ReduceLogSumExp": norm(.logarithmOfExponentials),
    "GlobalMaxPool": { (converter, source) throws(ModelError) in
      try source.expectInputs(1...1)
      let rank = try converter.shape(0, of: source).rank
      guard rank > 2 else { throw source.fault("its input has fewer than 3 dimensions") }
      try converter.emit(
        .reduction(.maximum, axes: Array(2..<rank), keepsDimensions: true), source.inputs, source)
    },
    "Size": { (converter, source) throws(ModelError) in
      try source.expectInputs(1...1)
      let sizes = try converter.intermediate(.shape(start: 0, end: nil), source.inputs, source)
      try converter.emit(
        .reduction(.product, axes: nil, keepsDimensions: false), [sizes], source)
    },
  ]

  /// Sums that a function of the elements stands before, or behind.
  private enum Norm { case l1, l2, square, logarithm, logarithmOfExponentials }

  /// Along which dimensions, and whether they stay with size 1.
  private struct Reduced {
    let axes: [Int]?
    let keepsDimensions: Bool
    /// Whether nothing is reduced: no axes, where that means none instead of all.
    let isNothing: Bool
  }

  private static func reduction(_ function: ReductionFunction) -> Converter {
    { (converter, source) throws(ModelError) in
      let extent = try converter.extent(&source, movedIn: function == .sum ? 13 : 18)
      let input = try source.required(0)
      if extent.isNothing { return try converter.emit(.identity, [input], source) }
      try converter.emit(
        .reduction(function, axes: extent.axes, keepsDimensions: extent.keepsDimensions), [input],
        source)
    }
  }

  private static func norm(_ norm: Norm) -> Converter {
    { (converter, source) throws(ModelError) in
      let extent = try converter.extent(&source, movedIn: 18)
      guard !extent.isNothing else {
        throw source.fault("no axes with noop_with_empty_axes are not supported")
      }
      try converter.emit(norm, of: try source.required(0), extent, source)
    }
  }

  /// Reads axes, which are an attribute until an opset and an input since then; without axes, all
  /// dimensions.
  ///
  /// Keras and PyTorch export global pooling as a mean over rows and columns.
  private mutating func extent(
    _ source: inout SourceNode, movedIn opset: Int
  ) throws(ModelError) -> Reduced {
    let keepsDimensions = try source.attributes.flag("keepdims", default: true)
    guard operatorSet >= opset else {
      try source.expectInputs(1...1)
      let axes = try source.attributes.integers("axes", in: -8...7)
      return Reduced(axes: axes, keepsDimensions: keepsDimensions, isNothing: false)
    }
    try source.expectInputs(1...2)
    let axes = try integers(1, of: source, "axes") ?? []
    let isNothing = try source.attributes.flag("noop_with_empty_axes")
    return Reduced(
      axes: axes.isEmpty ? nil : axes, keepsDimensions: keepsDimensions,
      isNothing: axes.isEmpty && isNothing)
  }

  private mutating func emit(
    _ norm: Norm, of x: String, _ extent: Reduced, _ source: SourceNode
  ) throws(ModelError) {
    let sum = NeuralNetworks.Operation.reduction(
      .sum, axes: extent.axes, keepsDimensions: extent.keepsDimensions)
    switch norm {
    case .l1: try emit(sum, [intermediate(.unary(.absolute), [x], source)], source)
    case .square: try emit(sum, [intermediate(.binary(.multiply), [x, x], source)], source)
    case .l2:
      let squares = try intermediate(.binary(.multiply), [x, x], source)
      try emit(.unary(.squareRoot), [intermediate(sum, [squares], source)], source)
    case .logarithm: try emit(.unary(.logarithm), [intermediate(sum, [x], source)], source)
    case .logarithmOfExponentials:
      let result = try logarithmOfSum(
        of: x, axes: extent.axes, keepsDimensions: extent.keepsDimensions, source)
      try emit(.identity, [result], source)
    }
  }

  /// log Σ exp(x) = m + log Σ exp(x − m), m the largest x.
  ///
  /// No exponential overflows. Its derivative by m is 0, and comes out so.
  private mutating func logarithmOfSum(
    of x: String, axes: [Int]?, keepsDimensions: Bool, _ source: SourceNode
  ) throws(ModelError) -> String {
    let parts = try shiftedLogarithm(
      of: x, axes: axes, keepsDimensions: keepsDimensions, source)
    var largest = parts.largest
    if !keepsDimensions {
      largest = try intermediate(
        .reduction(.maximum, axes: axes, keepsDimensions: false), [x], source)
    }
    return try intermediate(.binary(.add), [parts.logarithm, largest], source)
  }

  /// The largest x along some dimensions, x less it, and the logarithm of the sum of the latter's
  /// exponentials.
  mutating func shiftedLogarithm(
    of x: String, axes: [Int]?, keepsDimensions: Bool, _ source: SourceNode
  ) throws(ModelError) -> (largest: String, below: String, logarithm: String) {
    let largest = try intermediate(
      .reduction(.maximum, axes: axes, keepsDimensions: true), [x], source)
    let below = try intermediate(.binary(.subtract), [x, largest], source)
    let powers = try intermediate(.unary(.exponential), [below], source)
    let sum = try intermediate(
      .reduction(.sum, axes: axes, keepsDimensions: keepsDimensions), [powers], source)
    return (largest, below, try intermediate(.unary(.logarithm), [sum], source))
  }
}
