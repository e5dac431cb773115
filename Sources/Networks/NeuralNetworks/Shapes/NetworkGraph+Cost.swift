internal import Matrices

extension NetworkGraph {
  /// The floating-point operations of one image's forward pass: two for each multiply-add of
  /// convolutions, fully connected layers and matrix products; the rest is not counted.
  ///
  /// The gradient with respect to the input takes as many again, of matrix products up to twice as
  /// many.
  ///
  /// - Parameters:
  ///   - target: Count only what this tensor needs; nil counts the whole network.
  ///   - inputHeight: Rows of the image.
  ///   - inputWidth: Columns of the image.
  /// - Returns: The number of operations.
  /// - Throws: `GraphError` when the tensor does not exist or the size does not fit.
  public func floatingPointOperations(
    to target: String? = nil, inputHeight: Int, inputWidth: Int
  ) throws(GraphError) -> Int {
    try floatingPointOperations(
      to: target, input: imageShape(height: inputHeight, width: inputWidth))
  }

  /// The floating-point operations of a forward pass for an input of the given shape.
  public func floatingPointOperations(
    to target: String? = nil, input: TensorShape
  ) throws(GraphError) -> Int {
    let graph = try withGlobalPoolsMarked().truncated(to: target.map { [$0] } ?? outputNames)
    let facts = try graph.facts(input: input)
    var total = 0
    for node in graph.nodes where facts[node.output]?.constant == nil {
      let (sum, overflows) = total.addingReportingOverflow(node.floatingPointOperations(facts))
      total = overflows ? .max : sum
    }
    return total
  }
}

extension Node {
  /// The floating-point operations of the node, 0 for what is not counted.
  ///
  /// - Parameter facts: The facts of its inputs and its output.
  /// - Returns: The number of operations.
  package func floatingPointOperations(_ facts: [String: TensorFact]) -> Int {
    guard let output = facts[output]?.shape else { return 0 }
    let inner: Int
    switch operation {
    case .convolution(let convolution):
      inner = convolution.weights.count / max(convolution.outputChannels, 1)
    case .innerProduct(let layer): inner = layer.weights.columnCount
    case .matrixProduct:
      inner = inputs.first.flatMap { facts[$0]?.shape.dimensions.last } ?? 1
    default: return 0
    }
    let (count, overflows) = output.elementCount.multipliedReportingOverflow(by: 2 * inner)
    return overflows ? .max : count
  }
}
