internal import NetworkGraphs
internal import OneDNN

/// A node with its forward steps, and a recipe for its backward ones.
///
/// The pullback is made after all nodes, in reverse order, when it is known which consumer writes a
/// gradient first and which ones add to it.
struct CompiledNode {
  let name: String
  let output: TensorSlot
  let forward: [Step]
  let makePullback: () throws(OneDNNError) -> [Step]
}

extension NetworkCompiler {
  /// Compiles one node; nil when there is nothing to do.
  func compileForward(_ node: FusedNode) throws(OneDNNError) -> CompiledNode? {
    guard let input = try? slot(node.inputs[0]), let output = try? slot(node.output) else {
      return nil
    }
    return switch node.operation {
    case .convolution(let convolution):
      try compile(convolution, node, from: input, to: output)
    case .innerProduct(let layer): try compile(layer, node, from: input, to: output)
    case .relu: try compileReLU(node, from: input, to: output)
    case .maxPool(let window):
      try compilePooling(.maximum, window, node, from: input, to: output)
    case .averagePool(let window, let countsPadding):
      try compilePooling(
        countsPadding ? .meanIncludingPadding : .meanExcludingPadding, window, node, from: input,
        to: output)
    case .globalAveragePool:
      try compilePooling(
        .meanExcludingPadding,
        PoolingWindow(kernel: Extent(height: input.shape.height, width: input.shape.width)), node,
        from: input, to: output)
    case .localResponseNormalization(let constants):
      try compile(constants, node, from: input, to: output)
    case .concatenation: try compileConcatenation(node, to: output)
    case .flatten: try compileFlatten(node, from: input, to: output)
    case .softmax: try compileSoftmax(node, from: input, to: output)
    case .identity: nil
    }
  }
}
