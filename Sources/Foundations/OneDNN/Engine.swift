internal import COneDNN

/// The processor as oneDNN sees it, made once.
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

  static func get() throws(OneDNNError) -> Engine { try shared.get() }
}
