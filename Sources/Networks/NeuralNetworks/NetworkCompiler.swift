internal import OneDNN

/// Turns a graph into steps: decides where every tensor lies, then compiles node after node.
///
/// Maps lie in the layout that their convolutions like, from the first one to the last; images,
/// vectors, tokens and what a caller reads are in plain order. Where a tensor is wanted in another
/// place than it lies in, a conversion stands between (see `Placement`). A concatenation costs nothing
/// where its parts can be written into it directly, which with one image is nearly everywhere.
final class NetworkCompiler {
  let weights: PreparedWeights
  let context: ExecutionContext
  let facts: [String: TensorFact]
  private let nodes: [LoweredNode]
  private let inputName: String
  private let read: Set<String>
  private var slots: [String: TensorSlot] = [:]
  /// How many compiled nodes read each tensor.
  private(set) var readerCounts: [String: Int] = [:]
  /// Tensors that gradients pass through: those that a seeded tensor depends on and that depend on a
  /// differentiated one.
  private(set) var differentiated: Set<String> = []
  private var spare: [NumberFormat: TensorMemory] = [:]
  private var seeded: Set<String> = []

  /// What compiling yields.
  struct Plan {
    let input: TensorMemory
    let outputs: [String: CompiledNetwork.Output]
    let forwardSteps: [Step]
    let backward: CompiledNetwork.Backward?
  }

  /// Lowers a graph that was cut down to what is wanted, and decides where its tensors lie.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - input: The input's shape.
  ///   - kept: The tensors that keep a value of their own, the ones to read among them.
  ///   - read: The tensors to read.
  ///   - format: The format of maps between convolutions.
  ///   - weights: Where prepared weights are kept.
  /// - Throws: When shapes do not fit, or no kernel can be made.
  init(
    _ graph: NetworkGraph, input: TensorShape, keeping kept: Set<String>, reading read: Set<String>,
    format: NumberFormat, weights: PreparedWeights
  ) throws {
    self.weights = weights
    self.read = read
    context = try ExecutionContext()
    inputName = graph.inputName
    facts = try graph.facts(input: input)
    let lowering = Lowering(graph, facts: facts, keeping: kept)
    var placement = Placement(
      facts: facts, input: inputName, mapFormat: format)
    for node in lowering.nodes {
      do {
        try placement.place(node)
      } catch { throw NetworkError(node: node.name, error) }
    }
    nodes = placement.nodes
    for (name, place) in placement.places {
      guard let shape = placement.shape(of: name) else {
        throw NetworkError("Tensor \(name) has no shape.")
      }
      slots[name] = try TensorSlot(name: name, shape: shape, place: place)
    }
    for (alias, name) in lowering.aliases { slots[alias] = slots[name] }
    for node in nodes { for input in node.inputs { readerCounts[input, default: 0] += 1 } }
  }

  /// The slot of a tensor that depends on the image.
  func slot(_ name: String) throws -> TensorSlot {
    guard let slot = slots[name] else { throw NetworkError("Tensor \(name) is never computed.") }
    return slot
  }

  /// The slot of a tensor, nil for a constant.
  func slotIfAny(_ name: String) -> TensorSlot? { slots[name] }

  /// Whether the gradient with respect to a tensor is needed.
  func isDifferentiated(_ slot: TensorSlot) -> Bool { differentiated.contains(slot.name) }

  /// Whether a gradient starts at a tensor.
  func isSeeded(_ slot: TensorSlot) -> Bool { seeded.contains(slot.name) }

  /// Whether a tensor is the image itself.
  func isImage(_ slot: TensorSlot) -> Bool { slot.name == inputName }

  // MARK: Order of work

