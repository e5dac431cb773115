import NeuralNetworks

extension GraphDefConverter {
  /// A tensor's sizes in the file's order, for an image of the size in the file.
  func dimensions(of tensor: Tensor) -> [Int] {
    let sizes = facts[tensor.name]?.shape.dimensions ?? []
    return tensor.isMap && sizes.count == 4 ? [0, 2, 3, 1].map { sizes[$0] } : sizes
  }

  /// The number of a tensor's dimensions.
  func rank(of tensor: Tensor) -> Int { facts[tensor.name]?.shape.rank ?? 0 }

  /// Where a dimension of the file's order stands in the graph.
  ///
  /// - Throws: `GraphDefFault` when it does not exist; negative ones count from the end.
  func axis(_ axis: Int, of tensor: Tensor, for node: GraphDefNode) throws(GraphDefFault) -> Int {
    guard let index = facts[tensor.name]?.shape.dimensionIndex(axis) else {
      throw node.fault(
        "axis \(axis) is out of range for \(dimensions(of: tensor).count) dimensions")
    }
    return tensor.isMap ? [0, 2, 3, 1][index] : index
  }

  /// Where several dimensions stand in the graph; each may stand there once.
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

  /// The tensor with its dimensions in the file's order.
  mutating func plain(
    _ tensor: Tensor, for node: GraphDefNode
  ) throws(GraphDefFault) -> Tensor {
    guard tensor.isMap else { return tensor }
    return try once("\(tensor.name):nhwc", isMap: false) { converter, name throws(GraphDefFault) in
      try converter.add(.transpose([0, 2, 3, 1]), [tensor], as: name, for: node)
    }
  }

  /// The tensor as a map for an operation that wants the channels where `format` says.
  ///
  /// - Throws: `GraphDefFault` when it has not four dimensions.
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

  /// The tensor with dimensions of size 1 put before its own until it has four, as a map.
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

  /// A rearrangement of a tensor, made the first time that it is wanted.
  private mutating func once(
    _ name: String, isMap: Bool,
    _ make: (inout GraphDefConverter, String) throws(GraphDefFault) -> Tensor
  ) throws(GraphDefFault) -> Tensor {
    facts[name] == nil ? try make(&self, name) : Tensor(name: name, isMap: isMap)
  }
}
