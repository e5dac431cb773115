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
      count *= max(size, 1)
      guard count <= 1 << 31 else { return false }
    }
    return true
  }

  /// The distance in elements between neighbours along each dimension, row-major.
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
