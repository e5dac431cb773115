internal import NetworkGraphs
internal import OneDNN

/// Turns a graph into steps: decides where every tensor lies, then compiles node after node.
///
/// Activations lie in the processor's favourite blocked layout from the first operation to the last;
/// only the image and what a caller reads are in plain order. A concatenation costs nothing where its
/// parts can be written into it directly, which with one image is nearly everywhere.
final class NetworkCompiler {
  let weights: PreparedWeights
  let context: ExecutionContext
  let layout: TensorLayout
  private let nodes: [FusedNode]
  private let inputName: String
  private let wanted: Set<String>
  private var slots: [String: TensorSlot] = [:]
  /// How many compiled nodes read each tensor.
  private(set) var readerCounts: [String: Int] = [:]
  /// Tensors whose gradient is on the way from the target to the input.
  private(set) var differentiated: Set<String> = []
  private var spare: TensorMemory?
  private var target: String?

  /// What compiling yields.
  struct Plan {
    let input: TensorMemory
    let outputs: [String: CompiledNetwork.Output]
    let forwardSteps: [Step]
    let backward: CompiledNetwork.Backward?
  }

  init(
    _ graph: NetworkGraph, inputHeight: Int, inputWidth: Int, wanted: Set<String>,
    weights: PreparedWeights
  ) throws {
    self.weights = weights
    self.wanted = wanted
    context = try ExecutionContext()
    inputName = graph.inputName
    layout = TensorLayout.forActivations
    nodes = graph.fusingReLUs(keeping: wanted)
    let shapes = try graph.shapes(inputHeight: inputHeight, inputWidth: inputWidth)
    try makeSlots(shapes)
  }

  private func makeSlots(_ shapes: [String: MapShape]) throws {
    func makeSlot(_ name: String, isVector: Bool, layout: TensorLayout) throws {
      guard let shape = shapes[name] else { throw NetworkError("Tensor \(name) has no shape.") }
      slots[name] = try TensorSlot(
        name: name, shape: shape, layout: isVector ? .plain : layout, isVector: isVector)
    }
    try makeSlot(inputName, isVector: false, layout: .plain)
    for node in nodes {
      switch node.operation {
      case .identity:
        // An identity's output is its input under another name; it reads nothing itself.
        slots[node.output] = try slot(node.inputs[0])
        continue
      case .flatten, .innerProduct:
        try makeSlot(node.output, isVector: true, layout: layout)
      case .relu, .softmax, .localResponseNormalization, .maxPool, .averagePool,
        .globalAveragePool:
        // These keep the layout of what they read: plain order near the image.
        let input = try slot(node.inputs[0])
        try makeSlot(node.output, isVector: input.isVector, layout: input.layout)
      default: try makeSlot(node.output, isVector: false, layout: layout)
      }
      for input in node.inputs { readerCounts[try slot(input).name, default: 0] += 1 }
    }
  }

  /// The slot of a tensor.
  func slot(_ name: String) throws(NetworkError) -> TensorSlot {
    guard let slot = slots[name] else { throw NetworkError("Tensor \(name) is never computed.") }
    return slot
  }

  /// Whether the gradient with respect to a tensor is needed.
  func isDifferentiated(_ slot: TensorSlot) -> Bool { differentiated.contains(slot.name) }

  /// Whether a tensor is where the gradient starts.
  func isTarget(_ slot: TensorSlot) -> Bool { slot.name == target }

  /// Whether a tensor is the image itself.
  func isImage(_ slot: TensorSlot) -> Bool { slot.name == inputName }

  // MARK: Order of work

  func compile(target: String?) throws -> Plan {
    if let target {
      self.target = try slot(target).name
      markDifferentiated(from: try slot(target).name)
    }
    for node in nodes.reversed() {
      if case .concatenation = node.operation { try placeParts(of: node) }
    }
    var compiled: [CompiledNode] = []
    for node in nodes {
      do throws(OneDNNError) {
        if let operation = try compileForward(node) { compiled.append(operation) }
      } catch { throw NetworkError(node: node.name, error) }
    }
    var outputs: [String: CompiledNetwork.Output] = [:]
    for name in wanted { outputs[name] = try output(name) }
    return Plan(
      input: try slot(inputName).value(), outputs: outputs,
      forwardSteps: compiled.flatMap(\.forward),
      backward: try target.map { try compileBackward(compiled, target: $0) })
  }

