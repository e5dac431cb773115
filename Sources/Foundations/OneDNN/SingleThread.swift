internal import COneDNN

/// Makes oneDNN work on the calling thread alone from here on.
///
/// The project is parallel on the outside, over batches and blocks, so that a result never depends on
/// how a library splits a loop. OpenMP keeps this setting for each thread; setting it again costs
/// nothing.
public func keepOneDNNOnThisThread() { omp_set_num_threads(1) }

/// What the processor can do that results may depend on.
public enum Processor {
  /// Whether it multiplies bfloat16 numbers itself (AVX512_BF16 and later).
  public static var hasBFloat16: Bool {
    dnnl_get_effective_cpu_isa().rawValue & dnnl_cpu_isa_avx512_core_bf16.rawValue
      == dnnl_cpu_isa_avx512_core_bf16.rawValue
  }
}
