internal import Matrices
internal import OneDNN

/// A node with its forward steps, and a recipe for its backward ones.
///
/// The pullback is made after all nodes, in reverse order, when it is known which consumer writes a
/// gradient first and which ones add to it.
struct CompiledNode {
  let name: String
  /// For a profile: what is computed, on what, and how many multiply-adds twice.
  let operation: String
  let shape: String
  let operationCount: Int
  let output: TensorSlot
  let forward: [Step.Work]
  let makePullback: () throws -> [Step.Work]
}

/// What an operation compiles to.
struct CompiledWork {
  let forward: [Step.Work]
  let makePullback: () throws -> [Step.Work]
}

extension NetworkCompiler {
  /// Compiles one node.
  func compileForward(_ node: LoweredNode) throws -> CompiledNode {
    guard let output = slotIfAny(node.output),
      let input = node.inputs.lazy.compactMap({ self.slotIfAny($0) }).first
    else { throw NetworkError(unsupported: node.operation.name, "reads no tensor") }
    let work = try compile(node, from: input, to: output)
    let title = (node.isConversion ? "conversion" : node.operation.name)
    return CompiledNode(
      name: node.name, operation: node.appended.map { "\(title) + \($0.name)" } ?? title,
      shape: "\(input.shape) → \(output.shape)",
      operationCount: operationCount(node, input, output),
      output: output, forward: work.forward, makePullback: work.makePullback)
  }

  private func operationCount(
    _ node: LoweredNode, _ input: TensorSlot, _ output: TensorSlot
  ) -> Int {
    switch node.operation {
    case .convolution(let convolution):
      2 * output.shape.elementCount * convolution.weights.count
        / max(convolution.outputChannels, 1)
    case .innerProduct(let layer): 2 * output.shape.elementCount * layer.weights.columnCount
    case .matrixProduct: 2 * output.shape.elementCount * (input.shape.dimensions.last ?? 1)
    default: 0
    }
  }

  private func compile(
    _ node: LoweredNode, from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    switch node.operation {
    case .convolution(let convolution):
      return try compile(convolution, node, from: input, to: output)
    case .innerProduct(let layer): return try compile(layer, node, from: input, to: output)
    case .matrixProduct: return try compileMatrixProduct(node, to: output)
    case .channelAffine(let affine): return try compile(affine, from: input, to: output)
    case .layerNormalization(let constants):
      return try compile(constants, node, from: input, to: output)
    case .localResponseNormalization(let constants):
      return try compile(constants, from: input, to: output)
    case .softmax(let axis): return try compileSoftmax(axis, from: input, to: output)
    case .maxPool(let window):
      return try compilePooling(.maximum, window, from: input, to: output)
    case .averagePool(let window, let countsPadding):
      return try compilePooling(
        countsPadding ? .meanIncludingPadding : .meanExcludingPadding, window, from: input,
        to: output)
    case .globalAveragePool where input.isMap:
      return try compilePooling(
        .meanExcludingPadding,
        PoolingWindow(kernel: Extent(height: input.height, width: input.width)), from: input,
        to: output)
    case .globalAveragePool:
      return try compileMean(Array(2..<max(2, input.shape.rank)), from: input, to: output)
    case .mean(let axes, _):
      return try compileMean(axes ?? Array(0..<input.shape.rank), from: input, to: output)
    case .unary(let function): return try compile(function, from: input, to: output)
    case .binary(let function): return try compile(function, node, to: output)
    case .select: return try compileSelect(node, to: output)
    case .concatenation(let axis): return try compileConcatenation(axis, node, to: output)
    case .reshape, .flatten, .squeeze, .unsqueeze:
      return try compileReshape(from: input, to: output)
    case .transpose(let order): return try compileTranspose(order, from: input, to: output)
    case .slice, .piece, .gather, .expand, .pad:
      return try compileIndexed(node, from: input, to: output)
    case .identity: return try compileConversion(from: input, to: output)
    case .equal, .cast, .constant, .shape, .filled:
      throw NetworkError(
        unsupported: node.operation.name, "not supported on values that depend on the image")
    }
  }
}
