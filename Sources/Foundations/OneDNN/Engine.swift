internal import COneDNN
internal import Glibc

/// The processor as oneDNN sees it, made once: creating an engine asks the processor for its abilities.
struct Engine: @unchecked Sendable {
  let handle: dnnl_engine_t

  private static let shared: Result<Engine, OneDNNError> = Result { () throws(OneDNNError) in
    var engine: dnnl_engine_t?
    try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create")
    guard let engine else {
      throw OneDNNError(function: "dnnl_engine_create", status: "no engine")
    }
    return Engine(handle: engine)
  }

  /// The engine of the process.
  ///
  /// - Throws: `OneDNNError`, every time, if it could not be made.
  static func get() throws(OneDNNError) -> Engine { try shared.get() }
}

/// Makes oneDNN work on the calling thread alone from here on.
///
/// The project is parallel on the outside, over batches and blocks, so that a result never depends on
/// how a library splits a loop. OpenMP keeps this setting for each thread; setting it again costs
/// nothing.
public func keepOneDNNOnThisThread() { omp_set_num_threads(1) }

/// What the processor can do that results may depend on.
public enum Processor {
  /// Whether it multiplies bfloat16 numbers itself (AVX512_BF16 and later).
  ///
  /// As oneDNN sees it: `DNNL_MAX_CPU_ISA` in the environment lowers it.
  public static var hasBFloat16: Bool {
    // Instruction sets are bit masks, later ones containing earlier ones.
    dnnl_get_effective_cpu_isa().rawValue & dnnl_cpu_isa_avx512_core_bf16.rawValue
      == dnnl_cpu_isa_avx512_core_bf16.rawValue
  }

  /// Whether convolutions of bfloat16 numbers are faster than those of `Float`.
  ///
  /// AMD's Zen 4 and 5 multiply twice as many in a cycle; an icon's step takes 0.56 of the time. Intel's
  /// AVX512_BF16 multiplies no more than single precision does, and oneDNN 2.6's kernels for it half as
  /// many: a step takes 1.5 times as long (Sapphire and Emerald Rapids).
  public static var hasFastBFloat16: Bool { hasBFloat16 && processor_is_intel() == 0 }
}

/// What the primitives of one network share: the order in which they run, and scratch memory, since
/// they run one after the other.
///
/// Not safe to use from two threads at once.
public final class ExecutionContext {
  let stream: dnnl_stream_t
  private(set) var scratch: UnsafeMutableRawPointer?
  private var scratchByteCount = 0

  /// Makes a context without scratch memory; it grows as primitives are bound to it.
  public init() throws(OneDNNError) {
    var stream: dnnl_stream_t?
    try check(
      dnnl_stream_create(&stream, try Engine.get().handle, dnnl_stream_default_flags.rawValue),
      "dnnl_stream_create")
    guard let stream else {
      throw OneDNNError(function: "dnnl_stream_create", status: "no stream")
    }
    self.stream = stream
  }

  deinit {
    free(scratch)
    dnnl_stream_destroy(stream)
  }

  /// Makes sure of scratch memory, at least as large as the largest primitive needs.
  ///
  /// - Throws: When the memory cannot be had; there is none then.
  func grow(to byteCount: Int) throws(OneDNNError) {
    guard byteCount > scratchByteCount else { return }
    free(scratch)
    scratch = nil
    scratchByteCount = 0
    // What was in it does not matter, so nothing is copied.
    guard posix_memalign(&scratch, 4096, byteCount) == 0 else {
      throw OneDNNError(function: "posix_memalign", status: "no memory for \(byteCount) bytes")
    }
    scratchByteCount = byteCount
  }
}
