internal import Tensors

extension NetworkGraph {
  /// The floating-point operations of one image's forward pass: two for each multiply-add of
  /// convolutions and fully connected layers; the rest is not counted.
  ///
  /// The gradient with respect to the input takes as many again.
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
    let graph = try withGlobalPoolsMarked().truncated(to: target.map { [$0] } ?? outputNames)
    let shapes = try graph.shapes(inputHeight: inputHeight, inputWidth: inputWidth)
    var total = 0
    for node in graph.nodes {
      switch node.operation {
      case .convolution(let convolution):
        total += 2 * convolution.weights.count * (shapes[node.output]?.positionCount ?? 0)
      case .innerProduct(let layer): total += 2 * layer.weights.elements.count
      default: break
      }
    }
    return total
  }
}
