/// The sizes of a tensor, outermost first; a number has none.
///
/// Images and maps are batch × channels × height × width, vectors batch × channels, tokens batch ×
/// tokens × channels. Elements are row-major.
public struct TensorShape: Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  /// The sizes, none negative.
  public var dimensions: [Int]

  /// Makes a shape.
  public init(_ dimensions: [Int]) { self.dimensions = dimensions }

  /// Makes a shape of the sizes that are written out.
  public init(arrayLiteral dimensions: Int...) { self.dimensions = dimensions }

  /// The shape of one image or map: 1 × channels × height × width.
  public init(_ map: MapShape) { dimensions = [1, map.channels, map.height, map.width] }

  /// The number of dimensions.
  public var rank: Int { dimensions.count }

  /// The number of elements; 1 for a number.
  ///
  /// - Precondition: It can be counted, as it can for every shape that `isReasonable`.
  public var elementCount: Int { dimensions.reduce(1, *) }

  /// Whether there are at most 8 dimensions, none negative, and at most 2³¹ elements.
  public var isReasonable: Bool {
    guard rank <= 8 else { return false }
    var count = 1
    for size in dimensions {
      guard size >= 0, size <= 1 << 31 else { return false }
      // A size of 0 must not hide that the others are too large to be counted.
      count *= max(size, 1)
      guard count <= 1 << 31 else { return false }
    }
    return true
  }

  /// The distance in elements between neighbors along each dimension, row-major.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for index in stride(from: rank - 2, through: 0, by: -1) {
      strides[index] = strides[index + 1] * dimensions[index + 1]
    }
    return strides
  }

  /// The map that an atlas would see: channels × height × width of one image, a vector as a map of
  /// 1 × 1; nil for anything else.
  public var map: MapShape? {
    guard dimensions.allSatisfy({ $0 > 0 }), dimensions.first == 1 else { return nil }
    switch rank {
    case 4:
      return MapShape(channels: dimensions[1], height: dimensions[2], width: dimensions[3])
    case 2: return MapShape(channels: dimensions[1], height: 1, width: 1)
    default: return nil
    }
  }

  /// For instance `1 × 512 × 14 × 14`, or `number`.
  public var description: String {
    rank == 0 ? "number" : dimensions.map(String.init).joined(separator: " × ")
  }
}

extension TensorShape {
  /// The shape to which tensors of two shapes are broadcast, as in NumPy: aligned at
  /// the last dimension, where sizes must be equal or one of them 1.
  ///
  /// - Returns: `nil` when they do not go together.
  package func broadcast(with other: TensorShape) -> TensorShape? {
    let (long, short) = rank >= other.rank ? (self, other) : (other, self)
    var result = long
    let offset = long.rank - short.rank
    for (index, size) in short.dimensions.enumerated() {
      let dimension = index + offset
      switch (result.dimensions[dimension], size) {
      case (let a, let b) where a == b: continue
      case (1, let b): result.dimensions[dimension] = b
      case (_, 1): continue
      default: return nil
      }
    }
    return result
  }

  /// The strides with which a tensor of this shape is read as one of `shape`: 0 along dimensions
  /// in which it is repeated.
  ///
  /// - Precondition: It can be broadcast to `shape`.
  package func strides(broadcastTo shape: TensorShape) -> [Int] {
    let offset = shape.rank - rank
    precondition(offset >= 0, "\(self) cannot be broadcast to \(shape)")
    var result = [Int](repeating: 0, count: shape.rank)
    // Aligned at the last dimension; sizes of 1 keep the stride 0, which reads one element again and
    // again.
    for (index, stride) in strides.enumerated() where dimensions[index] != 1 {
      precondition(
        dimensions[index] == shape.dimensions[index + offset],
        "\(self) cannot be broadcast to \(shape)")
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

  /// For each element of a larger shape, in order, the element of this one that stands there.
  ///
  /// - Precondition: The shape can be broadcast to the larger one.
  func indices(broadcastTo whole: TensorShape) -> [Int] {
    let strides = strides(broadcastTo: whole)
    var indices = [0]
    for (size, stride) in zip(whole.dimensions, strides) {
      indices = indices.flatMap { index in (0..<size).map { index + $0 * stride } }
    }
    return indices
  }
}

extension [Int] {
  /// Sizes of 1 put before, up to a number of dimensions.
  func leading(to count: Int) -> [Int] {
    [Int](repeating: 1, count: Swift.max(0, count - self.count)) + self
  }
}
