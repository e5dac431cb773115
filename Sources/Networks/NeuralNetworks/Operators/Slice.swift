/// Which elements a slice or a split output takes from its input, one number for each dimension.
///
///     y[i, …] = x[start + step · i, …]
///     x̄[start + step · i, …] = ȳ[i, …], 0 elsewhere      pullback
///     ẏ[i, …] = ẋ[start + step · i, …]                   pushforward
///
/// Both operators of this file resolve to it, and run as an `IndexedCopy`.
struct ResolvedSlice: Hashable, Sendable {
  /// The first element's index.
  var starts: [Int]
  /// The distance between elements, negative for backwards; 1 where there is at most one.
  var steps: [Int]
  /// The number of elements.
  var counts: [Int]

  /// All elements of a tensor.
  init(all shape: TensorShape) {
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
    // Backwards the end may be −1, before the first element; `span` counts from start to end either
    // way.
    if step > 0 {
      starts[dimension] = min(max(first, 0), size)
      span = min(max(last, 0), size) - starts[dimension]
    } else {
      starts[dimension] = max(min(max(first, 0), size - 1), 0)
      span = size == 0 ? 0 : starts[dimension] - min(max(last, -1), size - 1)
    }
    // In unsigned numbers: the magnitude of the least step does not fit an Int.
    let count = span <= 0 ? 0 : (UInt(span) + step.magnitude - 1) / step.magnitude
    counts[dimension] = Int(count)
    steps[dimension] = count <= 1 ? 1 : step
  }
}

/// What slices and split outputs have in common: all that follows from a `ResolvedSlice`.
protocol StridedOperator: IndexedOperator {
  /// Start, step and count for each dimension.
  ///
  /// - Throws: `GraphError` that names the node and what does not fit.
  func resolved(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ResolvedSlice
}

extension StridedOperator {
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try sameType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    TensorShape(try resolved(node, inputs).counts)
  }

  /// The output's elements, if the input's are known.
  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let input = constants?[0] else { return nil }
    let slice = try resolved(node, inputs)
    try allowance.take(shape.elementCount, for: node)
    let strides = input.shape.strides
    let offset = zip(slice.starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
    return input.elements.strided(
      shape, strides: zip(slice.steps, strides).map { $0 * $1 }, offset: offset)
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  /// Moved and spread where the slice goes forwards in the image's order, else an order of its own.
  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in
      guard let positions = line.positions else { return line }
      guard let slice = try? resolved(rule.node, rule.inputs) else { return line.lost }
      let dimension = positions.dimension
      let (start, step) = (slice.starts[dimension], slice.steps[dimension])
      let count = slice.counts[dimension]
      let size = shape.dimensions[dimension]
      if start == 0, step == 1, count == size { return line }
      if step == 1, positions.before + positions.after > 0 {
        // Tokens of no position alone, or all that have one with fewer beside them.
        if start + count <= positions.before || start >= size - positions.after {
          return line.single
        }
        var result = line
        result.positions?.before -= start
        result.positions?.after -= size - start - count
        let isWhole = result.positions.map { $0.before >= 0 && $0.after >= 0 } ?? false
        return isWhole ? result : line.lost
      }
      guard positions.isDirect(in: shape), step > 0, step <= 1 << 20,
        positions.stride * step <= 1 << 20
      else { return line.scattered(along: dimension, count: count, order: rule.order) }
      var result = line.moved(by: start * positions.stride)
      result.positions?.stride *= step
      result.positions?.count = count
      return result
    }
  }

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  /// The slice as index maps.
  func indexedCopy(
    from input: TensorShape, to output: TensorShape, _ node: Node, _ inputs: [TensorFact?]
  ) throws(GraphError) -> IndexedCopy {
    let slice = try resolved(node, inputs)
    return IndexedCopy(
      maps: input.dimensions.indices.map { dimension in
        (0..<slice.counts[dimension]).map {
          Int32(slice.starts[dimension] + $0 * slice.steps[dimension])
        }
      }, source: input)
  }

  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator { try compileCopy(node, to: output, with: compiler) }
}

