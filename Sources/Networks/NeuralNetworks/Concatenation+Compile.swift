internal import NetworkGraphs
internal import OneDNN

extension NetworkCompiler {
  /// Lays the parts of a concatenation into its memory, where that is possible.
  ///
  /// With one image, the channels of a part are one run of memory, provided that parts begin at whole
  /// blocks. A part that already lies elsewhere (the image, a part of another concatenation) is
  /// copied when the network runs.
  func placeParts(of node: FusedNode) throws {
    let whole = try slot(node.output)
    for (part, offset) in try parts(of: node) {
      guard let offset, !part.isPlaced, !isImage(part) else { continue }
      part.place(
        value: try TensorMemory(part.descriptor, inside: try whole.value(), at: offset))
      // The gradient may lie inside as well if nobody else adds to it.
      if readerCounts[part.name] == 1, !isTarget(part), isDifferentiated(part) {
        part.place(
          gradient: try TensorMemory(part.descriptor, inside: try whole.gradient(), at: offset))
      }
    }
  }

  /// Parts laid one after the other along the channels.
  ///
  /// Pullback: each takes its own piece of the gradient.
  ///
  /// Where a part does not begin at a whole block, the concatenation goes by way of plain order, in
  /// which every part is one run of memory.
  func compileConcatenation(
    _ node: FusedNode, to output: TensorSlot
  ) throws(OneDNNError) -> CompiledNode {
    let parts = (try? parts(of: node)) ?? []
    let whole = try output.value()
    let isPlain = parts.contains { $0.offset == nil }
    let forward =
      if isPlain {
        try copiesThroughPlain(parts, output, whole) { part, piece throws(OneDNNError) in
          [try reorder(try part.value(), to: piece)]
        }
      } else {
        try copiesInPlace(parts, whole) { part, piece throws(OneDNNError) in
          let value = try part.value()
          return piece.isSameMemory(as: value) ? [] : [.copy(piece, from: value)]
        }
      }
    return CompiledNode(
      name: node.name, output: output,
      forward: isPlain ? forward.pieces + [try reorder(forward.whole, to: whole)] : forward.pieces
    ) { [self] () throws(OneDNNError) in
      let gradient = try output.gradient()
      guard isPlain else {
        return try copiesInPlace(parts, gradient) { part, piece throws(OneDNNError) in
          try takeGradient(piece, of: part)
        }.pieces
      }
      let plain = try copiesThroughPlain(parts, output, gradient) {
        part, piece throws(OneDNNError) in
        try takeGradient(piece, of: part)
      }
      return [try reorder(gradient, to: plain.whole)] + plain.pieces
    }
  }

  /// Gives a part its piece of the whole's gradient.
  private func takeGradient(
    _ piece: TensorMemory, of part: TensorSlot
  ) throws(OneDNNError) -> [Step] {
    guard isDifferentiated(part) else { return [] }
    if try piece.isSameMemory(as: part.gradient()) {
      part.hasGradient = true
      return []
    }
    let share = try gradientShare(of: part)
    return [try reorder(piece, to: share.memory)] + share.then
  }

  private typealias Part = (slot: TensorSlot, offset: Int?)
  private typealias Copies = (whole: TensorMemory, pieces: [Step])

  private func copiesInPlace(
    _ parts: [Part], _ whole: TensorMemory,
    _ copy: (TensorSlot, TensorMemory) throws(OneDNNError) -> [Step]
  ) throws(OneDNNError) -> Copies {
    var steps: [Step] = []
    for (part, offset) in parts {
      let piece = try TensorMemory(part.descriptor, inside: whole, at: offset ?? 0)
      steps += try copy(part, piece)
    }
    return (whole, steps)
  }

  private func copiesThroughPlain(
    _ parts: [Part], _ output: TensorSlot, _ whole: TensorMemory,
    _ copy: (TensorSlot, TensorMemory) throws(OneDNNError) -> [Step]
  ) throws(OneDNNError) -> Copies {
    let plain = try TensorMemory(plainDescriptor(of: output))
    var steps: [Step] = []
    var offset = 0
    for (part, _) in parts {
      let piece = try TensorMemory(plainDescriptor(of: part), inside: plain, at: offset)
      steps += try copy(part, piece)
      offset += part.shape.elementCount
    }
    return (plain, steps)
  }

  /// The parts of a concatenation, each with its place in the whole's memory.
  ///
  /// The places are nil when some part does not begin at a whole block, or is not in blocks.
  private func parts(of node: FusedNode) throws(NetworkError) -> [Part] {
    var slots: [TensorSlot] = []
    for input in node.inputs { slots.append(try slot(input)) }
    let fits = slots.allSatisfy {
      $0.shape.channels % layout.block == 0 && !$0.isVector && $0.layout == layout
    }
    var channel = 0
    return slots.map { part in
      defer { channel += part.shape.channels }
      return (part, fits ? channel * part.shape.height * part.shape.width : nil)
    }
  }
}
