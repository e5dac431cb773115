internal import COneDNN

/// The role of a tensor in a primitive.
public enum Argument: Sendable {
  case source, weights, bias, destination, workspace
  case sourceGradient, destinationGradient
  case mean, variance
  /// A matrix of two rows: scales, shifts.
  case scaleAndShift, scaleAndShiftGradient

  var code: Int32 {
    switch self {
    case .source: DNNL_ARG_SRC
    case .weights: DNNL_ARG_WEIGHTS
    case .bias: DNNL_ARG_BIAS
    case .destination: DNNL_ARG_DST
    case .workspace: DNNL_ARG_WORKSPACE
    case .sourceGradient: DNNL_ARG_DIFF_SRC
    case .destinationGradient: DNNL_ARG_DIFF_DST
    case .mean: DNNL_ARG_MEAN
    case .variance: DNNL_ARG_VARIANCE
    case .scaleAndShift: DNNL_ARG_SCALE_SHIFT
    case .scaleAndShiftGradient: DNNL_ARG_DIFF_SCALE_SHIFT
    }
  }
}

/// A oneDNN primitive: one operation on tensors of fixed shapes and layouts.
public final class Primitive: @unchecked Sendable {
  let descriptor: dnnl_primitive_desc_t
  let handle: dnnl_primitive_t

  /// Takes over a primitive descriptor and makes its primitive.
  init(owning descriptor: dnnl_primitive_desc_t) throws(OneDNNError) {
    var handle: dnnl_primitive_t?
    let status = dnnl_primitive_create(&handle, descriptor)
    guard status == dnnl_success, let handle else {
      // `deinit` does not run for an object that was never complete.
      dnnl_primitive_desc_destroy(descriptor)
      throw OneDNNError(
        function: "dnnl_primitive_create", status: String(cString: dnnl_status2str(status)))
    }
    self.descriptor = descriptor
    self.handle = handle
  }

  /// Makes the primitive of an operation descriptor; scratch memory is the caller's.
  convenience init(
    operation: UnsafeRawPointer, appending function: Elementwise? = nil, hint: Primitive? = nil
  ) throws(OneDNNError) {
    // Kernels are generated for the number of threads that is set when they are made.
    keepOneDNNOnThisThread()
    let attributes = try Attributes(appending: function)
    var descriptor: dnnl_primitive_desc_t?
    try check(
      dnnl_primitive_desc_create(
        &descriptor, operation, attributes.handle, try Engine.get().handle, hint?.descriptor),
      "dnnl_primitive_desc_create")
    guard let descriptor else {
      throw OneDNNError(function: "dnnl_primitive_desc_create", status: "no descriptor")
    }
    try self.init(owning: descriptor)
  }

  deinit {
    dnnl_primitive_destroy(handle)
    dnnl_primitive_desc_destroy(descriptor)
  }

  /// What the primitive says about one of its tensors; nil for one that it does not have.
  private func tensor(_ query: dnnl_query_t) -> TensorDescriptor? {
    // What a primitive does not have may come as a descriptor of size 0 instead of a null pointer.
    guard let pointer = dnnl_primitive_desc_query_md(descriptor, query, 0),
      dnnl_memory_desc_get_size(pointer) > 0
    else { return nil }
    return TensorDescriptor(pointer.pointee)
  }

  /// oneDNN's name for the kernel that it chose, for instance `jit:avx512_core`.
  public var implementation: String {
    var name: UnsafePointer<CChar>?
    let status = withUnsafeMutablePointer(to: &name) {
      dnnl_primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, $0)
    }
    guard status == dnnl_success, let name else { return "unknown" }
    return String(cString: name)
  }

  /// Whether it copies one layout or format to another.
  public var isReorder: Bool {
    var kind = dnnl_undefined_primitive
    let status = withUnsafeMutablePointer(to: &kind) {
      dnnl_primitive_desc_query(descriptor, dnnl_query_primitive_kind, 0, $0)
    }
    return status == dnnl_success && kind == dnnl_reorder
  }

  /// Whether the kernel is oneDNN's plain reference loop, right but slow.
  public var isReference: Bool { implementation.hasPrefix("ref") }

  /// The layout in which the weights are wanted.
  public var weights: TensorDescriptor? { tensor(dnnl_query_weights_md) }
  /// The layout of the result.
  public var destination: TensorDescriptor? { tensor(dnnl_query_dst_md) }
  /// What the forward primitive leaves for the backward one.
  public var workspace: TensorDescriptor? { tensor(dnnl_query_workspace_md) }

  /// The scratch memory that it needs while it runs.
  var scratchpadByteCount: Int {
    guard let pointer = dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0)
    else { return 0 }
    return dnnl_memory_desc_get_size(pointer)
  }

  var scratchpad: TensorDescriptor? {
    scratchpadByteCount > 0 ? tensor(dnnl_query_scratchpad_md) : nil
  }
}

/// Primitive attributes: an activation at the end, scratch memory from the caller.
final class Attributes {
  let handle: dnnl_primitive_attr_t

  init(appending function: Elementwise? = nil) throws(OneDNNError) {
    var handle: dnnl_primitive_attr_t?
    try check(dnnl_primitive_attr_create(&handle), "dnnl_primitive_attr_create")
    guard let handle else {
      throw OneDNNError(function: "dnnl_primitive_attr_create", status: "no attributes")
    }
    self.handle = handle
    // Otherwise the library holds scratch memory itself, one for all or one for each primitive, as it
    // was built.
    try check(
      dnnl_primitive_attr_set_scratchpad_mode(handle, dnnl_scratchpad_mode_user),
      "dnnl_primitive_attr_set_scratchpad_mode")
    guard let code = function?.code else { return }
    // The attributes copy the list, so it can go at the end of the scope.
    var postOperations: dnnl_post_ops_t?
    try check(dnnl_post_ops_create(&postOperations), "dnnl_post_ops_create")
    defer { dnnl_post_ops_destroy(postOperations) }
    try check(
      dnnl_post_ops_append_eltwise(
        postOperations, 1, code.algorithm, code.alpha, code.beta),
      "dnnl_post_ops_append_eltwise")
    try check(
      dnnl_primitive_attr_set_post_ops(handle, postOperations), "dnnl_primitive_attr_set_post_ops")
  }

  deinit { dnnl_primitive_attr_destroy(handle) }
}
