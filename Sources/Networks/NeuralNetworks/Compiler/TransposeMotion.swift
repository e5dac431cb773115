/// Moves transpositions behind what does not ask for an order of dimensions, so that opposite ones meet
/// and are gone.
///
/// Converters from TensorFlow leave a transposition on both sides of each convolution, with functions of
/// each element, sums, products and means between them. f(xᵀ) is f(x)ᵀ: the function is computed of what
/// was transposed, and its transposition is made where it is read, if anything still reads it.
///
/// - Complexity: O(nodes + elements of the constants).
struct TransposeMotion {
  /// The nodes, in order.
  private(set) var nodes: [LoweredNode] = []
  /// What is known about all tensors, the new ones among them.
  private(set) var facts: [String: TensorFact]
  private let wanted: Set<String>
  /// What a tensor is a transposition of.
  private var sources: [String: Source] = [:]
  /// The tensors that are another one by another name.
  private(set) var aliases: [String: String] = [:]

  /// A tensor and, for each dimension of its transposition, which of its own that is.
  private struct Source {
    let name: String
    let order: [Int]
  }

  /// Moves the transpositions among nodes.
  ///
  /// - Parameters:
  ///   - nodes: The nodes, in order of computation.
  ///   - facts: What is known about their tensors.
  ///   - wanted: The tensors that a caller reads or differentiates: they are made as they were.
  init(_ nodes: [LoweredNode], facts: [String: TensorFact], keeping wanted: Set<String>) {
    self.facts = facts
    self.wanted = wanted
    for var node in nodes {
      node.inputs = node.inputs.map { aliases[$0] ?? $0 }
      add(node)
    }
    // Backwards, so that what only an unread transposition reads is found unread as well.
    var read = wanted
    var kept: [LoweredNode] = []
    for node in self.nodes.reversed() {
      if case .transpose = node.operation, !read.contains(node.output) { continue }
      read.formUnion(node.inputs)
      kept.append(node)
    }
    self.nodes = kept.reversed()
  }

  /// How many elements the transpositions among nodes move.
  static func transposedCount(_ nodes: [LoweredNode], _ facts: [String: TensorFact]) -> Int {
    nodes.reduce(0) { sum, node in
      guard case .transpose = node.operation else { return sum }
      return sum + (facts[node.output]?.shape.elementCount ?? 0)
    }
  }

  private mutating func add(_ node: LoweredNode) {
    if case .transpose(let order) = node.operation {
      addTransposition(node, order)
    } else if !move(node) {
      nodes.append(node)
    }
  }

  /// Reads a transposition of a transposed tensor from the tensor itself.
  private mutating func addTransposition(_ node: LoweredNode, _ given: [Int]?) {
    guard let rank = facts[node.output]?.shape.rank else { return nodes.append(node) }
    let order = given?.map { $0 < 0 ? $0 + rank : $0 } ?? (0..<rank).reversed()
    let source = sources[node.inputs[0]] ?? Source(name: node.inputs[0], order: Array(0..<rank))
    let combined = order.map { source.order[$0] }
    let isWanted = wanted.contains(node.output)
    if combined == Array(0..<rank), !isWanted {
      aliases[node.output] = source.name
      return
    }
    var node = node
    // A wanted tensor's readers go through it, so that its gradient is all of theirs.
    if !isWanted {
      node.operation = .transpose(combined)
      node.inputs = [source.name]
      sources[node.output] = Source(name: source.name, order: combined)
    }
    nodes.append(node)
  }

  /// Computes a node of what its inputs are transpositions of.
  ///
  /// - Returns: Whether that is possible.
  private mutating func move(_ node: LoweredNode) -> Bool {
    guard let order = node.inputs.compactMap({ sources[$0]?.order }).first,
      let output = facts[node.output]
    else { return false }
    var node = node
    switch node.operation {
    case .unary: break
    case .binary:
      guard output.shape.rank == order.count else { return false }
    case .concatenation(let axis):
      guard let index = output.shape.dimensionIndex(axis) else { return false }
      node.operation = .concatenation(axis: order[index])
    case .splitOutput(let index, let count, let sizes, let axis):
      guard let dimension = output.shape.dimensionIndex(axis) else { return false }
      node.operation = .splitOutput(
        index: index, count: count, sizes: sizes, axis: order[dimension])
    case .reduction(let function, let axes?, let keepsDimensions):
      let dropped = axes.map { order[$0 < 0 ? $0 + order.count : $0] }
      node.operation = .reduction(function, axes: dropped, keepsDimensions: keepsDimensions)
      node.inputs = node.inputs.map { sources[$0]?.name ?? $0 }
      guard !keepsDimensions else { return finish(node, order) }
      // What is left, counted without the dimensions that are gone.
      let left = order.filter { !dropped.contains($0) }
      return finish(node, left.map { dimension in left.count { $0 < dimension } })
    default: return false
    }
    guard let inputs = inputs(of: node, order) else { return false }
    node.inputs = inputs
    return finish(node, order)
  }

  /// The inputs of a node as they are before a transposition that all of them have.
  ///
  /// A constant is transposed back here and now.
  private mutating func inputs(of node: LoweredNode, _ order: [Int]) -> [String]? {
    var result: [String] = []
    for name in node.inputs {
      if let source = sources[name] {
        guard source.order == order else { return nil }
        result.append(source.name)
      } else if let constant = facts[name]?.constant, constant.shape.rank <= order.count {
        result.append(transposedBack(constant, name, order))
      } else {
        return nil
      }
    }
    return result
  }

  /// A constant whose transposition is the given one.
  private mutating func transposedBack(
    _ constant: ConstantTensor, _ name: String, _ order: [Int]
  ) -> String {
    if constant.elements.count == 1 { return name }
    let rank = order.count
    let sizes = constant.shape.dimensions.leading(to: rank)
    let strides = TensorShape(sizes).strides
    var (shape, steps) = (sizes, strides)
    for (dimension, source) in order.enumerated() {
      (shape[source], steps[source]) = (sizes[dimension], strides[dimension])
    }
    let moved = ConstantTensor(
      shape: TensorShape(shape),
      elements: constant.elements.strided(TensorShape(shape), strides: steps))
    var fresh = "\(name) \(order)"
    while let known = facts[fresh], known.constant != moved { fresh += " " }
    facts[fresh] = TensorFact(moved)
    return fresh
  }

  /// Adds a node that makes what the given one made, before a transposition in the given order, and
  /// that transposition.
  private mutating func finish(_ node: LoweredNode, _ order: [Int]) -> Bool {
    guard let output = facts[node.output] else { return false }
    var moved = node
    guard order != Array(order.indices) else {
      nodes.append(moved)
      return true
    }
    // A wanted tensor is not a branch beside what its readers read, or its gradient would be lost.
    guard !wanted.contains(node.output) else { return false }
    var fresh = "\(node.output) \(order)"
    while facts[fresh] != nil { fresh += " " }
    var sizes = output.shape.dimensions
    for (dimension, source) in order.enumerated() {
      sizes[source] = output.shape.dimensions[dimension]
    }
    facts[fresh] = TensorFact(shape: TensorShape(sizes), type: output.type)
    moved.output = fresh
    sources[node.output] = Source(name: fresh, order: order)
    nodes.append(moved)
    nodes.append(
      LoweredNode(
        name: node.name, operation: .transpose(order), inputs: [fresh], output: node.output))
    return true
  }
}
