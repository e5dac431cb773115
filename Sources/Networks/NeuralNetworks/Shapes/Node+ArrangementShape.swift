extension Node {
  /// The shape of the output of an operation that arranges elements.
  func arranged(
    _ input: TensorShape, _ inputs: [TensorFact?]
  ) throws(GraphError) -> TensorShape {
    switch operation {
    case .concatenation(let axis): return try concatenated(input, inputs, axis: axis)
    case .slice, .piece: return TensorShape(try resolvedSlice(inputs).counts)
    case .gather(let axis): return try gathered(input, inputs, axis: axis)
    case .flatten(let axis): return try flattened(input, axis: axis)
    case .reshape(let allowsZero):
      return try reshaped(
        input, to: try integers(inputs, 1, "sizes") ?? [], allowsZero: allowsZero)
    case .transpose(let order):
      return TensorShape(try transposition(order, of: input).map { input.dimensions[$0] })
    case .squeeze(let axes): return try squeezed(input, axes: axes)
    case .unsqueeze(let axes): return try unsqueezed(input, axes: axes)
    case .expand: return try expanded(input, to: try integers(inputs, 1, "sizes") ?? [])
    case .pad: return try padded(input, inputs)
    default: preconditionFailure("\(operation.name) arranges nothing")
    }
  }

  /// Where each dimension of a transposed tensor comes from.
  package func transposition(
    _ order: [Int]?, of input: TensorShape
  ) throws(GraphError) -> [Int] {
    guard let order else { return (0..<input.rank).reversed() }
    guard order.count == input.rank else {
      throw GraphError(self, "\(order.count) axes expected, found \(input)")
    }
    return try dimensionIndices(order, of: input)
  }

  /// Checks the places that a `gather` takes, if they are known.
  ///
  /// - Returns: The places, none negative.
  func checkedPlaces(
    _ indices: ConstantTensor, in size: Int
  ) throws(GraphError) -> [Int] {
    var result: [Int] = []
    let values = indices.integers ?? []
    result.reserveCapacity(values.count)
    for value in values {
      guard value >= -size, value < size else {
        throw GraphError(self, "place \(value) is none of \(size)")
      }
      result.append(value < 0 ? value + size : value)
    }
    return result
  }

  private func concatenated(
    _ input: TensorShape, _ inputs: [TensorFact?], axis: Int
  ) throws(GraphError) -> TensorShape {
    let dimension = try dimensionIndex(axis, of: input)
    var result = input
    result.dimensions[dimension] = 0
    for other in inputs {
      guard let shape = other?.shape, shape.rank == input.rank else {
        throw GraphError(self, "tensors of different ranks cannot be joined")
      }
      for index in 0..<input.rank where index != dimension {
        guard shape.dimensions[index] == input.dimensions[index] else {
          throw GraphError(
            self, "tensors of different sizes cannot be joined: \(input) and \(shape)")
        }
      }
      result.dimensions[dimension] += shape.dimensions[dimension]
      guard result.isReasonable else {
        throw GraphError(self, "its output is too large: \(result)")
      }
    }
    return result
  }

  private func gathered(
    _ input: TensorShape, _ inputs: [TensorFact?], axis: Int
  ) throws(GraphError) -> TensorShape {
    let dimension = try dimensionIndex(axis, of: input)
    guard let indices = inputs[1] else { throw GraphError(self, "it has no indices") }
    if let constant = indices.constant {
      let size = input.dimensions[dimension]
      for value in constant.integers ?? [] {
        guard value >= -size, value < size else {
          throw GraphError(self, "place \(value) is none of \(size)")
        }
      }
    }
    return TensorShape(
      input.dimensions[..<dimension] + indices.shape.dimensions
        + input.dimensions[(dimension + 1)...])
  }

  private func flattened(_ input: TensorShape, axis: Int) throws(GraphError) -> TensorShape {
    let place = axis < 0 ? axis + input.rank : axis
    guard axis >= -input.rank, place <= input.rank,
      let before = TensorShape.product(input.dimensions[..<place]),
      let after = TensorShape.product(input.dimensions[place...])
    else { throw GraphError(self, "axis \(axis) is none of \(input)") }
    return [before, after]
  }

  private func reshaped(
    _ input: TensorShape, to wanted: [Int], allowsZero: Bool
  ) throws(GraphError) -> TensorShape {
    func fault() -> GraphError {
      GraphError(
        self, "\(input) cannot be read as \(TensorShape(Array(wanted.prefix(9))).description)")
    }
    guard wanted.count <= 8 else { throw fault() }
    var sizes: [Int] = []
    var free: Int?
    for (index, size) in wanted.enumerated() {
      switch size {
      case -1:
        guard free == nil else { throw fault() }
        free = index
        sizes.append(1)
      case 0 where !allowsZero:
        guard index < input.rank else { throw fault() }
        sizes.append(input.dimensions[index])
      case 0...: sizes.append(size)
      default: throw fault()
      }
    }
    let count = input.elementCount
    guard let product = TensorShape.product(sizes) else { throw fault() }
    if let free {
      guard product > 0, count.isMultiple(of: product) else { throw fault() }
      sizes[free] = count / product
    } else {
      guard product == count else { throw fault() }
    }
    return TensorShape(sizes)
  }

  private func squeezed(_ input: TensorShape, axes: [Int]?) throws(GraphError) -> TensorShape {
    guard let axes else { return TensorShape(input.dimensions.filter { $0 != 1 }) }
    let dropped = try dimensionIndices(axes, of: input)
    guard dropped.allSatisfy({ input.dimensions[$0] == 1 }) else {
      throw GraphError(self, "only dimensions of size 1 can be dropped, found \(input)")
    }
    return TensorShape(
      input.dimensions.indices.filter { !dropped.contains($0) }.map { input.dimensions[$0] })
  }

  private func unsqueezed(_ input: TensorShape, axes: [Int]) throws(GraphError) -> TensorShape {
    guard axes.count <= 8, input.rank + axes.count <= 8 else {
      throw GraphError(self, "\(axes.count) more dimensions for \(input) are too many")
    }
    let rank = input.rank + axes.count
    let places = try dimensionIndices(
      axes, of: TensorShape([Int](repeating: 1, count: rank)))
    var rest = input.dimensions.makeIterator()
    var sizes: [Int] = []
    for index in 0..<rank { sizes.append(places.contains(index) ? 1 : rest.next() ?? 1) }
    return TensorShape(sizes)
  }

  private func expanded(_ input: TensorShape, to wanted: [Int]) throws(GraphError) -> TensorShape {
    guard wanted.count <= 8, wanted.allSatisfy({ $0 >= 0 }),
      let shape = input.broadcast(with: TensorShape(wanted))
    else {
      throw GraphError(
        self, "\(input) cannot be repeated to fill \(TensorShape(Array(wanted.prefix(9))))")
    }
    return shape
  }

  private func padded(
    _ input: TensorShape, _ inputs: [TensorFact?]
  ) throws(GraphError) -> TensorShape {
    let padding = try resolvedPadding(inputs)
    var result = input
    for index in 0..<input.rank {
      result.dimensions[index] += padding.before[index] + padding.after[index]
    }
    return result
  }
}