  private func markDifferentiated(from target: String) {
    differentiated = [target]
    for node in nodes.reversed() {
      guard let output = slots[node.output], differentiated.contains(output.name) else { continue }
      for input in node.inputs {
        if let slot = slots[input] { differentiated.insert(slot.name) }
      }
    }
  }

  /// A way to read a tensor in plain order.
  private func output(_ name: String) throws -> CompiledNetwork.Output {
    let slot = try slot(name)
    let value = try slot.value()
    let plain = try plainDescriptor(of: slot)
    if plain == slot.descriptor {
      return CompiledNetwork.Output(shape: slot.shape, plain: value, collect: nil)
    }
    let memory = try TensorMemory(plain)
    return CompiledNetwork.Output(
      shape: slot.shape, plain: memory, collect: try reorder(value, to: memory))
  }

  private func compileBackward(
    _ compiled: [CompiledNode], target: String
  ) throws -> CompiledNetwork.Backward {
    let targetSlot = try slot(target)
    let seed = try TensorMemory(plainDescriptor(of: targetSlot))
    var steps = [try reorder(seed, to: try targetSlot.gradient())]
    targetSlot.hasGradient = true
    for node in compiled.reversed() where isDifferentiated(node.output) && node.output.hasGradient {
      do throws(OneDNNError) {
        steps += try node.makePullback()
      } catch { throw NetworkError(node: node.name, error) }
    }
    let image = try slot(inputName)
    guard image.hasGradient else {
      throw NetworkError("Tensor \(target) does not depend on the image.")
    }
    return CompiledNetwork.Backward(
      seed: seed, steps: Step.fusingMasks(steps), inputGradient: try image.gradient())
  }

  // MARK: Help for the operations

  /// Where a consumer puts its share of a tensor's gradient, and what must be done afterwards.
  ///
  /// The first share is written in place; every further one goes to spare memory and is added.
  func gradientShare(
    of slot: TensorSlot
  ) throws(OneDNNError) -> (memory: TensorMemory, then: [Step]) {
    let gradient = try slot.gradient()
    guard slot.hasGradient else {
      slot.hasGradient = true
      return (gradient, [])
    }
    let count = gradient.storedCount
    if spare.map({ $0.storedCount < count }) ?? true {
      spare = try TensorMemory(TensorDescriptor([count]))
    }
    guard let spare else { return (gradient, []) }
    let share = try TensorMemory(slot.descriptor, inside: spare, at: 0)
    return (share, [.accumulate(gradient, from: share, mask: nil)])
  }

  /// The descriptor of a tensor in plain order.
  func plainDescriptor(of slot: TensorSlot) throws(OneDNNError) -> TensorDescriptor {
    try TensorDescriptor(slot.dimensions)
  }

  /// A step that copies one layout to another.
  func reorder(
    _ source: TensorMemory, to destination: TensorMemory
  ) throws(OneDNNError) -> Step {
    if source.descriptor == destination.descriptor { return .copy(destination, from: source) }
    return try run(
      Primitive.reorder(from: source.descriptor, to: destination.descriptor),
      [(.source, source), (.destination, destination)])
  }

  /// A step that runs a primitive.
  func run(
    _ primitive: Primitive, _ bindings: [(Argument, TensorMemory)]
  ) throws(OneDNNError) -> Step {
    .run(try BoundPrimitive(primitive, bindings, in: context))
  }
}

extension Step {
  /// Joins every mask with the last addition to the same gradient: one pass instead of two.
  ///
  /// Nothing between the two reads the gradient: only its producer does, and the mask comes first
  /// there.
  static func fusingMasks(_ steps: [Step]) -> [Step] {
    var result: [Step] = []
    for step in steps {
      guard case .mask(let gradient, let value) = step,
        let index = result.lastIndex(where: {
          if case .accumulate(let target, _, nil) = $0 { return target === gradient }
          return false
        }), case .accumulate(_, let source, _) = result[index]
      else {
        result.append(step)
        continue
      }
      result[index] = .accumulate(gradient, from: source, mask: value)
    }
    return result
  }
}
