/// Runs an operator on values that are known before the network runs.
///
/// Exporters leave arithmetic on weights to the reader: weight standardization (Qiao et al. 2019)
/// normalizes a convolution's weights, tables of relative positions are interpolated or convolved.
/// What follows from constants alone is a constant, whichever operator makes it: where an operator has
/// no folding of its own, the engine computes it.
extension Node {
  /// The engine's work that counts as much as one element that is stored, in floating-point
  /// operations: about as long as it takes.
  private static let operationsPerElement = 4096

  /// The output's elements.
  ///
  /// - Parameters:
  ///   - inputs: What is known of its inputs; the values of all that are there.
  ///   - shape: The output's shape.
  ///   - allowance: What may still be computed before the network runs.
  /// - Returns: The elements; `nil` when there is no input of floating-point numbers to begin with.
  /// - Throws: `GraphError` when more would be computed than is allowed, or the engine cannot.
  func computed(
    _ inputs: [TensorFact?], shape: TensorShape, allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let first = inputs.first ?? nil, let values = first.constant?.floats,
      let start = self.inputs.first, shape.elementCount > 0, !values.isEmpty
    else { return nil }
    let work = operation.rules.operationCount(inputs.map { $0?.shape }, output: shape)
    try allowance.take(max(shape.elementCount, work / Self.operationsPerElement), for: self)
    // The first input becomes that of a network of this node alone, the others its constants.
    var nodes: [Node] = []
    for (name, input) in zip(self.inputs, inputs) {
      guard let constant = input?.constant, name != start,
        !nodes.contains(where: { $0.output == name })
      else { continue }
      nodes.append(Node(name: name, operation: .constant(constant), inputs: [], output: name))
    }
    let graph = NetworkGraph(
      inputName: start, inputShape: first.shape, nodes: nodes + [self], outputNames: [output])
    do {
      let network = try CompiledNetwork(
        graph, input: first.shape, reading: [output], weights: PreparedWeights())
      network.withInput { span in
        for index in values.indices { span[index] = values[index] }
      }
      try network.forward()
      return .floats(
        try network.withOutput(output) { span in (0..<shape.elementCount).map { span[$0] } })
    } catch {
      throw GraphError(self, "it cannot be computed of constants: \(error)")
    }
  }
}
