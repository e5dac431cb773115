internal import NetworkGraphs
internal import OneDNN
internal import Tensors

extension NetworkCompiler {
  /// y = W x + b.
  ///
  /// Pullback: Wᵀ times the gradient.
  func compile(
    _ layer: InnerProduct, _ node: FusedNode, from input: TensorSlot, to output: TensorSlot
  ) throws(OneDNNError) -> CompiledNode {
    // A map of 1 × 1 is a vector in all but name.
    let inputs = input.isVector ? [] : [input.shape.height, input.shape.width]
    let dimensions =
      [layer.weights.rowCount, input.isVector ? layer.weights.columnCount : input.shape.channels]
      + inputs
    let plain = try TensorDescriptor(dimensions)
    let open = try TensorDescriptor(dimensions, layout: .any)
    let biasDescriptor = try TensorDescriptor([layer.bias.count])
    let forward = try Primitive.innerProduct(
      source: input.descriptor, weights: open, bias: biasDescriptor,
      destination: output.descriptor)
    let prepared = try weights.weights(
      of: node.output, layer.weights.elements, plain: plain, layout: forward.weights ?? plain)
    let bias = try weights.weights(
      of: node.output + "/bias", layer.bias, plain: biasDescriptor, layout: biasDescriptor)
    let step = try run(
      forward,
      [
        (.source, try input.value()), (.weights, prepared), (.bias, bias),
        (.destination, try output.value()),
      ])
    return CompiledNode(name: node.name, output: output, forward: [step]) {
      [self] () throws(OneDNNError) in
      guard isDifferentiated(input) else { return [] }
      let backward = try Primitive.innerProductPullback(
        sourceGradient: input.descriptor, weights: open, destinationGradient: output.descriptor,
        forward: forward)
      let transposed = try weights.weights(
        of: node.output, layer.weights.elements, plain: plain, layout: backward.weights ?? plain)
      let share = try gradientShare(of: input)
      return [
        try run(
          backward,
          [
            (.sourceGradient, share.memory), (.weights, transposed),
            (.destinationGradient, try output.gradient()),
          ])
      ] + share.then
    }
  }

  /// A map read as a vector: its elements in plain order.
  ///
  /// Pullback: the same the other way.
  func compileFlatten(
    _ node: FusedNode, from input: TensorSlot, to output: TensorSlot
  ) throws(OneDNNError) -> CompiledNode {
    let plain = try plainDescriptor(of: input)
    let view = try TensorMemory(plain, inside: try output.value(), at: 0)
    let step = try reorder(try input.value(), to: view)
    return CompiledNode(name: node.name, output: output, forward: [step]) {
      [self] () throws(OneDNNError) in
      guard isDifferentiated(input) else { return [] }
      let gradientView = try TensorMemory(plain, inside: try output.gradient(), at: 0)
      let share = try gradientShare(of: input)
      return [try reorder(gradientView, to: share.memory)] + share.then
    }
  }
}
