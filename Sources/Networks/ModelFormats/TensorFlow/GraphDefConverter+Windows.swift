import NeuralNetworks

extension GraphDefConverter {
  /// `Conv2D`, whose weights are kernel height × kernel width × inputs per group × outputs.
  mutating func convolution(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    let weights = try windowWeights(node)
    let sides = weights.dimensions
    return try convolution(
      node, values: transposed(weights.values, sides, order: [3, 2, 0, 1]),
      inputsPerGroup: sides[2], outputs: sides[3], kernel: Extent(height: sides[0], width: sides[1])
    )
  }

  /// `DepthwiseConv2dNative`, whose weights are kernel height × kernel width × channels × outputs
  /// of each channel.
  mutating func depthwiseConvolution(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    let weights = try windowWeights(node)
    let sides = weights.dimensions
    return try convolution(
      node, values: transposed(weights.values, sides, order: [2, 3, 0, 1]), inputsPerGroup: 1,
      outputs: sides[2] * sides[3], kernel: Extent(height: sides[0], width: sides[1]),
      channels: sides[2])
  }

  /// Weights of four dimensions, none of which is 0.
  private mutating func windowWeights(
    _ node: GraphDefNode
  ) throws(GraphDefFault) -> (dimensions: [Int], values: [Float]) {
    let weights = try weights(1, of: node)
    guard weights.dimensions.count == 4, weights.dimensions.allSatisfy({ $0 > 0 }) else {
      throw node.fault("its weights have dimensions \(weights.dimensions), four are expected")
    }
    return weights
  }

  /// Emits a convolution without bias, which TensorFlow adds by `BiasAdd`.
  ///
  /// - Parameters:
  ///   - node: The node.
  ///   - values: The weights as outputs × inputs per group × kernel height × kernel width.
  ///   - inputsPerGroup: The channels that one output reads.
  ///   - outputs: The number of output channels.
  ///   - kernel: The kernel's size in pixels.
  ///   - expected: The number of input channels that the weights fix; `nil` where groups follow
  ///     from the input, as in TensorFlow's grouped `Conv2D`.
  /// - Returns: The output.
  /// - Throws: `GraphDefFault` for channels that the groups do not divide.
  private mutating func convolution(
    _ node: GraphDefNode, values: [Float], inputsPerGroup: Int, outputs: Int, kernel: Extent,
    channels expected: Int? = nil
  ) throws(GraphDefFault) -> Tensor {
    let format = try node.mapFormat()
    let input = try map(try tensor(0, of: node), format, for: node)
    let channels = dimensions(of: input)[format.channelAxis]
    guard channels == expected ?? channels, channels.isMultiple(of: inputsPerGroup),
      outputs.isMultiple(of: max(channels / inputsPerGroup, 1))
    else {
      throw node.fault(
        "\(channels) channels do not fit its weights of \(inputsPerGroup) × \(outputs) channels")
    }
    let (padding, rule) = try padding(of: node, format)
    let operation = Convolution(
      weights: values, bias: [Float](repeating: 0, count: outputs), inputChannels: channels,
      outputChannels: outputs, kernel: kernel, stride: try node.extent("strides", format),
      dilation: try node.extent("dilations", format, default: 1), padding: padding,
      paddingRule: rule, groups: channels / inputsPerGroup)
    return try add(
      .convolution(operation), [input], as: node.name, isMap: input.isMap, for: node)
  }

  /// `MaxPool` and `AvgPool`; the mean is over the pixels inside the map, padding excluded.
  mutating func pool(
    _ node: GraphDefNode, _ operation: GraphDefOperation
  ) throws(GraphDefFault) -> Tensor {
    let format = try node.mapFormat()
    let input = try map(try tensor(0, of: node), format, for: node)
    let (padding, rule) = try padding(of: node, format)
    let window = PoolingWindow(
      kernel: try node.extent("ksize", format), stride: try node.extent("strides", format),
      padding: padding, paddingRule: rule)
    return try add(
      operation == .maxPool ? .maxPool(window) : .averagePool(window, countsPadding: false),
      [input], as: node.name, isMap: input.isMap, for: node)
  }

