internal import OneDNN

/// Dimensions in another order; nil reverses them. [x]
///
///     y[i_{o(0)}, i_{o(1)}, …] = x[i_0, i_1, …]       o the order
///     x̄[i_0, …] = ȳ[i_{o(0)}, …]                      pullback: the inverse transposition
///     ẏ[i_{o(0)}, …] = ẋ[i_0, …]                      pushforward
///
/// ONNX `Transpose`. oneDNN: a reorder to the output's memory seen with the input's sizes and permuted
/// strides.
struct Transpose: Operator {
  /// For each dimension of the output the input's, negative from the end.
  let order: [Int]?

  var name: String { "transpose" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try sameType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    return TensorShape(try sources(node, input).map { input.dimensions[$0] })
  }

  /// Where each dimension of the result comes from, none negative.
  ///
  /// - Throws: `GraphError` when the order is none of the input's dimensions.
  private func sources(_ node: Node, _ input: TensorShape) throws(GraphError) -> [Int] {
    guard let order else { return (0..<input.rank).reversed() }
    guard order.count == input.rank else {
      throw GraphError(node, "\(order.count) axes expected, found \(input)")
    }
    return try node.dimensionIndices(order, of: input)
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let input = constants?[0] else { return nil }
    try allowance.take(shape.elementCount, for: node)
    let strides = input.shape.strides
    return input.elements.strided(
      shape, strides: try sources(node, input.shape).map { strides[$0] })
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in
      guard let positions = line.positions else { return line }
      guard let sources = try? sources(rule.node, shape),
        let dimension = sources.firstIndex(of: positions.dimension)
      else { return line.lost }
      var result = line
      result.positions?.dimension = dimension
      return result
    }
  }

  /// Any input: the reorder that is needed anyway leaves whatever layout it has.
  func formats(_ request: FormatRequest) -> FormatChoice {
    FormatChoice(input: nil, output: .plain)
  }

  /// A copy between two layouts of the input's shape, whichever way.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    let rank = input.shape.rank
    let sources = try sources(node.node, input.shape)
    // Where each of the input's dimensions stands in the output.
    var strides = [Int](repeating: 1, count: rank)
    for (index, source) in sources.enumerated() { strides[source] = output.shape.strides[index] }
    // oneDNN has no tensors of rank 0.
    let view =
      rank == 0
      ? try TensorDescriptor([1])
      : try TensorDescriptor(input.shape.dimensions, strides: strides)
    return CompiledOperator(
      forward: [
        try compiler.reorder(try input.value(), to: try output.value().viewed(as: view))
      ],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        return [
          try compiler.reorder(try output.gradient().viewed(as: view), to: contribution.memory)
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        let views = try zip(
          tangents.views(of: tangent, like: input), tangents.views(of: result, like: output))
        // One by one: the first size of all together is tangents · batch, which has no single stride
        // in the output.
        return TangentSteps(
          push: try views.map { try compiler.reorder($0, to: try $1.viewed(as: view)) })
      })
  }
}
