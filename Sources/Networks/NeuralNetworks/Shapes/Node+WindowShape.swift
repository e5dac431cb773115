extension Node {
  /// The shape of a convolution's output.
  func convolved(
    _ input: TensorShape, _ convolution: Convolution
  ) throws(GraphError) -> TensorShape {
    guard input.rank == 4, input.dimensions[1] == convolution.inputChannels else {
      throw GraphError(
        self, "\(convolution.inputChannels) input channels of maps expected, found \(input)")
    }
    let (height, width) = (input.dimensions[2], input.dimensions[3])
    let padding = convolution.resolvedPadding(forHeight: height, width: width)
    return [
      input.dimensions[0], convolution.outputChannels,
      try windowCount(
        height, kernel: convolution.kernel.height, stride: convolution.stride.height,
        dilation: convolution.dilation.height, padding: (padding.top, padding.bottom),
        roundsUp: false),
      try windowCount(
        width, kernel: convolution.kernel.width, stride: convolution.stride.width,
        dilation: convolution.dilation.width, padding: (padding.left, padding.right),
        roundsUp: false),
    ]
  }

  /// The shape of a pooling operation's output.
  ///
  /// A window made of padding alone has neither a maximum nor a mean, so the padding must be smaller
  /// than the window, and where there is padding, the map no smaller than the gaps of a window.
  func pooled(_ input: TensorShape, _ window: PoolingWindow) throws(GraphError) -> TensorShape {
    guard input.rank == 4 else { throw GraphError(self, "maps expected, found \(input)") }
    let (height, width) = (input.dimensions[2], input.dimensions[3])
    let (kernel, stride, dilation) = (window.kernel, window.stride, window.dilation)
    let padding = window.resolvedPadding(forHeight: height, width: width)
    let roundsUp = window.roundsUp && window.paddingRule == .explicit
    let shape: TensorShape = [
      input.dimensions[0], input.dimensions[1],
      try windowCount(
        height, kernel: kernel.height, stride: stride.height, dilation: dilation.height,
        padding: (padding.top, padding.bottom), roundsUp: roundsUp),
      try windowCount(
        width, kernel: kernel.width, stride: stride.width, dilation: dilation.width,
        padding: (padding.left, padding.right), roundsUp: roundsUp),
    ]
    for (most, kernel, dilation, side) in [
      (max(padding.top, padding.bottom), kernel.height, dilation.height, height),
      (max(padding.left, padding.right), kernel.width, dilation.width, width),
    ] {
      guard most == 0 || (most <= (kernel - 1) * dilation && dilation <= side) else {
        throw GraphError(
          self,
          """
          its padding reaches its kernel, \(window.kernel.height) × \(window.kernel.width)
          """)
      }
    }
    return shape
  }

  private func windowCount(
    _ side: Int, kernel: Int, stride: Int, dilation: Int, padding: (before: Int, after: Int),
    roundsUp: Bool
  ) throws(GraphError) -> Int {
    let sensible = 0...(1 << 40)
    guard let line = WindowLine(kernel: kernel, stride: stride, dilation: dilation),
      sensible.contains(padding.before), sensible.contains(padding.after)
    else {
      throw GraphError(
        self,
        """
        kernel \(kernel), stride \(stride), dilation \(dilation) and padding \
        \(padding.before), \(padding.after) are no window
        """)
    }
    let count = line.count(
      side: side, before: padding.before, after: padding.after, roundsUp: roundsUp)
    guard count > 0, side > 0 else {
      throw GraphError(
        self,
        """
        its kernel spans \(line.reach), more than the padded map's \
        \(side + padding.before + padding.after); use larger images, or stop before this node
        """)
    }
    return count
  }
}
