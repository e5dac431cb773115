internal import COneDNN
internal import Synchronization

/// The processor as oneDNN sees it, and the order in which it works.
///
/// Both are made once; they hold no state that a primitive changes, and every call from this project
/// runs on the calling thread alone.
struct Engine: @unchecked Sendable {
  let handle: dnnl_engine_t
  let stream: dnnl_stream_t

  private static let shared: Result<Engine, OneDNNError> = Result { () throws(OneDNNError) in
    var engine: dnnl_engine_t?
    try check(dnnl_engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create")
    var stream: dnnl_stream_t?
    try check(
      dnnl_stream_create(&stream, engine, dnnl_stream_default_flags.rawValue), "dnnl_stream_create")
    guard let engine, let stream else {
      throw OneDNNError(function: "dnnl_engine_create", status: "no engine")
    }
    return Engine(handle: engine, stream: stream)
  }

  static func get() throws(OneDNNError) -> Engine { try shared.get() }
}
