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
  /// - Precondition: There is one value for each place.
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
