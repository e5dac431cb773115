internal import OneDNN

/// A tensor of a network being compiled: its shape and where its value and gradient lie.
final class TensorSlot {
  let name: String
  let shape: TensorShape
  /// How value, gradient and tangents lie in memory.
  let format: MemoryFormat
  /// Shape and format as oneDNN has them, of value and gradient alike.
  let descriptor: TensorDescriptor
  /// The value; made when first asked for, unless it lies inside a concatenation.
  private var storedValue: TensorMemory?
  /// The gradient of what is seeded with respect to this tensor.
  private var storedGradient: TensorMemory?
  /// Whether a reader or a seed has already contributed to the gradient.
  var hasGradient = false

  init(name: String, shape: TensorShape, format: MemoryFormat) throws {
    self.name = name
    self.shape = shape
    self.format = format
    descriptor = try TensorDescriptor(
      shape.describable, layout: format.layout, format: format.numbers)
  }

  var hasValue: Bool { storedValue != nil }

  /// Lays the value into other memory, before it is first asked for.
  func use(value: TensorMemory) { storedValue = value }

  /// Lays the gradient into other memory, before it is first asked for.
  func use(gradient: TensorMemory) { storedGradient = gradient }

  /// The value's memory, made when it is first asked for: tensors that nobody touches take none.
  func value() throws -> TensorMemory {
    if let storedValue { return storedValue }
    let memory = try TensorMemory(descriptor)
    storedValue = memory
    return memory
  }

  /// The gradient's memory, made when it is first asked for.
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

  /// The sizes of what lies in memory, outermost first.
  var storedDimensions: [Int] { format.layout.storedDimensions(of: shape.describable) }

  /// How many channels of a map lie together at a position.
  var channelsTogether: Int {
    switch format.layout {
    case .plain, .any: 1
    case .blocked(let block): block
    case .channelsLast: channels
    }
  }
}

/// What a node reads: a tensor that depends on the image, or a constant.
struct Operand {
  let shape: TensorShape
  let value: TensorMemory
  /// Nil for a constant.
  let slot: TensorSlot?
  /// The sizes in memory.
  let storedDimensions: [Int]
}

extension TensorMemory {
  /// The same memory with other sizes.
  func viewed(as descriptor: TensorDescriptor) throws -> TensorMemory {
    try TensorMemory(descriptor, inside: self, at: 0)
  }

  /// A part of the memory.
  func part(
    _ descriptor: TensorDescriptor, at offset: Int
  ) throws -> TensorMemory {
    try TensorMemory(descriptor, inside: self, at: offset)
  }
}
