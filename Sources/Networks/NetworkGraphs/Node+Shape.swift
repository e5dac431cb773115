import Tensors

extension Node {
  /// The shape of the node's output for inputs of the given shapes.
  ///
  /// - Precondition: The shapes have positive sides.
  /// - Throws: `GraphError` that names the node and what does not fit.
  package func outputShape(ofInputs inputs: [MapShape]) throws(GraphError) -> MapShape {
    guard let first = inputs.first else { throw GraphError(self, "it has no input") }
    if case .concatenation = operation {
      return try reasonable(concatenated(inputs))
    }
    guard inputs.count == 1 else {
      throw GraphError(self, "one input expected, found \(inputs.count)")
    }
    switch operation {
    case .convolution(let convolution): return try reasonable(convolved(first, convolution))
    case .innerProduct(let product): return try multiplied(first, product)
    case .maxPool(let window), .averagePool(let window, _):
      return try reasonable(pooled(first, window))
    case .globalAveragePool: return MapShape(channels: first.channels, height: 1, width: 1)
    case .flatten: return MapShape(channels: first.elementCount, height: 1, width: 1)
    case .relu, .localResponseNormalization, .softmax, .identity, .concatenation: return first
    }
  }

  private func reasonable(_ shape: MapShape) throws(GraphError) -> MapShape {
    guard shape.isReasonable else { throw GraphError(self, "its output is too large: \(shape)") }
    return shape
  }

  private func concatenated(_ inputs: [MapShape]) throws(GraphError) -> MapShape {
    var result = inputs[0]
    for shape in inputs.dropFirst() {
      guard shape.height == result.height, shape.width == result.width else {
        throw GraphError(
          self, "maps of different sizes cannot be joined: \(inputs[0]) and \(shape)")
      }
      let (sum, overflows) = result.channels.addingReportingOverflow(shape.channels)
      guard !overflows else { throw GraphError(self, "its channels cannot be counted") }
      result.channels = sum
    }
    return result
  }

  private func multiplied(
    _ input: MapShape, _ product: InnerProduct
  ) throws(GraphError) -> MapShape {
    guard input.elementCount == product.weights.columnCount else {
      throw GraphError(
        self,
        """
        \(product.weights.columnCount) values expected, found \(input); run the network at its \
        own input size, or stop before this node
        """)
    }
    return MapShape(channels: product.weights.rowCount, height: 1, width: 1)
  }

  private func convolved(
    _ input: MapShape, _ convolution: Convolution
  ) throws(GraphError) -> MapShape {
    guard input.channels == convolution.inputChannels else {
      throw GraphError(
        self, "\(convolution.inputChannels) input channels expected, found \(input)")
    }
    let (kernel, stride) = (convolution.kernel, convolution.stride)
    let (dilation, padding) = (convolution.dilation, convolution.padding)
    return MapShape(
      channels: convolution.outputChannels,
      height: try windowCount(
        input.height, kernel: kernel.height, stride: stride.height, dilation: dilation.height,
        padding: (padding.top, padding.bottom), roundsUp: false),
      width: try windowCount(
        input.width, kernel: kernel.width, stride: stride.width, dilation: dilation.width,
        padding: (padding.left, padding.right), roundsUp: false))
  }

  /// Pooling: a window made of padding alone has neither a maximum nor a mean, so the padding must
  /// be smaller than the kernel.
  private func pooled(_ input: MapShape, _ window: PoolingWindow) throws(GraphError) -> MapShape {
    let (kernel, stride, padding) = (window.kernel, window.stride, window.padding)
    guard max(padding.top, padding.bottom) < kernel.height,
      max(padding.left, padding.right) < kernel.width
    else {
      throw GraphError(
        self, "its padding reaches its kernel, \(kernel.height) × \(kernel.width)")
    }
    return MapShape(
      channels: input.channels,
      height: try windowCount(
        input.height, kernel: kernel.height, stride: stride.height, dilation: 1,
        padding: (padding.top, padding.bottom), roundsUp: window.roundsUp),
      width: try windowCount(
        input.width, kernel: kernel.width, stride: stride.width, dilation: 1,
        padding: (padding.left, padding.right), roundsUp: window.roundsUp))
  }

  /// The number of windows along one side.
  ///
  /// Rounded down, only windows that lie wholly inside the padded side count. Rounded up (Caffe,
  /// ONNX `ceil_mode`), one more incomplete window may follow, but the last window must start inside
  /// the side or the padding before it.
  private func windowCount(
    _ side: Int, kernel: Int, stride: Int, dilation: Int, padding: (before: Int, after: Int),
    roundsUp: Bool
  ) throws(GraphError) -> Int {
    let sensible = 1 << 20
    guard (1...sensible).contains(kernel), (1...sensible).contains(stride),
      (1...sensible).contains(dilation), (0...sensible).contains(padding.before),
      (0...sensible).contains(padding.after)
    else {
      throw GraphError(
        self,
        """
        kernel \(kernel), stride \(stride), dilation \(dilation) and padding \
        \(padding.before), \(padding.after) are no window
        """)
    }
    let reach = (kernel - 1) * dilation + 1
    let room = side + padding.before + padding.after - reach
    guard room >= 0 else {
      throw GraphError(
        self,
        """
        its kernel spans \(reach), more than the padded map's \
        \(side + padding.before + padding.after); use larger images, or stop before this node
        """)
    }
    guard roundsUp else { return room / stride + 1 }
    let count = (room + stride - 1) / stride + 1
    return (count - 1) * stride >= side + padding.before ? count - 1 : count
  }
}
