internal import NetworkGraphs
internal import OneDNN

extension NetworkCompiler {
  /// y = max(w ∗ x + b, 0), the maximum only where a ReLU follows.
  ///
  /// Pullback: the gradient of y is cleared where y is 0, then correlated with the flipped kernels.
  /// For the image, whose few channels would leave most of a blocked kernel idle, see
  /// `ImageConvolutionPullback`.
  func compile(
    _ convolution: Convolution, _ node: FusedNode, from input: TensorSlot, to output: TensorSlot
  ) throws(OneDNNError) -> CompiledNode {
    let groups = convolution.groups
    let (kernel, padding) = (convolution.kernel, convolution.padding)
    let geometry = WindowGeometry(
      kernel: [kernel.height, kernel.width],
      strides: [convolution.stride.height, convolution.stride.width],
      dilation: [convolution.dilation.height - 1, convolution.dilation.width - 1],
      paddingBefore: [padding.top, padding.left], paddingAfter: [padding.bottom, padding.right])
    let outputs = convolution.outputChannels / groups
    let inputs = convolution.inputChannels / groups
    let dimensions = (groups > 1 ? [groups] : []) + [outputs, inputs, kernel.height, kernel.width]
    let plain = try TensorDescriptor(dimensions)
    let open = try TensorDescriptor(dimensions, layout: .any)
    let biasDescriptor = try TensorDescriptor([convolution.outputChannels])
    let forward = try Primitive.convolution(
      source: input.descriptor, weights: open, bias: biasDescriptor,
      destination: output.descriptor, geometry: geometry, appendingReLU: node.appendsReLU)
    let prepared = try weights.weights(
      of: node.output, convolution.weights, plain: plain, layout: forward.weights ?? plain)
    let bias = try weights.weights(
      of: node.output + "/bias", convolution.bias, plain: biasDescriptor, layout: biasDescriptor)
    let value = try output.value()
    let step = try run(
      forward,
      [
        (.source, try input.value()), (.weights, prepared), (.bias, bias), (.destination, value),
      ])
    return CompiledNode(name: node.name, output: output, forward: [step]) {
      [self] () throws(OneDNNError) in
      let gradient = try output.gradient()
      let mask: [Step] = node.appendsReLU ? [.mask(gradient, by: value)] : []
      guard isDifferentiated(input) else { return [] }
      if isImage(input), groups == 1 {
        let share = try gradientShare(of: input)
        let plainGradient = try TensorMemory(plainDescriptor(of: output))
        let pullback = try ImageConvolutionPullback(
          convolution, input: input.shape, output: output.shape, outputGradient: plainGradient,
          inputGradient: share.memory)
        return mask + [try reorder(gradient, to: plainGradient), .imageGradient(pullback)]
          + share.then
      }
      let backward = try Primitive.convolutionPullback(
        sourceGradient: input.descriptor, weights: open, destinationGradient: output.descriptor,
        geometry: geometry, forward: forward)
      let share = try gradientShare(of: input)
      let flipped = try weights.weights(
        of: node.output, convolution.weights, plain: plain, layout: backward.weights ?? plain)
      return mask + [
        try run(
          backward,
          [
            (.sourceGradient, share.memory), (.weights, flipped),
            (.destinationGradient, gradient),
          ])
      ] + share.then
    }
  }
}
