/// Laid side by side, so many times along each dimension. [x, repeats]
///
///     y[i, …] = x[i mod size, …]
///     x̄ = Σ ȳ over the copies      pullback
///     ẏ[i, …] = ẋ[i mod size, …]   pushforward
///
/// ONNX `Tile`; the repeats must be known before the network runs.
struct Tiling: IndexedOperator {
  var name: String { "tile" }
  var arity: ClosedRange<Int> { 2...2 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try sameType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    let repeats = try node.integers(inputs, 1, "repeats") ?? []
    guard repeats.count == input.rank, repeats.allSatisfy({ (0...1 << 31).contains($0) }) else {
      throw GraphError(node, "\(input) cannot be repeated \(repeats.prefix(9)) times")
    }
    var sizes: [Int] = []
    for (size, count) in zip(input.dimensions, repeats) {
      let (product, overflows) = size.multipliedReportingOverflow(by: count)
      guard !overflows else { throw GraphError(node, "\(size) · \(count) is too large") }
      sizes.append(product)
    }
    return TensorShape(sizes)
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let input = constants?[0] else { return nil }
    try allowance.take(shape.elementCount, for: node)
    guard shape.elementCount > 0 else { return input.elements.empty }
    let strides = input.shape.strides
    var indices = [0]
    for (dimension, size) in input.shape.dimensions.enumerated() {
      let line = (0..<shape.dimensions[dimension]).map { $0 % size * strides[dimension] }
      indices = indices.flatMap { start in line.map { start + $0 } }
    }
    return input.elements.elements(at: indices)
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  /// Positions that are repeated are lost.
  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in
      guard let dimension = line.positions?.dimension else { return line }
      return rule.output.dimensions[dimension] == shape.dimensions[dimension] ? line : line.lost
    }
  }

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  func indexedCopy(
    from input: TensorShape, to output: TensorShape, _ node: Node, _ inputs: [TensorFact?]
  ) -> IndexedCopy {
    IndexedCopy(
      maps: zip(input.dimensions, output.dimensions).map { size, count in
        (0..<count).map { Int32($0 % max(size, 1)) }
      }, source: input)
  }

  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator { try compileCopy(node, to: output, with: compiler) }
}