  /// Compiles all nodes forward, and backward from the seeded tensors to the differentiated ones.
  ///
  /// - Throws: `NetworkError` when a node lacks a kernel, or a differentiated tensor is none that a
  ///   seeded one depends on.
  func compile(seeding seeds: [String], differentiating: [String]) throws -> Plan {
    seeded = Set(try seeds.map { try slot($0).name })
    markDifferentiated(from: seeded, to: Set(try differentiating.map { try slot($0).name }))
    for node in nodes.reversed() {
      if case .concatenation = node.operation { try placeParts(of: node) }
    }
    var compiled: [CompiledNode] = []
    for node in nodes {
      do {
        compiled.append(try compileForward(node))
      } catch { throw NetworkError(node: node.name, error) }
    }
    var outputs: [String: CompiledNetwork.Output] = [:]
    for name in read { outputs[name] = try output(name) }
    return Plan(
      input: try slot(inputName).value(), outputs: outputs,
      forwardSteps: compiled.flatMap { labelled($0.forward, $0, .forward) },
      backward: seeds.isEmpty
        ? nil : try compileBackward(compiled, seeds: seeds, differentiating: differentiating))
  }

  /// Marks what lies on a path from a differentiated tensor to a seeded one, both ends included.
  private func markDifferentiated(from seeded: Set<String>, to wanted: Set<String>) {
    var downstream = wanted
    for node in nodes {
      guard let output = slots[node.output] else { continue }
      if node.inputs.contains(where: { slots[$0].map { downstream.contains($0.name) } ?? false }) {
        downstream.insert(output.name)
      }
    }
    differentiated = seeded
    for node in nodes.reversed() {
      guard let output = slots[node.output], differentiated.contains(output.name) else { continue }
      for input in node.inputs {
        if let slot = slots[input] { differentiated.insert(slot.name) }
      }
    }
    differentiated.formIntersection(downstream)
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
    if slot.place == .plain {
      return CompiledNetwork.Output(shape: slot.shape, plain: value, collect: nil)
    }
    let memory = try TensorMemory(TensorDescriptor(slot.shape.describable))
    var step = Step(try reorder(value, to: memory))
    step.label = Step.Label(
      node: name, operation: "reading", shape: "\(slot.shape)", phase: .forward)
    return CompiledNetwork.Output(shape: slot.shape, plain: memory, collect: step)
  }

  private func compileBackward(
    _ compiled: [CompiledNode], seeds: [String], differentiating: [String]
  ) throws -> CompiledNetwork.Backward {
    var steps: [Step] = []
    var seedMemories: [String: TensorMemory] = [:]
    for name in seeds where seedMemories[name] == nil {
      let slot = try slot(name)
      let seed = try TensorMemory(TensorDescriptor(slot.shape.describable))
      seedMemories[name] = seed
      guard isDifferentiated(slot) else { continue }
      // Two names of one tensor, and a tensor inside the path of another seed, add up.
      let share = try gradientShare(of: slot)
      for work in [try reorder(seed, to: share.memory)] + share.then {
        var step = Step(work)
        step.label = Step.Label(
          node: name, operation: "seed", shape: "\(slot.shape)", phase: .backward)
        steps.append(step)
      }
    }
    var snapshots: [String: TensorMemory] = [:]
    let wanted = Set(try differentiating.map { try slot($0).name })
    for node in compiled.reversed() where isDifferentiated(node.output) && node.output.hasGradient {
      if wanted.contains(node.output.name), snapshots[node.output.name] == nil {
        // All readers have added to it, and its own node may mask it in place.
        let (memory, step) = try snapshot(of: node.output)
        snapshots[node.output.name] = memory
        steps.append(step)
      }
      do {
        steps += labelled(try node.makePullback(), node, .backward)
      } catch { throw NetworkError(node: node.name, error) }
    }
    var gradients: [String: TensorMemory] = [:]
    for name in differentiating {
      let slot = try slot(name)
      guard slot.hasGradient else {
        let origins = seeds.joined(separator: ", ")
        throw NetworkError("Of \(origins), none depends on tensor \(name).")
      }
      // The input has no node that could change it afterwards.
      gradients[name] = try snapshots[slot.name] ?? slot.gradient()
    }
    return CompiledNetwork.Backward(
      seeds: seedMemories, steps: Step.fusingMasks(steps), gradients: gradients)
  }

