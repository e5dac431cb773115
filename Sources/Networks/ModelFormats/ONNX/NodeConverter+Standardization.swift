import Models
import NeuralNetworks

extension NodeConverter {
  /// Normalizations that are composed of means and arithmetic, by their ONNX names.
  ///
  /// `GroupNormalization` came with opset 18, with one scale a group; since 21 it has one a channel.
  static let standardizationConverters: [String: Converter] = [
    "GroupNormalization": { (converter, source) throws(ModelError) in
      try converter.convertGroupNormalization(&source)
    },
    "LpNormalization": { (converter, source) throws(ModelError) in
      try converter.convertUnitLength(&source)
    },
    "MeanVarianceNormalization": { (converter, source) throws(ModelError) in
      try converter.convertMeanVariance(&source)
    },
  ]

  /// `GroupNormalization`, by the mean and variance of each group of channels of each image (Wu and He
  /// 2018).
  ///
  /// - Throws: `ModelError` for groups that do not divide the channels, or constants of another length.
  private mutating func convertGroupNormalization(
    _ source: inout SourceNode
  ) throws(ModelError) {
    try source.expectInputs(3...3)
    let epsilon = try source.attributes.number("epsilon", default: 1e-5)
    let groups = try source.attributes.integer("num_groups", in: 1...65_536)
    source.attributes.ignore("stash_type")
    let input = try shape(0, of: source)
    guard input.rank > 2, input.dimensions[1].isMultiple(of: groups) else {
      throw source.fault("\(input) cannot be divided into \(groups) groups of channels")
    }
    let channels = input.dimensions[1]
    let (scale, shift) = (
      try factors(1, of: source, groups: groups, channels: channels),
      try factors(2, of: source, groups: groups, channels: channels)
    )
    let x = source.inputs[0]
    let rows = try intermediate(
      .reshape(allowsZero: false), [x, add([0, groups, -1], source)], source)
    let (centered, variance) = try moments(of: rows, axes: [2], source)
    let raised = try intermediate(.binary(.add), [variance, scalar(epsilon, source)], source)
    let deviation = try intermediate(.unary(.squareRoot), [raised], source)
    let normal = try intermediate(.binary(.divide), [centered, deviation], source)
    let sizes = try intermediate(.shape(start: 0, end: nil), [x], source)
    let map = try intermediate(.reshape(allowsZero: false), [normal, sizes], source)
    try emit(.channelAffine(ChannelAffine(scale: scale, shift: shift)), [map], source)
  }

  /// One number a channel, from one a channel or, until opset 20, one a group.
  private mutating func factors(
    _ index: Int, of source: SourceNode, groups: Int, channels: Int
  ) throws(ModelError) -> [Float] {
    let count = operatorSet < 21 ? groups : channels
    guard let (shape, values) = try weights(index, of: source), shape == [count] else {
      throw source.fault("its scale and bias are not \(count) numbers each")
    }
    guard count != channels else { return values }
    try allow(channels, source)
    return (0..<channels).map { values[$0 / (channels / groups)] }
  }

  /// `LpNormalization`: x over the sum of its magnitudes, or over the root of the sum of its squares,
  /// along one dimension.
  private mutating func convertUnitLength(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    let axis = try source.attributes.axis(default: -1)
    let isSquared = try source.attributes.integer("p", default: 2, in: 1...2) == 2
    let x = try source.required(0)
    let powers = try intermediate(
      isSquared ? .binary(.multiply) : .unary(.absolute), isSquared ? [x, x] : [x], source)
    var norm = try intermediate(
      .reduction(.sum, axes: [axis], keepsDimensions: true), [powers], source)
    if isSquared { norm = try intermediate(.unary(.squareRoot), [norm], source) }
    try emit(.binary(.divide), [x, norm], source)
  }

  /// `MeanVarianceNormalization` (since opset 9): (x − mean) / (√variance + 1e-9) over some dimensions,
  /// by default all but the channels.
  private mutating func convertMeanVariance(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    let axes = try source.attributes.integers("axes", in: -8...7) ?? [0, 2, 3]
    let (centered, variance) = try moments(of: try source.required(0), axes: axes, source)
    let deviation = try intermediate(.unary(.squareRoot), [variance], source)
    let divisor = try intermediate(.binary(.add), [deviation, scalar(1e-9, source)], source)
    try emit(.binary(.divide), [centered, divisor], source)
  }

  /// x less its mean over some dimensions, and the variance there, of size 1 along them.
  ///
  /// The variance is the mean of squared differences: the mean of squares less the squared mean would
  /// cancel where the mean is large.
  mutating func moments(
    of x: String, axes: [Int], _ source: SourceNode
  ) throws(ModelError) -> (centered: String, variance: String) {
    let average = NeuralNetworks.Operation.mean(axes: axes, keepsDimensions: true)
    let mean = try intermediate(average, [x], source)
    let centered = try intermediate(.binary(.subtract), [x, mean], source)
    let squares = try intermediate(.binary(.multiply), [centered, centered], source)
    return (centered, try intermediate(average, [squares], source))
  }
}
