import Matrices

extension Node {
  /// The shape of the node's output; whether it `isReasonable` is for the caller to see.
  ///
  /// - Precondition: There are as many inputs as the operation takes.
  /// - Throws: `GraphError` that names the node and what does not fit.
  func outputShape(_ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    switch operation {
    case .constant(let tensor): return tensor.shape
    case .filled: return try filledShape(inputs)
    default: break
    }
    guard let input = inputs.first??.shape else { throw GraphError(self, "it has no input") }
    switch operation {
    case .convolution(let convolution): return try convolved(input, convolution)
    case .maxPool(let window), .averagePool(let window, _): return try pooled(input, window)
    case .innerProduct(let product): return try multiplied(input, product)
    case .channelAffine(let affine): return try scaled(input, channelCount: affine.scale.count)
    case .layerNormalization(let layer): return try normalized(input, layer)
    case .localResponseNormalization: return try scaled(input, channelCount: nil)
    case .globalAveragePool: return try averaged(input)
    case .mean(let axes, let keepsDimensions):
      return try mean(input, axes: axes, keepsDimensions: keepsDimensions)
    case .softmax(let axis):
      _ = try dimensionIndex(axis, of: input)
      return input
    case .matrixProduct: return try matrixProduct(input, inputs[1]?.shape ?? [])
    case .unary, .cast, .identity: return input
    case .binary, .equal: return try spread(inputs)
    case .select: return try spread(inputs)
    case .shape: return [shapeValues(input).count]
    default: return try arranged(input, inputs)
    }
  }

  /// The sizes that a `shape` operation gives.
  func shapeValues(_ input: TensorShape) -> [Int] {
    guard case .shape(let start, let end) = operation else { return [] }
    func place(_ index: Int) -> Int {
      index < 0 ? max(index + input.rank, 0) : min(index, input.rank)
    }
    let (first, last) = (place(start), place(end ?? input.rank))
    return first < last ? Array(input.dimensions[first..<last]) : []
  }

  private func spread(_ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    var result: TensorShape = []
    for input in inputs {
      guard let shape = input?.shape, let next = result.broadcast(with: shape) else {
        let found = inputs.map { $0?.shape.description ?? "none" }.joined(separator: ", ")
        throw GraphError(self, "shapes that do not go together: \(found)")
      }
      result = next
    }
    return result
  }

  private func multiplied(
    _ input: TensorShape, _ product: InnerProduct
  ) throws(GraphError) -> TensorShape {
    guard input.dimensions.last == product.weights.columnCount else {
      throw GraphError(
        self,
        """
        \(product.weights.columnCount) values expected, found \(input); run the network at its \
        own input size, or stop before this node
        """)
    }
    return TensorShape(input.dimensions.dropLast() + [product.weights.rowCount])
  }

  private func scaled(
    _ input: TensorShape, channelCount: Int?
  ) throws(GraphError) -> TensorShape {
    guard input.rank >= 2, channelCount ?? input.dimensions[1] == input.dimensions[1] else {
      throw GraphError(
        self, "\(channelCount.map { "\($0) " } ?? "")channels expected, found \(input)")
    }
    return input
  }

  private func normalized(
    _ input: TensorShape, _ layer: LayerNormalization
  ) throws(GraphError) -> TensorShape {
    let axis = try dimensionIndex(layer.axis, of: input)
    let count = TensorShape.product(input.dimensions[axis...])
    guard count == layer.scale.count, count == layer.shift.count, count != 0 else {
      throw GraphError(
        self, "\(layer.scale.count) values from axis \(axis) on expected, found \(input)")
    }
    return input
  }

  private func averaged(_ input: TensorShape) throws(GraphError) -> TensorShape {
    guard input.rank >= 2, !input.dimensions.dropFirst(2).contains(0) else {
      throw GraphError(self, "maps expected, found \(input)")
    }
    var result = input
    for dimension in 2..<input.rank { result.dimensions[dimension] = 1 }
    return result
  }

  private func mean(
    _ input: TensorShape, axes: [Int]?, keepsDimensions: Bool
  ) throws(GraphError) -> TensorShape {
    let dropped = try dimensionIndices(axes ?? Array(0..<input.rank), of: input)
    guard dropped.allSatisfy({ input.dimensions[$0] > 0 }) else {
      throw GraphError(self, "there is nothing to take the mean of in \(input)")
    }
    var sizes: [Int] = []
    for (index, size) in input.dimensions.enumerated() {
      if !dropped.contains(index) { sizes.append(size) } else if keepsDimensions { sizes.append(1) }
    }
    return TensorShape(sizes)
  }

  /// As NumPy's `matmul`: a vector is a row on the left, a column on the right.
  private func matrixProduct(_ a: TensorShape, _ b: TensorShape) throws(GraphError) -> TensorShape {
    let rows = a.rank > 1 ? a : TensorShape([1] + a.dimensions)
    let columns = b.rank > 1 ? b : TensorShape(b.dimensions + [1])
    let stacks = TensorShape(rows.dimensions.dropLast(2)).broadcast(
      with: TensorShape(columns.dimensions.dropLast(2)))
    guard a.rank > 0, b.rank > 0, let stacks,
      rows.dimensions[rows.rank - 1] == columns.dimensions[columns.rank - 2]
    else { throw GraphError(self, "matrices that do not go together: \(a), \(b)") }
    var sizes = stacks.dimensions
    if a.rank > 1 { sizes.append(rows.dimensions[rows.rank - 2]) }
    if b.rank > 1 { sizes.append(columns.dimensions[columns.rank - 1]) }
    return TensorShape(sizes)
  }

  private func filledShape(_ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let sizes = try integers(inputs, 0, "sizes") ?? []
    guard sizes.allSatisfy({ $0 >= 0 }) else {
      throw GraphError(self, "its sizes are negative: \(sizes.prefix(8))")
    }
    return TensorShape(sizes)
  }
}
