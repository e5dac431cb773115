internal import COneDNN
internal import Glibc

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

  func grow(to byteCount: Int) throws(OneDNNError) {
    guard byteCount > scratchByteCount else { return }
    free(scratch)
    scratch = nil
    scratchByteCount = 0
    guard posix_memalign(&scratch, 4096, byteCount) == 0 else {
      throw OneDNNError(function: "posix_memalign", status: "no memory for \(byteCount) bytes")
    }
    scratchByteCount = byteCount
  }
}
