internal import NetworkGraphs
internal import OneDNN

extension NetworkCompiler {
  /// y = max(x, 0), where no convolution before it does so already.
  ///
  /// Pullback: the gradient passes where y is positive.
  func compileReLU(
    _ node: FusedNode, from input: TensorSlot, to output: TensorSlot
  ) throws(OneDNNError) -> CompiledNode {
    let value = try output.value()
    let step = Step.rectify(value, from: try input.value())
    return CompiledNode(name: node.name, output: output, forward: [step]) {
      [self] () throws(OneDNNError) in
      guard isDifferentiated(input) else { return [] }
      let gradient = try output.gradient()
      let share = try gradientShare(of: input)
      return [.copy(share.memory, from: gradient), .mask(share.memory, by: value)] + share.then
    }
  }
}
