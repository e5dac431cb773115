internal import OneDNN

/// Gradients: reverse mode over the compiled nodes.
///
/// With several seeds s_k at tensors t_k, `pullback()` computes Σ_k (∂t_k / ∂x)ᵀ s_k for every wanted
/// x. Each tensor's gradient is the sum of its readers' contributions; a node's pullback runs when its
/// output's is complete, which reverse order of computation makes sure of.
extension NetworkCompiler {
  /// Compiles the steps from the seeds to the wanted gradients.
  ///
  /// - Parameter compiled: All nodes, in order of computation.
  /// - Returns: Seeds, steps and gradients.
  /// - Throws: `NetworkError` when no seed depends on a wanted tensor, or a node lacks a kernel.
  func compileBackward(_ compiled: [CompiledNode]) throws -> CompiledNetwork.Backward {
    var steps: [Step] = []
    var seeds: [String: TensorMemory] = [:]
    for name in request.seeding where seeds[name] == nil {
      let slot = try slot(name)
      let seed = try TensorMemory(TensorDescriptor(slot.shape.describable))
      seeds[name] = seed
      guard isDifferentiated(slot) else { continue }
      // Two names of one tensor, and a tensor inside the path of another seed, add up.
      let contribution = try gradientContribution(of: slot)
      for var step in [try reorder(seed, to: contribution.memory)] + contribution.then {
        step.label = Step.Label(
          node: name, operation: "seed", shape: "\(slot.shape)", phase: .backward)
        steps.append(step)
      }
    }
    var snapshots: [String: TensorMemory] = [:]
    let wanted = try names(request.differentiating)
    for node in compiled.reversed() where isDifferentiated(node.output) && node.output.hasGradient {
      if wanted.contains(node.output.name), snapshots[node.output.name] == nil {
        // All readers have added to it, and its own node may mask it in place.
        let (memory, step) = try snapshot(of: node.output)
        snapshots[node.output.name] = memory
        steps.append(step)
      }
      do {
        steps += labelled(try node.work.pullback(), node, .backward)
      } catch { throw NetworkError(node: node.name, error) }
    }
    var gradients: [String: CompiledNetwork.Backward.Gradient] = [:]
    for name in request.differentiating {
      let slot = try slot(name)
      guard slot.hasGradient else { throw unreached(name) }
      // The input has no node that could change it afterwards.
      gradients[name] = .init(
        shape: slot.shape, memory: try snapshots[slot.name] ?? slot.gradient())
    }
    return CompiledNetwork.Backward(
      seeds: seeds, steps: Step.fusingMasks(steps), gradients: gradients)
  }

  /// A copy of a tensor's gradient in plain order, made when all readers have added to it.
  ///
  /// A copy, because the tensor's own node may mask the gradient in place, and it may be in blocks.
  private func snapshot(of slot: TensorSlot) throws -> (TensorMemory, Step) {
    let memory = try TensorMemory(TensorDescriptor(slot.shape.describable))
    let gradient = try slot.gradient()
    var step = try reorder(gradient, to: memory)
    step.label = Step.Label(
      node: slot.name, operation: "gradient", shape: "\(slot.shape)", phase: .backward)
    step.readsGradient = ObjectIdentifier(gradient)
    return (memory, step)
  }

  /// The steps that carry a node's gradient back through the function that it carries, if any, in place.
  ///
  /// Nobody reads the gradient before them but the node; a caller's copy is made first.
  func mask(_ gradient: TensorMemory, of node: LoweredNode, by value: TensorMemory) -> [Step] {
    node.appended.map { rules.relu.mask(gradient, $0, by: value) } ?? []
  }

  /// Where a reader puts its contribution to a tensor's gradient, and what must be done afterwards.
  ///
  /// The first contribution is written in place; every further one goes to spare memory and is added.
  /// Readers are compiled in reverse order always, so sums have the same order on every run.
  ///
  /// - Parameter slot: A tensor that is differentiated.
  /// - Returns: Memory in the tensor's format to *write* to, and the steps that follow.
  /// - Throws: When memory is lacking.
  func gradientContribution(of slot: TensorSlot) throws -> (memory: TensorMemory, then: [Step]) {
    let gradient = try slot.gradient()
    guard slot.hasGradient else {
      slot.hasGradient = true
      return (gradient, [])
    }
    // oneDNN's gradients overwrite their destination, hence the detour.
    let count = gradient.storedCount
    let format = gradient.format
    let memory: TensorMemory
    if let known = spare[format], known.storedCount >= count {
      memory = known
    } else {
      memory = try TensorMemory(TensorDescriptor([max(count, 1)], format: format))
      spare[format] = memory
    }
    let contribution = try TensorMemory(slot.descriptor, inside: memory, at: 0)
    return (contribution, [.accumulate(gradient, from: contribution, mask: nil)])
  }
}
