/// Which elements a slice or a piece takes from its input, one number for each dimension.
package struct ResolvedSlice: Hashable, Sendable {
  /// The first element's index.
  package var starts: [Int]
  /// The distance between elements, negative for backwards; 1 where there is at most one.
  package var steps: [Int]
  /// The number of elements.
  package var counts: [Int]

  /// All elements of a tensor.
  package init(all shape: TensorShape) {
    starts = [Int](repeating: 0, count: shape.rank)
    steps = [Int](repeating: 1, count: shape.rank)
    counts = shape.dimensions
  }

  /// Takes from `start` to before `end` along one dimension; both are clamped as ONNX's `Slice` does.
  ///
  /// - Precondition: The step is not 0.
  mutating func restrict(_ dimension: Int, from start: Int, to end: Int, step: Int) {
    let size = counts[dimension]
    // A size is at least 0, so that adding it to a negative number cannot overflow.
    let first = start < 0 ? start + size : start
    let last = end < 0 ? end + size : end
    let span: Int
    if step > 0 {
      starts[dimension] = min(max(first, 0), size)
      span = min(max(last, 0), size) - starts[dimension]
    } else {
      starts[dimension] = max(min(max(first, 0), size - 1), 0)
      span = size == 0 ? 0 : starts[dimension] - min(max(last, -1), size - 1)
    }
    let count = span <= 0 ? 0 : (UInt(span) + step.magnitude - 1) / step.magnitude
    counts[dimension] = Int(count)
    steps[dimension] = count <= 1 ? 1 : step
  }
}

extension Node {
  /// What a slice or one piece of a split takes from its input.
  ///
  /// - Precondition: The operation is `slice` or `piece`.
  /// - Parameter inputs: The facts of the node's inputs.
  /// - Returns: Start, step and count for each dimension.
  /// - Throws: `GraphError` for axes that do not exist, a step of 0, pieces that do not add up.
  package func resolvedSlice(_ inputs: [TensorFact?]) throws(GraphError) -> ResolvedSlice {
    guard let shape = inputs.first??.shape else { throw GraphError(self, "it has no input") }
    switch operation {
    case .slice: return try slice(of: shape, inputs)
    case .piece(let index, let count, let sizes, let axis):
      return try piece(index, of: count, sizes: sizes, axis: axis, shape)
    default: preconditionFailure("\(operation.name) takes no part of its input")
    }
  }

  private func slice(
    of shape: TensorShape, _ inputs: [TensorFact?]
  ) throws(GraphError) -> ResolvedSlice {
    let starts = try integers(inputs, 1, "starts") ?? []
    let ends = try integers(inputs, 2, "ends") ?? []
    let axes = try integers(inputs, 3, "axes")
    let steps = try integers(inputs, 4, "steps")
    let count = starts.count
    guard count <= shape.rank, ends.count == count, axes?.count ?? count == count,
      steps?.count ?? count == count
    else { throw GraphError(self, "starts, ends, axes and steps do not fit each other") }
    let dimensions = try dimensionIndices(axes ?? Array(0..<count), of: shape)
    var result = ResolvedSlice(all: shape)
    for (place, dimension) in dimensions.enumerated() {
      let step = steps?[place] ?? 1
      guard step != 0 else { throw GraphError(self, "its step is 0") }
      result.restrict(dimension, from: starts[place], to: ends[place], step: step)
    }
    return result
  }

  private func piece(
    _ index: Int, of count: Int, sizes: [Int]?, axis: Int, _ shape: TensorShape
  ) throws(GraphError) -> ResolvedSlice {
    let dimension = try dimensionIndex(axis, of: shape)
    let size = shape.dimensions[dimension]
    guard count > 0, (0..<count).contains(index), sizes?.count ?? count == count else {
      throw GraphError(self, "there is no piece \(index) of \(count)")
    }
    var result = ResolvedSlice(all: shape)
    guard let sizes else {
      let each = size / count + (size.isMultiple(of: count) ? 0 : 1)
      let (start, overflows) = each.multipliedReportingOverflow(by: index)
      let first = overflows ? size : min(start, size)
      result.starts[dimension] = first
      result.counts[dimension] = min(each, size - first)
      return result
    }
    var sum = 0
    for (place, piece) in sizes.enumerated() {
      guard piece >= 0, piece <= size - sum else {
        throw GraphError(self, "its pieces are not those of a dimension of \(size)")
      }
      if place == index { result.starts[dimension] = sum }
      sum += piece
    }
    guard sum == size else {
      throw GraphError(self, "its pieces have \(sum) of \(size) elements")
    }
    result.counts[dimension] = sizes[index]
    return result
  }
}
