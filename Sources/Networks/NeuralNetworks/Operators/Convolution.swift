internal import OneDNN

/// A two-dimensional convolution (cross-correlation) with its weights.
/// [x: batch × channels × height × width]
///
///     y_o[p] = f(b_o + Σ_{i, k} w_{o, i, k} x_i[s p + d k − padding])      stride s, dilation d
///     x̄_i    = Σ_{o, p, k} w_{o, i, k} (ȳ_o f′)[p]  over s p + d k − padding = the pixel   pullback
///     ẏ_o[p] = f′ Σ_{i, k} w_{o, i, k} ẋ_i[s p + d k − padding]            pushforward
///
/// f is a ReLU or a clip that followed it, or nothing. ONNX `Conv`; with groups, i runs over the input
/// channels of o's group. oneDNN: `dnnl_dilated_convolution_forward_desc_init` and `…_backward_data_…`;
/// the image's gradient is the project's own, see `ImageConvolutionPullback`.
public struct Convolution: Operator, Window {
  /// Outputs × (inputs / groups) × kernel height × kernel width, row-major.
  public var weights: [Float]
  /// One value per output channel.
  public var bias: [Float]
  /// Channels in and out.
  public var inputChannels, outputChannels: Int
  /// Size of the kernel, step between windows, step between taps (1: dense).
  public var kernel, stride, dilation: Extent
  /// Zeros around the input, where the rule is `explicit`.
  public var padding: Padding
  /// How the padding follows from the map.
  public var paddingRule: PaddingRule
  /// The number of groups that channels are cut into, a divisor of both channel counts.
  ///
  /// As many groups as input channels make a depthwise convolution.
  public var groups: Int

  /// Makes a convolution.
  ///
  /// - Precondition: Counts and sizes agree.
  public init(
    weights: [Float], bias: [Float], inputChannels: Int, outputChannels: Int, kernel: Extent,
    stride: Extent = Extent(height: 1, width: 1), dilation: Extent = Extent(height: 1, width: 1),
    padding: Padding = Padding(), paddingRule: PaddingRule = .explicit, groups: Int = 1
  ) {
    precondition(
      weights.count == outputChannels * (inputChannels / groups) * kernel.height * kernel.width
        && bias.count == outputChannels,
      """
      \(weights.count) weights and \(bias.count) biases do not fit \(inputChannels) → \
      \(outputChannels) channels
      """)
    self.weights = weights
    self.bias = bias
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.paddingRule = paddingRule
    self.groups = groups
  }

  /// Incomplete windows do not count: convolutions of all formats round down.
  package var roundsUp: Bool { false }

  // MARK: Rules of the graph

