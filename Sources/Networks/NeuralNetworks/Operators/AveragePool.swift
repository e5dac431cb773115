internal import OneDNN

/// The mean of each window; `countsPadding` says whether padding counts as zeros. [x]
///
///     y_o = Σ_{i ∈ W_o} x_i / n_o        W_o a window, n_o what of it lies in the map, or with
///                                        `countsPadding` in the map and its padding
///     x̄_i = Σ_{o: i ∈ W_o} ȳ_o / n_o     pullback
///     ẏ_o = Σ_{i ∈ W_o} ẋ_i / n_o        pushforward
///
/// ONNX `AveragePool` with its `count_include_pad`; the shape rule is `PoolingWindow.pooledShape`.
struct AveragePool: Operator {
  let window: PoolingWindow
  let countsPadding: Bool

  var name: String { "average pooling" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    try window.pooledShape(node, try firstShape(node, inputs))
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) -> ConstantTensor.Elements? { nil }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in window.receptiveField(through: line, of: shape, rule) }
  }

  func formats(_ request: FormatRequest) -> FormatChoice {
    guard request.isOfMaps, let first = request.inputs.first,
      correction(from: first.shape, to: request.output) != nil
    else { return request.sameForMaps }
    // The loop that corrects is for single precision.
    let format = MemoryFormat(layout: first.format.layout, numbers: .float32)
    return FormatChoice(input: format, output: format)
  }

  /// A oneDNN pooling primitive, see `AveragePooling`.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    return try AveragePooling(
      countsPadding ? .meanIncludingPadding : .meanExcludingPadding,
      window.geometry(from: input.shape, to: output.shape), from: input, to: output,
      correction: correction(from: input.shape, to: output.shape)
    ).compiled(with: compiler)
  }

  /// What oneDNN's means with padding are multiplied by: n_o is a window's whole size there, though a
  /// last window that `roundsUp` lets in reaches beyond the padding, and what lies beyond never counts.
  ///
  /// - Returns: `nil` where no window does.
  private func correction(from input: TensorShape, to output: TensorShape) -> WindowCorrection? {
    guard countsPadding, window.roundsUp, input.rank == 4, output.rank == 4 else { return nil }
    let (height, width) = (input.dimensions[2], input.dimensions[3])
    let padding = window.resolvedPadding(forHeight: height, width: width)
    let (kernel, stride, dilation) = (window.kernel, window.stride, window.dilation)
    func factors(
      _ count: Int, padded side: Int, _ kernel: Int, _ stride: Int, _ dilation: Int
    ) -> [Float] {
      (0..<count).map { index in
        // The elements of the window before the end of the padded side, at least one of them.
        let room = max(side - index * stride, 1)
        return Float(kernel) / Float(min(kernel, (room + dilation - 1) / dilation))
      }
    }
    let result = WindowCorrection(
      rows: factors(
        output.dimensions[2], padded: padding.top + height + padding.bottom, kernel.height,
        stride.height, dilation.height),
      columns: factors(
        output.dimensions[3], padded: padding.left + width + padding.right, kernel.width,
        stride.width, dilation.width))
    return result.isIdentity ? nil : result
  }
}

/// The mean over all dimensions after the channels, each such size 1. [x: batch × channels …]
///
/// The average pool of one window that covers the map, whatever the map's size: n_o = height · width.
/// ONNX `GlobalAveragePool`; `NetworkGraph.withGlobalPoolsMarked` and `Lowering` write others as one.
struct GlobalAveragePool: Operator {
  var name: String { "global average pooling" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    guard input.rank >= 2, !input.dimensions.dropFirst(2).contains(0) else {
      throw GraphError(node, "maps expected, found \(input)")
    }
    var result = input
    for dimension in 2..<input.rank { result.dimensions[dimension] = 1 }
    return result
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) -> ConstantTensor.Elements? { nil }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in line.summed(over: 2..<max(shape.rank, 2)) }
  }

  func formats(_ request: FormatRequest) -> FormatChoice { request.sameForMaps }

  /// For a map an average pool of one window, else a mean over the last dimensions.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    guard input.isMap else {
      // oneDNN pools two dimensions here; sequences and volumes take the loop.
      return try Reduction(
        function: .mean, axes: Array(2..<max(2, input.shape.rank)), keepsDimensions: true
      ).compile(node, to: output, with: compiler)
    }
    let window = PoolingWindow(kernel: Extent(height: input.height, width: input.width))
    return try AveragePooling(
      .meanExcludingPadding, window.geometry(from: input.shape, to: output.shape), from: input,
      to: output
    ).compiled(with: compiler)
  }
}

/// An average pool between two tensors by oneDNN, in the layout and format of the input.
///
/// It is linear: the pushforward runs the forward primitive on all tangents as one batch, and nothing
/// is kept of the values. A correction D is diagonal: y = D P x, x̄ = Pᵀ D ȳ, ẏ = D P ẋ.
struct AveragePooling {
  /// Whether padding counts.
  let kind: PoolingKind
  /// The window with its padding worked out for the input's size.
  let geometry: WindowGeometry
  let input, output: TensorSlot
  /// What the primitive's result is multiplied by, if by anything.
  let correction: WindowCorrection?

  init(
    _ kind: PoolingKind, _ geometry: WindowGeometry, from input: TensorSlot, to output: TensorSlot,
    correction: WindowCorrection? = nil
  ) {
    self.kind = kind
    self.geometry = geometry
    self.input = input
    self.output = output
    self.correction = correction
  }

  /// The step that corrects a result, or a gradient, where it lies.
  private func corrected(_ memory: TensorMemory) -> [Step] {
    guard let correction else { return [] }
    return [
      .kernel(
        WindowCorrectionKernel(correction, memory, channelsTogether: output.channelsTogether))
    ]
  }

  /// The forward primitive between tensors of the slots' shapes, or of several such one after the
  /// other.
  func forward(
    _ source: TensorDescriptor, _ destination: TensorDescriptor
  ) throws -> Primitive {
    // Only a maximum leaves a workspace; a mean's gradient needs the geometry alone.
    try Primitive.pooling(
      kind, source: source, destination: destination, geometry: geometry, keepsWorkspace: false)
  }

  /// The steps of all three directions.
  ///
  /// - Throws: When oneDNN has no kernel for the geometry, or memory is lacking.
  func compiled(with compiler: NetworkCompiler) throws -> CompiledOperator {
    let forward = try forward(input.descriptor, output.descriptor)
    let step = try compiler.run(
      forward, [(.source, try input.value()), (.destination, try output.value())])
    return CompiledOperator(
      forward: [step] + corrected(try output.value()),
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        let backward = try Primitive.poolingPullback(
          kind, sourceGradient: input.descriptor, destinationGradient: output.descriptor,
          geometry: geometry, forward: forward)
        let gradient = try output.gradient()
        // In place: nothing reads the output's gradient after this.
        return corrected(gradient) + [
          try compiler.run(
            backward,
            [(.sourceGradient, contribution.memory), (.destinationGradient, gradient)])
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        // A new primitive: its batch is as many times as large as there are tangents.
        return TangentSteps(
          push: [
            try compiler.run(
              self.forward(tangent.descriptor, result.descriptor),
              [(.source, tangent), (.destination, result)])
          ] + corrected(result))
      })
  }
}
