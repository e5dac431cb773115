internal import OneDNN

/// exp(x) over its sum along one dimension. [x]
///
///     y_i = exp(x_i − max x) / Σ_j exp(x_j − max x)
///     x̄ = y (ȳ − ⟨y, ȳ⟩)        pullback
///     ẏ = y (ẋ − ⟨y, ẋ⟩)        pushforward: the Jacobian diag(y) − y yᵀ is symmetric
///
/// ONNX `Softmax` 13. oneDNN: `dnnl_softmax_forward_desc_init` and `…_backward_…`, in plain order.
struct Softmax: Operator {
  /// The dimension of the sum, negative from the end.
  let axis: Int

  var name: String { "softmax" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    _ = try node.dimensionIndex(axis, of: input)
    return input
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let constants else { return nil }
    try allowance.take(shape.elementCount, for: node)
    guard let values = constants[0].floats else { return nil }
    var result = values
    forEachLine(of: shape) { start, count, stride in
      let line = (0..<count).map { start + $0 * stride }
      // exp of what is left is at most 1: no line overflows, and its sum is at least 1.
      let largest = line.map { values[$0] }.max() ?? 0
      var sum = 0.0
      for index in line {
        result[index] = exponential(values[index] - largest)
        sum += Double(result[index])
      }
      for index in line { result[index] = Float(Double(result[index]) / sum) }
    }
    return .floats(result)
  }

  /// The same function that `exp` nodes fold by.
  private func exponential(_ x: Float) -> Float { UnaryFunction.exponential.value(x) }

  /// Calls `body` with the first element, the length and the stride of every line along the axis.
  private func forEachLine(
    of shape: TensorShape, _ body: (_ start: Int, _ count: Int, _ stride: Int) -> Void
  ) {
    let dimension = shape.dimensionIndex(axis) ?? 0
    let (size, stride) = (shape.dimensions[dimension], shape.strides[dimension])
    for block in Swift.stride(from: 0, to: shape.elementCount, by: max(size * stride, 1)) {
      for offset in 0..<stride { body(block + offset, size, stride) }
    }
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in line.mixed(over: [shape.dimensionIndex(axis) ?? 0]) }
  }

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  /// oneDNN's primitives, which read the result alone backward; along tangents a loop.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    let axis = input.shape.dimensionIndex(axis) ?? 0
    let forward = try Primitive.softmax(data: input.descriptor, axis: axis)
    let value = try output.value()
    let step = try compiler.run(
      forward, [(.source, try input.value()), (.destination, value)])
    return CompiledOperator(
      forward: [step],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let backward = try Primitive.softmaxPullback(
          data: input.descriptor, axis: axis, forward: forward)
        let contribution = try compiler.gradientContribution(of: input)
        return [
          try compiler.run(
            backward,
            [
              (.destination, value), (.sourceGradient, contribution.memory),
              (.destinationGradient, try output.gradient()),
            ])
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        let shape = output.shape
        return TangentSteps(push: [
          .loop { [count = tangents.count] in
            for index in 0..<count {
              pushforward(value, shape, tangent, into: result, at: index * shape.elementCount)
            }
          }
        ])
      })
  }

  /// result ← ẏ for one tangent, both from `offset` on.
  private func pushforward(
    _ value: TensorMemory, _ shape: TensorShape, _ tangent: TensorMemory,
    into result: TensorMemory, at offset: Int
  ) {
    value.withElements { y in
      tangent.withElements { t in
        result.withMutableElements { r in
          forEachLine(of: shape) { start, count, stride in
            // ⟨y, ẋ⟩ in double precision: ẋ minus it cancels where y is near 1.
            var sum = 0.0
            for i in 0..<count {
              let index = start + i * stride
              sum += Double(y[index]) * Double(t[offset + index])
            }
            for i in 0..<count {
              let index = start + i * stride
              r[offset + index] = y[index] * (t[offset + index] - Float(sum))
            }
          }
        }
      }
    }
  }
}
