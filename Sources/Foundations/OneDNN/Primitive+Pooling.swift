internal import COneDNN

/// How a pooling window becomes one number.
public enum PoolingKind: Sendable {
  /// The largest value.
  case maximum
  /// The mean; padding counts as zeros.
  case meanIncludingPadding
  /// The mean of what lies inside the map.
  case meanExcludingPadding

  var algorithm: dnnl_alg_kind_t {
    switch self {
    case .maximum: dnnl_pooling_max
    case .meanIncludingPadding: dnnl_pooling_avg_include_padding
    case .meanExcludingPadding: dnnl_pooling_avg_exclude_padding
    }
  }
}

extension Primitive {
  /// Pooling, forward; `keepsWorkspace` records what the gradient needs.
  ///
  /// For a maximum that is the index of each maximum in its window; a mean needs nothing.
  /// The corresponding oneDNN function is `dnnl_pooling_v2_forward_desc_init`.
  public static func pooling(
    _ kind: PoolingKind, source: TensorDescriptor, destination: TensorDescriptor,
    geometry: WindowGeometry, keepsWorkspace: Bool
  ) throws(OneDNNError) -> Primitive {
    var (source, destination) = (source.value, destination.value)
    var operation = dnnl_pooling_v2_desc_t()
    try check(
      geometry.withPointers { kernel, strides, dilation, before, after in
        // The second version, for windows with gaps (dilation).
        dnnl_pooling_v2_forward_desc_init(
          &operation, keepsWorkspace ? dnnl_forward_training : dnnl_forward_inference,
          kind.algorithm, &source, &destination, strides, kernel, dilation,
          before, after)
      }, "dnnl_pooling_v2_forward_desc_init")
    return try Primitive(operation: &operation)
  }

  /// The gradient of a pooling.
  ///
  /// The corresponding oneDNN function is `dnnl_pooling_v2_backward_desc_init`.
  public static func poolingPullback(
    _ kind: PoolingKind, sourceGradient: TensorDescriptor, destinationGradient: TensorDescriptor,
    geometry: WindowGeometry, forward: Primitive
  ) throws(OneDNNError) -> Primitive {
    var (source, destination) = (sourceGradient.value, destinationGradient.value)
    var operation = dnnl_pooling_v2_desc_t()
    try check(
      geometry.withPointers { kernel, strides, dilation, before, after in
        dnnl_pooling_v2_backward_desc_init(
          &operation, kind.algorithm, &source, &destination, strides, kernel, dilation,
          before, after)
      }, "dnnl_pooling_v2_backward_desc_init")
    return try Primitive(operation: &operation, hint: forward)
  }
}
