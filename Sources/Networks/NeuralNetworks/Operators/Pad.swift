/// What lies around a padded tensor: ONNX `Pad`'s modes `constant`, `reflect` and `edge`.
public enum PaddingContent: Hashable, Sendable {
  /// A value, 0 unless given.
  case constant
  /// The tensor mirrored, its edge not repeated.
  case reflection
  /// The nearest element.
  case edge
}

/// With elements around it; negative amounts cut off. [x, amounts, value?, axes?]
///
///     y[i, …] = x[s(i), …], or the value where s(i) lies outside
///     x̄[r, …] = Σ_{i: s(i) = r} ȳ[i, …]       pullback: an element collects its mirror images'
///     ẏ[i, …] = ẋ[s(i), …], or 0              pushforward
///
/// s(i) is i − before, mirrored or clamped. ONNX `Pad`. Zeros around a map that only a convolution
/// reads are gone before this runs (`Lowering`).
struct Pad: IndexedOperator {
  /// What stands around the elements.
  let content: PaddingContent

  var name: String { "padding" }
  var arity: ClosedRange<Int> { 2...4 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    guard let type = inputs[0]?.type else { throw mismatch(node, inputs) }
    try expect(inputs[1]?.type, .integer, node)
    if inputs.count > 2, let value = inputs[2]?.type, value != type {
      throw mismatch(node, inputs)
    }
    if inputs.count > 3 { try expect(inputs[3]?.type, .integer, node) }
    return type
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    var result = try firstShape(node, inputs)
    let amounts = try amounts(node, inputs)
    for index in 0..<result.rank {
      result.dimensions[index] += amounts.before[index] + amounts.after[index]
    }
    return result
  }

  /// The elements put around a tensor, or cut off where negative: one number for each dimension.
  struct Amounts {
    /// Elements before the first one and after the last one.
    var before, after: [Int]
    /// The value around it, where the content is constant; `nil` stands for 0.
    var value: ConstantTensor?

    /// The value as a number.
    var number: Float { value?.floats?.first ?? 0 }
  }

  /// What is put around the first input.
  ///
  /// - Throws: `GraphError` for amounts that are not known, cut off more than there is, or mirror
  ///   more than there is.
  func amounts(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> Amounts {
    let shape = try firstShape(node, inputs)
    let amounts = try node.integers(inputs, 1, "amounts") ?? []
    let axes = try node.integers(inputs, 3, "axes") ?? Array(0..<shape.rank)
    let dimensions = try node.dimensionIndices(axes, of: shape)
    guard amounts.count == 2 * dimensions.count else {
      throw GraphError(node, "\(amounts.count) amounts do not fit \(dimensions.count) dimensions")
    }
    let zeros = [Int](repeating: 0, count: shape.rank)
    var result = Amounts(before: zeros, after: zeros, value: try paddingValue(node, inputs))
    for (index, dimension) in dimensions.enumerated() {
      let size = shape.dimensions[dimension]
      let (before, after) = (amounts[index], amounts[index + dimensions.count])
      guard (-(1 << 31)...1 << 31).contains(before), (-(1 << 31)...1 << 31).contains(after) else {
        throw GraphError(node, "\(before) and \(after) elements cannot be put around \(shape)")
      }
      // What negative amounts leave; a mirror shows all of it but the edge itself.
      let rest = size + min(before, 0) + min(after, 0)
      let most =
        switch content {
        case .constant: Int.max
        case .edge: rest > 0 ? Int.max : 0
        case .reflection: max(rest - 1, 0)
        }
      guard rest >= 0, max(before, after) <= most else {
        throw GraphError(
          node, "\(before) and \(after) elements around \(size) are more than it has to give")
      }
      result.before[dimension] = before
      result.after[dimension] = after
    }
    return result
  }

  /// The third input, one number that is known before the network runs; nil where it is left out.
  private func paddingValue(
    _ node: Node, _ inputs: [TensorFact?]
  ) throws(GraphError) -> ConstantTensor? {
    guard inputs.count > 2, let fact = inputs[2] else { return nil }
    guard let value = fact.constant, value.elements.count == 1 else {
      throw GraphError(
        node, "the value around it is not one number of the file, which is not supported")
    }
    return value
  }

  /// Cuts off what is negative, then looks up every element of the result.
  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let input = constants?[0] else { return nil }
    try allowance.take(shape.elementCount, for: node)
    guard shape.elementCount > 0 else { return input.elements.empty }
    let amounts = try amounts(node, inputs)
    let strides = input.shape.strides
    // For each dimension, where each index of the result comes from; −1 for around the input.
    let sources = (0..<shape.rank).map { dimension in
      let cutOff = max(-amounts.before[dimension], 0)
      let size = input.shape.dimensions[dimension] - cutOff - max(-amounts.after[dimension], 0)
      return (0..<shape.dimensions[dimension]).map { index in
        let source = sourceIndex(index - max(amounts.before[dimension], 0), in: size)
        return source < 0 ? -1 : (source + cutOff) * strides[dimension]
      }
    }
    var indices = [0]
    for line in sources {
      indices = indices.flatMap { start in
        line.map { start < 0 || $0 < 0 ? -1 : start + $0 }
      }
    }
    func filled<Element>(_ values: [Element], _ value: Element) -> [Element] {
      indices.map { $0 < 0 ? value : values[$0] }
    }
    switch input.elements {
    case .floats(let values): return .floats(filled(values, amounts.number))
    case .integers(let values):
      return .integers(filled(values, amounts.value?.integers?.first ?? 0))
    case .booleans(let values):
      return .booleans(filled(values, amounts.value?.booleans?.first ?? false))
    }
  }

  /// The element that stands at an index, which may lie around the others; −1 for the value.
  ///
  /// - Precondition: A mirror reaches no further than the elements, as `amounts` makes sure of.
  private func sourceIndex(_ index: Int, in size: Int) -> Int {
    if (0..<size).contains(index) { return index }
    return switch content {
    case .constant: -1
    case .edge: min(max(index, 0), size - 1)
    case .reflection: index < 0 ? -index : 2 * (size - 1) - index
    }
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in
      guard let positions = line.positions else { return line }
      guard let amounts = try? amounts(rule.node, rule.inputs) else { return line.lost }
      let (before, after) = (
        amounts.before[positions.dimension], amounts.after[positions.dimension]
      )
      if before == 0, after == 0 { return line }
      let count = rule.output.dimensions[positions.dimension]
      // Mirrored and repeated elements are counted as if the image went on: an interval, not a set.
      guard positions.isDirect(in: shape) else {
        return line.scattered(along: positions.dimension, count: count, order: rule.order)
      }
      var result = line.moved(by: -before * positions.stride)
      result.positions?.count = count
      return result
    }
  }

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  func indexedCopy(
    from input: TensorShape, to output: TensorShape, _ node: Node, _ inputs: [TensorFact?]
  ) throws(GraphError) -> IndexedCopy {
    let amounts = try amounts(node, inputs)
    let maps = input.dimensions.indices.map { dimension in
      let size = input.dimensions[dimension]
      return (-amounts.before[dimension]..<size + amounts.after[dimension]).map {
        Int32(sourceIndex($0, in: size))
      }
    }
    return IndexedCopy(maps: maps, source: input, filling: amounts.number)
  }

  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator { try compileCopy(node, to: output, with: compiler) }
}
