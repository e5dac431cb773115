internal import COneDNN

/// C ← alpha · op(A) · op(B) + beta · C on the calling thread, all row-major.
///
/// The corresponding oneDNN function is `dnnl_sgemm`, which picks its kernel by what the processor
/// can do.
///
/// - Parameters:
///   - transposeA: Whether op(A) is the transpose; A is then `inner × rows`.
///   - transposeB: Whether op(B) is the transpose; B is then `columns × inner`.
///   - rows: The rows of op(A) and C.
///   - columns: The columns of op(B) and C.
///   - inner: The columns of op(A), the rows of op(B).
///   - alpha: A factor of the product.
///   - a: A.
///   - strideA: The distance between rows of A; by default their length.
///   - b: B.
///   - strideB: The distance between rows of B; by default their length.
///   - beta: A factor of C's former value; 0 does not read it.
///   - c: C, its rows `columns` elements apart.
/// - Complexity: 2 · rows · columns · inner floating-point operations.
public func sgemm(
  transposeA: Bool = false, transposeB: Bool = false, rows: Int, columns: Int, inner: Int,
  alpha: Float = 1, _ a: Span<Float>, strideA: Int? = nil, _ b: Span<Float>, strideB: Int? = nil,
  beta: Float = 0, into c: inout MutableSpan<Float>
) {
  guard rows > 0 && columns > 0 else { return }
  // BLAS's leading dimensions: elements from a row to the next.
  let lda = strideA ?? (transposeA ? rows : inner)
  let ldb = strideB ?? (transposeB ? inner : columns)
  precondition(
    a.count >= storedCount(rows: transposeA ? inner : rows, columns: transposeA ? rows : inner, lda)
      && b.count
        >= storedCount(
          rows: transposeB ? columns : inner, columns: transposeB ? inner : columns, ldb)
      && c.count >= rows * columns,
    "matrices too small for \(rows) × \(inner) × \(columns)")
  guard inner > 0 else {
    // An empty sum is zero; oneDNN refuses matrices without elements.
    for index in 0..<rows * columns { c[index] = beta == 0 ? 0 : beta * c[index] }
    return
  }
  // `dnnl_sgemm` is row-major, other than BLAS, and asks for its threads at each call.
  keepOneDNNOnThisThread()
  let letterN = CChar(UInt8(ascii: "N"))
  let letterT = CChar(UInt8(ascii: "T"))
  let status = a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      c.withUnsafeMutableBufferPointer { c in
        dnnl_sgemm(
          transposeA ? letterT : letterN, transposeB ? letterT : letterN, dnnl_dim_t(rows),
          dnnl_dim_t(columns), dnnl_dim_t(inner), alpha, a.baseAddress, dnnl_dim_t(lda),
          b.baseAddress, dnnl_dim_t(ldb), beta, c.baseAddress, dnnl_dim_t(columns))
      }
    }
  }
  precondition(status == dnnl_success, "dnnl_sgemm failed")
}

/// How many elements a matrix spans whose rows lie `stride` apart.
private func storedCount(rows: Int, columns: Int, _ stride: Int) -> Int {
  precondition(stride >= columns, "stride \(stride) is less than a row of \(columns)")
  return rows == 0 || columns == 0 ? 0 : (rows - 1) * stride + columns
}

extension Primitive {
  /// The matrix products of the last two dimensions, those before alike; the second factor is bound as
  /// the weights.
  ///
  /// Descriptors may have strides of their own, by which a transposed matrix is read. The corresponding
  /// oneDNN function is `dnnl_matmul_desc_init`.
  ///
  /// - Parameters:
  ///   - source: Stack × rows × inner, or rows × inner.
  ///   - weights: Stack × inner × columns, or inner × columns.
  ///   - destination: Stack × rows × columns, or rows × columns.
  /// - Returns: The primitive.
  /// - Throws: When oneDNN has no kernel for the descriptors.
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

  /// A fully connected layer with bias, forward: destination = source · weightsᵀ + bias; then a function
  /// of each element, if one is given.
  ///
  /// The source is batch × inputs, the weights outputs × inputs, in an order that the kernel chooses if
  /// their layout is left open.
  /// The corresponding oneDNN function is `dnnl_inner_product_forward_desc_init`.
  public static func innerProduct(
    source: TensorDescriptor, weights: TensorDescriptor, bias: TensorDescriptor,
    destination: TensorDescriptor, appending function: Elementwise? = nil
  ) throws(OneDNNError) -> Primitive {
    var (source, weights, bias, destination) =
      (source.value, weights.value, bias.value, destination.value)
    var operation = dnnl_inner_product_desc_t()
    try check(
      dnnl_inner_product_forward_desc_init(
        &operation, dnnl_forward_training, &source, &weights, &bias, &destination),
      "dnnl_inner_product_forward_desc_init")
    return try Primitive(operation: &operation, appending: function)
  }

  /// The gradient of a fully connected layer with respect to its input: destinationGradient · weights.
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
