internal import OneDNN

extension NetworkCompiler {
  /// Local response normalization; the pullback is oneDNN's, where it has a fast one.
  func compile(
    _ constants: LocalResponseNormalization, from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    if !constants.hasFastKernel { return try compileOwn(constants, from: input, to: output) }
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
    return CompiledWork(forward: [step]) { [self] () throws in
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

  private func compileOwn(
    _ constants: LocalResponseNormalization, from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    let (source, value) = (try input.value(), try output.value())
    let kernel = try ResponseNormalizationKernel(
      constants, input.shape, result: value, source: source)
    return CompiledWork(forward: [.kernel(kernel)]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let share = try gradientShare(of: input)
      return [
        .kernel(
          try ResponseNormalizationPullbackKernel(
            constants, input.shape, gradient: share.memory,
            resultGradient: try output.gradient(), source: source, result: value,
            forward: kernel))
      ] + share.then
    }
  }

  /// Softmax along one dimension; the pullback is oneDNN's.
  func compileSoftmax(
    _ axis: Int, from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    let axis = input.shape.dimensionIndex(axis) ?? 0
    let forward = try Primitive.softmax(data: input.descriptor, axis: axis)
    let value = try output.value()
    let step = try run(forward, [(.source, try input.value()), (.destination, value)])
    return CompiledWork(forward: [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let backward = try Primitive.softmaxPullback(
        data: input.descriptor, axis: axis, forward: forward)
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

  /// Layer normalization, as one of the rows of a matrix; the pullback is oneDNN's.
  func compile(
    _ constants: LayerNormalization, _ node: LoweredNode, from input: TensorSlot,
    to output: TensorSlot
  ) throws -> CompiledWork {
    let columns = constants.scale.count
    let rows = input.shape.elementCount / max(columns, 1)
    let data = try TensorDescriptor([rows, columns])
    let statistics = try TensorDescriptor([rows])
    let forward = try Primitive.layerNormalization(
      data: data, statistics: statistics, epsilon: constants.epsilon)
    let both = try TensorDescriptor([2, columns])
    let scaleAndShift = try weights.weights(
      of: node.output, constants.scale + constants.shift, plain: both, layout: both)
    let constantsOfRows: [(Argument, TensorMemory)] = [
      (.mean, try TensorMemory(statistics)), (.variance, try TensorMemory(statistics)),
      (.scaleAndShift, scaleAndShift),
    ]
    let source = try input.value().viewed(as: data)
    let step = try run(
      forward,
      [(.source, source), (.destination, try output.value().viewed(as: data))] + constantsOfRows)
    return CompiledWork(forward: [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let backward = try Primitive.layerNormalizationPullback(
        data: data, statistics: statistics, epsilon: constants.epsilon, forward: forward)
      let share = try gradientShare(of: input)
      return [
        try run(
          backward,
          [
            (.source, source), (.sourceGradient, try share.memory.viewed(as: data)),
            (.destinationGradient, try output.gradient().viewed(as: data)),
            (.scaleAndShiftGradient, try TensorMemory(both)),
          ] + constantsOfRows)
      ] + share.then
    }
  }

  /// y = scale · x + shift for each channel.
  ///
  /// Pullback: the gradient times the scale.
  func compile(
    _ affine: ChannelAffine, from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    let value = try output.value()
    let step = Step.Work.kernel(
      ChannelAffineKernel(affine, input, result: value, source: try input.value(), shifts: true))
    return CompiledWork(forward: [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let share = try gradientShare(of: input)
      return [
        .kernel(
          ChannelAffineKernel(
            affine, input, result: share.memory, source: try output.gradient(), shifts: false))
      ] + share.then
    }
  }
}

extension LocalResponseNormalization {
  /// Whether oneDNN has more than a reference loop.
  var hasFastKernel: Bool { size == 5 && beta == 0.75 }
}
