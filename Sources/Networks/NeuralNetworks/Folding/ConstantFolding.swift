extension Node {
  /// The node's output, if it can be known before the network runs.
  ///
  /// Convolutions, windows and normalizations of constants are not worked out; networks have none.
  ///
  /// - Parameters:
  ///   - inputs: The facts of the inputs.
  ///   - shape: The output's shape, as `outputShape` gives it.
  ///   - allowance: What is still allowed; the elements made, or read where they are more, count.
  /// - Returns: `nil` when the output depends on the image's values.
  /// - Throws: `GraphError` for a division of integers by zero, places that do not exist, and more
  ///   elements than are allowed.
  func folded(
    _ inputs: [TensorFact?], shape: TensorShape, allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor? {
    if case .constant(let tensor) = operation { return tensor }
    if case .shape = operation, let input = inputs[0]?.shape {
      return ConstantTensor(shapeValues(input))
    }
    var constants: [ConstantTensor] = []
    for input in inputs {
      guard let input else { continue }
      guard let constant = input.constant else { return nil }
      constants.append(constant)
    }
    guard let first = constants.first else { return nil }
    let elements: ConstantTensor.Elements?
    switch operation {
    case .identity, .flatten, .reshape, .squeeze, .unsqueeze: elements = first.elements
    case .unary, .binary, .select, .equal, .cast, .filled:
      try allowance.take(shape.elementCount, for: self)
      elements = try elementwise(constants, shape)
    case .mean, .matrixProduct, .innerProduct, .softmax:
      try allowance.take(sumLength(constants, shape), for: self)
      elements = sums(constants, shape)
    case .concatenation, .slice, .piece, .gather, .transpose, .expand, .pad:
      try allowance.take(shape.elementCount, for: self)
      elements = try rearranged(constants, inputs, shape)
    default: elements = nil
    }
    return elements.map { ConstantTensor(shape: shape, elements: $0) }
  }
}

extension ConstantTensor.Elements {
  /// The elements at `offset + Σ index · stride` for every index into `shape`, row-major.
  func strided(_ shape: TensorShape, strides: [Int], offset: Int = 0) -> Self {
    switch self {
    case .floats(let values): .floats(gathered(values, shape, strides, offset))
    case .integers(let values): .integers(gathered(values, shape, strides, offset))
    case .booleans(let values): .booleans(gathered(values, shape, strides, offset))
    }
  }

  /// The elements at some places, in their order.
  func elements(at places: [Int]) -> Self {
    switch self {
    case .floats(let values): .floats(places.map { values[$0] })
    case .integers(let values): .integers(places.map { values[$0] })
    case .booleans(let values): .booleans(places.map { values[$0] })
    }
  }
}

/// Reads along the last dimension, and counts the others up like an odometer.
private func gathered<Element>(
  _ values: [Element], _ shape: TensorShape, _ strides: [Int], _ offset: Int
) -> [Element] {
  let count = shape.elementCount
  var result: [Element] = []
  guard count > 0 else { return result }
  result.reserveCapacity(count)
  let last = shape.rank - 1
  guard last >= 0 else { return [values[offset]] }
  let (length, step) = (shape.dimensions[last], strides[last])
  var index = [Int](repeating: 0, count: last)
  var start = offset
  while true {
    if step == 1 {
      result.append(contentsOf: values[start..<start + length])
    } else {
      for place in 0..<length { result.append(values[start + place * step]) }
    }
    var dimension = last - 1
    while dimension >= 0 {
      index[dimension] += 1
      start += strides[dimension]
      guard index[dimension] == shape.dimensions[dimension] else { break }
      start -= index[dimension] * strides[dimension]
      index[dimension] = 0
      dimension -= 1
    }
    guard dimension >= 0 else { return result }
  }
}
