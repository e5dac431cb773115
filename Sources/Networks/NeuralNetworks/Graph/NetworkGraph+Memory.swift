extension NetworkGraph {
  /// About the most memory that compiled copies of the network take, for a forecast before they are
  /// compiled.
  ///
  /// Every tensor that is computed counts as if it had memory of its own, which compilation spares
  /// for most: an upper bound that is seldom more than three times the truth.
  ///
  /// - Parameters:
  ///   - input: The input's sizes, all images of a copy together.
  ///   - tensors: The tensors that are read or seeded.
  ///   - copies: How many copies share one set of weights.
  ///   - hasGradients: Whether gradients are carried back to the input.
  /// - Returns: Bytes, the network as it was read among them.
  /// - Throws: `GraphError` when a tensor does not exist or the sizes do not fit.
  /// - Complexity: O(nodes + elements of the constants).
  public func memoryForecast(
    input: TensorShape, tensors: [String], copies: Int, hasGradients: Bool = false
  ) throws(GraphError) -> Int {
    let graph = try withGlobalPoolsMarked().truncated(to: tensors)
    let facts = try graph.facts(input: input)
    var activations = Double(input.elementCount)
    var (tiles, transformed) = (0.0, 0.0)
    for node in graph.nodes {
      guard let fact = facts[node.output], fact.constant == nil else { continue }
      activations += Double(fact.shape.blockedElementCount)
      // In Winograd's tiles 9 weights become 36, and the 16 elements of a tile as many.
      guard case .convolution(let convolution) = node.operation,
        let source = facts[node.inputs[0]]?.shape, source.rank == 4,
        ConvolutionShapes.suitsWinograd(convolution, input: source, output: fact.shape)
      else { continue }
      transformed += 3 * Double(convolution.weights.count)
      tiles = max(
        tiles, 2.25 * 1.5 * Double(source.blockedElementCount + fact.shape.blockedElementCount))
    }
    let whole = Double(parameterCounts().values.reduce(0, +))
    let needed = Double(graph.parameterCounts().values.reduce(0, +))
    // The file and the weights out of it lie in memory together for a while; kernels keep their own
    // order of them, gradients another one.
    let weights = 2 * whole + (hasGradients ? 2 : 1) * (needed + transformed)
    let perCopy = activations * (hasGradients ? 2 : 1) + tiles
    let bytes = 4 * (weights + Double(copies) * perCopy)
    return bytes < 0x1p60 ? Int(bytes) : 1 << 60
  }
}

extension TensorShape {
  /// How many elements a tensor has in memory at most: maps lie in blocks of 16 channels, the last of
  /// which is filled with zeros.
  public var blockedElementCount: Int {
    guard rank == 4, dimensions[1] > 0 else { return elementCount }
    return elementCount / dimensions[1] * ((dimensions[1] + 15) / 16 * 16)
  }
}
