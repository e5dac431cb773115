/// A network on its way from a graph to steps: what depends on the image, simplified.
///
/// Each pass keeps what the network computes (up to rounding) and the tensors that are wanted. Passes
/// run once, in an order in which each finds what the one before made possible: a padding or a constant
/// is merged before batch normalization folds, and functions are appended last.
///
/// - Complexity: O(nodes + weights).
struct Lowering {
  var nodes: [LoweredNode]
  /// The tensor whose memory each identity's result shares.
  private(set) var aliases: [String: String] = [:]
  /// What is known about all tensors, those that passes make among them.
  private(set) var facts: [String: TensorFact]
  /// The tensors that a caller reads, seeds or differentiates, or whose memory such a one shares: they
  /// are not joined with others.
  private var wanted: Set<String>
  /// Whether neither gradients nor tangents will be asked for.
  private let isForwardOnly: Bool

  /// Simplifies a graph.
  ///
  /// - Parameters:
  ///   - graph: The network, cut down to what is wanted.
  ///   - facts: What is known about its tensors; constants are left out.
  ///   - request: What the caller wants to read and write.
  init(_ graph: NetworkGraph, facts: [String: TensorFact], _ request: CompilationRequest) {
    self.facts = facts
    wanted = request.kept
    isForwardOnly = request.isForwardOnly
    nodes = []
    for node in graph.nodes where facts[node.output]?.constant == nil {
      nodes.append(
        LoweredNode(
          name: node.name, operation: node.operation, inputs: node.inputs, output: node.output))
    }
    dropIdentities()
    wanted.formUnion(wanted.compactMap { aliases[$0] })
    moveTransposes()
    recognizeFunctions()
    writeMeansAsPools()
    writeConstantsAsAffine()
    mergePadding()
    foldAffine()
    normalizeMaps()
    joinParallelConvolutions()
    foldBias()
    appendFunctions()
  }

  // MARK: What is known

  /// The tensor's values, if they do not depend on the image.
  func constant(_ name: String) -> ConstantTensor? { facts[name]?.constant }

  /// The one number that a constant holds.
  func scalar(_ name: String) -> Float? {
    guard let values = constant(name)?.floats, values.count == 1 else { return nil }
    return values[0]
  }

  func shape(_ name: String) -> TensorShape? { facts[name]?.shape }

  func isMap(_ name: String) -> Bool { shape(name)?.rank == 4 }

  /// How many nodes read each tensor.
  var readerCounts: [String: Int] {
    var counts: [String: Int] = [:]
    for node in nodes { for input in node.inputs { counts[input, default: 0] += 1 } }
    return counts
  }

  /// The node that makes each tensor.
  var makers: [String: Int] {
    var makers: [String: Int] = [:]
    for (index, node) in nodes.enumerated() { makers[node.output] = index }
    return makers
  }

  /// Whether a tensor has a single reader and nobody outside wants it.
  func isInner(_ name: String, _ readers: [String: Int]) -> Bool {
    readers[name] == 1 && !wanted.contains(name)
  }

  /// Whether a caller reads or differentiates a tensor, or one that shares its memory.
  func isWanted(_ name: String) -> Bool { wanted.contains(name) }

  /// Removes nodes; passes collect them first, so that indices stay good while they search.
  mutating func remove(_ doomed: Set<Int>) {
    nodes = nodes.indices.filter { !doomed.contains($0) }.map { nodes[$0] }
  }

  // MARK: Passes

  /// Readers of an identity read its input, and so do those of a cast to the type that maps have, and of
  /// a slice, a padding or an affine map that changes nothing.
  private mutating func dropIdentities() {
    var kept: [LoweredNode] = []
    for var node in nodes {
      node.inputs = node.inputs.map { aliases[$0] ?? $0 }
      if isIdentity(node) { aliases[node.output] = node.inputs[0] } else { kept.append(node) }
    }
    nodes = kept
  }

