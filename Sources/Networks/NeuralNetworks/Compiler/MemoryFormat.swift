internal import OneDNN

/// How a tensor lies in memory: its layout and the format of its numbers.
struct MemoryFormat: Hashable, CustomStringConvertible {
  var layout: TensorLayout
  var numbers: NumberFormat

  /// Row-major `Float`: images, vectors, tokens, and what a caller reads.
  static let plain = MemoryFormat(layout: .plain, numbers: .float32)

  /// For instance `plain`, `blocked 16, bf16`.
  var description: String {
    let order =
      switch layout {
      case .plain: "plain"
      case .blocked(let block): "blocked \(block)"
      case .channelsLast: "channels last"
      case .any: "any"
      }
    return numbers == .bfloat16 ? order + ", bf16" : order
  }
}

/// What an operator is told when it is asked for memory formats.
struct FormatRequest {
  /// The inputs that depend on the image.
  let inputs: [(shape: TensorShape, format: MemoryFormat)]
  /// How many inputs there are, constants among them.
  let inputCount: Int
  let output: TensorShape
  /// The format of maps between convolutions.
  let mapNumbers: NumberFormat
  /// A function of each element that is computed at a convolution's end.
  let appended: UnaryFunction?

  /// Whether the first input and the output are maps.
  var isOfMaps: Bool { inputs.first?.shape.rank == 4 && output.rank == 4 }

  /// For operators that work on maps wherever they lie.
  var sameForMaps: FormatChoice {
    guard isOfMaps, let first = inputs.first else { return .plain }
    return FormatChoice(input: first.format, output: first.format)
  }
}

/// Where an operator wants its inputs and leaves its output.
struct FormatChoice {
  /// The format of every input that depends on the image; nil: whatever it has.
  let input: MemoryFormat?
  let output: MemoryFormat

  /// Everything in plain order, in single precision.
  static let plain = FormatChoice(input: .plain, output: .plain)
}

extension TensorLayout {
  /// The layout that this processor's convolution kernels like: found once by asking oneDNN for an
  /// ordinary convolution's result.
  static let forActivations: TensorLayout = {
    // 16 floats fill an AVX-512 register, 8 an AVX2 one.
    for block in [16, 8] {
      guard let isLiked = try? likes(.blocked(block)), isLiked else { continue }
      return .blocked(block)
    }
    return .plain
  }()

  /// The number of channels that lie together; 1 in plain order.
  var block: Int {
    if case .blocked(let count) = self { return count }
    return 1
  }

  /// Whether an ordinary 3 × 3 convolution, its layouts left to oneDNN, leaves its result in this one.
  private static func likes(_ layout: TensorLayout) throws -> Bool {
    let map = [1, 64, 8, 8]
    let open = try TensorDescriptor(map, layout: .any)
    let primitive = try Primitive.convolution(
      source: open, weights: TensorDescriptor([64, 64, 3, 3], layout: .any),
      bias: TensorDescriptor([64]), destination: open,
      geometry: WindowGeometry(
        kernel: [3, 3], strides: [1, 1], paddingBefore: [1, 1], paddingAfter: [1, 1]),
      appending: nil)
    return try primitive.destination == TensorDescriptor(map, layout: layout)
  }

  /// The sizes in memory of a tensor in this layout, outermost first, so that the last one is
  /// contiguous: blocked channels are two sizes.
  func storedDimensions(of dimensions: [Int]) -> [Int] {
    switch self {
    case .plain, .any: return dimensions
    case .channelsLast: return [dimensions[0], dimensions[2], dimensions[3], dimensions[1]]
    case .blocked(let block):
      // The last block is padded.
      let blocks = (dimensions[1] + block - 1) / block
      return [dimensions[0], blocks, dimensions[2], dimensions[3], block]
    }
  }
}
