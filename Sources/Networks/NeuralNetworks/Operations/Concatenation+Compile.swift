internal import OneDNN

extension NetworkCompiler {
  /// Lays the parts of a concatenation into its memory, where that is possible.
  ///
  /// It is where each part is one run of memory: with one image, along the channels. A part that
  /// already lies elsewhere (the image, a part of another concatenation) is copied when the network
  /// runs.
  func placeParts(of node: LoweredNode) throws {
    guard case .concatenation(let axis) = node.operation else { return }
    let whole = try slot(node.output)
    let parts = try parts(of: node, axis: axis, whole)
    guard parts.allSatisfy({ $0.rowCount == 1 }) else { return }
    for part in parts {
      guard let slot = part.slot, !slot.isPlaced, !isImage(slot) else { continue }
      slot.place(
        value: try TensorMemory(slot.descriptor, inside: try whole.value(), at: part.offset))
      // The gradient may lie inside as well if nobody else adds to it.
      if readerCounts[slot.name] == 1, !isSeeded(slot), isDifferentiated(slot) {
        slot.place(
          gradient: try TensorMemory(slot.descriptor, inside: try whole.gradient(), at: part.offset)
        )
      }
    }
  }

  /// Parts laid one after the other along one dimension.
  ///
  /// Pullback: each takes its own piece of the gradient.
  func compileConcatenation(
    _ axis: Int, _ node: LoweredNode, to output: TensorSlot
  ) throws -> CompiledWork {
    let parts = try parts(of: node, axis: axis, output)
    let whole = try output.value()
    var steps: [Step.Work] = []
    for part in parts {
      let value = try part.value()
      guard part.rowCount == 1 else {
        steps.append(.kernel(RowsKernel(part.rows(value, whole), gathers: false)))
        continue
      }
      let piece = try TensorMemory(value.descriptor, inside: whole, at: part.offset)
      if !piece.isSameMemory(as: value) { steps.append(.copy(piece, from: value)) }
    }
    return CompiledWork(forward: steps) { [self] () throws in
      let gradient = try output.gradient()
      var steps: [Step.Work] = []
      for part in parts {
        guard let slot = part.slot, isDifferentiated(slot) else { continue }
        guard part.rowCount == 1 else {
          let share = try gradientShare(of: slot)
          steps.append(.kernel(RowsKernel(part.rows(share.memory, gradient), gathers: true)))
          steps += share.then
          continue
        }
        let piece = try TensorMemory(slot.descriptor, inside: gradient, at: part.offset)
        if try piece.isSameMemory(as: slot.gradient()) {
          slot.hasGradient = true
          continue
        }
        let share = try gradientShare(of: slot)
        steps += [.copy(share.memory, from: piece)] + share.then
      }
      return steps
    }
  }

  /// A part of a concatenation: rows of it are runs in the whole's memory.
  private struct Part {
    /// Nil for a constant.
    let slot: TensorSlot?
    /// Its values lie somewhere when they are first asked for.
    let value: () throws -> TensorMemory
    let rowCount, rowLength, offset, wholeRowLength: Int

    func rows(_ part: TensorMemory, _ whole: TensorMemory) -> RowsKernel.Rows {
      RowsKernel.Rows(
        part: part, whole: whole, count: rowCount, length: rowLength, offset: offset,
        wholeLength: wholeRowLength)
    }
  }

  private func parts(
    of node: LoweredNode, axis: Int, _ whole: TensorSlot
  ) throws -> [Part] {
    let dimension = whole.shape.dimensionIndex(axis) ?? 0
    // Blocked channels are the second dimension in memory as they are outside.
    let sizes = whole.storedDimensions
    let inner = sizes.dropFirst(dimension + 1).reduce(1, *)
    let count = sizes.prefix(dimension).reduce(1, *)
    var offset = 0
    var parts: [Part] = []
    for name in node.inputs {
      let slot = slotIfAny(name)
      let operand = slot == nil ? try operand(name, whole.place.layout) : nil
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
