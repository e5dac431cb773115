extension NetworkGraph {
  /// The shape of every tensor for an image of the given size.
  ///
  /// - Parameters:
  ///   - inputHeight: The image's rows, at least 1.
  ///   - inputWidth: The image's columns, at least 1.
  /// - Returns: The shapes by tensor name, the input among them.
  /// - Throws: `GraphError` with the node and what does not fit: a size that is not positive, a
  ///   tensor that nothing makes before it is read, channels or map sizes that disagree, a kernel
  ///   larger than its map, more than 2³¹ values.
  /// - Complexity: O(nodes).
  public func shapes(inputHeight: Int, inputWidth: Int) throws(GraphError) -> [String: MapShape] {
    let input = MapShape(
      channels: inputShape.channels, height: inputHeight, width: inputWidth)
    guard input.isReasonable else {
      throw GraphError("input \(quoted(inputName)): \(input) is not a size of a map")
    }
    var shapes = [inputName: input]
    for node in nodes {
      var inputs: [MapShape] = []
      for name in node.inputs {
        guard let shape = shapes[name] else {
          throw GraphError(node, "nothing makes its input \(quoted(name)) before it")
        }
        inputs.append(shape)
      }
      let shape = try node.outputShape(ofInputs: inputs)
      guard shapes.updateValue(shape, forKey: node.output) == nil else {
        throw GraphError(node, "its output \(quoted(node.output)) exists already")
      }
    }
    return shapes
  }
}

extension MapShape {
  /// Whether every side is positive and the values can be counted: at most 2³¹.
  var isReasonable: Bool {
    let limit = 1 << 31
    guard (1...limit).contains(channels), (1...limit).contains(height),
      (1...limit).contains(width)
    else { return false }
    return channels <= limit / height && channels * height <= limit / width
  }
}
