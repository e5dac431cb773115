internal import COneDNN

/// The geometry of a convolution or a pooling: two numbers each, height then width.
public struct WindowGeometry: Sendable {
  /// Size of the window; pooling only (a convolution's is in its weights).
  public var kernel: [Int]
  /// Step between windows.
  public var strides: [Int]
  /// Step between taps minus one, as oneDNN counts: 0 is dense.
  public var dilation: [Int]
  /// Rows above and columns to the left; rows below and columns to the right.
  public var paddingBefore, paddingAfter: [Int]

  /// Makes a geometry.
  public init(
    kernel: [Int], strides: [Int], dilation: [Int] = [0, 0], paddingBefore: [Int],
    paddingAfter: [Int]
  ) {
    self.kernel = kernel
    self.strides = strides
    self.dilation = dilation
    self.paddingBefore = paddingBefore
    self.paddingAfter = paddingAfter
  }

  /// Hands the numbers to C: kernel, strides, dilation, padding before, padding after.
  func withPointers<Result>(
    _ body: (
      UnsafePointer<dnnl_dim_t>, UnsafePointer<dnnl_dim_t>, UnsafePointer<dnnl_dim_t>,
      UnsafePointer<dnnl_dim_t>, UnsafePointer<dnnl_dim_t>
    ) -> Result
  ) -> Result {
    let numbers = (kernel + strides + dilation + paddingBefore + paddingAfter).map {
      dnnl_dim_t($0)
    }
    // Any other count would let C read past the end.
    precondition(numbers.count == 10, "a geometry has two numbers each")
    return numbers.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("no numbers") }
      return body(base, base + 2, base + 4, base + 6, base + 8)
    }
  }
}

/// How a convolution is computed.
public enum ConvolutionAlgorithm: Sendable {
  /// Every product of a weight and an element.
  case direct
  /// In tiles, by fewer products of sums: for 3 × 3 kernels of stride 1 only (Lavin and Gray, "Fast
  /// algorithms for convolutional neural networks", CVPR 2016). oneDNN's tiles are of 4 × 4 results,
  /// 36 products in place of 144, and need AVX-512.
  case winograd

  var code: dnnl_alg_kind_t {
    self == .direct ? dnnl_convolution_direct : dnnl_convolution_winograd
  }
}

extension Primitive {
  /// A convolution with bias, forward; then a function of each element, if one is given.
  ///
  /// The corresponding oneDNN function is `dnnl_dilated_convolution_forward_desc_init`.
  ///
  /// - Throws: Also when there is no kernel of the algorithm for the shapes or on this processor.
  public static func convolution(
    source: TensorDescriptor, weights: TensorDescriptor, bias: TensorDescriptor,
    destination: TensorDescriptor, geometry: WindowGeometry, appending function: Elementwise?,
    algorithm: ConvolutionAlgorithm = .direct
  ) throws(OneDNNError) -> Primitive {
    var (source, weights, bias, destination) =
      (source.value, weights.value, bias.value, destination.value)
    var operation = dnnl_convolution_desc_t()
    try check(
      geometry.withPointers { _, strides, dilation, before, after in
        // For training even where no gradient is asked for: the backward primitive takes this one as
        // its hint.
        dnnl_dilated_convolution_forward_desc_init(
          &operation, dnnl_forward_training, algorithm.code, &source, &weights, &bias, &destination,
          strides, dilation, before, after)
      }, "dnnl_dilated_convolution_forward_desc_init")
    return try Primitive(operation: &operation, appending: function)
  }

  /// The gradient of a convolution with respect to its input.
  ///
  /// The corresponding oneDNN function is `dnnl_dilated_convolution_backward_data_desc_init`. The
  /// algorithm must be the forward primitive's.
  ///
  /// - Throws: Also when there is no kernel of the algorithm for the shapes or on this processor.
  public static func convolutionPullback(
    sourceGradient: TensorDescriptor, weights: TensorDescriptor,
    destinationGradient: TensorDescriptor, geometry: WindowGeometry, forward: Primitive,
    algorithm: ConvolutionAlgorithm = .direct
  ) throws(OneDNNError) -> Primitive {
    var (source, weights, destination) =
      (sourceGradient.value, weights.value, destinationGradient.value)
    var operation = dnnl_convolution_desc_t()
    try check(
      geometry.withPointers { _, strides, dilation, before, after in
        dnnl_dilated_convolution_backward_data_desc_init(
          &operation, algorithm.code, &source, &weights, &destination, strides, dilation, before,
          after)
      }, "dnnl_dilated_convolution_backward_data_desc_init")
    return try Primitive(operation: &operation, hint: forward)
  }
}