  var name: String {
    groups == 1
      ? "convolution" : groups == inputChannels ? "depthwise convolution" : "grouped convolution"
  }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { weights.count + weightCount(ofBias: bias) }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    guard input.rank == 4, input.dimensions[1] == inputChannels else {
      throw GraphError(node, "\(inputChannels) input channels of maps expected, found \(input)")
    }
    let counts = try windowCounts(
      node, forHeight: input.dimensions[2], width: input.dimensions[3])
    return [input.dimensions[0], outputChannels, counts.height, counts.width]
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) -> ConstantTensor.Elements? { nil }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int {
    product(output.elementCount, 2 * (weights.count / max(outputChannels, 1)))
  }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in
      receptiveField(through: line.summed(over: [1]), of: shape, rule)
    }
  }

  // MARK: Engine

  /// The first layout in which there is a fast kernel.
  ///
  /// Few channels (an image's, a squeezed vector's) are read in plain order, in which oneDNN has
  /// kernels for them, and the gradient is the project's own. Groups of odd sizes like the channels
  /// last, or plain order. bfloat16 is tried in every layout before single precision.
  ///
  /// - Complexity: Up to a dozen primitive descriptors are made and thrown away.
  func formats(_ request: FormatRequest) throws -> FormatChoice {
    guard let input = request.inputs.first?.shape else { return .plain }
    let blocked = TensorLayout.forActivations
    let hasFewChannels = groups == 1 && inputChannels < blocked.block
    let layouts: [(TensorLayout, TensorLayout)] =
      (hasFewChannels ? [(.plain, blocked)] : [(blocked, blocked)])
      + [(.channelsLast, .channelsLast), (.plain, .plain)]
    let numbers = request.mapNumbers == .bfloat16 ? [NumberFormat.bfloat16, .float32] : [.float32]
    for format in numbers {
      for (from, to) in layouts {
        let shapes = try ConvolutionShapes(
          self, input: input, output: request.output, inputLayout: from, outputLayout: to,
          format: format)
        // No kernel at all is an error, which only says: try the next layout.
        guard let forward = try? shapes.forward(appending: request.appended),
          !forward.isReference
        else { continue }
        // A layout that is fast forward can be a reference loop backward. The exception's gradient is
        // the project's own.
        if !(from == .plain && groups == 1) {
          guard let backward = try? shapes.backward(forward), !backward.isReference else {
            continue
          }
        }
        // A plain tensor is single precision; the convolution converts it itself.
        return FormatChoice(
          input: MemoryFormat(layout: from, numbers: from == .plain ? .float32 : format),
          output: MemoryFormat(layout: to, numbers: to == .plain ? .float32 : format))
      }
    }
    return .plain
  }

  /// Forward with f as a post-operation; backward the gradient is masked in place, then correlated with
  /// the flipped kernels; along tangents all of them are one batch, then masked one by one.
  ///
  /// For few channels, which would leave most of a blocked kernel idle, the pullback is
  /// `ImageConvolutionPullback`.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    let shapes = try shapes(input.shape, output.shape, input, output)
    let forward = try shapes.forward(appending: node.appended)
    let prepared = try preparedWeights(node, shapes, forward, compiler)
    let bias = try compiler.weights.weights(
      of: node.output, as: .bias, bias, plain: shapes.bias, layout: shapes.bias)
    let value = try output.value()
    let (source, conversion) = try compiler.converted(try input.value(), to: shapes.source)
    let count = operationCount([input.shape], output: output.shape)
    let step = try compiler.run(
      forward, [(.source, source), (.weights, prepared), (.bias, bias), (.destination, value)],
      counting: count)
    return CompiledOperator(
      forward: conversion + [step],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        // In place: nobody reads the gradient of y f′ but this node, and a caller's copy is made first.
        let gradient = try output.gradient()
        let mask = compiler.mask(gradient, of: node, by: value)
        if input.format.layout == .plain, groups == 1 {
          return try mask
            + compileImagePullback(shapes.geometry, from: input, to: output, with: compiler)
        }
        // The weights once more: kernels for the gradient want their own order of them.
        let backward = try shapes.backward(forward)
        let contribution = try compiler.gradientContribution(of: input)
        let flipped = try preparedWeights(node, shapes, backward, compiler)
        return mask + [
          try compiler.run(
            backward,
            [
              (.sourceGradient, contribution.memory), (.weights, flipped),
              (.destinationGradient, gradient),
            ], counting: count)
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        let shapes = try self.shapes(
          tangents.shape(of: input), tangents.shape(of: output), input, output)
        // f's derivative is taken at the values, not at the tangents, so it cannot be appended; a bias
        // of zeros stands for none.
        let forward = try shapes.forward(appending: nil)
        let (source, conversion) = try compiler.converted(tangent, to: shapes.source)
        var push =
          conversion + [
            try compiler.run(
              forward,
              [
                (.source, source), (.weights, try preparedWeights(node, shapes, forward, compiler)),
                (.bias, try TensorMemory(shapes.bias)), (.destination, result),
              ], counting: tangents.count * count)
          ]
        push += try tangents.masks(of: result, output, node, by: value)
        return TangentSteps(push: push)
      })
  }

  /// The convolution between two slots' layouts, of their own shapes or of several tangents.
  private func shapes(
    _ inputShape: TensorShape, _ outputShape: TensorShape, _ input: TensorSlot,
    _ output: TensorSlot
  ) throws -> ConvolutionShapes {
    try ConvolutionShapes(
      self, input: inputShape, output: outputShape, inputLayout: input.format.layout,
      outputLayout: output.format.layout,
      // A plain tensor is single precision, whatever the convolution computes in.
      format: input.format.layout == .plain ? output.format.numbers : input.format.numbers)
  }

  /// The weights in the order that a primitive wants, shared by all copies of the network.
  private func preparedWeights(
    _ node: LoweredNode, _ shapes: ConvolutionShapes, _ primitive: Primitive,
    _ compiler: NetworkCompiler
  ) throws -> TensorMemory {
    try compiler.weights.weights(
      of: node.output, weights, plain: shapes.plainWeights,
      layout: primitive.weights ?? shapes.plainWeights)
  }

  /// The gradient with respect to few channels in plain order.
  private func compileImagePullback(
    _ geometry: WindowGeometry, from input: TensorSlot, to output: TensorSlot,
    with compiler: NetworkCompiler
  ) throws -> [Step] {
    let contribution = try compiler.gradientContribution(of: input)
    let plain = try TensorMemory(
      TensorDescriptor(output.shape.dimensions, format: output.format.numbers))
    // The padding rule worked out for this size: the kernel below knows explicit padding only.
    var resolved = self
    resolved.padding = Padding(
      top: geometry.paddingBefore[0], left: geometry.paddingBefore[1],
      bottom: geometry.paddingAfter[0], right: geometry.paddingAfter[1])
    let pullback = try ImageConvolutionPullback(
      resolved, input: input.shape, output: output.shape, outputGradient: plain,
      inputGradient: contribution.memory, in: compiler.context)
    var step = Step.kernel(pullback)
    step.operationCount = operationCount([input.shape], output: output.shape)
    return [try compiler.reorder(try output.gradient(), to: plain), step] + contribution.then
  }

  /// The convolution whose result is that of this one, scaled and shifted: its weights are w scale_o,
  /// its bias b scale_o + shift_o.
  ///
  /// - Precondition: There is one scale and one shift per output channel.
  func followed(by affine: ChannelAffine) -> Convolution {
    var result = self
    let taps = weights.count / max(outputChannels, 1)
    for channel in 0..<outputChannels {
      for tap in channel * taps..<(channel + 1) * taps {
        result.weights[tap] *= affine.scale[channel]
      }
      result.bias[channel] = bias[channel] * affine.scale[channel] + affine.shift[channel]
    }
    return result
  }
}

/// The weights in a bias: none when it is 0 alone, since files leave such a bias out.
func weightCount(ofBias bias: [Float]) -> Int { bias.contains { $0 != 0 } ? bias.count : 0 }

/// A product of counts, or the largest number.
func product(_ a: Int, _ b: Int) -> Int {
  let (product, overflows) = a.multipliedReportingOverflow(by: b)
  return overflows ? .max : product
}
