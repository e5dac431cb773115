internal import OneDNN

/// Tensors joined along one dimension. [x₁, x₂, …]
///
///     y   = x₁, x₂, … one after the other along the axis
///     x̄_k = the part of ȳ that x_k became            pullback
///     ẏ   = ẋ₁, ẋ₂, … joined, 0 for a constant       pushforward
///
/// ONNX `Concat`. Where a part is one run of the whole's memory, value and gradient lie inside the
/// whole from the start and nothing is copied: that is how GoogLeNet's branches meet.
struct Concatenation: Operator {
  /// The dimension, negative from the end; sizes along all others agree.
  let axis: Int

  var name: String { "concatenation" }
  var arity: ClosedRange<Int> { 1...Int.max }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    guard let type = inputs[0]?.type, inputs.allSatisfy({ $0?.type == type }) else {
      throw mismatch(node, inputs)
    }
    return type
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    let dimension = try node.dimensionIndex(axis, of: input)
    var result = input
    result.dimensions[dimension] = 0
    for other in inputs {
      guard let shape = other?.shape, shape.rank == input.rank else {
        throw GraphError(node, "tensors of different ranks cannot be joined")
      }
      for index in 0..<input.rank where index != dimension {
        guard shape.dimensions[index] == input.dimensions[index] else {
          throw GraphError(
            node, "tensors of different sizes cannot be joined: \(input) and \(shape)")
        }
      }
      result.dimensions[dimension] += shape.dimensions[dimension]
      // At every part: a list of thousands of large ones would overflow before its end.
      guard result.isReasonable else {
        throw GraphError(node, "its output is too large: \(result)")
      }
    }
    return result
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let constants else { return nil }
    try allowance.take(shape.elementCount, for: node)
    let dimension = shape.dimensionIndex(axis) ?? 0
    let lineCount = shape.dimensions[..<dimension].reduce(1, *)
    func joined<Element>(_ parts: [[Element]]) -> [Element] {
      var result: [Element] = []
      result.reserveCapacity(shape.elementCount)
      for line in 0..<lineCount {
        for part in parts {
          let length = part.count / lineCount
          result.append(contentsOf: part[line * length..<(line + 1) * length])
        }
      }
      return result
    }
    guard shape.elementCount > 0 else { return constants[0].elements.empty }
    // The parts that hold something; their number is bounded by the elements.
    switch constants[0].elements {
    case .floats: return .floats(joined(constants.compactMap(\.floats).filter { !$0.isEmpty }))
    case .integers:
      return .integers(joined(constants.compactMap(\.integers).filter { !$0.isEmpty }))
    case .booleans:
      return .booleans(joined(constants.compactMap(\.booleans).filter { !$0.isEmpty }))
    }
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    let all = lines
    let lines = lines.compactMap { $0 }
    guard rule.inputs.count > 1 else { return rule.union(lines) }
    let dimension = rule.output.dimensionIndex(axis)
    guard lines.contains(where: { $0.positions?.dimension == dimension }) else {
      return rule.union(lines)
    }
    // Tokens of no position (a class's, registers) beside those that have one.
    let parts = all.indices.filter { all[$0]?.positions?.dimension == dimension }
    if parts.count == 1, let dimension, let line = all[parts[0]],
      all.allSatisfy({ $0?.positions == nil || $0?.positions?.dimension == dimension })
    {
      var result = line
      for (index, input) in rule.inputs.enumerated() where index != parts[0] {
        let size = input?.shape.dimensions[dimension] ?? 0
        if index < parts[0] {
          result.positions?.before += size
        } else {
          result.positions?.after += size
        }
      }
      return result
    }
    // Positions laid one after the other: an order of its own.
    guard let first = lines.first, let positions = first.positions,
      lines.allSatisfy({
        $0.positions?.dimension == positions.dimension && $0.positions?.stride == positions.stride
      })
    else { return rule.union(lines.map(\.lost)) }
    return rule.union(
      lines.map {
        $0.scattered(
          along: positions.dimension, count: rule.output.dimensions[positions.dimension],
          order: rule.order)
      })
  }

  // MARK: Engine

  /// Parts of whole blocks stay in blocks, in bfloat16 if any part is.
  ///
  /// A part with, say, 24 channels ends inside a block of 16; the next one would begin there, so such
  /// concatenations are in plain order, as are those along other dimensions or with constants.
  func formats(_ request: FormatRequest) -> FormatChoice {
    guard request.inputs.count == request.inputCount, request.output.rank == 4,
      axis == 1 || axis == -3,
      let format = request.inputs.map(\.format).first(where: {
        if case .blocked = $0.layout { true } else { false }
      }), case .blocked(let block) = format.layout,
      request.inputs.allSatisfy({ $0.shape.dimensions[1].isMultiple(of: block) })
    else { return .plain }
    let isHalf = request.inputs.contains { $0.format.numbers == .bfloat16 }
    let own = MemoryFormat(layout: format.layout, numbers: isHalf ? .bfloat16 : .float32)
    return FormatChoice(input: own, output: own)
  }

  /// Lays the parts into the memory of the whole, where that is possible, so that nothing is copied.
  ///
  /// It is where each part is one run of memory: with one image, along the channels. A part that
  /// already lies elsewhere (the image, a part of another concatenation) is copied when the network
  /// runs. Called before any node is compiled, for later concatenations first: an inner one then lies
  /// inside an outer one, its parts with it.
  func aliasParts(of node: LoweredNode, with compiler: NetworkCompiler) throws {
    let whole = try compiler.slot(node.output)
    let parts = try parts(of: node, whole, compiler)
    guard parts.allSatisfy({ $0.rowCount == 1 }) else { return }
    for part in parts {
      guard let slot = part.slot, !slot.hasValue, !compiler.isInput(slot) else { continue }
      slot.use(
        value: try TensorMemory(slot.descriptor, inside: try whole.value(), at: part.offset))
      // The gradient may lie inside as well if nobody else adds to it.
      if compiler.readerCounts[slot.name] == 1, !compiler.isSeeded(slot),
        compiler.isDifferentiated(slot)
      {
        slot.use(
          gradient: try TensorMemory(slot.descriptor, inside: try whole.gradient(), at: part.offset)
        )
      }
    }
  }

  /// Copies of the parts that do not lie in the whole already; several runs of a part as rows.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let parts = try parts(of: node, output, compiler)
    let whole = try output.value()
    var steps: [Step] = []
    for part in parts {
      let value = try part.value()
      guard part.rowCount == 1 else {
        steps.append(.kernel(RowsKernel(part.rows(value, whole), gathers: false)))
        continue
      }
      let piece = try TensorMemory(value.descriptor, inside: whole, at: part.offset)
      if !piece.isSameMemory(as: value) { steps.append(.copy(piece, from: value)) }
    }
    return CompiledOperator(
      forward: steps,
      pullback: {
        let gradient = try output.gradient()
        var steps: [Step] = []
        for part in parts {
          guard let slot = part.slot, compiler.isDifferentiated(slot) else { continue }
          guard part.rowCount == 1 else {
            let contribution = try compiler.gradientContribution(of: slot)
            steps.append(
              .kernel(RowsKernel(part.rows(contribution.memory, gradient), gathers: true)))
            steps += contribution.then
            continue
          }
          let piece = try TensorMemory(slot.descriptor, inside: gradient, at: part.offset)
          if try piece.isSameMemory(as: slot.gradient()) {
            // It lies in the whole's gradient, which is complete by now.
            slot.hasGradient = true
            continue
          }
          let contribution = try compiler.gradientContribution(of: slot)
          steps += [.copy(contribution.memory, from: piece)] + contribution.then
        }
        return steps
      },
      pushforward: { tangents in
        let along = try parts.map { try $0.slot.flatMap { try tangents.tangent(of: $0) } }
        guard along.contains(where: { $0 != nil }) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        // A part without a tangent leaves zeros.
        var push = along.contains(where: { $0 == nil }) ? [Step.loop { result.clear() }] : []
        // Tangents lie one after the other, so that even with one image a part is several runs.
        for (part, tangent) in zip(parts, along) {
          guard let tangent else { continue }
          push.append(
            .kernel(
              RowsKernel(part.rows(tangent, result, repeating: tangents.count), gathers: false)))
        }
        return TangentSteps(push: push)
      })
  }

  /// A part of a concatenation: rows of it are runs in the whole's memory.
  private struct Part {
    /// Nil for a constant.
    let slot: TensorSlot?
    /// Its values lie somewhere when they are first asked for.
    let value: () throws -> TensorMemory
    /// Rows of the part (the product of the sizes before the axis), their length in elements, where
    /// they begin in a row of the whole, and that row's length.
    let rowCount, rowLength, offset, wholeRowLength: Int

    /// The copy between a part's memory and the whole's, for `count` such tensors one after the other.
    func rows(
      _ part: TensorMemory, _ whole: TensorMemory, repeating count: Int = 1
    ) -> RowsKernel.Rows {
      RowsKernel.Rows(
        part: part, whole: whole, count: count * rowCount, length: rowLength, offset: offset,
        wholeLength: wholeRowLength)
    }
  }

  /// Where each part lies in the whole's memory, in order.
  private func parts(
    of node: LoweredNode, _ whole: TensorSlot, _ compiler: NetworkCompiler
  ) throws -> [Part] {
    let dimension = whole.shape.dimensionIndex(axis) ?? 0
    // Blocked channels are the second dimension in memory as they are outside.
    let sizes = whole.storedDimensions
    let inner = sizes.dropFirst(dimension + 1).reduce(1, *)
    let count = sizes.prefix(dimension).reduce(1, *)
    var offset = 0
    var parts: [Part] = []
    for name in node.inputs {
      let slot = compiler.slotIfAny(name)
      let operand = slot == nil ? try compiler.operand(name, whole.format.layout) : nil
      let stored = slot?.storedDimensions ?? operand?.storedDimensions ?? sizes
      let length = stored[dimension] * inner
      parts.append(
        Part(
          slot: slot,
          value: { () throws in
            if let operand { return operand.value }
            guard let slot else { throw NetworkError(unsupported: "concatenation", "no part") }
            return try slot.value()
          }, rowCount: count, rowLength: length, offset: offset,
          wholeRowLength: sizes[dimension] * inner))
      offset += length
    }
    return parts
  }
}

/// Copies a part's rows into a concatenation, or gathers them out of its gradient.
///
/// Rows are copied as bytes, in either number format.
private final class RowsKernel: Kernel {
  let name = "memory"
  private let rows: Rows
  private let gathers: Bool

  /// `count` rows of `length` elements; in the whole they begin at `offset`, `wholeLength` apart.
  struct Rows {
    let part, whole: TensorMemory
    let count, length, offset, wholeLength: Int
  }

  init(_ rows: Rows, gathers: Bool) {
    self.rows = rows
    self.gathers = gathers
  }

  func run() {
    if gathers {
      rows.part.copyRows(
        rows.count, of: rows.length, to: 0, stride: rows.length, from: rows.whole,
        at: rows.offset, sourceStride: rows.wholeLength)
    } else {
      rows.whole.copyRows(
        rows.count, of: rows.length, to: rows.offset, stride: rows.wholeLength, from: rows.part,
        at: 0, sourceStride: rows.length)
    }
  }
}
