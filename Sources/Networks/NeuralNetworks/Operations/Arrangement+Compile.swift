internal import OneDNN

extension NetworkCompiler {
  /// The same elements in another shape, both in plain order.
  ///
  /// Pullback: the same the other way.
  func compileReshape(
    from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    let view = try TensorDescriptor(input.shape.describable)
    let step = try reorder(try input.value(), to: try output.value().viewed(as: view))
    return CompiledWork(forward: [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let share = try gradientShare(of: input)
      return [try reorder(try output.gradient().viewed(as: view), to: share.memory)] + share.then
    }
  }

  /// Another layout or format.
  ///
  /// Pullback: the same the other way.
  func compileConversion(
    from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    let step = try reorder(try input.value(), to: try output.value())
    return CompiledWork(forward: [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let share = try gradientShare(of: input)
      return [try reorder(try output.gradient(), to: share.memory)] + share.then
    }
  }

  /// Dimensions in another order: a copy between two layouts of the input's shape.
  ///
  /// Pullback: the same the other way.
  func compileTranspose(
    _ order: [Int]?, from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    let rank = input.shape.rank
    let order = order ?? Array((0..<rank).reversed())
    // Where each of the input's dimensions stands in the output.
    var strides = [Int](repeating: 1, count: rank)
    for (place, dimension) in order.enumerated() {
      strides[input.shape.dimensionIndex(dimension) ?? 0] = output.shape.strides[place]
    }
    let view =
      rank == 0
      ? try TensorDescriptor([1])
      : try TensorDescriptor(input.shape.dimensions, strides: strides)
    let step = try reorder(try input.value(), to: try output.value().viewed(as: view))
    return CompiledWork(forward: [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let share = try gradientShare(of: input)
      return [try reorder(try output.gradient().viewed(as: view), to: share.memory)] + share.then
    }
  }

  /// Slices, pieces, gathered rows, repeated and padded tensors.
  ///
  /// Pullback: every element of the gradient goes back to where its value came from.
  func compileIndexed(
    _ node: LoweredNode, from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    let copy: IndexedCopy
    do { copy = try indexedCopy(node, input, output) } catch {
      throw NetworkError(unsupported: node.operation.name, "\(error)")
    }
    let step = Step.Work.kernel(
      IndexedCopyKernel(copy, result: try output.value(), source: try input.value()))
    return CompiledWork(forward: [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let share = try gradientShare(of: input)
      return [
        .kernel(
          IndexedCopyPullbackKernel(
            copy, sourceGradient: share.memory, resultGradient: try output.gradient()))
      ] + share.then
    }
  }

  /// Which element of the input each index of the output stands for, dimension by dimension.
  private func indexedCopy(
    _ node: LoweredNode, _ input: TensorSlot, _ output: TensorSlot
  ) throws(GraphError) -> IndexedCopy {
    let shape = input.shape
    let graphNode = node.node
    let facts: [TensorFact?] =
      [TensorFact(shape: shape)] + node.inputs.dropFirst().map { self.facts[$0] }
    var maps = shape.dimensions.map { Array(0..<Int32($0)) }
    switch node.operation {
    case .slice, .piece:
      let slice = try graphNode.resolvedSlice(facts)
      for dimension in maps.indices {
        maps[dimension] = (0..<slice.counts[dimension]).map {
          Int32(slice.starts[dimension] + $0 * slice.steps[dimension])
        }
      }
    case .gather(let axis):
      let dimension = try graphNode.dimensionIndex(axis, of: shape)
      guard let indices = facts[1]?.constant?.integers else {
        throw GraphError("indices that depend on the image's values are not supported")
      }
      let size = shape.dimensions[dimension]
      maps[dimension] = indices.map { Int32($0 < 0 ? $0 + size : $0) }
    case .expand:
      let offset = output.shape.rank - shape.rank
      let sizes = output.shape.dimensions
      maps = sizes.indices.map { place in
        let size = place < offset ? 1 : shape.dimensions[place - offset]
        return size == 1
          ? [Int32](repeating: 0, count: sizes[place]) : Array(0..<Int32(sizes[place]))
      }
      return IndexedCopy(
        maps: maps, source: TensorShape(shape.dimensions.leading(to: output.shape.rank)))
    case .pad(let content):
      let padding = try graphNode.resolvedPadding(facts)
      for dimension in maps.indices {
        let size = shape.dimensions[dimension]
        maps[dimension] =
          (-padding.before[dimension]..<size + padding.after[dimension]).map { index in
            if (0..<size).contains(index) { return Int32(index) }
            switch content {
            case .constant: return -1
            case .edge: return Int32(min(max(index, 0), size - 1))
            case .reflection: return Int32(index < 0 ? -index : 2 * (size - 1) - index)
            }
          }
      }
      return IndexedCopy(maps: maps, source: shape, filling: padding.number)
    default: throw GraphError("\(node.operation.name) takes no elements by their index")
    }
    return IndexedCopy(maps: maps, source: shape)
  }

  /// The mean over some dimensions.
  ///
  /// Pullback: an equal share of the gradient for every element.
  func compileMean(
    _ axes: [Int], from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    var sizes = input.shape.dimensions
    for axis in axes { sizes[input.shape.dimensionIndex(axis) ?? 0] = 1 }
    let plan = Broadcast(
      result: input.shape.describable, a: TensorShape(sizes).describable,
      b: TensorShape(sizes).describable)
    let step = Step.Work.kernel(
      MeanKernel(plan, mean: try output.value(), source: try input.value()))
    return CompiledWork(forward: [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let share = try gradientShare(of: input)
      return [
        .kernel(
          MeanPullbackKernel(
            plan, gradient: share.memory, meanGradient: try output.gradient()))
      ] + share.then
    }
  }
}
