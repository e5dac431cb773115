internal import OneDNN

/// Turns a graph into steps: decides where every tensor lies, then compiles node after node.
///
/// Maps lie in the layout that their convolutions like, from the first one to the last; images,
/// vectors, tokens and what a caller reads are in plain order. Where a tensor is wanted in another
/// format than it has, a conversion stands between (see `LayoutAssignment`). A concatenation costs
/// nothing where its parts can be written into it directly, which with one image is nearly everywhere.
///
/// The order of work: `Lowering` simplifies the graph, `LayoutAssignment` chooses formats, all nodes
/// are compiled forward, then backward in reverse order, then along tangents. Gradients are in
/// `NetworkCompiler+Gradients.swift`, tangents in `TangentCompiler.swift`.
final class NetworkCompiler {
  /// Where weights in the kernels' layouts are shared with other copies of the network.
  let weights: PreparedWeights
  /// oneDNN's stream and scratch memory, of this network alone.
  let context: ExecutionContext
  /// What is known about every tensor of the graph.
  let facts: [String: TensorFact]
  /// What gradients do at ReLUs and max pools.
  let rules: BackwardRules
  /// The nodes to compile, conversions among them, in order of computation.
  private let nodes: [LoweredNode]
  private let inputName: String
  let request: CompilationRequest
  /// The tensors by name; two names of one tensor have one slot.
  private var slots: [String: TensorSlot] = [:]
  /// How many compiled nodes read each tensor.
  private(set) var readerCounts: [String: Int] = [:]
  /// Tensors that gradients pass through: those that a seeded tensor depends on and that depend on a
  /// differentiated one.
  private var differentiated: Set<String> = []
  /// Tensors that tangents pass through: those that depend on the source and that a target depends on.
  private(set) var carrying: Set<String> = []
  /// Memory for contributions to gradients that are added, one for each format, since steps run one
  /// after the other; replaced when more is needed.
  var spare: [NumberFormat: TensorMemory] = [:]
  /// Where inner tensors get their memory; nil where derivatives want all of them.
  private(set) var pool: MemoryPool?
  /// Tensors at which gradients start.
  private var seeded: Set<String> = []

  /// Lowers a graph that was cut down to what is wanted, and decides where its tensors lie.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - input: The input's shape.
  ///   - request: What the caller wants to read and write.
  ///   - weights: Where prepared weights are kept.
  /// - Throws: When shapes do not fit, or no kernel can be made.
  init(
    _ graph: NetworkGraph, input: TensorShape, _ request: CompilationRequest,
    weights: PreparedWeights
  ) throws {
    self.weights = weights
    self.request = request
    rules = request.rules
    context = try ExecutionContext()
    inputName = graph.inputName
    let lowering = Lowering(graph, facts: try graph.facts(input: input), request)
    facts = lowering.facts
    var assignment = LayoutAssignment(
      facts: facts, input: inputName, mapNumbers: request.precision.format)
    for node in lowering.nodes {
      do {
        try assignment.add(node)
      } catch { throw NetworkError(node: node.name, error) }
    }
    nodes = assignment.nodes
    for (name, format) in assignment.formats {
      guard let shape = assignment.shape(of: name) else {
        throw NetworkError("Tensor \(quoted(name)) has no shape.")
      }
      slots[name] = try TensorSlot(name: name, shape: shape, format: format)
    }
    // What an identity made is read by its own name as well.
    for (alias, name) in lowering.aliases { slots[alias] = slots[name] }
    for node in nodes { for input in node.inputs { readerCounts[input, default: 0] += 1 } }
  }

  /// The slot of a tensor that depends on the image.
  func slot(_ name: String) throws -> TensorSlot {
    guard let slot = slots[name] else {
      throw NetworkError("Tensor \(quoted(name)) does not depend on the input.")
    }
    return slot
  }

  /// The slot of a tensor, nil for a constant.
  func slotIfAny(_ name: String) -> TensorSlot? { slots[name] }

  /// Whether the gradient with respect to a tensor is needed.
  func isDifferentiated(_ slot: TensorSlot) -> Bool { differentiated.contains(slot.name) }

  /// Whether tangents pass through a tensor.
  func hasTangent(_ slot: TensorSlot) -> Bool { carrying.contains(slot.name) }

  /// Whether a gradient starts at a tensor.
  func isSeeded(_ slot: TensorSlot) -> Bool { seeded.contains(slot.name) }

  /// Whether a tensor is the one that the caller writes.
  func isInput(_ slot: TensorSlot) -> Bool { slot.name == inputName }

