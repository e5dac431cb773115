import Models
import NeuralNetworks

extension NodeConverter {
  /// Normalizations, by their ONNX names.
  static let normalizationConverters: [String: Converter] = [
    "BatchNormalization": { (converter, source) throws(ModelError) in
      try converter.convertBatchNormalization(&source)
    },
    "InstanceNormalization": { (converter, source) throws(ModelError) in
      try converter.convertInstanceNormalization(&source)
    },
    "LayerNormalization": { (converter, source) throws(ModelError) in
      try converter.convertLayerNormalization(&source)
    },
    "LRN": { (converter, source) throws(ModelError) in
      try converter.convertLocalNormalization(&source)
    },
  ]

  /// `BatchNormalization` in use: one factor and one summand a channel.
  mutating func convertBatchNormalization(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(5...5)
    let epsilon = try source.attributes.number("epsilon", default: 1e-5)
    source.attributes.ignore("momentum")
    guard try !source.attributes.flag("training_mode"),
      try source.attributes.flag("spatial", default: true)
    else {
      throw source.fault(
        "it normalizes by the batch's own statistics or each position alone, which is not supported",
        remedy: "export the network for inference")
    }
    try expectNoSideOutputs(source)
    var parts: [[Float]] = []
    for index in 1...4 {
      guard let (shape, values) = try weights(index, of: source), shape.rank == 1,
        values.count == parts.first?.count ?? values.count
      else { throw source.fault("its constants are not one number per channel") }
      parts.append(values)
    }
    let count = parts[0].count
    try allow(2 * count, source)
    let (gamma, beta, mean, variance) = (parts[0], parts[1], parts[2], parts[3])
    // In double precision, so that the result has the error of its own rounding only.
    let factors = (0..<count).map {
      Double(gamma[$0]) / (Double(variance[$0]) + Double(epsilon)).squareRoot()
    }
    let scale = factors.map { Float($0) }
    let shift = (0..<count).map { Float(Double(beta[$0]) - Double(mean[$0]) * factors[$0]) }
    guard scale.allSatisfy(\.isFinite), shift.allSatisfy(\.isFinite) else {
      throw source.fault("its variances give a factor that is not a finite number")
    }
    try emit(
      .channelAffine(ChannelAffine(scale: scale, shift: shift)), [source.inputs[0]], source)
  }

  /// `LayerNormalization` over the last dimensions.
  mutating func convertLayerNormalization(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(2...3)
    let axis = try source.attributes.axis(default: -1)
    let epsilon = try source.attributes.number("epsilon", default: 1e-5)
    source.attributes.ignore("stash_type")
    let input = try shape(0, of: source)
    guard let start = input.dimensionIndex(axis), epsilon >= 0 else {
      throw source.fault("axis \(axis) is out of range for \(input)")
    }
    let normalized = TensorShape(Array(input.dimensions[start...]))
    guard let scale = try broadcastWeights(1, of: source, over: normalized) else {
      throw source.fault("it has no scale")
    }
    let shift: [Float]
    if let values = try broadcastWeights(2, of: source, over: normalized) {
      shift = values
    } else {
      try allow(scale.count, source)
      shift = [Float](repeating: 0, count: scale.count)
    }
    let layer = LayerNormalization(axis: axis, epsilon: epsilon, scale: scale, shift: shift)
    try emit(.layerNormalization(layer), [source.inputs[0]], source)
    try emitMoments(source, axes: Array(start..<input.rank), epsilon: epsilon)
  }

  /// `InstanceNormalization`: each channel of each image less its mean, over its deviation, then a
  /// factor and a summand.
  mutating func convertInstanceNormalization(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(3...3)
    let epsilon = try source.attributes.number("epsilon", default: 1e-5)
    let rank = try shape(0, of: source).rank
    guard rank > 2, let (_, scale) = try weights(1, of: source),
      let (_, shift) = try weights(2, of: source), scale.count == shift.count
    else {
      throw source.fault("its input has fewer than 3 dimensions, or its scale and bias differ")
    }
    let average = NeuralNetworks.Operation.mean(axes: Array(2..<rank), keepsDimensions: true)
    let input = source.inputs[0]
    let mean = try intermediate(average, [input], source)
    let centered = try intermediate(.binary(.subtract), [input, mean], source)
    let squares = try intermediate(.binary(.multiply), [centered, centered], source)
    let variance = try intermediate(average, [squares], source)
    let raised = try intermediate(.binary(.add), [variance, scalar(epsilon, source)], source)
    let deviation = try intermediate(.unary(.squareRoot), [raised], source)
    let normal = try intermediate(.binary(.divide), [centered, deviation], source)
    try emit(
      .channelAffine(ChannelAffine(scale: scale, shift: shift)), [normal], source)
  }

  /// The means and inverse deviations of a layer normalization, where they are used.
  private mutating func emitMoments(
    _ source: SourceNode, axes: [Int], epsilon: Float
  ) throws(ModelError) {
    let used = source.outputs.dropFirst().map { readNames.contains($0) ? $0 : "" }
    guard used.count <= 2, used.contains(where: { !$0.isEmpty }) else { return }
    let average = NeuralNetworks.Operation.mean(axes: axes, keepsDimensions: true)
    let input = source.inputs[0]
    let means = used[0].isEmpty ? builder.freshName(source.output) : used[0]
    try emit(average, [input], source, output: means)
    guard used.count > 1, !used[1].isEmpty else { return }
    let centered = try intermediate(.binary(.subtract), [input, means], source)
    let squares = try intermediate(.binary(.multiply), [centered, centered], source)
    let variance = try intermediate(average, [squares], source)
    let raised = try intermediate(.binary(.add), [variance, scalar(epsilon, source)], source)
    let deviation = try intermediate(.unary(.squareRoot), [raised], source)
    try emit(.unary(.reciprocal), [deviation], source, output: used[1])
  }

  /// `LRN` across channels.
  mutating func convertLocalNormalization(_ source: inout SourceNode) throws(ModelError) {
    let result = LocalResponseNormalization(
      size: try source.attributes.integer("size", in: 1...65_535),
      alpha: try source.attributes.number("alpha", default: 1e-4),
      beta: try source.attributes.number("beta", default: 0.75),
      bias: try source.attributes.number("bias", default: 1))
    guard !result.size.isMultiple(of: 2), result.alpha >= 0, result.bias > 0 else {
      throw source.fault("the size must be odd, alpha not negative and the bias positive")
    }
    try convertUnary(source, .localResponseNormalization(result))
  }

  /// Weights as one number for each place of a shape.
  private mutating func broadcastWeights(
    _ index: Int, of source: SourceNode, over shape: TensorShape
  ) throws(ModelError) -> [Float]? {
    guard let (found, values) = try weights(index, of: source) else { return nil }
    if found.elementCount == shape.elementCount, found.rank <= shape.rank { return values }
    guard found.rank <= shape.rank, found.broadcast(with: shape) == shape else {
      throw source.fault("its weights \(found) do not fit \(shape)")
    }
    let name = builder.freshName(source.output)
    let wanted = builder.add(ConstantTensor(shape.dimensions), near: name)
    try emit(.expand, [source.inputs[index], wanted], source, output: name)
    return builder.constants[name]?.floats
  }

  /// Checks that a node makes one tensor.
  func expectNoSideOutputs(_ source: SourceNode) throws(ModelError) {
    for name in source.outputs.dropFirst() where readNames.contains(name) {
      throw source.fault(
        "its side output \(quoted(name)) is used, which is not supported",
        remedy: "export the network simplified for inference")
    }
  }
}
