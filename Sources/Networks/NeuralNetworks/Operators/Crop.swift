internal import OneDNN

/// Some rows and columns of a map. [x: batch × channels × height × width]
///
///     y[p] = x[first + p]
///     x̄[first + p] = ȳ[p], 0 elsewhere   pullback
///     ẏ[p] = ẋ[first + p]                pushforward
///
/// What `NetworkGraph.cone(ofCenterOf:input:)` puts before operations that need no more; no file has it.
/// Unlike a `Slice` it leaves a map in the layout in which it lies.
struct Crop: IndexedOperator {
  let rows, columns: Range<Int>

  var name: String { "crop" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try sameType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let sizes = try firstShape(node, inputs).dimensions
    guard sizes.count == 4, rows.lowerBound >= 0, columns.lowerBound >= 0,
      rows.upperBound <= sizes[2], columns.upperBound <= sizes[3]
    else { throw GraphError(node, "a map of rows \(rows) and columns \(columns) expected") }
    return [sizes[0], sizes[1], rows.count, columns.count]
  }

  /// Nothing: what is known before the network runs is no map of the image.
  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? { nil }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  /// Moved by what is cut off before.
  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in
      guard let positions = line.positions else { return line }
      guard positions.isDirect(in: shape), positions.dimension >= 2 else { return line.lost }
      let part = positions.dimension == 2 ? rows : columns
      var result = line.moved(by: part.lowerBound * positions.stride)
      result.positions?.count = part.count
      return result
    }
  }

  func formats(_ request: FormatRequest) -> FormatChoice {
    guard request.isOfMaps, let layout = request.inputs.first?.format.layout else { return .plain }
    let format = MemoryFormat(layout: layout, numbers: .float32)
    return FormatChoice(input: format, output: format)
  }

  func indexedCopy(
    from input: TensorShape, to output: TensorShape, _ node: Node, _ inputs: [TensorFact?]
  ) throws(GraphError) -> IndexedCopy {
    let wholes = input.dimensions.prefix(2).map { 0..<$0 }
    return IndexedCopy(maps: (wholes + [rows, columns]).map { $0.map(Int32.init) }, source: input)
  }

  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator { try compileCopy(node, to: output, with: compiler) }
}
