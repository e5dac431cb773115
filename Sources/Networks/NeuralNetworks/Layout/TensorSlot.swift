internal import OneDNN

/// A tensor of a network being compiled: its shape and where its value and gradient lie.
final class TensorSlot {
  let name: String
  let shape: TensorShape
  /// How value and gradient lie in memory.
  let place: TensorPlace
  let descriptor: TensorDescriptor
  /// The value; made when first asked for, unless it lies inside a concatenation.
  private var storedValue: TensorMemory?
  /// The gradient of the target with respect to this tensor.
  private var storedGradient: TensorMemory?
  /// Whether a consumer has already put its share into the gradient.
  var hasGradient = false

  init(name: String, shape: TensorShape, place: TensorPlace) throws {
    self.name = name
    self.shape = shape
    self.place = place
    descriptor = try TensorDescriptor(
      shape.describable, layout: place.layout, format: place.format)
  }

  var isPlaced: Bool { storedValue != nil }

  func place(value: TensorMemory) { storedValue = value }

  func place(gradient: TensorMemory) { storedGradient = gradient }

  func value() throws -> TensorMemory {
    if let storedValue { return storedValue }
    let memory = try TensorMemory(descriptor)
    storedValue = memory
    return memory
  }

  func gradient() throws -> TensorMemory {
    if let storedGradient { return storedGradient }
    let memory = try TensorMemory(descriptor)
    storedGradient = memory
    return memory
  }

  /// Whether it is batch × channels × height × width.
  var isMap: Bool { shape.rank == 4 }
  var batch: Int { shape.dimensions[0] }
  var channels: Int { shape.dimensions[1] }
  var height: Int { shape.dimensions[2] }
  var width: Int { shape.dimensions[3] }

  /// The sizes of what lies in memory, outermost first, so that the last one is contiguous: blocked
  /// channels are two sizes.
  var storedDimensions: [Int] { place.layout.storedDimensions(of: shape.dimensions) }
}

extension TensorShape {
  /// The sizes as oneDNN wants them: a number is a vector of one.
  var describable: [Int] { rank == 0 ? [1] : dimensions }
}

extension TensorLayout {
  /// The sizes in memory of a tensor in this layout.
  func storedDimensions(of dimensions: [Int]) -> [Int] {
    switch self {
    case .plain, .any: return dimensions
    case .channelsLast:
      return [dimensions[0], dimensions[2], dimensions[3], dimensions[1]]
    case .blocked(let block):
      let blocks = (dimensions[1] + block - 1) / block
      return [dimensions[0], blocks, dimensions[2], dimensions[3], block]
    }
  }
}