  // MARK: Order of work

  /// Compiles all nodes forward, backward from the seeded tensors to the differentiated ones, and
  /// along tangents.
  ///
  /// - Throws: `NetworkError` when a node lacks a kernel, a differentiated tensor is none that a
  ///   seeded one depends on, or a tangent's target does not depend on its source.
  func compile() throws -> CompilationPlan {
    // What nothing wanted depends on was cut off, whether it exists in the network or not.
    for name in request.differentiating where slots[name] == nil { throw unreached(name) }
    if let pushing = request.pushing, slots[pushing.source] == nil {
      throw unreached(pushing.source, by: pushing.targets)
    }
    seeded = try names(request.seeding)
    differentiated = marked(from: try names(request.differentiating), to: seeded)
    if let pushing = request.pushing {
      carrying = marked(from: try names([pushing.source]), to: try names(pushing.targets))
    }
    // Before any memory is made, and from the last on, so that nested concatenations share it.
    for node in nodes.reversed() {
      if case .concatenation(let axis) = node.operation {
        try Concatenation(axis: axis).aliasParts(of: node, with: self)
      }
    }
    pool = request.isForwardOnly ? try makePool() : nil
    var compiled: [CompiledNode] = []
    for (index, node) in nodes.enumerated() {
      do {
        // A reshaped tensor lies in its input's memory where it can.
        if let pool, let output = slotIfAny(node.output), !node.operation.isReshape {
          try pool.lend(to: output)
        }
        compiled.append(try compileForward(node))
      } catch { throw NetworkError(node: node.name, error) }
      pool?.takeBack(after: index, node.inputs.compactMap { slotIfAny($0) })
    }
    var outputs: [String: CompiledNetwork.Output] = [:]
    for name in request.read { outputs[name] = try output(name) }
    return CompilationPlan(
      input: try slot(inputName).value(), outputs: outputs,
      forwardSteps: compiled.flatMap { labelled($0.work.forward, $0, .forward) },
      backward: request.seeding.isEmpty ? nil : try compileBackward(compiled),
      tangents: try request.pushing.map { try compileTangents(compiled, $0) })
  }

