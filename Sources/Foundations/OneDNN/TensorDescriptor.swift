internal import COneDNN

/// The order in which a tensor's elements lie in memory.
public enum TensorLayout: Sendable, Hashable {
  /// Dimensions one inside the other, the last one fastest: NCHW, OIHW, NC.
  case plain
  /// NCHW with the channels cut into blocks: N, C / block, H, W, block. The block is 8 or 16.
  case blocked(Int)
  /// NCHW with the channels innermost: N, H, W, C.
  case channelsLast
  /// Whatever the primitive that is made with it likes best.
  case any
}

/// How a tensor's numbers are stored.
public enum NumberFormat: Sendable {
  /// Single precision, `Float`.
  case float32
  /// The upper half of a single-precision number: 8 bits of exponent, 7 of fraction.
  case bfloat16

  var code: dnnl_data_type_t { self == .float32 ? dnnl_f32 : dnnl_bf16 }
  /// Bytes a number.
  public var byteCount: Int { self == .float32 ? 4 : 2 }
}

/// The shape, number format and memory layout of a tensor.
public struct TensorDescriptor: @unchecked Sendable, Equatable {
  var value: dnnl_memory_desc_t

  init(_ value: dnnl_memory_desc_t) { self.value = value }

  /// Describes a tensor.
  ///
  /// - Parameters:
  ///   - dimensions: One to eight sizes: NC, NCHW, OIHW, GOIHW …
  ///   - layout: The order in memory; blocks and channels last are for NCHW only.
  ///   - format: How the numbers are stored.
  /// - Throws: When a size is not acceptable to oneDNN.
  public init(
    _ dimensions: [Int], layout: TensorLayout = .plain, format: NumberFormat = .float32
  ) throws(OneDNNError) {
    var descriptor = dnnl_memory_desc_t()
    // oneDNN names plain orders by letters, one for each rank.
    let plain = [dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd, dnnl_abcde, dnnl_abcdef, dnnl_abcdefg]
    let tag =
      switch layout {
      case .any: dnnl_format_tag_any
      // A block of 16 floats fills an AVX-512 register, one of 8 an AVX2 register.
      case .blocked(16): dnnl_nChw16c
      case .blocked: dnnl_nChw8c
      case .channelsLast: dnnl_nhwc
      case .plain: dimensions.count > 7 ? dnnl_abcdefgh : plain[max(0, dimensions.count - 1)]
      }
    try check(
      dimensions.map { dnnl_dim_t($0) }.withUnsafeBufferPointer {
        dnnl_memory_desc_init_by_tag(
          &descriptor, Int32(dimensions.count), $0.baseAddress, format.code, tag)
      }, "dnnl_memory_desc_init_by_tag")
    value = descriptor
  }

  /// Describes a tensor of `Float` whose neighbors along each dimension lie `strides` elements apart.
  ///
  /// - Throws: When a size is not acceptable to oneDNN.
  public init(_ dimensions: [Int], strides: [Int]) throws(OneDNNError) {
    precondition(dimensions.count == strides.count, "one stride a dimension is needed")
    var descriptor = dnnl_memory_desc_t()
    let numbers = (dimensions + strides).map { dnnl_dim_t($0) }
    try check(
      numbers.withUnsafeBufferPointer { numbers in
        dnnl_memory_desc_init_by_strides(
          &descriptor, Int32(dimensions.count), numbers.baseAddress, dnnl_f32,
          numbers.baseAddress.map { $0 + dimensions.count })
      }, "dnnl_memory_desc_init_by_strides")
    value = descriptor
  }

  /// How the numbers are stored.
  public var format: NumberFormat { value.data_type == dnnl_bf16 ? .bfloat16 : .float32 }

  /// The tensor's size in memory, padding included.
  public var byteCount: Int {
    withUnsafePointer(to: value) { dnnl_memory_desc_get_size($0) }
  }

  /// The number of elements in memory, padding included.
  ///
  /// From the padded sizes: a workspace's bytes do not tell how wide its integers are.
  var elementCount: Int {
    withUnsafeBytes(of: value.padded_dims) { dimensions in
      dimensions.bindMemory(to: dnnl_dim_t.self).prefix(Int(value.ndims)).reduce(1) {
        $0 * Int($1)
      }
    }
  }

  /// The first of the tensor's sizes, for instance the number of images, if what belongs to each lies
  /// together in memory; otherwise 1.
  public var outermostSize: Int {
    let count = Int(value.dims.0)
    guard value.ndims > 1, count > 0, Int(value.padded_dims.0) == count else { return 1 }
    let strides = withUnsafeBytes(of: value.format_desc.blocking.strides) { strides in
      strides.bindMemory(to: dnnl_dim_t.self).prefix(Int(value.ndims)).map { Int($0) }
    }
    return strides[0] * count == elementCount ? count : 1
  }

  /// Whether both describe the same sizes in the same order.
  public static func == (a: TensorDescriptor, b: TensorDescriptor) -> Bool {
    withUnsafePointer(to: a.value) { a in
      withUnsafePointer(to: b.value) { b in dnnl_memory_desc_equal(a, b) != 0 }
    }
  }
}
