internal import OneDNN

/// What a reduction makes of the elements that meet.
public enum ReductionFunction: String, Hashable, Sendable {
  /// Their sum.
  case sum
  /// Their sum over their number.
  case mean
  /// Their product.
  case product
  /// The largest.
  case maximum
  /// The smallest.
  case minimum
}

/// A function of all elements along some dimensions, of all of them if nil. [x]
///
///     y_k = Σ x_i      x̄_i = ȳ_k          ẏ_k = Σ ẋ_i          sums over i → k
///     y_k = Σ x_i / n  x̄_i = ȳ_k / n      ẏ_k = Σ ẋ_i / n      n the number of elements that meet in k
///     y_k = Π x_i      x̄_i = ȳ_k Π_{j≠i} x_j                   ẏ_k = Σ ẋ_i Π_{j≠i} x_j
///     y_k = x_m        x̄_i = ȳ_k for i = m, else 0             ẏ_k = ẋ_m
///
/// m = m(k) is the first of equals, as in `MaxPool`. ONNX `ReduceSum`, `ReduceMean`, `ReduceProd`,
/// `ReduceMax` and `ReduceMin`, TensorFlow `Mean`. A mean over rows and columns of a map `Lowering`
/// writes as a global average pool. Integers are folded before the network runs.
struct Reduction: Operator {
  let function: ReductionFunction
  /// The dimensions that go, negative from the end.
  let axes: [Int]?
  /// Whether the output has them with size 1, or not at all.
  let keepsDimensions: Bool

  var name: String { function == .mean ? "mean" : "\(function.rawValue) along dimensions" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    if inputs[0]?.type == .integer, inputs[0]?.constant != nil, function != .mean {
      return .integer
    }
    return try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    let dropped = try node.dimensionIndices(axes ?? Array(0..<input.rank), of: input)
    guard dropped.allSatisfy({ input.dimensions[$0] > 0 }) else {
      throw GraphError(node, "there is nothing to take the \(function.rawValue) of in \(input)")
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
    let input = constants[0].shape
    let axes = Set((axes ?? Array(0..<input.rank)).compactMap(input.dimensionIndex))
    let kept = input.dimensions.indices.filter { !axes.contains($0) }
    let dropped = input.dimensions.indices.filter(axes.contains)
    let length = dropped.reduce(1) { $0 * input.dimensions[$1] }
    let count = shape.elementCount
    guard count > 0, length > 0 else { return constants[0].elements.empty }
    // Transposed so that each result is of one contiguous line, in the elements' order.
    let order = kept + dropped
    let strides = input.strides
    let lines = constants[0].elements.strided(
      TensorShape(order.map { input.dimensions[$0] }), strides: order.map { strides[$0] })
    func starts() -> StrideTo<Int> { stride(from: 0, to: count * length, by: length) }
    switch lines {
    case .floats(let values): return .floats(starts().map { value(values[$0..<$0 + length]) })
    case .integers(let values): return .integers(starts().map { value(values[$0..<$0 + length]) })
    case .booleans: return nil
    }
  }

  /// Of a line; sums and products in double precision.
  private func value(_ line: ArraySlice<Float>) -> Float {
    switch function {
    case .sum: Float(line.reduce(0) { $0 + Double($1) })
    case .mean: Float(line.reduce(0) { $0 + Double($1) } / Double(line.count))
    case .product: Float(line.reduce(1) { $0 * Double($1) })
    case .maximum: line.dropFirst().reduce(line.first ?? 0) { BinaryFunction.maximum.value($0, $1) }
    case .minimum: line.dropFirst().reduce(line.first ?? 0) { BinaryFunction.minimum.value($0, $1) }
    }
  }

  private func value(_ line: ArraySlice<Int>) -> Int {
    switch function {
    case .sum, .mean: line.reduce(0, &+)
    case .product: line.reduce(1, &*)
    case .maximum: line.max() ?? 0
    case .minimum: line.min() ?? 0
    }
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

  /// Loops over a `Broadcast` plan: a reduction collects along the ways by which its result would be
  /// spread.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    // Dimensions of size 1, whether they are kept or not: the elements in memory are the same.
    var sizes = input.shape.dimensions
    for axis in axes ?? Array(0..<input.shape.rank) {
      sizes[input.shape.dimensionIndex(axis) ?? 0] = 1
    }
    let results = TensorShape(sizes).describable
    let plan = Broadcast(result: input.shape.describable, a: results, b: results)
    let (x, y) = (try input.value(), try output.value())
    let isLinear = function == .sum || function == .mean
    return CompiledOperator(
      forward: [.kernel(ReductionKernel(function, plan, result: y, source: x))],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        return [
          .kernel(
            ReductionPullbackKernel(
              function, plan, gradient: contribution.memory,
              resultGradient: try output.gradient(), source: x))
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        let views = try zip(
          tangents.views(of: tangent, like: input), tangents.views(of: result, like: output))
        return TangentSteps(
          push: views.map { along, target in
            isLinear
              ? .kernel(ReductionKernel(function, plan, result: target, source: along))
              : .kernel(
                ReductionPushforwardKernel(
                  function, plan, result: target, tangent: along, source: x))
          })
      })
  }
}