  /// Moves transpositions where that leaves less to transpose.
  private mutating func moveTransposes() {
    let moved = TransposeMotion(nodes, facts: facts, keeping: wanted)
    guard
      TransposeMotion.transposedCount(moved.nodes, moved.facts)
        < TransposeMotion.transposedCount(nodes, facts)
    else { return }
    nodes = moved.nodes
    facts = moved.facts
    aliases = aliases.mapValues { moved.aliases[$0] ?? $0 }
      .merging(moved.aliases) { known, _ in known }
  }

  private func isIdentity(_ node: LoweredNode) -> Bool {
    switch node.operation {
    case .identity, .cast(.float): return true
    case .channelAffine(let affine):
      return affine.scale.allSatisfy { $0 == 1 } && affine.shift.allSatisfy { $0 == 0 }
        && !wanted.contains(node.output)
    default: break
    }
    // A wanted one has a gradient of its own, of its own readers alone.
    guard !wanted.contains(node.output),
      let copying = node.operation.rules as? any IndexedOperator,
      let input = shape(node.inputs[0]), input == shape(node.output)
    else { return false }
    let copy = try? copying.indexedCopy(
      from: input, to: input, node.node, node.inputs.map { facts[$0] })
    return copy?.isIdentity ?? false
  }

  /// The mean over rows and columns of a map is a global average pool, which works in blocks.
  private mutating func writeMeansAsPools() {
    for index in nodes.indices {
      guard case .reduction(.mean, let axes?, true) = nodes[index].operation,
        isMap(nodes[index].inputs[0]),
        Set(axes.map { $0 < 0 ? $0 + 4 : $0 }) == [2, 3]
      else { continue }
      nodes[index].operation = .globalAveragePool
    }
  }

  /// A map plus, minus, times or over one constant per channel is an affine map of the channels.
  ///
  /// Exporters spell batch normalization out so; as one operation it can fold into a convolution.
  private mutating func writeConstantsAsAffine() {
    for index in nodes.indices {
      guard case .binary(let function) = nodes[index].operation else { continue }
      let inputs = nodes[index].inputs
      let isFirst = constant(inputs[1]) != nil
      guard let values = isFirst ? constant(inputs[1]) : constant(inputs[0]),
        let x = shape(inputs[isFirst ? 0 : 1]), x.rank == 4,
        shape(nodes[index].output) == x,
        let factors = channelValues(values, channels: x.dimensions[1])
      else { continue }
      let ones = [Float](repeating: 1, count: factors.count)
      let zeros = [Float](repeating: 0, count: factors.count)
      let affine: ChannelAffine
      switch (function, isFirst) {
      case (.add, _): affine = ChannelAffine(scale: ones, shift: factors)
      case (.subtract, true): affine = ChannelAffine(scale: ones, shift: factors.map { -$0 })
      case (.subtract, false): affine = ChannelAffine(scale: ones.map { -$0 }, shift: factors)
      case (.multiply, _): affine = ChannelAffine(scale: factors, shift: zeros)
      // By 0 it stays a division, whose infinities are the file's own.
      case (.divide, true) where factors.allSatisfy({ $0 != 0 }):
        affine = ChannelAffine(scale: factors.map { 1 / $0 }, shift: zeros)
      default: continue
      }
      nodes[index].operation = .channelAffine(affine)
      nodes[index].inputs = [inputs[isFirst ? 0 : 1]]
    }
  }

  /// One value per channel from a number, or from 1 × channels × 1 × 1 with leading ones left out.
  private func channelValues(_ constant: ConstantTensor, channels: Int) -> [Float]? {
    guard let values = constant.floats, constant.shape.rank <= 4 else { return nil }
    if values.count == 1 { return [Float](repeating: values[0], count: channels) }
    let padded =
      [Int](repeating: 1, count: 4 - constant.shape.rank) + constant.shape.dimensions
    return padded == [1, channels, 1, 1] ? values : nil
  }