  /// Reads `padding` and `explicit_paddings`.
  ///
  /// - Throws: `GraphDefFault` for another keyword, or padding of batches or channels.
  private func padding(
    of node: GraphDefNode, _ format: MapFormat
  ) throws(GraphDefFault) -> (Padding, PaddingRule) {
    let word = try node.word("padding") ?? ""
    switch word {
    case "VALID": return (Padding(), .explicit)
    // The output has ⌈size / stride⌉ pixels; an odd pixel of padding goes to the bottom and the
    // right.
    case "SAME": return (Padding(), .sameUpper)
    case "EXPLICIT":
      let sides = try node.integers("explicit_paddings") ?? []
      guard sides.count == 8, sides.allSatisfy({ (0...65_536).contains($0) }) else {
        throw node.fault("explicit_paddings is \(sides.prefix(9)), not two for each dimension")
      }
      let row = 2 * format.rowAxis
      let (top, bottom, left, right) = (sides[row], sides[row + 1], sides[row + 2], sides[row + 3])
      guard sides.reduce(0, +) == top + bottom + left + right else {
        throw node.fault("padding of batches or channels is not supported")
      }
      return (Padding(top: top, left: left, bottom: bottom, right: right), .explicit)
    default: throw node.fault("padding \(quoted(word)) is not supported")
    }
  }

  /// `LRN`: x / (bias + alpha · Σ x²)^beta, the sum over `depth_radius` channels on each side.
  ///
  /// GoogLeNet's TensorFlow version has two such layers. Defaults are TensorFlow's: 5, 1, 1 and
  /// 0.5.
  ///
  /// - Throws: `GraphDefFault` for a negative alpha, or a bias that is not positive.
  mutating func localResponseNormalization(
    _ node: GraphDefNode
  ) throws(GraphDefFault) -> Tensor {
    let input = try map(try tensor(0, of: node), .channelsLast, for: node)
    let radius = try node.integer("depth_radius", default: 5)
    guard (0...32_767).contains(radius) else { throw node.fault("depth_radius is \(radius)") }
    let size = 2 * radius + 1
    let operation = LocalResponseNormalization(
      // The engine divides alpha by the window's size, as ONNX and Caffe do.
      size: size, alpha: try node.number("alpha", default: 1) * Float(size),
      beta: try node.number("beta", default: 0.5), bias: try node.number("bias", default: 1))
    guard operation.alpha >= 0, operation.alpha.isFinite, operation.bias > 0 else {
      throw node.fault("alpha must not be negative, and the bias must be positive")
    }
    return try add(
      .localResponseNormalization(operation), [input], as: node.name, isMap: true, for: node)
  }

  /// `BiasAdd`: one value per channel, which joins the convolution before it; on vectors it stays
  /// an addition, which joins their layer.
  mutating func biasAdd(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    let format = try node.mapFormat()
    var input = try tensor(0, of: node)
    if rank(of: input) == 4 { input = try map(input, format, for: node) }
    guard rank(of: input) == 4 || (format == .channelsFirst && rank(of: input) > 2) else {
      let bias = try tensor(1, of: node)
      return try add(
        .binary(.add), [try plain(input, for: node), bias], as: node.name, for: node)
    }
    let bias = try weights(1, of: node).values
    let affine = ChannelAffine(scale: [Float](repeating: 1, count: bias.count), shift: bias)
    return try add(
      .channelAffine(affine), [input], as: node.name, isMap: input.isMap, for: node)
  }

  /// `FusedBatchNorm` at inference, versions 1 to 3: one factor and one shift per channel.
  ///
  /// - Throws: `GraphDefFault` in training mode, which is the operation's default, and for
  ///   constants that differ in length or have a variance that is not above −epsilon.
  mutating func batchNormalization(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    guard try !node.flag("is_training", default: true) else {
      throw node.fault("batch normalization in training is not supported")
    }
    let format = try node.mapFormat()
    let input = try map(try tensor(0, of: node), format, for: node)
    let epsilon = try node.number("epsilon", default: 1e-4)
    var vectors: [[Float]] = []
    for index in 1...4 { vectors.append(try weights(index, of: node).values) }
    let (scale, offset, mean, variance) = (vectors[0], vectors[1], vectors[2], vectors[3])
    guard vectors.allSatisfy({ $0.count == scale.count }),
      variance.allSatisfy({ $0 + epsilon > 0 })
    else { throw node.fault("its constants do not fit together") }
    let scales = scale.indices.map { scale[$0] / (variance[$0] + epsilon).squareRoot() }
    let affine = ChannelAffine(
      scale: scales, shift: scale.indices.map { offset[$0] - mean[$0] * scales[$0] })
    return try add(
      .channelAffine(affine), [input], as: node.name, isMap: input.isMap, for: node)
  }
}

/// The elements of a row-major tensor of four dimensions with these in another order.
private func transposed(_ values: [Float], _ sizes: [Int], order: [Int]) -> [Float] {
  let strides = TensorShape(sizes).strides
  return [Float](capacity: values.count) { result in
    for i in 0..<sizes[order[0]] {
      for j in 0..<sizes[order[1]] {
        for k in 0..<sizes[order[2]] {
          let start = i * strides[order[0]] + j * strides[order[1]] + k * strides[order[2]]
          for l in 0..<sizes[order[3]] { result.append(values[start + l * strides[order[3]]]) }
        }
      }
    }
  }
}
