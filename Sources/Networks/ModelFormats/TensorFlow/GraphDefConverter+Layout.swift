import NeuralNetworks

extension GraphDefConverter {
  /// A tensor's sizes in the file's order of dimensions, for an image of the size in the file.
  func dimensions(of tensor: Tensor) -> [Int] {
    let sizes = facts[tensor.name]?.shape.dimensions ?? []
    return tensor.isMap && sizes.count == 4 ? [0, 2, 3, 1].map { sizes[$0] } : sizes
  }

  /// The number of a tensor's dimensions, the same in both orders.
  func rank(of tensor: Tensor) -> Int { facts[tensor.name]?.shape.rank ?? 0 }

  /// The index in the graph of a dimension that the file counts in its own order.
  ///
  /// - Parameters:
  ///   - axis: The dimension in the file; negative ones count from the end.
  ///   - tensor: The tensor.
  ///   - node: The node that asks, for messages.
  /// - Returns: Its index in the graph's tensor.
  /// - Throws: `GraphDefFault` when it does not exist.
  func axis(_ axis: Int, of tensor: Tensor, for node: GraphDefNode) throws(GraphDefFault) -> Int {
    guard let index = facts[tensor.name]?.shape.dimensionIndex(axis) else {
      throw node.fault(
        "axis \(axis) is out of range for \(dimensions(of: tensor).count) dimensions")
    }
    // Rows, dimension 1 of NHWC, are 2 of NCHW; columns 3; channels 1.
    return tensor.isMap ? [0, 2, 3, 1][index] : index
  }

  /// The indices in the graph of several dimensions, each of which may be named once.
  func axes(
    _ axes: [Int], of tensor: Tensor, for node: GraphDefNode
  ) throws(GraphDefFault) -> [Int] {
    var result: [Int] = []
    for axis in axes {
      let index = try self.axis(axis, of: tensor, for: node)
      guard !result.contains(index) else { throw node.fault("axis \(axis) appears twice") }
      result.append(index)
    }
    return result
  }

  /// The tensor with its dimensions in the file's order; a map is transposed to NHWC.
  mutating func plain(
    _ tensor: Tensor, for node: GraphDefNode
  ) throws(GraphDefFault) -> Tensor {
    guard tensor.isMap else { return tensor }
    return try once("\(tensor.name):nhwc", isMap: false) { converter, name throws(GraphDefFault) in
      try converter.add(.transpose([0, 2, 3, 1]), [tensor], as: name, for: node)
    }
  }

  /// The tensor as a map for an operation that wants its channels where `format` says.
  ///
  /// An operation with `data_format` NCHW takes the file's second dimension for channels: it is
  /// given the tensor in the file's own order, which is the engine's then.
  ///
  /// - Throws: `GraphDefFault` when it does not have four dimensions.
  mutating func map(
    _ tensor: Tensor, _ format: MapFormat, for node: GraphDefNode
  ) throws(GraphDefFault) -> Tensor {
    guard rank(of: tensor) == 4 else {
      throw node.fault("maps expected, found \(TensorShape(dimensions(of: tensor)))")
    }
    guard format == .channelsLast else { return try plain(tensor, for: node) }
    guard !tensor.isMap else { return tensor }
    return try once("\(tensor.name):nchw", isMap: true) { converter, name throws(GraphDefFault) in
      try converter.add(.transpose([0, 3, 1, 2]), [tensor], as: name, isMap: true, for: node)
    }
  }

  /// The tensor as a map of four dimensions, those missing of size 1 before its own, as NumPy's
  /// broadcasting adds them; a scalar stays one.
  mutating func broadcastableMap(
    _ tensor: Tensor, for node: GraphDefNode
  ) throws(GraphDefFault) -> Tensor {
    let rank = rank(of: tensor)
    guard rank < 4 else { return try map(tensor, .channelsLast, for: node) }
    guard rank > 0 else { return tensor }
    let wide = try once("\(tensor.name):wide", isMap: false) {
      converter, name throws(GraphDefFault) in
      try converter.add(
        .unsqueeze(axes: Array(0..<4 - rank)), [tensor], as: name, for: node)
    }
    return try map(wide, .channelsLast, for: node)
  }

  /// A rearrangement of a tensor, made when it is first wanted and shared by all that read it.
  private mutating func once(
    _ name: String, isMap: Bool,
    _ make: (inout GraphDefConverter, String) throws(GraphDefFault) -> Tensor
  ) throws(GraphDefFault) -> Tensor {
    facts[name] == nil ? try make(&self, name) : Tensor(name: name, isMap: isMap)
  }
}
