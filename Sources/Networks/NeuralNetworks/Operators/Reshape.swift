internal import OneDNN

/// The same elements in another shape. [x] or [x, shape]
///
///     y = x, element by element in row-major order
///     x̄ = ȳ,  ẏ = ẋ                 pullback and pushforward, in the other shape
///
/// ONNX `Flatten`, `Reshape`, `Squeeze`, `Unsqueeze`. oneDNN: a reorder, because the input may lie in
/// blocks, whose order in memory is not row-major.
struct Reshape: Operator {
  /// How the shape is said.
  enum Kind {
    /// Two dimensions: what lies before the axis, and the rest.
    case flatten(axis: Int)
    /// Sizes, the second input: −1 is whatever fits, 0 the old size unless `allowsZero`.
    case sizes(allowsZero: Bool)
    /// Without dimensions of size 1; nil drops all of them.
    case squeeze(axes: [Int]?)
    /// With further dimensions of size 1, at these indices of the result.
    case unsqueeze(axes: [Int])
  }

  let kind: Kind

  init(_ kind: Kind) { self.kind = kind }

  var name: String {
    switch kind {
    case .flatten: "flatten"
    case .sizes: "reshape"
    case .squeeze: "squeeze"
    case .unsqueeze: "unsqueeze"
    }
  }