  /// Zeros around a map that only a convolution reads belong to the convolution.
  ///
  /// Networks from TensorFlow often pad first; a padded copy of the map would be written and read
  /// again.
  private mutating func mergePadding() {
    let readers = readerCounts
    let makers = makers
    var doomed: Set<Int> = []
    for index in nodes.indices {
      guard case .convolution(var convolution) = nodes[index].operation,
        convolution.paddingRule == .explicit, let maker = makers[nodes[index].inputs[0]],
        isInner(nodes[maker].output, readers), case .pad(.constant) = nodes[maker].operation,
        let input = shape(nodes[maker].inputs[0]), input.rank == 4,
        let amounts = zeroPadding(of: nodes[maker])
      else { continue }
      convolution.padding.top += amounts.before[2]
      convolution.padding.left += amounts.before[3]
      convolution.padding.bottom += amounts.after[2]
      convolution.padding.right += amounts.after[3]
      nodes[index].operation = .convolution(convolution)
      nodes[index].inputs[0] = nodes[maker].inputs[0]
      doomed.insert(maker)
    }
    remove(doomed)
  }

  /// The zeros that a node adds around rows and columns, if that is all it does.
  private func zeroPadding(of node: LoweredNode) -> Pad.Amounts? {
    guard case .pad(let content) = node.operation,
      let padding = try? Pad(content: content).amounts(node.node, node.inputs.map { facts[$0] }),
      padding.number == 0, (padding.before + padding.after).allSatisfy({ $0 >= 0 }),
      [padding.before, padding.after].allSatisfy({ $0[0] == 0 && $0[1] == 0 })
    else { return nil }
    return padding
  }

  /// A function of each element is computed with the result that it is of, in the same pass.
  ///
  /// Of convolutions, channels' affine maps and sums a ReLU or a clip, whose gradients need only the
  /// result. A clip must begin at 0, as the ReLU6 of mobile networks does: the mask is 0 < y < upper.
  /// Where no derivative is asked for, whatever oneDNN computes at the end of a convolution or of a
  /// fully connected layer.
  private mutating func appendFunctions() {
    let readers = readerCounts
    let makers = makers
    var doomed: Set<Int> = []
    for index in nodes.indices {
      guard case .unary(let function) = nodes[index].operation,
        let maker = makers[nodes[index].inputs[0]], isInner(nodes[maker].output, readers),
        nodes[maker].appended == nil, canAppend(function, to: nodes[maker])
      else { continue }
      nodes[maker].appended = function
      nodes[maker].output = nodes[index].output
      doomed.insert(index)
    }
    remove(doomed)
  }

  private func canAppend(_ function: UnaryFunction, to node: LoweredNode) -> Bool {
    let isClip =
      switch function {
      case .relu: true
      case .clip(let lower, let upper): lower == 0 && upper > 0
      default: false
      }
    switch node.operation {
    case .channelAffine, .binary(.add): return isClip
    case .convolution(let convolution):
      guard !isClip else { return true }
      // Winograd's kernel has nothing but a ReLU at its end, and is worth a pass.
      guard isForwardOnly, function.elementwise != nil, let input = shape(node.inputs[0]),
        let output = shape(node.output)
      else { return false }
      return !ConvolutionShapes.suitsWinograd(convolution, input: input, output: output)
    case .innerProduct: return isForwardOnly && function.elementwise != nil
    default: return false
    }
  }
}

/// A node as it is run: some may carry the function that follows them.
///
/// Inputs may be constants of the graph; its name and output are the file's, or a conversion's.
struct LoweredNode {
  var name: String
  var operation: Operation
  var inputs: [String]
  var output: String
  /// A function of each element, applied to the result.
  var appended: UnaryFunction?
  /// Whether it only copies a tensor to another layout or format.
  var isConversion = false

  /// The node as one of a graph.
  var node: Node { Node(name: name, operation: operation, inputs: inputs, output: output) }
}
