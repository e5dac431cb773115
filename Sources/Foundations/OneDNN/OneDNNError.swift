internal import COneDNN

/// A failed call into oneDNN, mostly a primitive without a kernel (`unimplemented`) or lacking memory.
public struct OneDNNError: Error, CustomStringConvertible {
  /// The C function that failed.
  public let function: String
  /// oneDNN's own word for the cause.
  public let status: String

  /// For instance `oneDNN: dnnl_primitive_create failed: unimplemented`.
  public var description: String { "oneDNN: \(function) failed: \(status)" }
}

/// Turns a status into an error; every call into oneDNN passes here.
func check(_ status: dnnl_status_t, _ function: String) throws(OneDNNError) {
  guard status == dnnl_success else {
    throw OneDNNError(function: function, status: String(cString: dnnl_status2str(status)))
  }
}
