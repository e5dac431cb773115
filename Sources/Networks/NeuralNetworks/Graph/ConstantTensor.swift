/// A tensor whose values are known before the network runs: weights, and the sizes and indices that
/// shape arithmetic works with.
public struct ConstantTensor: Hashable, Sendable {
  /// The values, row-major.
  public enum Elements: Hashable, Sendable {
    /// Numbers of any floating-point type, as `Float`.
    case floats([Float])
    /// Numbers of any integer type.
    case integers([Int])
    /// Truth values.
    case booleans([Bool])

    /// How many there are.
    public var count: Int {
      switch self {
      case .floats(let values): values.count
      case .integers(let values): values.count
      case .booleans(let values): values.count
      }
    }
  }

  /// The sizes.
  public let shape: TensorShape
  /// The values.
  public let elements: Elements

  /// Makes a tensor.
  ///
  /// - Precondition: There are as many values as the shape has elements, at most 2³¹.
  public init(shape: TensorShape, elements: Elements) {
    precondition(
      shape.isReasonable && shape.elementCount == elements.count,
      "\(elements.count) values do not fill \(shape)")
    self.shape = shape
    self.elements = elements
  }

  /// A vector of integers.
  public init(_ values: [Int]) {
    self.init(shape: [values.count], elements: .integers(values))
  }

  /// The type of the values.
  public var type: ElementType {
    switch elements {
    case .floats: .float
    case .integers: .integer
    case .booleans: .boolean
    }
  }

  /// The values, if they are floating-point numbers.
  public var floats: [Float]? {
    if case .floats(let values) = elements { values } else { nil }
  }

  /// The values, if they are integers.
  public var integers: [Int]? {
    if case .integers(let values) = elements { values } else { nil }
  }

  /// The values, if they are truth values.
  public var booleans: [Bool]? {
    if case .booleans(let values) = elements { values } else { nil }
  }
}

/// What a tensor's elements are.
public enum ElementType: String, Hashable, Sendable {
  /// Floating-point numbers, whatever their size in the file.
  case float
  /// Integers, whatever their size in the file.
  case integer
  /// Truth values.
  case boolean
}

extension ConstantTensor.Elements {
  /// The elements at `offset + Σ index · stride` for every index into `shape`, row-major: slices,
  /// transpositions and broadcasting are all of this form.
  ///
  /// - Precondition: No index leaves the elements.
  /// - Complexity: O(elements of the result).
  func strided(_ shape: TensorShape, strides: [Int], offset: Int = 0) -> Self {
    switch self {
    case .floats(let values): .floats(gathered(values, shape, strides, offset))
    case .integers(let values): .integers(gathered(values, shape, strides, offset))
    case .booleans(let values): .booleans(gathered(values, shape, strides, offset))
    }
  }

  /// The elements at some indices, in their order.
  package func elements(at indices: [Int]) -> Self {
    switch self {
    case .floats(let values): .floats(indices.map { values[$0] })
    case .integers(let values): .integers(indices.map { values[$0] })
    case .booleans(let values): .booleans(indices.map { values[$0] })
    }
  }

  /// No elements of the same type.
  var empty: Self {
    switch self {
    case .floats: .floats([])
    case .integers: .integers([])
    case .booleans: .booleans([])
    }
  }
}

extension ConstantTensor {
  /// The elements repeated to fill a shape, as NumPy's broadcasting does.
  ///
  /// - Precondition: The tensor can be broadcast to it.
  func broadcast(to shape: TensorShape) -> Elements {
    self.shape == shape
      ? elements : elements.strided(shape, strides: self.shape.strides(broadcastTo: shape))
  }

  /// The values as `Float`, whatever they are.
  var numbers: [Float]? {
    switch elements {
    case .floats(let values): values
    case .integers(let values): values.map(Float.init)
    case .booleans(let values): values.map { $0 ? 1 : 0 }
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
    // Whole rows of the last dimension are copied at once where they are contiguous.
    if step == 1 {
      result.append(contentsOf: values[start..<start + length])
    } else {
      for offset in 0..<length { result.append(values[start + offset * step]) }
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
