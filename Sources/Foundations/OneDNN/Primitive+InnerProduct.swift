internal import COneDNN

extension Primitive {
  /// A fully connected layer with bias, forward.
  ///
  /// The corresponding oneDNN function is `dnnl_inner_product_forward_desc_init`.
  public static func innerProduct(
    source: TensorDescriptor, weights: TensorDescriptor, bias: TensorDescriptor,
    destination: TensorDescriptor
  ) throws(OneDNNError) -> Primitive {
    var (source, weights, bias, destination) =
      (source.value, weights.value, bias.value, destination.value)
    var operation = dnnl_inner_product_desc_t()
    try check(
      dnnl_inner_product_forward_desc_init(
        &operation, dnnl_forward_training, &source, &weights, &bias, &destination),
      "dnnl_inner_product_forward_desc_init")
    return try Primitive(operation: &operation)
  }

  /// The gradient of a fully connected layer with respect to its input.
  ///
  /// The corresponding oneDNN function is `dnnl_inner_product_backward_data_desc_init`.
  public static func innerProductPullback(
    sourceGradient: TensorDescriptor, weights: TensorDescriptor,
    destinationGradient: TensorDescriptor, forward: Primitive
  ) throws(OneDNNError) -> Primitive {
    var (source, weights, destination) =
      (sourceGradient.value, weights.value, destinationGradient.value)
    var operation = dnnl_inner_product_desc_t()
    try check(
      dnnl_inner_product_backward_data_desc_init(&operation, &source, &weights, &destination),
      "dnnl_inner_product_backward_data_desc_init")
    return try Primitive(operation: &operation, hint: forward)
  }
}