  var arity: ClosedRange<Int> {
    switch kind {
    case .sizes: 2...2
    case .flatten, .squeeze, .unsqueeze: 1...1
    }
  }

  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try sameType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    switch kind {
    case .flatten(let axis): return try flattened(node, input, axis: axis)
    case .sizes(let allowsZero):
      let sizes = try node.integers(inputs, 1, "sizes") ?? []
      return try reshaped(node, input, to: sizes, allowsZero: allowsZero)
    case .squeeze(let axes): return try squeezed(node, input, axes: axes)
    case .unsqueeze(let axes): return try unsqueezed(node, input, axes: axes)
    }
  }

  /// Two sizes: the products before and from the axis on.
  private func flattened(
    _ node: Node, _ input: TensorShape, axis: Int
  ) throws(GraphError) -> TensorShape {
    // An axis of the rank itself is allowed here, and leaves a second size of 1.
    let index = axis < 0 ? axis + input.rank : axis
    guard axis >= -input.rank, index <= input.rank,
      let before = TensorShape.product(input.dimensions[..<index]),
      let after = TensorShape.product(input.dimensions[index...])
    else { throw GraphError(node, "axis \(axis) is out of range for \(input)") }
    return [before, after]
  }

  /// The sizes that a file asks for, −1 and 0 worked out as in ONNX's `Reshape`.
  private func reshaped(
    _ node: Node, _ input: TensorShape, to wanted: [Int], allowsZero: Bool
  ) throws(GraphError) -> TensorShape {
    func fault() -> GraphError {
      GraphError(
        node, "\(input) cannot be read as \(TensorShape(Array(wanted.prefix(9))).description)")
    }
    guard wanted.count <= 8 else { throw fault() }
    var sizes: [Int] = []
    var free: Int?
    for (index, size) in wanted.enumerated() {
      switch size {
      case -1:
        guard free == nil else { throw fault() }
        free = index
        sizes.append(1)
      case 0 where !allowsZero:
        guard index < input.rank else { throw fault() }
        sizes.append(input.dimensions[index])
      case 0...: sizes.append(size)
      default: throw fault()
      }
    }
    // Sizes come from a file: their product may overflow.
    let count = input.elementCount
    guard let product = TensorShape.product(sizes) else { throw fault() }
    if let free {
      guard product > 0, count.isMultiple(of: product) else { throw fault() }
      sizes[free] = count / product
    } else {
      guard product == count else { throw fault() }
    }
    return TensorShape(sizes)
  }

  /// The sizes without some of size 1.
  private func squeezed(
    _ node: Node, _ input: TensorShape, axes: [Int]?
  ) throws(GraphError) -> TensorShape {
    guard let axes else { return TensorShape(input.dimensions.filter { $0 != 1 }) }
    let dropped = try node.dimensionIndices(axes, of: input)
    guard dropped.allSatisfy({ input.dimensions[$0] == 1 }) else {
      throw GraphError(node, "only dimensions of size 1 can be dropped, found \(input)")
    }
    return TensorShape(
      input.dimensions.indices.filter { !dropped.contains($0) }.map { input.dimensions[$0] })
  }

  /// The sizes with further ones of size 1.
  private func unsqueezed(
    _ node: Node, _ input: TensorShape, axes: [Int]
  ) throws(GraphError) -> TensorShape {
    guard axes.count <= 8, input.rank + axes.count <= 8 else {
      throw GraphError(node, "\(axes.count) more dimensions for \(input) are too many")
    }
    // Axes are indices of the result (ONNX `Unsqueeze`), so they are looked up in its rank.
    let rank = input.rank + axes.count
    let added = try node.dimensionIndices(
      axes, of: TensorShape([Int](repeating: 1, count: rank)))
    var rest = input.dimensions.makeIterator()
    var sizes: [Int] = []
    for index in 0..<rank { sizes.append(added.contains(index) ? 1 : rest.next() ?? 1) }
    return TensorShape(sizes)
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) -> ConstantTensor.Elements? { constants?[0].elements }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  /// The position is found again where a dimension, or a part of one that a division and a remainder
  /// can tell, runs over the same elements.
  ///
  /// A transformer's tokens are rows · columns in one dimension: row = token / columns, column = token
  /// mod columns.
  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in
      guard let positions = line.positions else { return line }
      let output = rule.output
      guard shape.elementCount > 0, output.elementCount == shape.elementCount else {
        return line.lost
      }
      let strides = output.strides
      let dimensions = output.dimensions.indices
      // Beside tokens of no position, the dimension must stay as it is.
      guard positions.before + positions.after == 0 else {
        let same = dimensions.first {
          strides[$0] == shape.strides[positions.dimension]
            && output.dimensions[$0] == shape.dimensions[positions.dimension]
        }
        guard let same else { return line.lost }
        return line.along(same, divisor: positions.divisor)
      }
      // In the order of elements, positions change every `distance` and begin again after `period`.
      let distance = shape.strides[positions.dimension] * positions.divisor
      let period = distance * positions.count
      func distances(_ dimension: Int) -> (stride: Int, period: Int) {
        (strides[dimension], strides[dimension] * output.dimensions[dimension])
      }
      let same = dimensions.first { distances($0) == (distance, period) }
      let part = dimensions.first {
        let (stride, whole) = distances($0)
        return distance.isMultiple(of: stride) && whole.isMultiple(of: period)
      }
      if let dimension = same ?? part {
        return line.along(dimension, divisor: distance / strides[dimension])
      }
      // Blocks of positions (space to depth, windows): which block is known; within it, any position.
      let block = dimensions.first {
        let (stride, whole) = distances($0)
        return output.dimensions[$0] > 1 && whole == period && stride > distance
          && stride.isMultiple(of: distance)
      }
      guard let block else { return line.lost }
      return line.inBlocks(of: strides[block] / distance).along(block, divisor: 1)
    }
  }

  /// Any input: the reorder that is needed anyway leaves whatever layout it has.
  func formats(_ request: FormatRequest) -> FormatChoice {
    FormatChoice(input: nil, output: .plain)
  }

  /// The output's memory seen with the input's sizes, so that one reorder does layout and shape; where
  /// the input lies in plain order, the input's own memory.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    let view = try TensorDescriptor(input.shape.describable)
    if input.format == .plain, !output.hasValue {
      output.use(value: try input.value().viewed(as: output.descriptor))
      compiler.pool?.keep(input)
    }
    let (source, target) = (try input.value(), try output.value().viewed(as: view))
    return CompiledOperator(
      forward: target.isSameMemory(as: source)
        ? [] : [try compiler.reorder(source, to: target)],
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
        let view = try TensorDescriptor(tangents.shape(of: input).dimensions)
        return TangentSteps(push: [
          try compiler.reorder(tangent, to: try result.viewed(as: view))
        ])
      })
  }
}

/// The input itself (dropout in use, identity); also a copy in another memory format, where a node
/// wants its input elsewhere. [x]
///
///     y = x,  x̄ = ȳ,  ẏ = ẋ
///
/// ONNX `Identity`, `Dropout`. Those of a file are gone before compiling (`Lowering.aliases`); what is
/// compiled here are the conversions that `LayoutAssignment` put in, by oneDNN's reorder, which also
/// rounds to bfloat16 and back.
struct Identity: Operator {
  var name: String { "identity" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try sameType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    try firstShape(node, inputs)
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) -> ConstantTensor.Elements? { constants?[0].elements }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line { rule.only(lines) }

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    return CompiledOperator(
      forward: [try compiler.reorder(try input.value(), to: try output.value())],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        return [try compiler.reorder(try output.gradient(), to: contribution.memory)]
          + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        return TangentSteps(push: [
          try compiler.reorder(tangent, to: try tangents.makeTangent(of: output))
        ])
      })
  }
}
