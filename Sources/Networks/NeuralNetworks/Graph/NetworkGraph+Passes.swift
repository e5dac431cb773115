extension NetworkGraph {
  /// The part of the network that makes the given tensors, which become its outputs.
  ///
  /// - Throws: `GraphError` with the nearest names when a tensor does not exist, or with the reason
  ///   why the file's cannot be computed.
  /// - Complexity: O(nodes).
  public func truncated(to tensors: [String]) throws(GraphError) -> NetworkGraph {
    let names = Set(nodes.map(\.output)).union([inputName])
    for tensor in tensors where !names.contains(tensor) {
      if let reason = unavailable[tensor] {
        throw GraphError("the tensor \(quoted(tensor)) cannot be computed: \(reason)")
      }
      let nearest = nearestNames(to: tensor, among: tensorNames).map(quoted)
      throw GraphError(
        """
        the network has no tensor \(quoted(tensor)); the nearest names are \
        \(nearest.joined(separator: ", "))
        """)
    }
    // Backwards: a node is met after all of its readers.
    var needed = Set(tensors)
    var kept: [Node] = []
    for node in nodes.reversed() where needed.contains(node.output) {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    var result = self
    result.nodes = kept.reversed()
    result.outputNames = tensors
    return result
  }

  /// The network with every average pool that covers its whole map written as a global one.
  ///
  /// A network trained at one size often ends in an average pool as large as the map at that size
  /// (GoogLeNet's 7 × 7 at 224 px). At another size the mean over the whole map is what such a node
  /// stands for. A pool counts as global when it has no padding and its kernel is the map at
  /// `inputShape`.
  ///
  /// Nodes that do not fit `inputShape` are left as they are: a layer before a fully connected one may
  /// be wanted at a size that this one does not take.
  ///
  /// - Throws: `GraphError` when `inputShape` is no shape.
  /// - Complexity: O(nodes).
  public func withGlobalPoolsMarked() throws(GraphError) -> NetworkGraph {
    let facts = try fittingFacts(input: inputShape).facts
    var result = self
    for (index, node) in nodes.enumerated() {
      guard case .averagePool(let window, _) = node.operation,
        let sizes = node.inputs.first.flatMap({ facts[$0]?.shape.dimensions }), sizes.count == 4,
        window.kernel == Extent(height: sizes[2], width: sizes[3]),
        window.dilation == Extent(height: 1, width: 1),
        window.resolvedPadding(forHeight: sizes[2], width: sizes[3]) == Padding()
      else { continue }
      result.nodes[index].operation = .globalAveragePool
    }
    return result
  }
}

extension NetworkGraph {
  /// The part of the network after a tensor, with that tensor as its input.
  ///
  /// What depends on neither the tensor nor the image (weights, sizes worked out from them) stays.
  ///
  /// - Parameters:
  ///   - start: The tensor that becomes the input.
  ///   - shape: Its sizes.
  ///   - wanted: The tensors that must still be computed.
  /// - Returns: A network that computes the wanted tensors from the new input.
  /// - Throws: `GraphError` when a tensor does not exist, or a wanted one cannot be computed from the
  ///   new input alone.
  /// - Complexity: O(nodes).
  public func beginning(
    at start: String, shape: TensorShape, for wanted: [String]
  ) throws(GraphError) -> NetworkGraph {
    guard start != inputName else { return self }
    let names = tensorNames
    guard names.contains(start) else {
      let nearest = nearestNames(to: start, among: names).map(quoted).joined(separator: ", ")
      throw GraphError("there is no tensor \(quoted(start)); the nearest names are \(nearest)")
    }
    var result = self
    // Its maker goes, and what only that read is cut off with it.
    result.nodes.removeAll { $0.output == start }
    result.inputName = start
    result.inputShape = shape
    result = try result.truncated(to: wanted)
    if let reader = result.nodes.first(where: { $0.inputs.contains(inputName) }) {
      throw GraphError(
        """
        \(wanted.map(quoted).joined(separator: ", ")) cannot be computed from \(quoted(start)) \
        alone: node \(quoted(reader.name)) beside it reads the image; begin at an earlier tensor
        """)
    }
    return result
  }
}
