internal import OneDNN

/// A convolution as oneDNN sees it: shapes, layouts, format and geometry.
struct ConvolutionShapes {
  let source, destination: TensorDescriptor
  /// The weights in plain order, and in whatever order a kernel likes.
  let plainWeights, weights: TensorDescriptor
  let bias: TensorDescriptor
  let geometry: WindowGeometry
  /// Whether Winograd's tiles save time.
  private let suitsWinograd: Bool

  init(
    _ convolution: Convolution, input: TensorShape, output: TensorShape, inputLayout: TensorLayout,
    outputLayout: TensorLayout, format: NumberFormat
  ) throws {
    let (height, width) = (input.dimensions[2], input.dimensions[3])
    let padding = convolution.resolvedPadding(forHeight: height, width: width)
    let (kernel, stride) = (convolution.kernel, convolution.stride)
    let groups = convolution.groups
    geometry = WindowGeometry(
      kernel: [kernel.height, kernel.width], strides: [stride.height, stride.width],
      dilation: [convolution.dilation.height - 1, convolution.dilation.width - 1],
      paddingBefore: [padding.top, padding.left],
      paddingAfter: [padding.bottom, padding.right])
    let dimensions =
      (groups > 1 ? [groups] : [])
      + [
        convolution.outputChannels / groups, convolution.inputChannels / groups, kernel.height,
        kernel.width,
      ]
    plainWeights = try TensorDescriptor(dimensions)
    weights = try TensorDescriptor(dimensions, layout: .any, format: format)
    bias = try TensorDescriptor([convolution.outputChannels])
    source = try TensorDescriptor(input.dimensions, layout: inputLayout, format: format)
    destination = try TensorDescriptor(output.dimensions, layout: outputLayout, format: format)
    suitsWinograd =
      format == .float32 && inputLayout == .blocked(16) && outputLayout == .blocked(16)
      && Self.suitsWinograd(convolution, input: input, output: output)
  }

  /// Whether Winograd's algorithm is faster than the direct one: a rule of shapes alone, so that results
  /// never depend on a clock.
  ///
  /// oneDNN's kernel multiplies matrices of as many columns as there are tiles of 4 × 4 results in all
  /// images, and wastes much of them below 48: of 64 → 64 channels it is 0.35 to 0.6 times as fast with
  /// 4 to 16 tiles, 0.9 to 1.1 with 36 to 49, 1.2 to 1.4 with 64 and twice as fast from 100 on (Xeon,
  /// Sapphire Rapids; on Zen 4 it breaks even earlier). A last tile that is mostly outside of the map
  /// is computed in full.
  static func suitsWinograd(
    _ convolution: Convolution, input: TensorShape, output: TensorShape
  ) -> Bool {
    let one = Extent(height: 1, width: 1)
    guard convolution.kernel == Extent(height: 3, width: 3), convolution.stride == one,
      convolution.dilation == one, convolution.groups == 1,
      min(convolution.inputChannels, convolution.outputChannels) >= 16
    else { return false }
    // The gradient's tiles lie on the input's map.
    return [input, output].allSatisfy { shape in
      let (height, width) = (shape.dimensions[2], shape.dimensions[3])
      let tileCount = (height + 3) / 4 * ((width + 3) / 4)
      return shape.dimensions[0] * tileCount >= 48 && 10 * height * width >= 6 * 16 * tileCount
    }
  }

  /// The forward primitive, with a function of each element at its end if one is given.
  ///
  /// - Throws: When oneDNN has no kernel for the layouts and the format.
  func forward(appending function: UnaryFunction?) throws -> Primitive {
    try fastest { algorithm in
      try Primitive.convolution(
        source: source, weights: weights, bias: bias, destination: destination, geometry: geometry,
        appending: function?.elementwise, algorithm: algorithm)
    }
  }

  /// The gradient with respect to the input; weights are not trained here.
  ///
  /// - Throws: When oneDNN has no kernel for the layouts and the format.
  func backward(_ forward: Primitive) throws -> Primitive {
    try fastest { algorithm in
      try Primitive.convolutionPullback(
        sourceGradient: source, weights: weights, destinationGradient: destination,
        geometry: geometry, forward: forward, algorithm: algorithm)
    }
  }

  private func fastest(_ make: (ConvolutionAlgorithm) throws -> Primitive) throws -> Primitive {
    // That there is no kernel, on processors without AVX-512 for instance, only says: take the other.
    if suitsWinograd, let primitive = try? make(.winograd) { return primitive }
    return try make(.direct)
  }
}
