internal import OneDNN

/// A convolution as oneDNN sees it: shapes, layouts, format and geometry.
struct ConvolutionShapes {
  let source, destination: TensorDescriptor
  /// The weights in plain order, and in whatever order a kernel likes.
  let plainWeights, weights: TensorDescriptor
  let bias: TensorDescriptor
  let geometry: WindowGeometry

  init(
    _ convolution: Convolution, input: TensorShape, output: TensorShape, inputLayout: TensorLayout,
    outputLayout: TensorLayout, format: NumberFormat
  ) throws {
    let (height, width) = (input.dimensions[2], input.dimensions[3])
    let padding = convolution.resolvedPadding(forHeight: height, width: width)
    let (kernel, stride) = (convolution.kernel, convolution.stride)
    let groups = convolution.groups
    geometry = WindowGeometry(
      kernel: [kernel.height, kernel.width], strides: [stride.height, stride.width],
      dilation: [convolution.dilation.height - 1, convolution.dilation.width - 1],
      paddingBefore: [padding.top, padding.left],
      paddingAfter: [padding.bottom, padding.right])
    let dimensions =
      (groups > 1 ? [groups] : [])
      + [
        convolution.outputChannels / groups, convolution.inputChannels / groups, kernel.height,
        kernel.width,
      ]
    plainWeights = try TensorDescriptor(dimensions)
    weights = try TensorDescriptor(dimensions, layout: .any, format: format)
    bias = try TensorDescriptor([convolution.outputChannels])
    source = try TensorDescriptor(input.dimensions, layout: inputLayout, format: format)
    destination = try TensorDescriptor(output.dimensions, layout: outputLayout, format: format)
  }

  func forward(appending function: UnaryFunction?) throws -> Primitive {
    try Primitive.convolution(
      source: source, weights: weights, bias: bias, destination: destination, geometry: geometry,
      appending: function?.elementwise)
  }

  func backward(_ forward: Primitive) throws -> Primitive {
    try Primitive.convolutionPullback(
      sourceGradient: source, weights: weights, destinationGradient: destination,
      geometry: geometry, forward: forward)
  }
}

extension NetworkCompiler {
  /// y = f(w ∗ x + b), f a ReLU or a clip that follows, if there is one.
  ///
  /// Pullback: the gradient of y is cleared where f is flat, then correlated with the flipped kernels.
  /// For few channels, which would leave most of a blocked kernel idle, see
  /// `ImageConvolutionPullback`.
  func compile(
    _ convolution: Convolution, _ node: LoweredNode, from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    // A plain tensor is single precision, whatever the convolution computes in.
    let format: NumberFormat =
      input.place.layout == .plain ? output.place.format : input.place.format
    let shapes = try ConvolutionShapes(
      convolution, input: input.shape, output: output.shape, inputLayout: input.place.layout,
      outputLayout: output.place.layout, format: format)
    let forward = try shapes.forward(appending: node.appended)
    let prepared = try weights.weights(
      of: node.output, convolution.weights, plain: shapes.plainWeights,
      layout: forward.weights ?? shapes.plainWeights)
    let bias = try weights.weights(
      of: node.output, as: .bias, convolution.bias, plain: shapes.bias, layout: shapes.bias)
    let value = try output.value()
    let (source, before) = try converted(try input.value(), to: shapes.source)
    let step = try run(
      forward,
      [(.source, source), (.weights, prepared), (.bias, bias), (.destination, value)])
    return CompiledWork(forward: before + [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let gradient = try output.gradient()
      let mask = node.appended.map { self.mask(gradient, $0, by: value) } ?? []
      if input.place.layout == .plain, convolution.groups == 1 {
        return try mask
          + compileImagePullback(convolution, shapes.geometry, from: input, to: output)
      }
      let backward = try shapes.backward(forward)
      let share = try gradientShare(of: input)
      let flipped = try weights.weights(
        of: node.output, convolution.weights, plain: shapes.plainWeights,
        layout: backward.weights ?? shapes.plainWeights)
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

  /// A tensor in another format, if it is not in that already, and the step that converts it.
  private func converted(
    _ memory: TensorMemory, to descriptor: TensorDescriptor
  ) throws -> (TensorMemory, [Step.Work]) {
    guard memory.descriptor != descriptor else { return (memory, []) }
    let copy = try TensorMemory(descriptor)
    return (copy, [try reorder(memory, to: copy)])
  }

  /// Clears a gradient where the function behind a convolution is flat.
  private func mask(
    _ gradient: TensorMemory, _ function: UnaryFunction, by value: TensorMemory
  ) -> [Step.Work] {
    switch function {
    case .clip(_, let upper): [.kernel(ClipMaskKernel(gradient, by: value, upper: upper))]
    default: [.mask(gradient, by: value)]
    }
  }

  private func compileImagePullback(
    _ convolution: Convolution, _ geometry: WindowGeometry, from input: TensorSlot,
    to output: TensorSlot
  ) throws -> [Step.Work] {
    let share = try gradientShare(of: input)
    let plain = try TensorMemory(
      TensorDescriptor(output.shape.dimensions, format: output.place.format))
    var resolved = convolution
    resolved.padding = Padding(
      top: geometry.paddingBefore[0], left: geometry.paddingBefore[1],
      bottom: geometry.paddingAfter[0], right: geometry.paddingAfter[1])
    let pullback = try ImageConvolutionPullback(
      resolved, input: input.shape, output: output.shape, outputGradient: plain,
      inputGradient: share.memory, in: context)
    return [try reorder(try output.gradient(), to: plain), .kernel(pullback)] + share.then
  }
}
