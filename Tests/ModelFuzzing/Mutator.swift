import Randomness

/// Damages files in many ways: blindly, by the bytes, and knowingly, by the fields of messages.
struct Mutator {
  /// The sound files.
  let seeds: [[UInt8]]
  private let trees: [WireTree?]

  init(seeds: [[UInt8]]) {
    self.seeds = seeds
    trees = seeds.map { WireTree($0[...]) }
  }

  /// A damaged file, the same for the same seed and index.
  func file(seed: Int, index: Int) -> [UInt8] {
    var random = RandomStream(
      seed: UInt64(bitPattern: Int64(seed)), purpose: .evaluation, item: index)
    let choice = random.integer(below: seeds.count)
    var bytes = seeds[choice]
    if var tree = trees[choice], random.integer(below: 8) > 0 {
      for _ in 0...random.integer(below: 4) { change(&tree, using: &random) }
      bytes = tree.bytes
    }
    if random.integer(below: 4) == 0 {
      for _ in 0...random.integer(below: 4) { damage(&bytes, using: &random) }
    }
    return bytes
  }

  /// Numbers that are likely to be mistaken.
  private static let numbers: [Int] = [
    0, 1, 2, 3, 4, 5, 7, 8, 16, -1, -2, -3, -4, -8, 63, 64, 127, 128, 255, 256, 1000, 1024, 4096,
    65_535, 65_536, 1 << 20, 1 << 24, 1 << 28, 1 << 30, (1 << 31) - 1, 1 << 31, 1 << 32, 1 << 40,
    1 << 62, .max, .min, .min + 1, -(1 << 31), -(1 << 32),
  ]

  private static let words =
    [
      "", "image", "result", "x", "SAME_UPPER", "SAME_LOWER", "VALID", "reflect", "edge", "wrap",
      "tanh", "none", "axis", "axes", "pads", "value", "perm", "split", "starts", "ends", "to",
      "alpha", "beta", "transA", "transB", "keepdims", "allowzero", "ceil_mode", "group",
      "dilations", "strides", "kernel_shape", "auto_pad", "num_outputs", "epsilon", "start", "end",
      "noop_with_empty_axes", "count_include_pad", "location", "offset", "length", "com.example",
      "SAME", "EXPLICIT", "NCHW", "ksize", "data_format", "explicit_paddings", "num_split",
      "squeeze_dims", "keep_dims", "is_training", "depth_radius", "image:1", "x:0", "^x",
    ] + operations

  /// The operations of the importers, and one that it does not know.
  private static let operations = [
    "Conv", "Relu", "MaxPool", "AveragePool", "GlobalAveragePool", "LRN", "Concat", "Flatten",
    "Gemm", "Softmax", "Dropout", "Identity", "MatMul", "BatchNormalization",
    "LayerNormalization", "ReduceMean", "Clip", "Gelu", "Erf", "Sqrt", "Add", "Div", "Mul", "Pow",
    "Sub", "Max", "Min", "Mod", "Sum", "Equal", "Where", "Cast", "CastLike", "Constant",
    "ConstantOfShape", "Shape", "Expand", "Gather", "Pad", "Reshape", "Slice", "Split", "Squeeze",
    "Transpose", "Unsqueeze", "Neg", "Reciprocal", "Exp", "Log", "Unknown",
    "Conv2D", "DepthwiseConv2dNative", "AvgPool", "BiasAdd", "FusedBatchNormV3", "BatchMatMulV2",
    "Mean", "ConcatV2", "SplitV", "ExpandDims", "Pack", "StridedSlice", "PadV2", "MirrorPad",
    "Const", "Placeholder", "PlaceholderWithDefault", "AddN", "Rsqrt", "SquaredDifference",
    "LeakyRelu", "PRelu", "Relu6", "IdentityN", "LogSoftmax",
  ]

  // MARK: By the fields

  private func change(_ tree: inout WireTree, using random: inout RandomStream) {
    let other = trees[random.integer(below: trees.count)]
    let index = random.integer(below: tree.messageCount)
    var stream = random
    tree.change(index) { message in
      guard !message.fields.isEmpty else { return }
      let place = stream.integer(below: message.fields.count)
      switch stream.integer(below: 10) {
      case 0: message.fields.remove(at: place)
      case 1: message.fields.insert(message.fields[place], at: place)
      case 2:
        let target = stream.integer(below: message.fields.count)
        message.fields.swapAt(place, target)
      case 3:
        // A field of another message, or of another file.
        guard let other else { return }
        let source = other.message(stream.integer(below: other.messageCount))
        guard !source.fields.isEmpty else { return }
        message.fields.insert(
          source.fields[stream.integer(below: source.fields.count)], at: place)
      case 4:
        // A new number field: dims, attribute values, types.
        message.fields.insert(
          .init(
            number: UInt64(1 + stream.integer(below: 20)),
            value: .integer(number(using: &stream))), at: place)
      default: change(&message.fields[place].value, using: &stream)
      }
    }
    random = stream
  }

  private func change(_ value: inout WireTree.Value, using random: inout RandomStream) {
    switch value {
    case .integer(let old):
      value = .integer(
        random.integer(below: 4) == 0
          ? old &+ UInt64(bitPattern: Int64(random.integer(below: 5) - 2)) : number(using: &random))
    case .fixed32:
      let bits: [UInt32] = [0, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0x7F7F_FFFF, 1, 0x8000_0000]
      value = .fixed32(littleEndian(bits[random.integer(below: bits.count)]))
    case .fixed64: value = .fixed64(littleEndian(number(using: &random)))
    case .message(var message):
      guard !message.fields.isEmpty else { return }
      let place = random.integer(below: message.fields.count)
      change(&message.fields[place].value, using: &random)
      value = .message(message)
    case .bytes(var bytes):
      switch random.integer(below: 5) {
      case 0, 1: bytes = Array(Self.words[random.integer(below: Self.words.count)].utf8)
      case 2 where bytes.count >= 8:
        // A whole number inside raw data.
        let place = random.integer(below: bytes.count / 8) * 8
        bytes.replaceSubrange(place..<place + 8, with: littleEndian(number(using: &random)))
      case 3: bytes.append(contentsOf: bytes.prefix(8 * (1 + random.integer(below: 3))))
      default: damage(&bytes, using: &random)
      }
      value = .bytes(bytes)
    }
  }

  private func number(using random: inout RandomStream) -> UInt64 {
    UInt64(bitPattern: Int64(Self.numbers[random.integer(below: Self.numbers.count)]))
  }

  private func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  // MARK: By the bytes

  private func damage(_ bytes: inout [UInt8], using random: inout RandomStream) {
    guard !bytes.isEmpty else { return }
    let place = random.integer(below: bytes.count)
    let telling: [UInt8] = [0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF]
    switch random.integer(below: 6) {
    case 0: bytes[place] ^= 1 << UInt8(random.integer(below: 8))
    case 1: bytes[place] = telling[random.integer(below: telling.count)]
    case 2: bytes.remove(at: place)
    case 3: bytes.insert(telling[random.integer(below: telling.count)], at: place)
    case 4: bytes.removeLast(bytes.count - place)
    default:
      let chunk = Array(bytes[place..<min(bytes.count, place + random.integer(below: 64))])
      bytes.insert(contentsOf: chunk, at: random.integer(below: place + 1))
    }
  }
}
