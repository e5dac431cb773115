extension Lowering {
  /// (x − mean) / √(mean of its square + ε), over the last dimensions, is a layer normalization.
  ///
  /// Files of ONNX before opset 17 spell it out, and importers instance and group normalization. As one
  /// operation it is one pass over memory instead of six.
  ///
  /// - Complexity: O(nodes).
  mutating func recognizeNormalization() {
    let readers = readerCounts
    let makers = makers
    var doomed: Set<Int> = []
    for index in nodes.indices {
      guard case .binary(.divide) = nodes[index].operation,
        let centered = makers[nodes[index].inputs[0]],
        case .binary(.subtract) = nodes[centered].operation,
        let root = inner(makers, nodes[index].inputs[1], readers),
        case .unary(.squareRoot) = nodes[root].operation,
        let sum = inner(makers, nodes[root].inputs[0], readers),
        case .binary(.add) = nodes[sum].operation, let epsilon = scalar(nodes[sum].inputs[1]),
        let variance = inner(makers, nodes[sum].inputs[0], readers),
        let squares = inner(makers, nodes[variance].inputs[0], readers),
        isSquare(nodes[squares], of: nodes[centered].output),
        let mean = inner(makers, nodes[centered].inputs[1], readers),
        nodes[mean].inputs[0] == nodes[centered].inputs[0]
      else { continue }
      let x = nodes[mean].inputs[0]
      // Beside the division, only the square may read what is centered: once or twice.
      let others = nodes[squares].inputs.count { $0 == nodes[centered].output }
      guard let input = shape(x), shape(nodes[index].output) == input,
        !isWanted(nodes[centered].output),
        readers[nodes[centered].output] == 1 + others,
        let axis = firstOfLast(nodes[mean], input), axis == firstOfLast(nodes[variance], input)
      else { continue }
      let count = input.dimensions[axis...].reduce(1, *)
      nodes[index].operation = .layerNormalization(
        LayerNormalization(
          axis: axis, epsilon: epsilon, scale: [Float](repeating: 1, count: count),
          shift: [Float](repeating: 0, count: count)))
      nodes[index].inputs = [x]
      doomed.formUnion([centered, root, sum, variance, squares, mean])
    }
    remove(doomed)
  }

  /// A map that is reshaped, normalized as a whole, reshaped back and scaled by channels is a layer
  /// normalization of the map, which need not leave its layout.
  ///
  /// So is group normalization of a single group (Wu and He 2018), by way of PyTorch's exporter.
  ///
  /// - Complexity: O(nodes + elements of such maps).
  mutating func normalizeMaps() {
    let readers = readerCounts
    let makers = makers
    var doomed: Set<Int> = []
    for index in nodes.indices {
      guard case .channelAffine(let affine) = nodes[index].operation,
        let back = inner(makers, nodes[index].inputs[0], readers), nodes[back].operation.isReshape,
        let middle = inner(makers, nodes[back].inputs[0], readers),
        case .layerNormalization(let layer) = nodes[middle].operation,
        let flattened = inner(makers, nodes[middle].inputs[0], readers),
        nodes[flattened].operation.isReshape, let map = shape(nodes[index].output), map.rank == 4,
        shape(nodes[flattened].inputs[0]) == map,
        layer.scale.count == map.dimensions.dropFirst().reduce(1, *)
      else { continue }
      let positions = max(map.dimensions[2] * map.dimensions[3], 1)
      var joined = layer
      joined.axis = 1
      for element in layer.scale.indices {
        let channel = element / positions
        joined.scale[element] *= affine.scale[channel]
        joined.shift[element] =
          layer.shift[element] * affine.scale[channel] + affine.shift[channel]
      }
      nodes[index].operation = .layerNormalization(joined)
      nodes[index].inputs = [nodes[flattened].inputs[0]]
      doomed.formUnion([back, middle, flattened])
    }
    remove(doomed)
  }

  /// The node that makes a tensor which nothing else reads.
  private func inner(_ makers: [String: Int], _ name: String, _ readers: [String: Int]) -> Int? {
    isInner(name, readers) ? makers[name] : nil
  }

  private func isSquare(_ node: LoweredNode, of x: String) -> Bool {
    switch node.operation {
    case .binary(.multiply): node.inputs == [x, x]
    case .binary(.power): node.inputs[0] == x && scalar(node.inputs[1]) == 2
    default: false
    }
  }

  /// The first of the dimensions that a mean is over, if they are the last ones and stay with size 1.
  private func firstOfLast(_ node: LoweredNode, _ input: TensorShape) -> Int? {
    guard case .reduction(.mean, let axes?, true) = node.operation, !axes.isEmpty else {
      return nil
    }
    let dimensions = Set(axes.compactMap(input.dimensionIndex))
    let first = input.rank - dimensions.count
    return dimensions == Set(first..<input.rank) && input.elementCount > 0 ? first : nil
  }
}
