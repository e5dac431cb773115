internal import OneDNN

/// The mean over some dimensions, all of them if nil. [x]
///
///     y_k = Σ_{i → k} x_i / n       n the number of elements that meet in k
///     x̄_i = ȳ_k / n                 pullback
///     ẏ_k = Σ_{i → k} ẋ_i / n       pushforward
///
/// ONNX `ReduceMean`, TensorFlow `Mean`. Over rows and columns of a map `Lowering` writes a global
/// average pool instead.
struct Mean: Operator {
  /// The dimensions that go, negative from the end.
  let axes: [Int]?
  /// Whether the output has them with size 1, or not at all.
  let keepsDimensions: Bool

  var name: String { "mean" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    let dropped = try node.dimensionIndices(axes ?? Array(0..<input.rank), of: input)
    guard dropped.allSatisfy({ input.dimensions[$0] > 0 }) else {
      throw GraphError(node, "there is nothing to take the mean of in \(input)")
    }
    var sizes: [Int] = []
    for (index, size) in input.dimensions.enumerated() {
      if !dropped.contains(index) { sizes.append(size) } else if keepsDimensions { sizes.append(1) }
    }
    return TensorShape(sizes)
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let constants else { return nil }
    try allowance.take(max(shape.elementCount, constants[0].elements.count), for: node)
    guard let values = constants[0].floats else { return nil }
    let input = constants[0].shape
    let axes = Set((axes ?? Array(0..<input.rank)).compactMap(input.dimensionIndex))
    let kept = input.dimensions.indices.filter { !axes.contains($0) }
    let dropped = input.dimensions.indices.filter(axes.contains)
    let length = dropped.reduce(1) { $0 * input.dimensions[$1] }
    let count = shape.elementCount
    guard count > 0, length > 0 else { return .floats([Float](repeating: 0, count: count)) }
    // Transposed so that each mean is of one contiguous line, summed in the elements' order.
    let order = kept + dropped
    let strides = input.strides
    let lines = ConstantTensor.Elements.floats(values).strided(
      TensorShape(order.map { input.dimensions[$0] }), strides: order.map { strides[$0] })
    guard case .floats(let sorted) = lines else { return nil }
    return .floats(
      (0..<count).map { line in
        let sum = sorted[line * length..<(line + 1) * length].reduce(0) { $0 + Double($1) }
        return Float(sum / Double(length))
      })
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in
      let dropped = (axes ?? Array(0..<shape.rank)).compactMap(shape.dimensionIndex)
      var result = line.summed(over: dropped)
      if !keepsDimensions, let dimension = result.positions?.dimension {
        result.positions?.dimension -= dropped.count { $0 < dimension }
      }
      return result
    }
  }

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  /// Loops over a `Broadcast` plan: a mean collects along the ways by which its result would be spread.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    // Dimensions of size 1, whether they are kept or not: the elements in memory are the same.
    var sizes = input.shape.dimensions
    for axis in axes ?? Array(0..<input.shape.rank) {
      sizes[input.shape.dimensionIndex(axis) ?? 0] = 1
    }
    let means = TensorShape(sizes).describable
    let plan = Broadcast(result: input.shape.describable, a: means, b: means)
    return CompiledOperator(
      forward: [
        .kernel(MeanKernel(plan, mean: try output.value(), source: try input.value()))
      ],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        return [
          .kernel(
            MeanPullbackKernel(
              plan, gradient: contribution.memory, meanGradient: try output.gradient()))
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        let views = try zip(
          tangents.views(of: tangent, like: input), tangents.views(of: result, like: output))
        return TangentSteps(
          push: views.map { .kernel(MeanKernel(plan, mean: $1, source: $0)) })
      })
  }
}

/// mean ← the means of the source's elements that meet in each element, summed in double precision.
///
/// In memory order: the same sum whatever runs beside it. In single precision the mean of a 224 × 224
/// plane would lose the last digits that its elements have.
private final class MeanKernel: Kernel {
  let name = "loop"
  private let plan: Broadcast
  private let mean, source: TensorMemory
  private var sums: [Double]

  init(_ plan: Broadcast, mean: TensorMemory, source: TensorMemory) {
    self.plan = plan
    self.mean = mean
    self.source = source
    sums = [Double](repeating: 0, count: mean.storedCount)
  }

  func run() {
    let inner = plan.inner
    let count = Double(source.storedCount) / Double(max(mean.storedCount, 1))
    for index in sums.indices { sums[index] = 0 }
    source.withElements { source in
      plan.forEachRun { index, start, _ in
        for i in 0..<inner.count { sums[start + i * inner.a] += Double(source[index + i]) }
      }
    }
    mean.withMutableElements { mean in
      for index in sums.indices { mean[index] = Float(sums[index] / count) }
    }
  }
}

/// gradient ← the mean's gradient, in equal parts 1 / n.
private final class MeanPullbackKernel: Kernel {
  let name = "loop"
  private let plan: Broadcast
  private let gradient, meanGradient: TensorMemory

  init(_ plan: Broadcast, gradient: TensorMemory, meanGradient: TensorMemory) {
    self.plan = plan
    self.gradient = gradient
    self.meanGradient = meanGradient
  }

  func run() {
    let inner = plan.inner
    // 1 / n, for n = elements of x / elements of y.
    let factor = Float(meanGradient.storedCount) / Float(max(gradient.storedCount, 1))
    meanGradient.withElements { mean in
      gradient.withMutableElements { gradient in
        plan.forEachRun { index, start, _ in
          for i in 0..<inner.count { gradient[index + i] = factor * mean[start + i * inner.a] }
        }
      }
    }
  }
}
