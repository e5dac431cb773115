extension Lowering {
  /// Batch normalization after a convolution belongs in its weights.
  ///
  /// They become w scale and b scale + shift, output channel by output channel. Two affine maps in a
  /// row become one.
  mutating func foldAffine() {
    let readers = readerCounts
    var makers = makers
    var doomed: Set<Int> = []
    for index in nodes.indices {
      guard case .channelAffine(let affine) = nodes[index].operation,
        let maker = makers[nodes[index].inputs[0]], isInner(nodes[maker].output, readers)
      else { continue }
      switch nodes[maker].operation {
      case .convolution(let convolution):
        nodes[maker].operation = .convolution(convolution.followed(by: affine))
      case .channelAffine(let first):
        nodes[maker].operation = .channelAffine(first.followed(by: affine))
      default: continue
      }
      nodes[maker].output = nodes[index].output
      // A second affine map after this one finds the convolution in turn.
      makers[nodes[index].output] = maker
      doomed.insert(index)
    }
    remove(doomed)
  }

  /// A constant vector added after a fully connected layer is its bias.
  mutating func foldBias() {
    let readers = readerCounts
    let makers = makers
    var doomed: Set<Int> = []
    for index in nodes.indices {
      guard case .binary(.add) = nodes[index].operation else { continue }
      let inputs = nodes[index].inputs
      let isFirst = constant(inputs[1]) != nil
      guard let bias = isFirst ? constant(inputs[1]) : constant(inputs[0]),
        let maker = makers[inputs[isFirst ? 0 : 1]], isInner(nodes[maker].output, readers),
        case .innerProduct(var layer) = nodes[maker].operation, let values = bias.floats,
        values.count == layer.bias.count, bias.shape.dimensions.last == values.count,
        shape(nodes[index].output) == shape(nodes[maker].output)
      else { continue }
      layer.bias = zip(layer.bias, values).map { $0 + $1 }
      nodes[maker].operation = .innerProduct(layer)
      nodes[maker].output = nodes[index].output
      doomed.insert(index)
    }
    remove(doomed)
  }
}