  /// The pool for values of inner tensors.
  private func makePool() throws -> MemoryPool {
    var lastReaders: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for input in node.inputs { if let slot = slots[input] { lastReaders[slot.name] = index } }
    }
    for name in request.kept { lastReaders[slots[name]?.name ?? name] = nil }
    lastReaders[inputName] = nil
    return MemoryPool(lastReaders: lastReaders)
  }

  /// An error about a tensor that others, by default the seeded ones, do not depend on.
  func unreached(_ name: String, by others: [String]? = nil) -> NetworkError {
    let list = (others ?? request.seeding).joined(separator: ", ")
    return NetworkError("Of \(list), none depends on tensor \(name).")
  }

  /// The names of the tensors' own slots: two names may be one tensor.
  func names(_ tensors: [String]) throws -> Set<String> {
    Set(try tensors.map { try slot($0).name })
  }

  /// The tensors on a path from one set to another, both ends included.
  ///
  /// - Complexity: O(nodes).
  private func marked(from start: Set<String>, to end: Set<String>) -> Set<String> {
    var downstream = start
    for node in nodes {
      guard let output = slots[node.output] else { continue }
      if node.inputs.contains(where: { slots[$0].map { downstream.contains($0.name) } ?? false }) {
        downstream.insert(output.name)
      }
    }
    var upstream = end
    for node in nodes.reversed() {
      guard let output = slots[node.output], upstream.contains(output.name) else { continue }
      for input in node.inputs {
        if let slot = slots[input] { upstream.insert(slot.name) }
      }
    }
    return upstream.intersection(downstream)
  }

  /// A node with what it compiled to.
  struct CompiledNode {
    let name: String
    /// For a profile: what is computed, and on what.
    let operation: String
    let shape: String
    let output: TensorSlot
    let work: CompiledOperator
  }

  /// Compiles one node; its pullback and pushforward are closures that are called later, if at all.
  private func compileForward(_ node: LoweredNode) throws -> CompiledNode {
    guard let output = slotIfAny(node.output),
      let input = node.inputs.lazy.compactMap({ self.slotIfAny($0) }).first
    else { throw NetworkError(unsupported: node.operation.name, "reads no tensor") }
    let title = node.isConversion ? "conversion" : node.operation.name
    return CompiledNode(
      name: node.name, operation: node.appended.map { "\(title) + \($0.name)" } ?? title,
      shape: "\(input.shape) → \(output.shape)", output: output,
      work: try node.operation.rules.compile(node, to: output, with: self))
  }

  /// A way to read a tensor in plain order.
  private func output(_ name: String) throws -> CompiledNetwork.Output {
    if let constant = facts[name]?.constant, let values = constant.numbers {
      // It does not depend on the image.
      let memory = try TensorMemory(TensorDescriptor(constant.shape.describable))
      memory.withMutableElements { elements in
        for index in values.indices { elements[index] = values[index] }
      }
      return CompiledNetwork.Output(shape: constant.shape, plain: memory, collect: nil)
    }
    let slot = try slot(name)
    let value = try slot.value()
    if slot.format == .plain {
      return CompiledNetwork.Output(shape: slot.shape, plain: value, collect: nil)
    }
    let memory = try TensorMemory(TensorDescriptor(slot.shape.describable))
    var step = try reorder(value, to: memory)
    step.label = Step.Label(
      node: name, operation: "reading", shape: "\(slot.shape)", phase: .forward)
    return CompiledNetwork.Output(shape: slot.shape, plain: memory, collect: step)
  }

  /// Steps with the name of their node, by which a profile tells them.
  func labelled(
    _ steps: [Step], _ node: CompiledNode, _ phase: ProfileEntry.Phase
  ) -> [Step] {
    steps.map { step in
      var step = step
      step.label = Step.Label(
        node: node.name, operation: node.operation, shape: node.shape, phase: phase)
      return step
    }
  }

  // MARK: What operators ask for

  /// An input of a node that depends on the image.
  func input(_ index: Int, of node: LoweredNode) throws -> TensorSlot {
    try slot(node.inputs[index])
  }

  /// An input of a node, a constant in the given layout.
  ///
  /// - Throws: `NetworkError` for a constant that has no numbers.
  func operand(_ name: String, _ layout: TensorLayout) throws -> Operand {
    if let slot = slotIfAny(name) {
      return Operand(
        shape: slot.shape, value: try slot.value(), slot: slot,
        storedDimensions: slot.storedDimensions)
    }
    guard let constant = facts[name]?.constant, let values = constant.numbers else {
      throw NetworkError(unsupported: "constant", "is not one of floating-point numbers")
    }
    // In other layouts than plain order a constant is a map, whatever sizes of 1 its shape leaves out.
    let sizes =
      layout == .plain
      ? constant.shape.describable : constant.shape.describable.leading(to: 4)
    let plain = try TensorDescriptor(sizes)
    // One channel is broadcast: blocked, it would be padded to a block of which one number counts. In
    // plain order it is a block of one.
    let isWhole = layout != .plain && sizes[1] > 1
    let memory = try weights.weights(
      of: name, as: .constant, values, plain: plain,
      layout: TensorDescriptor(sizes, layout: isWhole ? layout : .plain))
    let blockOfOne: TensorLayout = if case .blocked = layout { .blocked(1) } else { layout }
    return Operand(
      shape: constant.shape, value: memory, slot: nil,
      storedDimensions: (isWhole ? layout : blockOfOne).storedDimensions(of: sizes))
  }

  /// A tensor in another format, if it is not in that already, and the step that converts it.
  func converted(
    _ memory: TensorMemory, to descriptor: TensorDescriptor
  ) throws -> (TensorMemory, [Step]) {
    guard memory.descriptor != descriptor else { return (memory, []) }
    let copy = try TensorMemory(descriptor)
    return (copy, [try reorder(memory, to: copy)])
  }

  /// A step that copies one layout or format to another; bytes alone where both are the same.
  func reorder(_ source: TensorMemory, to destination: TensorMemory) throws -> Step {
    if source.descriptor == destination.descriptor { return .copy(destination, from: source) }
    return try run(
      Primitive.reorder(from: source.descriptor, to: destination.descriptor),
      [(.source, source), (.destination, destination)])
  }

  /// A step that runs a primitive.
  ///
  /// - Parameters:
  ///   - primitive: The primitive.
  ///   - bindings: Its tensors.
  ///   - count: Two for each multiply-add, of convolutions and matrix products.
  /// - Returns: The step.
  /// - Throws: When memory for the bindings cannot be had.
  func run(
    _ primitive: Primitive, _ bindings: [(Argument, TensorMemory)], counting count: Int = 0
  ) throws -> Step {
    var step = Step(.run(try BoundPrimitive(primitive, bindings, in: context)))
    step.operationCount = count
    return step
  }
}
