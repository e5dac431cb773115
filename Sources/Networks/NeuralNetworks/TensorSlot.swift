internal import NetworkGraphs
internal import OneDNN

/// A tensor of a network being compiled: its shape and where its value and gradient lie.
final class TensorSlot {
  let name: String
  let shape: MapShape
  /// The layout of value and gradient.
  let layout: TensorLayout
  let descriptor: TensorDescriptor
  /// Whether it is a vector (NC) rather than a map (NCHW).
  let isVector: Bool
  /// The value; made when first asked for, unless it lies inside a concatenation.
  private var storedValue: TensorMemory?
  /// The gradient of the target with respect to this tensor.
  private var storedGradient: TensorMemory?
  /// Whether a consumer has already put its share into the gradient.
  var hasGradient = false

  init(
    name: String, shape: MapShape, layout: TensorLayout, isVector: Bool
  ) throws(OneDNNError) {
    self.name = name
    self.shape = shape
    self.layout = layout
    self.isVector = isVector
    descriptor = try TensorDescriptor(
      TensorSlot.dimensions(shape, isVector: isVector), layout: layout)
  }

  /// NC for a vector, NCHW for a map, of one image.
  var dimensions: [Int] { TensorSlot.dimensions(shape, isVector: isVector) }

  private static func dimensions(_ shape: MapShape, isVector: Bool) -> [Int] {
    isVector ? [1, shape.elementCount] : [1, shape.channels, shape.height, shape.width]
  }

  var isPlaced: Bool { storedValue != nil }

  func place(value: TensorMemory) { storedValue = value }

  func place(gradient: TensorMemory) { storedGradient = gradient }

  func value() throws(OneDNNError) -> TensorMemory {
    if let storedValue { return storedValue }
    let memory = try TensorMemory(descriptor)
    storedValue = memory
    return memory
  }

  func gradient() throws(OneDNNError) -> TensorMemory {
    if let storedGradient { return storedGradient }
    let memory = try TensorMemory(descriptor)
    storedGradient = memory
    return memory
  }
}
