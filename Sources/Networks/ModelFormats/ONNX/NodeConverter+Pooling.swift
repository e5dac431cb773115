import Models
import NeuralNetworks

extension NodeConverter {
  /// Pooling and softmax, by their ONNX names.
  static let poolingConverters: [String: Converter] = [
    "MaxPool": { (converter, source) throws(ModelError) in
      try converter.convertPooling(&source, isMaximum: true)
    },
    "AveragePool": { (converter, source) throws(ModelError) in
      try converter.convertPooling(&source, isMaximum: false)
    },
    "GlobalAveragePool": { (converter, source) throws(ModelError) in
      try converter.convertUnary(source, .globalAveragePool)
    },
    "Softmax": { (converter, source) throws(ModelError) in
      try converter.convertSoftmax(&source, isLogarithm: false)
    },
    "LogSoftmax": { (converter, source) throws(ModelError) in
      try converter.convertSoftmax(&source, isLogarithm: true)
    },
  ]

  /// `MaxPool` and `AveragePool` over lines, maps or volumes.
  ///
  /// `ceil_mode` came with opset 10, dilation with opset 10 for `MaxPool` and 19 for `AveragePool`.
  /// Caffe rounds the size of a pooled map up, which its converters write as `ceil_mode` or as
  /// uneven pads. `count_include_pad`, PyTorch's default, makes padding count.
  ///
  /// - Throws: `ModelError` where a node reads the indices of the maxima.
  mutating func convertPooling(
    _ source: inout SourceNode, isMaximum: Bool
  ) throws(ModelError) {
    try source.expectInputs(1...1)
    let rank = try shape(0, of: source).rank
    guard (3...5).contains(rank) else {
      throw source.fault(
        "an input of \(rank) dimensions is not supported",
        remedy: "only windows along one to three dimensions are known")
    }
    let window = try NodeWindow(&source.attributes, rank: rank - 2)
    let roundsUp = try source.attributes.flag("ceil_mode")
    var countsPadding = false
    if isMaximum {
      // It orders the indices of the maxima, which are not made.
      source.attributes.ignore("storage_order")
      refuseSideOutputs(source)
    } else {
      countsPadding = try source.attributes.flag("count_include_pad")
    }
    func pool(_ window: NodeWindow) -> NeuralNetworks.Operation {
      let window = PoolingWindow(
        kernel: window.kernel, stride: window.stride, dilation: window.dilation,
        padding: window.padding, paddingRule: window.paddingRule, roundsUp: roundsUp)
      return isMaximum ? .maxPool(window) : .averagePool(window, countsPadding: countsPadding)
    }
    guard let depth = window.alongDepth else {
      return try emitWindows(pool(window), rank: rank, source)
    }
    try emitVolumePool(
      depth: pool(depth), map: window.isTrivial ? .identity : pool(window), source)
  }

  /// Emits a pool over batch × channels × depth × rows × columns as one along the depth, then one over
  /// rows and columns.
  ///
  /// A box's maximum is that of its columns' maxima, and as a box's elements are counted along each
  /// side apart, its mean is that of means. PyTorch writes `LocalResponseNorm` with an average pool of
  /// size × 1 × 1, which leaves the second pool a copy.
  private mutating func emitVolumePool(
    depth: NeuralNetworks.Operation, map: NeuralNetworks.Operation, _ source: SourceNode
  ) throws(ModelError) {
    let input = try source.required(0)
    // Rows and columns in one dimension.
    let flat = try intermediate(
      .reshape(allowsZero: false), [input, add([0, 0, 0, -1], source)], source)
    let columns = try intermediate(depth, [flat], source)
    // Channels and depth in one, rows and columns as the input has them.
    let planes = try reshaped(columns, to: [0, -1], and: (3, nil), of: input, source)
    let pooled = try intermediate(map, [planes], source)
    let leading = try intermediate(.shape(start: 0, end: 3), [columns], source)
    let trailing = try intermediate(.shape(start: 2, end: nil), [pooled], source)
    let sizes = try intermediate(.concatenation(axis: 0), [leading, trailing], source)
    try emit(.reshape(allowsZero: false), [pooled, sizes], source)
  }

  /// Reshapes a tensor to some sizes, then those of another's dimensions from `start` to before `end`,
  /// then some more.
  ///
  /// The other's are read when the network runs: the image may have another size then.
  mutating func reshaped(
    _ tensor: String, to sizes: [Int], and range: (start: Int, end: Int?), of other: String,
    _ source: SourceNode, then last: [Int] = []
  ) throws(ModelError) -> String {
    let known = try intermediate(.shape(start: range.start, end: range.end), [other], source)
    var parts = [add(sizes, source), known]
    if !last.isEmpty { parts.append(add(last, source)) }
    let wanted = try intermediate(.concatenation(axis: 0), parts, source)
    return try intermediate(.reshape(allowsZero: false), [tensor, wanted], source)
  }

  /// `Softmax` and `LogSoftmax`: since opset 13 over their axis, the last one unless stated; before,
  /// over all dimensions from the axis (1 unless stated) on, taken as one.
  ///
  /// - Throws: `ModelError` for an axis out of range.
  mutating func convertSoftmax(
    _ source: inout SourceNode, isLogarithm: Bool
  ) throws(ModelError) {
    try source.expectInputs(1...1)
    let input = try source.required(0)
    guard operatorSet < 13 else {
      let axis = try source.attributes.axis(default: -1)
      return try emitSoftmax(
        of: input, axis: axis, isLogarithm: isLogarithm, source, output: source.output)
    }
    let axis = try source.attributes.axis(default: 1)
    let shape = try shape(0, of: source)
    guard let start = shape.dimensionIndex(axis) else {
      throw source.fault("axis \(axis) is out of range for \(shape)")
    }
    // Where the dimensions after the axis have size 1, as after a classifier's global pooling, both
    // definitions agree.
    guard shape.dimensions[(start + 1)...].contains(where: { $0 != 1 }) else {
      return try emitSoftmax(
        of: input, axis: start, isLogarithm: isLogarithm, source, output: source.output)
    }
    // The shape is read when the network runs, as the batch may be another one then.
    let sizes = try intermediate(.shape(start: 0, end: nil), source.inputs, source)
    let rows = try intermediate(.flatten(axis: start), source.inputs, source)
    let values = builder.freshName(source.output)
    try emitSoftmax(of: rows, axis: 1, isLogarithm: isLogarithm, source, output: values)
    try emit(.reshape(allowsZero: false), [values, sizes], source)
  }

  /// Emits exp(x) over its sum, or the logarithm of that.
  private mutating func emitSoftmax(
    of x: String, axis: Int, isLogarithm: Bool, _ source: SourceNode, output: String
  ) throws(ModelError) {
    guard isLogarithm else {
      return try emit(.softmax(axis: axis), [x], source, output: output)
    }
    // (x − m) − log Σ exp(x − m): x less log Σ exp(x) would cancel where x is large.
    let parts = try shiftedLogarithm(of: x, axes: [axis], keepsDimensions: true, source)
    try emit(.binary(.subtract), [parts.below, parts.logarithm], source, output: output)
  }
}
