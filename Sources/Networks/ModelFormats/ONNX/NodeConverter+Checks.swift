import NetworkGraphs

extension NodeConverter {
  /// Checks that a node works along the channels.
  func checkChannelAxis(
    of input: Tensor, _ attributes: inout NodeAttributes, default axis: Int?
  ) throws(ModelError) {
    let axis = try attributes.integer("axis", default: axis, in: -4...4)
    guard axis == 1 || axis == (input.isVector ? -1 : -3) else {
      throw attributes.fault("axis \(axis) is not that of the channels, 1")
    }
  }

  /// Before operator set 13, softmax runs over everything from its axis on; since then, over its
  /// axis alone, the last one unless stated.
  func checkSoftmax(
    of input: Tensor, _ attributes: inout NodeAttributes
  ) throws(ModelError) {
    let isOld = operatorSet < 13
    try checkChannelAxis(of: input, &attributes, default: isOld ? 1 : -1)
    guard !isOld || (input.shape.height == 1 && input.shape.width == 1) else {
      throw attributes.fault(
        "it runs over a whole map of \(input.shape)", remedy: "only softmax over channels is known")
    }
  }

  /// Dropout does nothing in use; a file may say that it is still in training.
  func checkDropout(
    _ parts: Arguments, _ attributes: inout NodeAttributes
  ) throws(ModelError) {
    attributes.ignore("ratio")
    attributes.ignore("seed")
    guard parts.constants.count > 1, !parts.constants[1].isEmpty else { return }
    guard let mode = initializers[parts.constants[1]], mode.dataType == .bool,
      mode.rawData.allSatisfy({ $0 == 0 }), mode.int32Data.allSatisfy({ $0 == 0 })
    else {
      throw attributes.fault(
        "it drops values in use (training_mode)", remedy: "export the network for inference")
    }
  }
}
