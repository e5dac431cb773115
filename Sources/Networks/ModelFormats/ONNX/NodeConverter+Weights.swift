import Matrices
import Models
import NeuralNetworks

extension NodeConverter {
  /// Convolutions and matrix products, by their ONNX names.
  static let weightConverters: [String: Converter] = [
    "Conv": { (converter, source) throws(ModelError) in try converter.convertConvolution(&source) },
    "ConvTranspose": { (converter, source) throws(ModelError) in
      try converter.convertTransposedConvolution(&source)
    },
    "Gemm": { (converter, source) throws(ModelError) in try converter.convertGeneralProduct(&source)
    },
    "MatMul": { (converter, source) throws(ModelError) in
      try converter.convertMatrixProduct(&source)
    },
  ]

  /// `Conv` over maps, or over lines, which are treated as maps of one row.
  ///
  /// Weights are outputs × inputs per group × kernel height × kernel width, as ONNX stores them and
  /// the engine takes them.
  ///
  /// - Throws: `ModelError` for weights that depend on the image, kernels of three dimensions, and
  ///   groups that do not divide the channels.
  mutating func convertConvolution(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(2...3)
    guard let (shape, weights) = try weights(1, of: source) else {
      throw source.fault("it has no weights")
    }
    let sides = shape.dimensions
    guard (3...4).contains(sides.count), !sides.contains(0) else {
      throw source.fault(
        "its weights have dimensions \(sides), which is not supported",
        remedy: "only convolutions along one or two dimensions are known")
    }
    let window = try NodeWindow(
      &source.attributes, rank: sides.count - 2, weightKernel: Array(sides[2...]))
    let groups = try source.attributes.integer("group", default: 1, in: 1...sides[0])
    let (inputChannels, overflows) = sides[1].multipliedReportingOverflow(by: groups)
    guard sides[0].isMultiple(of: groups), !overflows else {
      throw source.fault("\(sides[0]) channels cannot be divided into \(groups) groups")
    }
    let convolution = Convolution(
      weights: weights, bias: try bias(2, of: source, count: sides[0]),
      inputChannels: inputChannels, outputChannels: sides[0], kernel: window.kernel,
      stride: window.stride, dilation: window.dilation, padding: window.padding,
      paddingRule: window.paddingRule, groups: groups)
    try emitWindows(.convolution(convolution), rank: sides.count, source)
  }

  /// Emits an operation on maps; where the input is a line (rank 3), it is given one row for the
  /// operation and loses it again.
  mutating func emitWindows(
    _ operation: NeuralNetworks.Operation, rank: Int, _ source: SourceNode
  ) throws(ModelError) {
    let input = try source.required(0)
    guard rank == 3 else { return try emit(operation, [input], source) }
    let row = try intermediate(.unsqueeze(axes: [2]), [input], source)
    let result = try intermediate(operation, [row], source)
    try emit(.squeeze(axes: [2]), [result], source)
  }

  /// `Gemm`: alpha · A · B + beta · C, with A and B transposed or not; C may be left out since
  /// opset 11.
  ///
  /// With a constant B it is a fully connected layer, into whose weights alpha is folded, and into
  /// whose bias beta · C where that is one number per output or one for all. PyTorch exports
  /// `nn.Linear` on matrices this way, with `transB`.
  ///
  /// - Throws: `ModelError` for factors that are not matrices.
  mutating func convertGeneralProduct(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(2...3)
    let alpha = try source.attributes.number("alpha", default: 1)
    let beta = try source.attributes.number("beta", default: 1)
    let transposesA = try source.attributes.flag("transA")
    let transposesB = try source.attributes.flag("transB")
    let (aShape, bShape) = (try shape(0, of: source), try shape(1, of: source))
    guard aShape.rank == 2, bShape.rank == 2 else {
      throw source.fault("matrices expected, found \(aShape) and \(bShape)")
    }
    var a = source.inputs[0]
    if transposesA { a = try intermediate(.transpose([1, 0]), [a], source) }
    guard builder.constants[source.inputs[1]] != nil else {
      var b = source.inputs[1]
      if transposesB { b = try intermediate(.transpose([1, 0]), [b], source) }
      return try emitSum(
        .matrixProduct, [a, b], alpha: alpha, bias: source.input(2), beta: beta, source)
    }
    let columns = try columns(1, of: source, isTransposed: transposesB, factor: alpha)
    let count = columns.rowCount
    guard let biasShape = source.input(2).flatMap({ builder.constants[$0]?.shape }),
      biasShape.dimensions.allSatisfy({ $0 == 1 })
        || (biasShape.dimensions.last == count && biasShape.elementCount == count)
    else {
      let product = try innerProduct(columns, bias: nil, factor: 1, source)
      return try emitSum(product, [a], alpha: 1, bias: source.input(2), beta: beta, source)
    }
    try emit(
      try innerProduct(columns, bias: weights(2, of: source)?.values, factor: beta, source), [a],
      source)
  }

