internal import OneDNN

/// What functions of each element have in common whose constants differ from channel to channel.
/// [x: batch × channels …]
///
/// Batch normalization and parametric ReLU: loops of the project's own, in single precision, in
/// whatever layout a map has.
protocol ChannelwiseOperator: Operator {
  /// The channels that there are constants for.
  var channelCount: Int { get }
}

extension ChannelwiseOperator {
  var arity: ClosedRange<Int> { 1...1 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    guard input.rank >= 2, channelCount == input.dimensions[1] else {
      throw GraphError(node, "\(channelCount) channels expected, found \(input)")
    }
    return input
  }

  /// Networks apply them to what depends on the image alone.
  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) -> ConstantTensor.Elements? { nil }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line { rule.only(lines) }

  /// Maps stay in their layout, in single precision: the loops know every layout.
  func formats(_ request: FormatRequest) -> FormatChoice {
    guard let first = request.inputs.first else { return .plain }
    let format = MemoryFormat(
      layout: request.isOfMaps ? first.format.layout : .plain, numbers: .float32)
    return FormatChoice(input: format, output: format)
  }
}

/// How the channels of a tensor lie in memory: images × channel blocks × positions × channels of a
/// block.
///
/// Plain order is blocks of one channel, channels last is one block of all; so is plain order where there
/// is one position.
struct ChannelOrder {
  /// The number of images, of positions, and of channels that lie together.
  let batch, positions, block: Int
  /// The number of channels with those that fill the last block.
  let storedChannelCount: Int

  /// The order of a tensor of batch × channels × … in a layout.
  init(_ shape: TensorShape, _ layout: TensorLayout) {
    let channels = shape.dimensions[1]
    positions = shape.dimensions.dropFirst(2).reduce(1, *)
    block =
      switch layout {
      case .plain, .any: positions == 1 ? channels : 1
      case .channelsLast: channels
      case .blocked(let count): count
      }
    batch = shape.dimensions[0]
    storedChannelCount = block == 0 ? 0 : (channels + block - 1) / block * block
  }

  /// One constant per stored channel: 0 in the padding, in which oneDNN expects zeros.
  func padded(_ constants: [Float]) -> [Float] {
    constants + [Float](repeating: 0, count: storedChannelCount - constants.count)
  }

  /// Checks that tensors have as many elements as the order has.
  func check(_ tensors: TensorMemory...) {
    for tensor in tensors {
      precondition(
        tensor.storedCount == batch * storedChannelCount * positions,
        """
        \(batch) × \(storedChannelCount) channels × \(positions) positions do not fill \
        \(tensor.storedCount) elements
        """)
    }
  }
}
