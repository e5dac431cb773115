internal import COneDNN
internal import Glibc

/// A tensor in memory: a descriptor and the bytes, owned or lent by another tensor.
///
/// Not safe to write from two threads at once; a tensor that nobody writes any more may be read by
/// all.
public final class TensorMemory: @unchecked Sendable {
  /// The tensor's shape and layout.
  public let descriptor: TensorDescriptor
  let handle: dnnl_memory_t
  /// The elements as they lie in memory, padding included.
  let base: UnsafeMutableRawPointer
  /// How the numbers are stored.
  public let format: NumberFormat
  /// The number of elements in memory, padding included.
  public let storedCount: Int
  private let owner: TensorMemory?

  /// Makes a tensor of zeros.
  ///
  /// - Throws: When the memory cannot be had.
  public init(_ descriptor: TensorDescriptor) throws(OneDNNError) {
    // Aligned to a cache line, the width of an AVX-512 register; never empty, since a request for 0
    // bytes may be answered with a null pointer.
    let byteCount = max(64, descriptor.byteCount)
    var pointer: UnsafeMutableRawPointer?
    guard posix_memalign(&pointer, 64, byteCount) == 0, let pointer else {
      throw OneDNNError(function: "posix_memalign", status: "no memory for \(byteCount) bytes")
    }
    // oneDNN expects zeros in the padding of a last block.
    memset(pointer, 0, byteCount)
    base = pointer
    format = descriptor.format
    storedCount = descriptor.byteCount / format.byteCount
    owner = nil
    self.descriptor = descriptor
    do throws(OneDNNError) {
      handle = try TensorMemory.makeHandle(descriptor, pointer)
    } catch {
      free(pointer)
      throw error
    }
  }

  /// A tensor that lies inside another one, from the element at `offset` of its memory on.
  ///
  /// - Precondition: It fits.
  public init(
    _ descriptor: TensorDescriptor, inside owner: TensorMemory, at offset: Int
  ) throws(OneDNNError) {
    format = descriptor.format
    storedCount = descriptor.byteCount / format.byteCount
    // Holding the owner keeps its memory alive as long as the view.
    precondition(
      format == owner.format && offset >= 0 && offset + storedCount <= owner.storedCount,
      "the view leaves its tensor")
    base = owner.base + offset * format.byteCount
    self.owner = owner
    self.descriptor = descriptor
    handle = try TensorMemory.makeHandle(descriptor, base)
  }

  deinit {
    dnnl_memory_destroy(handle)
    if owner == nil { free(base) }
  }

  private static func makeHandle(
    _ descriptor: TensorDescriptor, _ data: UnsafeMutableRawPointer
  ) throws(OneDNNError) -> dnnl_memory_t {
    let engine = try Engine.get().handle
    var handle: dnnl_memory_t?
    try check(
      withUnsafePointer(to: descriptor.value) { dnnl_memory_create(&handle, $0, engine, data) },
      "dnnl_memory_create")
    guard let handle else {
      throw OneDNNError(function: "dnnl_memory_create", status: "no memory object")
    }
    return handle
  }

  /// The elements of a tensor of `Float`.
  ///
  /// - Precondition: The format is `float32`.
  var floats: UnsafeMutablePointer<Float> {
    precondition(format == .float32, "the tensor does not hold single precision")
    return base.assumingMemoryBound(to: Float.self)
  }

  /// Reads the elements as they lie in memory.
  ///
  /// - Precondition: The format is `float32`.
  public func withElements<Result>(
    _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    try body(Span(_unsafeElements: UnsafeBufferPointer(start: floats, count: storedCount)))
  }

  /// Writes the elements as they lie in memory.
  ///
  /// - Precondition: The format is `float32`.
  public func withMutableElements<Result>(
    _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    var span = MutableSpan(
      _unsafeElements: UnsafeMutableBufferPointer(start: floats, count: storedCount))
    return try body(&span)
  }
}

extension TensorMemory {
  /// Reads some of the elements as they lie in memory.
  ///
  /// - Precondition: The format is `float32`, and the range lies within the memory.
  public func withElements<Result>(
    in range: Range<Int>, _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    try body(
      Span(_unsafeElements: UnsafeBufferPointer(start: start(of: range), count: range.count)))
  }

  /// Writes some of the elements as they lie in memory.
  ///
  /// - Precondition: The format is `float32`, and the range lies within the memory.
  public func withMutableElements<Result>(
    in range: Range<Int>, _ body: (inout MutableSpan<Float>) throws -> Result
  ) rethrows -> Result {
    var span = MutableSpan(
      _unsafeElements: UnsafeMutableBufferPointer(start: start(of: range), count: range.count))
    return try body(&span)
  }

  /// The first element of a range that lies within the memory.
  private func start(of range: Range<Int>) -> UnsafeMutablePointer<Float> {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= storedCount,
      "\(range) leaves a tensor of \(storedCount) elements")
    return floats + range.lowerBound
  }

  /// The small integers of a workspace, one byte or four bytes each: what a max pool notes.
  public func smallIntegers() -> [Int32] {
    // oneDNN takes one byte each for small windows, four for large ones.
    let count = descriptor.elementCount
    if descriptor.byteCount >= 4 * count {
      let numbers = base.assumingMemoryBound(to: Int32.self)
      return (0..<count).map { numbers[$0] }
    }
    let bytes = base.assumingMemoryBound(to: UInt8.self)
    return (0..<count).map { Int32(bytes[$0]) }
  }

  /// Copies rows of elements from another tensor of the same format.
  ///
  /// - Parameters:
  ///   - count: How many rows.
  ///   - length: Elements a row.
  ///   - start: Where the first row goes.
  ///   - stride: The distance between rows here.
  ///   - source: The other tensor.
  ///   - sourceStart: Where its first row is.
  ///   - sourceStride: The distance between rows there.
  /// - Precondition: All rows lie within the memories.
  public func copyRows(
    _ count: Int, of length: Int, to start: Int, stride: Int, from source: TensorMemory,
    at sourceStart: Int, sourceStride: Int
  ) {
    guard count > 0, length > 0 else { return }
    precondition(
      format == source.format && start >= 0 && sourceStart >= 0
        && start + (count - 1) * stride + length <= storedCount
        && sourceStart + (count - 1) * sourceStride + length <= source.storedCount,
      "rows leave their tensors")
    let size = format.byteCount
    for row in 0..<count {
      (base + (start + row * stride) * size).copyMemory(
        from: source.base + (sourceStart + row * sourceStride) * size, byteCount: length * size)
    }
  }

  /// Whether both are the same elements of the same memory.
  public func isSameMemory(as other: TensorMemory) -> Bool {
    base == other.base && storedCount == other.storedCount
  }
}
