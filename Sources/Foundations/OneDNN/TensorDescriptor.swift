internal import COneDNN

/// The order in which a tensor's elements lie in memory.
public enum TensorLayout: Sendable, Equatable {
  /// Dimensions one inside the other, the last one fastest: NCHW, OIHW, NC.
  case plain
  /// NCHW with the channels cut into blocks: N, C / block, H, W, block. The block is 8 or 16.
  case blocked(Int)
  /// Whatever the primitive that is made with it likes best.
  case any
}

/// The shape, element type and memory layout of a tensor of `Float`.
public struct TensorDescriptor: @unchecked Sendable, Equatable {
  var value: dnnl_memory_desc_t

  init(_ value: dnnl_memory_desc_t) { self.value = value }

  /// Describes a tensor.
  ///
  /// - Parameters:
  ///   - dimensions: One to five sizes: NC, NCHW, OIHW, GOIHW.
  ///   - layout: The order in memory; blocks are for NCHW only.
  /// - Throws: When a size is not acceptable to oneDNN.
  public init(_ dimensions: [Int], layout: TensorLayout = .plain) throws(OneDNNError) {
    var descriptor = dnnl_memory_desc_t()
    let tag =
      switch layout {
      case .any: dnnl_format_tag_any
      case .blocked(16): dnnl_nChw16c
      case .blocked: dnnl_nChw8c
      case .plain:
        switch dimensions.count {
        case 1: dnnl_a
        case 2: dnnl_ab
        case 3: dnnl_abc
        case 4: dnnl_abcd
        default: dnnl_abcde
        }
      }
    try check(
      dimensions.map { dnnl_dim_t($0) }.withUnsafeBufferPointer {
        dnnl_memory_desc_init_by_tag(
          &descriptor, Int32(dimensions.count), $0.baseAddress, dnnl_f32, tag)
      }, "dnnl_memory_desc_init_by_tag")
    value = descriptor
  }

  /// The tensor's size in memory, padding included.
  public var byteCount: Int {
    withUnsafePointer(to: value) { dnnl_memory_desc_get_size($0) }
  }

  /// Whether both describe the same sizes in the same order.
  public static func == (a: TensorDescriptor, b: TensorDescriptor) -> Bool {
    withUnsafePointer(to: a.value) { a in
      withUnsafePointer(to: b.value) { b in dnnl_memory_desc_equal(a, b) != 0 }
    }
  }
}
