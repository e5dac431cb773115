internal import COneDNN

extension Primitive {
  /// Local response normalization across channels, forward.
  ///
  /// The corresponding oneDNN function is `dnnl_lrn_forward_desc_init`; its sum is divided by the
  /// size, as ONNX's is.
  public static func localResponseNormalization(
    data: TensorDescriptor, size: Int, alpha: Float, beta: Float, bias: Float, keepsWorkspace: Bool
  ) throws(OneDNNError) -> Primitive {
    var data = data.value
    var operation = dnnl_lrn_desc_t()
    try check(
      dnnl_lrn_forward_desc_init(
        &operation, keepsWorkspace ? dnnl_forward_training : dnnl_forward_inference,
        dnnl_lrn_across_channels, &data, dnnl_dim_t(size), alpha, beta, bias),
      "dnnl_lrn_forward_desc_init")
    return try Primitive(operation: &operation)
  }

  /// The gradient of local response normalization.
  ///
  /// The corresponding oneDNN function is `dnnl_lrn_backward_desc_init`.
  public static func localResponseNormalizationPullback(
    data: TensorDescriptor, size: Int, alpha: Float, beta: Float, bias: Float, forward: Primitive
  ) throws(OneDNNError) -> Primitive {
    var data = data.value
    var gradient = data
    var operation = dnnl_lrn_desc_t()
    try check(
      dnnl_lrn_backward_desc_init(
        &operation, dnnl_lrn_across_channels, &gradient, &data, dnnl_dim_t(size), alpha, beta, bias),
      "dnnl_lrn_backward_desc_init")
    return try Primitive(operation: &operation, hint: forward)
  }

  /// Softmax along one dimension, forward; the largest element is subtracted before the exponential.
  ///
  /// The corresponding oneDNN function is `dnnl_softmax_forward_desc_init`.
  public static func softmax(data: TensorDescriptor, axis: Int) throws(OneDNNError) -> Primitive {
    var data = data.value
    var operation = dnnl_softmax_desc_t()
    try check(
      dnnl_softmax_forward_desc_init(&operation, dnnl_forward_training, &data, Int32(axis)),
      "dnnl_softmax_forward_desc_init")
    return try Primitive(operation: &operation)
  }

  /// The gradient of softmax.
  ///
  /// The corresponding oneDNN function is `dnnl_softmax_backward_desc_init`.
  public static func softmaxPullback(
    data: TensorDescriptor, axis: Int, forward: Primitive
  ) throws(OneDNNError) -> Primitive {
    var data = data.value
    var gradient = data
    var operation = dnnl_softmax_desc_t()
    try check(
      dnnl_softmax_backward_desc_init(&operation, &gradient, &data, Int32(axis)),
      "dnnl_softmax_backward_desc_init")
    return try Primitive(operation: &operation, hint: forward)
  }

  /// Normalization of each row of a matrix to mean 0 and variance 1, then scale and
  /// shift, forward; mean and variance of each row are results as well.
  ///
  /// The corresponding oneDNN function is `dnnl_layer_normalization_forward_desc_init`.
  public static func layerNormalization(
    data: TensorDescriptor, statistics: TensorDescriptor, epsilon: Float
  ) throws(OneDNNError) -> Primitive {
    var (data, statistics) = (data.value, statistics.value)
    var operation = dnnl_layer_normalization_desc_t()
    try check(
      dnnl_layer_normalization_forward_desc_init(
        &operation, dnnl_forward_training, &data, &statistics, epsilon,
        dnnl_use_scaleshift.rawValue),
      "dnnl_layer_normalization_forward_desc_init")
    return try Primitive(operation: &operation)
  }

  /// The gradient of layer normalization with respect to its input, and to scale and shift: oneDNN
  /// has no kernel for the first alone.
  ///
  /// The corresponding oneDNN function is `dnnl_layer_normalization_backward_desc_init`.
  public static func layerNormalizationPullback(
    data: TensorDescriptor, statistics: TensorDescriptor, epsilon: Float, forward: Primitive
  ) throws(OneDNNError) -> Primitive {
    var (data, statistics) = (data.value, statistics.value)
    var gradient = data
    var operation = dnnl_layer_normalization_desc_t()
    try check(
      dnnl_layer_normalization_backward_desc_init(
        &operation, dnnl_backward, &gradient, &data, &statistics, epsilon,
        dnnl_use_scaleshift.rawValue),
      "dnnl_layer_normalization_backward_desc_init")
    return try Primitive(operation: &operation, hint: forward)
  }
}
