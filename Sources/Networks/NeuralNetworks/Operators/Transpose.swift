internal import OneDNN

/// Dimensions in another order; nil reverses them. [x]
struct Transpose: Operator {
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

  /// Where each dimension of the result comes from.
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

  func formats(_ request: FormatRequest) -> FormatChoice {
    FormatChoice(input: nil, output: .plain)
  }

  /// A copy between two layouts of the input's shape; pullback and pushforward are the same the other
  /// way and again.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    let rank = input.shape.rank
    let sources = try sources(node.node, input.shape)
    // Where each of the input's dimensions stands in the output.
    var strides = [Int](repeating: 1, count: rank)
    for (index, source) in sources.enumerated() { strides[source] = output.shape.strides[index] }
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
        return TangentSteps(
          push: try views.map { try compiler.reorder($0, to: try $1.viewed(as: view)) })
      })
  }
}
