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

  /// `BatchNormalization` at inference: y = scale · (x − mean) / √(variance + epsilon) + bias per
  /// channel, folded into one factor and one shift per channel.
  ///
  /// `training_mode` came with opset 14; `spatial` = 0 (until opset 8) would normalize each
  /// position by itself.
  ///
  /// - Throws: `ModelError` for training mode, constants of another length, and factors that are
  ///   not finite.
  mutating func convertBatchNormalization(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(5...5)
    let epsilon = try source.attributes.number("epsilon", default: 1e-5)
    // Momentum belongs to the running averages of training.
    source.attributes.ignore("momentum")
    let isTraining = try source.attributes.flag("training_mode")
    let isConstant = source.inputs[0].isEmpty || builder.constants[source.inputs[0]] != nil
    guard !isTraining || isConstant, try source.attributes.flag("spatial", default: true) else {
      throw source.fault(
        "it normalizes by the batch's statistics or each position alone, which is not supported",
        remedy: "export the network for inference")
    }
    refuseSideOutputs(source)
    if isTraining { return try convertStandardization(source, epsilon: epsilon) }
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
    // In double precision: the shift can be a difference of nearly equal numbers,
    // and only its own rounding should remain.
    let factors = (0..<count).map {
      Double(gamma[$0]) / (Double(variance[$0]) + Double(epsilon)).squareRoot()
    }
    let scale = factors.map { Float($0) }
    let shift = (0..<count).map { Float(Double(beta[$0]) - Double(mean[$0]) * factors[$0]) }
    // A variance of −epsilon or below, as damaged files have, divides by zero or has no root.
    guard scale.allSatisfy(\.isFinite), shift.allSatisfy(\.isFinite) else {
      throw source.fault("its variances give a factor that is not a finite number")
    }
    try emit(
      .channelAffine(ChannelAffine(scale: scale, shift: shift)), [source.inputs[0]], source)
  }

  /// `BatchNormalization` of constants by their own mean and variance: PyTorch writes weight
  /// standardization so.
  ///
  /// - Throws: `ModelError` for an input of fewer than two dimensions, or constants of another length.
  private mutating func convertStandardization(
    _ source: SourceNode, epsilon: Float
  ) throws(ModelError) {
    let rank = try shape(0, of: source).rank
    guard rank > 1, let (_, scale) = try weights(1, of: source),
      let (_, shift) = try weights(2, of: source), scale.count == shift.count
    else { throw source.fault("its constants are not one number per channel") }
    try emitStandardized(
      source, over: [0] + Array(2..<rank), epsilon: epsilon,
      ChannelAffine(scale: scale, shift: shift))
  }

  /// `LayerNormalization` (since opset 17) over the dimensions from `axis` on.
  ///
  /// y = scale · (x − mean) / √(variance + epsilon) + bias (Ba et al. 2016). Its second and third
  /// outputs, the mean and 1 / √(variance + epsilon), are made only where a node reads them.
  /// `stash_type` sets their precision, which is single here.
  ///
  /// - Throws: `ModelError` for an axis out of range, or weights that do not broadcast to the
  ///   normalized dimensions.
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

  /// `InstanceNormalization`, by the mean and variance of each channel of each image.
  ///
  /// y = scale · (x − mean) / √(variance + epsilon) + bias (Ulyanov et al. 2016). It is composed of
  /// means and arithmetic, as no common classifier's speed depends on it. PyTorch's legacy exporter
  /// writes group normalization through it.
  mutating func convertInstanceNormalization(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(3...3)
    let epsilon = try source.attributes.number("epsilon", default: 1e-5)
    let rank = try shape(0, of: source).rank
    guard rank > 2, let (_, scale) = try weights(1, of: source),
      let (_, shift) = try weights(2, of: source), scale.count == shift.count
    else {
      throw source.fault("its input has fewer than 3 dimensions, or its scale and bias differ")
    }
    try emitStandardized(
      source, over: Array(2..<rank), epsilon: epsilon, ChannelAffine(scale: scale, shift: shift))
  }

  /// Emits (x − mean) / √(variance + epsilon), with mean and variance over some dimensions, and then
  /// a factor and a shift for each channel.
  private mutating func emitStandardized(
    _ source: SourceNode, over axes: [Int], epsilon: Float, _ affine: ChannelAffine
  ) throws(ModelError) {
    let average = NeuralNetworks.Operation.mean(axes: axes, keepsDimensions: true)
    let input = source.inputs[0]
    let mean = try intermediate(average, [input], source)
    let centered = try intermediate(.binary(.subtract), [input, mean], source)
    // The variance is the mean of squared differences: the mean of squares less the squared mean
    // would cancel where the mean is large.
    let squares = try intermediate(.binary(.multiply), [centered, centered], source)
    let variance = try intermediate(average, [squares], source)
    let raised = try intermediate(.binary(.add), [variance, scalar(epsilon, source)], source)
    let deviation = try intermediate(.unary(.squareRoot), [raised], source)
    let normal = try intermediate(.binary(.divide), [centered, deviation], source)
    try emit(.channelAffine(affine), [normal], source)
  }

  /// Emits the mean and the inverse deviation of a layer normalization, where a node reads them.
  private mutating func emitMoments(
    _ source: SourceNode, axes: [Int], epsilon: Float
  ) throws(ModelError) {
    let used = source.outputs.dropFirst().map { isRead($0) ? $0 : "" }
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

  /// `LRN`, local response normalization over `size` neighboring channels.
  ///
  /// y = x / (bias + alpha / size · Σ x²)^beta (Krizhevsky et al. 2012); TensorFlow's alpha is not
  /// divided.
  ///
  /// - Throws: `ModelError` for an even size, whose window has no center, a negative alpha, or a
  ///   bias that is not positive.
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

  /// Weights as one number for each element of `shape`, to which they broadcast; `nil` when they
  /// are left out.
  private mutating func broadcastWeights(
    _ index: Int, of source: SourceNode, over shape: TensorShape
  ) throws(ModelError) -> [Float]? {
    guard let (found, values) = try weights(index, of: source) else { return nil }
    // The usual case, in which nothing need be copied.
    if found.elementCount == shape.elementCount, found.rank <= shape.rank { return values }
    guard found.rank <= shape.rank, found.broadcast(with: shape) == shape else {
      throw source.fault("its weights \(found) do not fit \(shape)")
    }
    let name = builder.freshName(source.output)
    let wanted = builder.add(ConstantTensor(shape.dimensions), near: name)
    try emit(.expand, [source.inputs[index], wanted], source, output: name)
    return builder.constants[name]?.floats
  }

  /// Records second outputs, which a conversion does not make, as missing where a node reads them.
  ///
  /// Old files name the running averages of batch normalization and the indices of max pooling as
  /// outputs without reading them; a decoder reads the indices, and the encoder before it does not.
  mutating func refuseSideOutputs(_ source: SourceNode) {
    for name in source.outputs.dropFirst() where isRead(name) {
      let fault = source.fault("its side output \(quoted(name)) is used, which is not supported")
      refuse(sideOutput: name, fault.cause)
    }
  }
}
