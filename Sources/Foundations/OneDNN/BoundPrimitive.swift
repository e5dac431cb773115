internal import COneDNN

/// A primitive with its tensors, ready to run: what a step of a network holds.
///
/// The arguments are made once, so that running it allocates nothing.
public final class BoundPrimitive {
  private let primitive: Primitive
  private let tensors: [TensorMemory]
  private let context: ExecutionContext
  private var scratchMemory: dnnl_memory_t?
  private var arguments: [dnnl_exec_arg_t]

  /// Binds tensors to their roles.
  ///
  /// - Precondition: The tensors have the shapes and layouts that the primitive was made for.
  public init(
    _ primitive: Primitive, _ bindings: [(Argument, TensorMemory)], in context: ExecutionContext
  ) throws(OneDNNError) {
    self.primitive = primitive
    self.context = context
    tensors = bindings.map { $0.1 }
    arguments = bindings.map { dnnl_exec_arg_t(arg: $0.0.code, memory: $0.1.handle) }
    guard let scratch = primitive.scratchpad else { return }
    try context.grow(to: primitive.scratchpadByteCount)
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

  /// oneDNN's name for the kernel.
  public var implementation: String { primitive.implementation }

  /// Whether it copies one layout or format to another.
  public var isReorder: Bool { primitive.isReorder }

  /// Runs the primitive on the calling thread.
  ///
  /// - Precondition: `keepOneDNNOnThisThread()` was called on this thread.
  public func run() throws(OneDNNError) {
    // The shared scratch memory may have moved as it grew for primitives that were bound later.
    if let scratchMemory {
      try check(
        dnnl_memory_set_data_handle(scratchMemory, context.scratch), "dnnl_memory_set_data_handle")
    }
    let status = arguments.withUnsafeBufferPointer {
      dnnl_primitive_execute(
        primitive.handle, context.stream, Int32($0.count), $0.baseAddress)
    }
    try check(status, "dnnl_primitive_execute")
  }
}
