internal import OneDNN

/// What a node reads: a tensor that depends on the image, or a constant.
struct Operand {
  let shape: TensorShape
  let value: TensorMemory
  /// Nil for a constant.
  let slot: TensorSlot?
  /// The sizes in memory.
  let storedDimensions: [Int]
}

extension NetworkCompiler {
  /// An input of a node, a constant in the given layout.
  func operand(_ name: String, _ layout: TensorLayout) throws -> Operand {
    if let slot = slotIfAny(name) {
      return Operand(
        shape: slot.shape, value: try slot.value(), slot: slot,
        storedDimensions: slot.storedDimensions)
    }
    guard let constant = facts[name]?.constant, let values = constant.numbers else {
      throw NetworkError(unsupported: "constant", "is not one of floating-point numbers")
    }
    let plain = try TensorDescriptor(constant.shape.describable)
    let isMap = constant.shape.rank == 4 && constant.shape.dimensions[1] > 1
    let wanted = isMap ? layout : .plain
    let memory = try weights.weights(
      of: name, as: .constant, values, plain: plain,
      layout: TensorDescriptor(constant.shape.describable, layout: wanted))
    return Operand(
      shape: constant.shape, value: memory, slot: nil,
      storedDimensions: wanted.storedDimensions(of: constant.shape.dimensions))
  }

  /// y = f(x), element by element.
  ///
  /// Pullback: the gradient times f′(x).
  func compile(
    _ function: UnaryFunction, from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    let (source, value) = (try input.value(), try output.value())
    if function == .relu {
      return CompiledWork(forward: [.rectify(value, from: source)]) {
        [self] () throws in
        guard isDifferentiated(input) else { return [] }
        let share = try gradientShare(of: input)
        return [.copy(share.memory, from: try output.gradient()), .mask(share.memory, by: value)]
          + share.then
      }
    }
    guard let known = function.elementwise else {
      return try compileOwn(function, from: input, to: output)
    }
    let forward = try Primitive.elementwise(known, data: input.descriptor)
    let step = try run(forward, [(.source, source), (.destination, value)])
    return CompiledWork(forward: [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let backward = try Primitive.elementwisePullback(
        known, data: input.descriptor, forward: forward)
      let share = try gradientShare(of: input)
      return [
        try run(
          backward,
          [
            (.source, source), (.sourceGradient, share.memory),
            (.destinationGradient, try output.gradient()),
          ])
      ] + share.then
    }
  }

  private func compileOwn(
    _ function: UnaryFunction, from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    let source = try input.value()
    let step = Step.Work.kernel(
      UnaryKernel(function, result: try output.value(), source: source, gradient: nil))
    return CompiledWork(forward: [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let share = try gradientShare(of: input)
      return [
        .kernel(
          UnaryKernel(
            function, result: share.memory, source: source, gradient: try output.gradient()))
      ] + share.then
    }
  }

  /// y = f(a, b), element by element, spread over each other.
  ///
  /// Pullback: see `BinaryPullbackKernel`.
  func compile(
    _ function: BinaryFunction, _ node: LoweredNode, to output: TensorSlot
  ) throws -> CompiledWork {
    let a = try operand(node.inputs[0], output.place.layout)
    let b = try operand(node.inputs[1], output.place.layout)
    let result = output.storedDimensions
    let plan = Broadcast(
      result: result, a: a.storedDimensions.leading(to: result.count),
      b: b.storedDimensions.leading(to: result.count))
    let step = Step.Work.kernel(
      BinaryKernel(function, plan, result: try output.value(), a: a.value, b: b.value))
    return CompiledWork(forward: [step]) { [self] () throws in
      var steps: [Step.Work] = []
      for (isFirst, slot) in [(true, a.slot), (false, b.slot)] {
        guard let slot, isDifferentiated(slot) else { continue }
        let share = try gradientShare(of: slot)
        steps.append(
          .kernel(
            BinaryPullbackKernel(
              function, plan, wantsFirst: isFirst, gradient: share.memory,
              resultGradient: try output.gradient(), a: a.value, b: b.value)))
        steps += share.then
      }
      return steps
    }
  }

  /// y = a where the condition holds, else b.
  ///
  /// Pullback: the gradient goes to the one that was taken.
  func compileSelect(
    _ node: LoweredNode, to output: TensorSlot
  ) throws -> CompiledWork {
    let condition = try operand(node.inputs[0], .plain)
    guard condition.slot == nil else {
      throw NetworkError(unsupported: "selection", "by values of the image is not supported")
    }
    let rank = output.shape.rank
    let taken = condition.shape.places(spreadOver: output.shape)
    var steps: [Step.Work] = []
    var pullbacks: [(TensorSlot, SelectKernel, Operand)] = []
    let value = try output.value()
    for (index, holds) in [(1, true), (2, false)] {
      let source = try operand(node.inputs[index], .plain)
      let places = TensorShape(source.storedDimensions.leading(to: rank))
        .places(spreadOver: output.shape)
      let kernel = SelectKernel(
        condition.value, conditionPlaces: taken, holds: holds, places: places)
      steps.append(.kernel(kernel.copying(source.value, to: value)))
      if let slot = source.slot { pullbacks.append((slot, kernel, source)) }
    }
    return CompiledWork(forward: steps) { [self] () throws in
      var steps: [Step.Work] = []
      for (slot, kernel, _) in pullbacks where isDifferentiated(slot) {
        let share = try gradientShare(of: slot)
        steps.append(.kernel(kernel.returning(try output.gradient(), to: share.memory)))
        steps += share.then
      }
      return steps
    }
  }
}

extension [Int] {
  /// Sizes of 1 put before, up to a number of dimensions.
  func leading(to count: Int) -> [Int] {
    [Int](repeating: 1, count: Swift.max(0, count - self.count)) + self
  }
}

extension ConstantTensor {
  /// The values as `Float`, whatever they are.
  var numbers: [Float]? {
    switch elements {
    case .floats(let values): values
    case .integers(let values): values.map(Float.init)
    case .booleans(let values): values.map { $0 ? 1 : 0 }
    }
  }
}

extension UnaryFunction {
  /// oneDNN's function, if it has one.
  var elementwise: Elementwise? {
    switch self {
    case .relu: .relu(slope: 0)
    case .leakyReLU(let slope): .relu(slope: slope)
    case .elu(let alpha): .elu(alpha: alpha)
    // Where the bounds cross, the upper one holds (ONNX `Clip`).
    case .clip(let lower, let upper): .clip(lower: min(lower, upper), upper: upper)
    case .sigmoid: .logistic
    case .hardSwish: .hardSwish
    case .swish: .swish
    case .gelu: .geluByErf
    case .geluByTanh: .geluByTanh
    case .tanh: .tanh
    case .exponential: .exponential
    case .logarithm: .logarithm
    case .softplus: .softplus
    case .squareRoot: .squareRoot
    case .reciprocal: .power(factor: 1, exponent: -1)
    case .negative: .linear(scale: -1, shift: 0)
    case .absolute: .absolute
    case .hardSigmoid, .erf: nil
    }
  }
}