  /// A copy of a tensor's gradient in plain order, made when all readers have added to it.
  private func snapshot(of slot: TensorSlot) throws -> (TensorMemory, Step) {
    let memory = try TensorMemory(TensorDescriptor(slot.shape.describable))
    let gradient = try slot.gradient()
    var step = Step(try reorder(gradient, to: memory))
    step.label = Step.Label(
      node: slot.name, operation: "gradient", shape: "\(slot.shape)", phase: .backward)
    step.readsGradient = ObjectIdentifier(gradient)
    return (memory, step)
  }

  /// Steps with the name of their node; the multiply-adds are those of its one heavy step.
  private func labelled(
    _ work: [Step.Work], _ node: CompiledNode, _ phase: ProfileEntry.Phase
  ) -> [Step] {
    work.map { work in
      var step = Step(work)
      step.label = Step.Label(
        node: node.name, operation: node.operation, shape: node.shape, phase: phase)
      switch work {
      case .run: step.label.operationCount = node.operationCount
      case .kernel(let kernel) where kernel is ImageConvolutionPullback:
        step.label.operationCount = node.operationCount
      default: break
      }
      if case .run(let primitive) = work, primitive.isReorder { step.label.operationCount = 0 }
      return step
    }
  }

  // MARK: Help for the operations

  /// Where a consumer puts its share of a tensor's gradient, and what must be done afterwards.
  ///
  /// The first share is written in place; every further one goes to spare memory and is added.
  func gradientShare(
    of slot: TensorSlot
  ) throws -> (memory: TensorMemory, then: [Step.Work]) {
    let gradient = try slot.gradient()
    guard slot.hasGradient else {
      slot.hasGradient = true
      return (gradient, [])
    }
    let count = gradient.storedCount
    let format = gradient.format
    let memory: TensorMemory
    if let known = spare[format], known.storedCount >= count {
      memory = known
    } else {
      memory = try TensorMemory(TensorDescriptor([max(count, 1)], format: format))
      spare[format] = memory
    }
    let share = try TensorMemory(slot.descriptor, inside: memory, at: 0)
    return (share, [.accumulate(gradient, from: share, mask: nil)])
  }

  /// A step that copies one layout or format to another.
  func reorder(
    _ source: TensorMemory, to destination: TensorMemory
  ) throws -> Step.Work {
    if source.descriptor == destination.descriptor { return .copy(destination, from: source) }
    return try run(
      Primitive.reorder(from: source.descriptor, to: destination.descriptor),
      [(.source, source), (.destination, destination)])
  }

  /// A step that runs a primitive.
  func run(
    _ primitive: Primitive, _ bindings: [(Argument, TensorMemory)]
  ) throws -> Step.Work {
    .run(try BoundPrimitive(primitive, bindings, in: context))
  }
}

extension Step {
  /// Joins every mask with the last addition to the same gradient: one pass instead of two.
  ///
  /// Only the gradient's producer reads it, and the mask comes first there; a copy for the caller is
  /// made before the mask, and keeps the two apart.
  static func fusingMasks(_ steps: [Step]) -> [Step] {
    var result: [Step] = []
    var lastAdditions: [ObjectIdentifier: Int] = [:]
    for step in steps {
      switch step.work {
      case .mask(let gradient, let value):
        if let index = lastAdditions[ObjectIdentifier(gradient)],
          case .accumulate(_, let source, nil) = result[index].work
        {
          var joined = Step(.accumulate(gradient, from: source, mask: value))
          joined.label = result[index].label
          result[index] = joined
          continue
        }
      case .accumulate(let gradient, _, nil):
        lastAdditions[ObjectIdentifier(gradient)] = result.count
      default: break
      }
      if let gradient = step.readsGradient { lastAdditions[gradient] = nil }
      result.append(step)
    }
    return result
  }
}
