internal import COneDNN
internal import Glibc

/// Scratch memory that the primitives of one network share; they run one after the other.
public final class Scratchpad {
  fileprivate private(set) var base: UnsafeMutableRawPointer?
  private var byteCount = 0

  /// Makes an empty one; it grows as primitives are bound to it.
  public init() {}

  deinit { free(base) }

  fileprivate func grow(to count: Int) throws(OneDNNError) {
    guard count > byteCount else { return }
    free(base)
    base = nil
    byteCount = 0
    guard posix_memalign(&base, 4096, count) == 0 else {
      throw OneDNNError(function: "posix_memalign", status: "no memory for \(count) bytes")
    }
    byteCount = count
  }
}

/// A primitive with its tensors, ready to run.
public final class BoundPrimitive {
  private let primitive: Primitive
  private let tensors: [TensorMemory]
  private let scratchpad: Scratchpad
  private let stream: dnnl_stream_t
  private var scratchMemory: dnnl_memory_t?
  private var arguments: [dnnl_exec_arg_t]

  /// Binds tensors to their roles.
  ///
  /// - Precondition: The tensors have the shapes and layouts that the primitive was made for.
  public init(
    _ primitive: Primitive, _ bindings: [(Argument, TensorMemory)], scratchpad: Scratchpad
  ) throws(OneDNNError) {
    self.primitive = primitive
    self.scratchpad = scratchpad
    stream = try Engine.get().stream
    tensors = bindings.map { $0.1 }
    arguments = bindings.map { dnnl_exec_arg_t(arg: $0.0.code, memory: $0.1.handle) }
    guard let scratch = primitive.scratchpad else { return }
    try scratchpad.grow(to: primitive.scratchpadByteCount)
    var memory: dnnl_memory_t?
    let engine = try Engine.get().handle
    try check(
      withUnsafePointer(to: scratch.value) { dnnl_memory_create(&memory, $0, engine, nil) },
      "dnnl_memory_create")
    scratchMemory = memory
    if let memory {
      arguments.append(dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: memory))
    }
  }

  deinit { if let scratchMemory { dnnl_memory_destroy(scratchMemory) } }

  /// Runs the primitive on the calling thread.
  ///
  /// - Precondition: `keepOneDNNOnThisThread()` was called on this thread.
  public func run() throws(OneDNNError) {
    if let scratchMemory {
      try check(
        dnnl_memory_set_data_handle(scratchMemory, scratchpad.base), "dnnl_memory_set_data_handle")
    }
    let status = arguments.withUnsafeBufferPointer {
      dnnl_primitive_execute(
        primitive.handle, stream, Int32($0.count), $0.baseAddress)
    }
    try check(status, "dnnl_primitive_execute")
  }
}
