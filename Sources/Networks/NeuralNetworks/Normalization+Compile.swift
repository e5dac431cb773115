internal import NetworkGraphs
internal import OneDNN

extension NetworkCompiler {
  /// Local response normalization; the pullback is oneDNN's.
  func compile(
    _ constants: LocalResponseNormalization, _ node: FusedNode, from input: TensorSlot,
    to output: TensorSlot
  ) throws(OneDNNError) -> CompiledNode {
    let keepsWorkspace = isDifferentiated(output)
    let forward = try Primitive.localResponseNormalization(
      data: input.descriptor, size: constants.size, alpha: constants.alpha, beta: constants.beta,
      bias: constants.bias, keepsWorkspace: keepsWorkspace)
    let workspace: [(Argument, TensorMemory)] =
      if keepsWorkspace, let descriptor = forward.workspace {
        [(.workspace, try TensorMemory(descriptor))]
      } else {
        []
      }
    let source = try input.value()
    let step = try run(
      forward, [(.source, source), (.destination, try output.value())] + workspace)
    return CompiledNode(name: node.name, output: output, forward: [step]) {
      [self] () throws(OneDNNError) in
      guard isDifferentiated(input) else { return [] }
      let backward = try Primitive.localResponseNormalizationPullback(
        data: input.descriptor, size: constants.size, alpha: constants.alpha,
        beta: constants.beta, bias: constants.bias, forward: forward)
      let share = try gradientShare(of: input)
      return [
        try run(
          backward,
          [
            (.source, source), (.sourceGradient, share.memory),
            (.destinationGradient, try output.gradient()),
          ] + workspace)
      ] + share.then
    }
  }

  /// Softmax along the channels; the pullback is oneDNN's.
  func compileSoftmax(
    _ node: FusedNode, from input: TensorSlot, to output: TensorSlot
  ) throws(OneDNNError) -> CompiledNode {
    let forward = try Primitive.softmax(data: input.descriptor)
    let value = try output.value()
    let step = try run(forward, [(.source, try input.value()), (.destination, value)])
    return CompiledNode(name: node.name, output: output, forward: [step]) {
      [self] () throws(OneDNNError) in
      guard isDifferentiated(input) else { return [] }
      let backward = try Primitive.softmaxPullback(data: input.descriptor, forward: forward)
      let share = try gradientShare(of: input)
      return [
        try run(
          backward,
          [
            (.destination, value), (.sourceGradient, share.memory),
            (.destinationGradient, try output.gradient()),
          ])
      ] + share.then
    }
  }
}
