internal import COneDNN

extension Primitive {
  /// The matrix products of the last two dimensions, those before alike; the second factor stands in
  /// the place of the weights.
  ///
  /// The corresponding oneDNN function is `dnnl_matmul_desc_init`.
  public static func matrixProduct(
    source: TensorDescriptor, weights: TensorDescriptor, destination: TensorDescriptor
  ) throws(OneDNNError) -> Primitive {
    var (source, weights, destination) = (source.value, weights.value, destination.value)
    var operation = dnnl_matmul_desc_t()
    try check(
      dnnl_matmul_desc_init(&operation, &source, &weights, nil, &destination),
      "dnnl_matmul_desc_init")
    return try Primitive(operation: &operation)
  }
}
