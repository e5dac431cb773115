internal import OneDNN

/// Where the tangents of a network being compiled lie: for each tensor between the source and the
/// targets, as many tangents as there are, one after the other.
///
/// In memory `count` tangents of a tensor are one tensor whose first size is that many times as large,
/// whatever the layout; convolutions, pools and matrix products take all of them as one batch and so
/// reach the speed of a batch. Operators that are not linear are linearized at the values of the last
/// forward pass, which all tangents share.
final class TangentCompiler {
  /// How many tangents there are.
  let count: Int
  private let carrying: Set<String>
  /// The tangents made so far, by tensor.
  private var memories: [String: TensorMemory] = [:]

  /// - Parameters:
  ///   - count: How many tangents are carried at once.
  ///   - carrying: The tensors that depend on the source and that a target depends on.
  init(count: Int, carrying: Set<String>) {
    self.count = count
    self.carrying = carrying
  }

  /// The tangents of a tensor; nil when it does not depend on the source, and all of them are 0.
  func tangent(of slot: TensorSlot) throws -> TensorMemory? {
    guard carrying.contains(slot.name) else { return nil }
    return memories[slot.name]
  }

  /// Memory for the tangents of a node's output, in its format; `count` times that of its value.
  func makeTangent(of slot: TensorSlot) throws -> TensorMemory {
    let memory = try TensorMemory(
      TensorDescriptor(
        shape(of: slot).dimensions, layout: slot.format.layout, format: slot.format.numbers))
    memories[slot.name] = memory
    return memory
  }

  /// The shape of all tangents of a tensor together.
  func shape(of slot: TensorSlot) -> TensorShape { slot.shape.repeated(count) }

  /// Each tangent by itself, as a tensor like the given one: for operators that combine tangents with
  /// values, which are there once.
  func views(of memory: TensorMemory, like slot: TensorSlot?) throws -> [TensorMemory] {
    guard let slot else { return [] }
    let length = memory.storedCount / max(count, 1)
    return try (0..<count).map { try memory.part(slot.descriptor, at: $0 * length) }
  }
}

extension TangentCompiler {
  /// The steps that carry tangents of a node's output through the function that the node carries, if
  /// any, in place.
  func masks(
    of memory: TensorMemory, _ output: TensorSlot, _ node: LoweredNode, by value: TensorMemory
  ) throws -> [Step] {
    guard let function = node.appended else { return [] }
    return try views(of: memory, like: output).flatMap {
      ReLURule.exact.mask($0, function, by: value)
    }
  }
}

extension NetworkCompiler {
  /// Compiles the steps from the source's tangents to the targets': forward mode, node after node.
  ///
  /// - Parameters:
  ///   - compiled: All nodes, in order of computation.
  ///   - pushing: The source, the targets and the number of tangents.
  /// - Returns: The source's and the targets' memories, and the steps between them.
  /// - Throws: `NetworkError` for a rule that has no tangents, a target that does not depend on the
  ///   source, or a node that lacks a kernel.
  func compileTangents(
    _ compiled: [CompiledNode], _ pushing: Pushforward
  ) throws -> CompiledNetwork.Tangents {
    guard rules.relu == .exact else {
      throw NetworkError(
        """
        The rule \(rules.relu.rawValue) for ReLUs has no tangents: it is not linear in the gradient; \
        use exact.
        """)
    }
    let tangents = TangentCompiler(count: pushing.count, carrying: carrying)
    let source = try slot(pushing.source)
    let seed = try TensorMemory(TensorDescriptor(tangents.shape(of: source).dimensions))
    var first = try reorder(seed, to: try tangents.makeTangent(of: source))
    first.label = Step.Label(
      node: pushing.source, operation: "tangents", shape: "\(source.shape)", phase: .tangent)
    var (linearization, push) = ([Step](), [first])
    // The source's own node is left out: its tangents are the caller's.
    for node in compiled where hasTangent(node.output) && node.output.name != source.name {
      do {
        let steps = try node.work.pushforward(tangents)
        linearization += labelled(steps.linearization, node, .tangent)
        push += labelled(steps.push, node, .tangent)
      } catch { throw NetworkError(node: node.name, error) }
    }
    var results: [String: TensorMemory] = [:]
    for name in pushing.targets {
      let slot = try slot(name)
      guard let tangent = try tangents.tangent(of: slot) else {
        throw unreached(pushing.source, by: [name])
      }
      // Read in plain order and single precision, whatever the target's format.
      let plain = try TensorMemory(TensorDescriptor(tangents.shape(of: slot).dimensions))
      var step = try reorder(tangent, to: plain)
      step.label = Step.Label(
        node: name, operation: "tangents", shape: "\(slot.shape)", phase: .tangent)
      push.append(step)
      results[name] = plain
    }
    return CompiledNetwork.Tangents(
      count: pushing.count, source: seed, results: results, linearization: linearization,
      push: push)
  }
}

extension TensorShape {
  /// The sizes as oneDNN wants them: a number is a vector of one.
  var describable: [Int] { rank == 0 ? [1] : dimensions }

  /// The shape of several such tensors one after the other.
  func repeated(_ count: Int) -> TensorShape {
    var result = TensorShape(describable)
    result.dimensions[0] *= count
    return result
  }
}
