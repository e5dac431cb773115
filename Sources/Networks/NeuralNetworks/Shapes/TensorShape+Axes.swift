extension TensorShape {
  /// The shape over which tensors of two shapes are spread, as NumPy's broadcasting does: aligned at
  /// the last dimension, where sizes must be equal or one of them 1.
  ///
  /// - Returns: `nil` when they do not go together.
  package func broadcast(with other: TensorShape) -> TensorShape? {
    let (long, short) = rank >= other.rank ? (self, other) : (other, self)
    var result = long
    let offset = long.rank - short.rank
    for (index, size) in short.dimensions.enumerated() {
      let place = index + offset
      switch (result.dimensions[place], size) {
      case (let a, let b) where a == b: continue
      case (1, let b): result.dimensions[place] = b
      case (_, 1): continue
      default: return nil
      }
    }
    return result
  }

  /// The strides with which a tensor of this shape is read as one of `shape`: 0 along dimensions
  /// that it is spread over.
  ///
  /// - Precondition: It can be spread over `shape`.
  package func strides(spreadOver shape: TensorShape) -> [Int] {
    let offset = shape.rank - rank
    precondition(offset >= 0, "\(self) cannot be spread over \(shape)")
    var result = [Int](repeating: 0, count: shape.rank)
    for (index, stride) in strides.enumerated() where dimensions[index] != 1 {
      precondition(
        dimensions[index] == shape.dimensions[index + offset],
        "\(self) cannot be spread over \(shape)")
      result[index + offset] = stride
    }
    return result
  }

  /// A dimension's index: negative ones count from the end; `nil` for one that does not exist.
  package func dimensionIndex(_ axis: Int) -> Int? {
    guard axis >= -rank, axis < rank else { return nil }
    return axis < 0 ? axis + rank : axis
  }

  /// The product of some sizes, `nil` when it cannot be counted.
  static func product(_ sizes: some Sequence<Int>) -> Int? {
    var result = 1
    for size in sizes {
      let (product, overflows) = result.multipliedReportingOverflow(by: size)
      guard !overflows else { return nil }
      result = product
    }
    return result
  }
}

extension Node {
  /// The index of a dimension of the input.
  ///
  /// - Throws: `GraphError` when it does not exist.
  package func dimensionIndex(_ axis: Int, of shape: TensorShape) throws(GraphError) -> Int {
    guard let index = shape.dimensionIndex(axis) else {
      throw GraphError(self, "axis \(axis) is none of \(shape)")
    }
    return index
  }

  /// The indices of some dimensions of the input.
  ///
  /// - Throws: `GraphError` when one does not exist or stands there twice.
  package func dimensionIndices(
    _ axes: [Int], of shape: TensorShape
  ) throws(GraphError) -> [Int] {
    guard axes.count <= shape.rank else {
      throw GraphError(self, "\(axes.count) axes are more than \(shape) has")
    }
    var result: [Int] = []
    for axis in axes {
      let index = try dimensionIndex(axis, of: shape)
      guard !result.contains(index) else { throw GraphError(self, "axis \(axis) is there twice") }
      result.append(index)
    }
    return result
  }

  /// The values of an input that must be known before the network runs; `nil` when it is left out.
  ///
  /// - Throws: `GraphError` when they are not known or no vector of integers.
  func integers(_ inputs: [TensorFact?], _ index: Int, _ what: String) throws(GraphError) -> [Int]?
  {
    guard inputs.indices.contains(index), let fact = inputs[index] else { return nil }
    guard let values = fact.constant?.integers else {
      throw GraphError(
        self,
        fact.type == .integer
          ? "its \(what) depend on the image's values, which is not supported"
          : "its \(what) are not integers")
    }
    guard fact.shape.rank <= 1 else { throw GraphError(self, "its \(what) are not a vector") }
    return values
  }
}