  /// `MatMul`, broadcasting as NumPy's; with a constant matrix on the right it is a fully connected
  /// layer.
  ///
  /// PyTorch exports `nn.Linear` on sequences this way, transformers' attention as products of two
  /// tensors of the image.
  mutating func convertMatrixProduct(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(2...2)
    let rank = try shape(0, of: source).rank
    let isLayer =
      builder.constants[source.inputs[1]]?.shape.rank == 2
      && builder.constants[source.inputs[0]] == nil && rank > 0
    guard isLayer else { return try emit(.matrixProduct, source.inputs, source) }
    let columns = try columns(1, of: source, isTransposed: false, factor: 1)
    try emit(
      try innerProduct(columns, bias: nil, factor: 1, source), [source.inputs[0]], source)
  }

  /// Emits alpha · product + beta · bias, the bias broadcast over the product; factors of 1 cost
  /// nothing.
  private mutating func emitSum(
    _ operation: NeuralNetworks.Operation, _ inputs: [String], alpha: Float, bias: String?,
    beta: Float, _ source: SourceNode
  ) throws(ModelError) {
    // As in BLAS, a beta of 0 means that C is not read.
    let hasBias = bias != nil && beta != 0
    guard alpha != 1 || hasBias else { return try emit(operation, inputs, source) }
    var product = try intermediate(operation, inputs, source)
    if alpha != 1 {
      let scaled = [product, scalar(alpha, source)]
      guard hasBias else { return try emit(.binary(.multiply), scaled, source) }
      product = try intermediate(.binary(.multiply), scaled, source)
    }
    guard var summand = bias else { return }
    if beta != 1 {
      summand = try intermediate(.binary(.multiply), [summand, scalar(beta, source)], source)
    }
    try emit(.binary(.add), [product, summand], source)
  }

  /// A constant right factor as a matrix of outputs × inputs, times `factor`.
  private mutating func columns(
    _ index: Int, of source: SourceNode, isTransposed: Bool, factor: Float
  ) throws(ModelError) -> Matrix {
    guard let (shape, values) = try weights(index, of: source) else {
      throw source.fault("it has no weights")
    }
    let (rowCount, columnCount) = (shape.dimensions[0], shape.dimensions[1])
    // Only these cases make a copy of the file's values.
    if !isTransposed || factor != 1 { try allow(values.count, source) }
    let stored =
      isTransposed
      ? values : Self.transposed(values, rowCount: rowCount, columnCount: columnCount)
    return Matrix(
      rowCount: isTransposed ? rowCount : columnCount,
      columnCount: isTransposed ? columnCount : rowCount,
      elements: factor == 1 ? stored : stored.map { factor * $0 })
  }

  /// A fully connected layer; its bias is `factor` times one number per output, one for all, or
  /// zeros.
  private mutating func innerProduct(
    _ weights: Matrix, bias: [Float]?, factor: Float, _ source: SourceNode
  ) throws(ModelError) -> NeuralNetworks.Operation {
    let count = weights.rowCount
    var values = bias ?? [0]
    if values.count != count || factor != 1 {
      try allow(count, source)
      values = (0..<count).map { factor * values[values.count == 1 ? 0 : $0] }
    }
    return .innerProduct(InnerProduct(weights: weights, bias: values))
  }

  /// One bias per output channel, zeros when there is none.
  ///
  /// - Throws: `ModelError` for another number of values.
  mutating func bias(
    _ index: Int, of source: SourceNode, count: Int
  ) throws(ModelError) -> [Float] {
    guard let (shape, values) = try weights(index, of: source) else {
      try allow(count, source)
      return [Float](repeating: 0, count: count)
    }
    guard shape == [count] else {
      throw source.fault("its bias has dimensions \(shape.dimensions), [\(count)] is expected")
    }
    return values
  }

  /// A transposed matrix, in blocks of 32 × 32 elements.
  private static func transposed(
    _ values: [Float], rowCount: Int, columnCount: Int
  ) -> [Float] {
    var result = [Float](repeating: 0, count: values.count)
    // 32 × 32 numbers are 4 KiB: the source's and the result's block stay in the first-level cache,
    // whatever the matrix's width.
    let side = 32
    for top in stride(from: 0, to: rowCount, by: side) {
      for left in stride(from: 0, to: columnCount, by: side) {
        for column in left..<min(left + side, columnCount) {
          for row in top..<min(top + side, rowCount) {
            result[column * rowCount + row] = values[row * columnCount + column]
          }
        }
      }
    }
    return result
  }
}
