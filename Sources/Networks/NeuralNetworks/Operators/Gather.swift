/// Elements at indices along one dimension. [x, indices]
///
///     y[…, j, …] = x[…, index_j, …]
///     x̄[…, i, …] = Σ_{j: index_j = i} ȳ[…, j, …]      pullback
///     ẏ[…, j, …] = ẋ[…, index_j, …]                   pushforward
///
/// The output has the indices' dimensions in place of the axis. ONNX `Gather`; indices must be known
/// before the network runs. The loops are those of `IndexedCopy`.
struct Gather: IndexedOperator {
  /// The dimension of x, negative from the end.
  let axis: Int

  var name: String { "gather" }
  var arity: ClosedRange<Int> { 2...2 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try sameType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    let dimension = try node.dimensionIndex(axis, of: input)
    guard let indices = inputs[1] else { throw GraphError(node, "it has no indices") }
    // A wrong index is reported with the node when the file is read, not when it runs.
    if let constant = indices.constant {
      _ = try chosen(constant, in: input.dimensions[dimension], node)
    }
    return TensorShape(
      input.dimensions[..<dimension] + indices.shape.dimensions
        + input.dimensions[(dimension + 1)...])
  }

  /// The indices, none negative: ONNX counts −1 as the last element.
  ///
  /// - Throws: `GraphError` for one that does not exist.
  private func chosen(
    _ indices: ConstantTensor, in size: Int, _ node: Node
  ) throws(GraphError) -> [Int] {
    var result: [Int] = []
    let values = indices.integers ?? []
    result.reserveCapacity(values.count)
    for value in values {
      guard value >= -size, value < size else {
        throw GraphError(node, "index \(value) is out of range for size \(size)")
      }
      result.append(value < 0 ? value + size : value)
    }
    return result
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let constants else { return nil }
    try allowance.take(shape.elementCount, for: node)
    // The input as outer × size × inner: whole runs of inner elements are taken.
    let input = constants[0]
    let dimension = try node.dimensionIndex(axis, of: input.shape)
    let size = input.shape.dimensions[dimension]
    let chosen = try chosen(constants[1], in: size, node)
    let inner = input.shape.dimensions[(dimension + 1)...].reduce(1, *)
    let outer = input.shape.dimensions[..<dimension].reduce(1, *)
    guard inner > 0, outer > 0, !chosen.isEmpty else { return input.elements.empty }
    var indices: [Int] = []
    indices.reserveCapacity(outer * chosen.count * inner)
    for block in 0..<outer {
      for index in chosen {
        let start = (block * size + index) * inner
        indices.append(contentsOf: start..<start + inner)
      }
    }
    return input.elements.elements(at: indices)
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in
      guard let positions = line.positions else { return line }
      guard let axis = shape.dimensionIndex(axis), rule.inputs.count == 2,
        let indices = rule.inputs[1]?.shape
      else { return line.lost }
      if positions.dimension == axis {
        // One index leaves a single position; a list makes an order that only this node knows.
        switch indices.rank {
        case 0: return ReceptiveField.Line(reach: line.reach, positions: nil)
        case 1:
          return line.scattered(
            along: axis, count: rule.output.dimensions[axis], order: rule.order)
        default: return line.lost
        }
      }
      // The indices' dimensions stand where the axis was, and move those after it.
      var result = line
      if positions.dimension > axis { result.positions?.dimension += indices.rank - 1 }
      return result
    }
  }

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  func indexedCopy(
    from input: TensorShape, to output: TensorShape, _ node: Node, _ inputs: [TensorFact?]
  ) throws(GraphError) -> IndexedCopy {
    let dimension = try node.dimensionIndex(axis, of: input)
    guard let indices = inputs[1]?.constant else {
      throw GraphError("indices that depend on the image's values are not supported")
    }
    var maps = input.dimensions.map { Array(0..<Int32($0)) }
    maps[dimension] = try chosen(indices, in: input.dimensions[dimension], node).map { Int32($0) }
    return IndexedCopy(maps: maps, source: input)
  }

  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator { try compileCopy(node, to: output, with: compiler) }
}

/// Repeated to fill a shape, as NumPy's broadcasting does. [x, shape]
///
///     y = x, repeated
///     x̄ = Σ ȳ over the repetitions      pullback
///     ẏ = ẋ, repeated                   pushforward
///
/// ONNX `Expand`: a size of 1 in the shape keeps the input's.
struct Expansion: IndexedOperator {
  var name: String { "expand" }
  var arity: ClosedRange<Int> { 2...2 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try sameType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    let wanted = try node.integers(inputs, 1, "sizes") ?? []
    guard wanted.count <= 8, wanted.allSatisfy({ $0 >= 0 }),
      let shape = input.broadcast(with: TensorShape(wanted))
    else {
      throw GraphError(
        node, "\(input) cannot be repeated to fill \(TensorShape(Array(wanted.prefix(9))))")
    }
    return shape
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let constants else { return nil }
    try allowance.take(shape.elementCount, for: node)
    return constants[0].broadcast(to: shape)
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in rule.broadcast(line, shape) }
  }

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  func indexedCopy(
    from input: TensorShape, to output: TensorShape, _ node: Node, _ inputs: [TensorFact?]
  ) -> IndexedCopy {
    // Every index of a repeated dimension stands for the input's index 0.
    let sizes = output.dimensions
    let offset = output.rank - input.rank
    let maps = sizes.indices.map { dimension in
      let size = dimension < offset ? 1 : input.dimensions[dimension - offset]
      return size == 1
        ? [Int32](repeating: 0, count: sizes[dimension]) : Array(0..<Int32(sizes[dimension]))
    }
    return IndexedCopy(
      maps: maps, source: TensorShape(input.dimensions.leading(to: output.rank)))
  }

  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator { try compileCopy(node, to: output, with: compiler) }
}