/// Elements from a start to before an end, with a step (ONNX `Slice`).
/// [x, starts, ends, axes?, steps?]
///
/// Formulas: `ResolvedSlice`. Starts, ends, axes and steps must be known before the network runs.
struct Slice: StridedOperator {
  var name: String { "slice" }
  var arity: ClosedRange<Int> { 3...5 }

  /// Start, step and count for each dimension.
  ///
  /// - Throws: `GraphError` for axes that do not exist, and a step of 0.
  func resolved(
    _ node: Node, _ inputs: [TensorFact?]
  ) throws(GraphError) -> ResolvedSlice {
    let shape = try firstShape(node, inputs)
    let starts = try node.integers(inputs, 1, "starts") ?? []
    let ends = try node.integers(inputs, 2, "ends") ?? []
    let axes = try node.integers(inputs, 3, "axes")
    let steps = try node.integers(inputs, 4, "steps")
    let count = starts.count
    guard count <= shape.rank, ends.count == count, axes?.count ?? count == count,
      steps?.count ?? count == count
    else { throw GraphError(node, "starts, ends, axes and steps do not fit each other") }
    let dimensions = try node.dimensionIndices(axes ?? Array(0..<count), of: shape)
    var result = ResolvedSlice(all: shape)
    for (index, dimension) in dimensions.enumerated() {
      let step = steps?[index] ?? 1
      guard step != 0 else { throw GraphError(node, "its step is 0") }
      result.restrict(dimension, from: starts[index], to: ends[index], step: step)
    }
    return result
  }
}

/// One of the outputs of a split; `sizes` are those of all outputs, nil for `count` equal ones, a
/// smaller last one allowed. [x]
///
/// A graph's nodes have one output each, so that ONNX's `Split` is as many of these. The gradient of
/// the input is the sum of their contributions, each 0 outside its part.
struct SplitOutput: StridedOperator {
  /// Which output it is, and how many there are.
  let index, count: Int
  /// The sizes of all outputs along the axis; they must add up to the input's.
  let sizes: [Int]?
  /// The dimension that is split, negative from the end.
  let axis: Int

  var name: String { "split" }
  var arity: ClosedRange<Int> { 1...1 }

  /// Start, step and count for each dimension.
  ///
  /// - Throws: `GraphError` for an axis that does not exist, and sizes that do not add up.
  func resolved(
    _ node: Node, _ inputs: [TensorFact?]
  ) throws(GraphError) -> ResolvedSlice {
    let shape = try firstShape(node, inputs)
    let dimension = try node.dimensionIndex(axis, of: shape)
    let size = shape.dimensions[dimension]
    guard count > 0, (0..<count).contains(index), sizes?.count ?? count == count else {
      throw GraphError(node, "there is no output \(index) of \(count)")
    }
    var result = ResolvedSlice(all: shape)
    guard let sizes else {
      // Rounded up, so that the last ones may be smaller or empty (ONNX `Split` 18).
      let each = size / count + (size.isMultiple(of: count) ? 0 : 1)
      let (start, overflows) = each.multipliedReportingOverflow(by: index)
      let first = overflows ? size : min(start, size)
      result.starts[dimension] = first
      result.counts[dimension] = min(each, size - first)
      return result
    }
    var sum = 0
    for (other, part) in sizes.enumerated() {
      guard part >= 0, part <= size - sum else {
        throw GraphError(node, "its outputs are not those of a dimension of \(size)")
      }
      if other == index { result.starts[dimension] = sum }
      sum += part
    }
    guard sum == size else {
      throw GraphError(node, "its outputs have \(sum) of \(size) elements")
    }
    result.counts[dimension] = sizes[index]
    return result
  }
}
