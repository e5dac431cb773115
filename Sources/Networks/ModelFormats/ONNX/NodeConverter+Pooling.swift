import Models
import NeuralNetworks

extension NodeConverter {
  /// Pooling, means and softmax, by their ONNX names.
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
    "ReduceMean": { (converter, source) throws(ModelError) in try converter.convertMean(&source) },
    "Softmax": { (converter, source) throws(ModelError) in try converter.convertSoftmax(&source) },
  ]

  /// `MaxPool` and `AveragePool` over maps or lines.
  ///
  /// `ceil_mode` came with opset 10, dilation with opset 10 for `MaxPool` and 19 for `AveragePool`.
  /// Caffe rounds the size of a pooled map up, which its converters write as `ceil_mode` or as
  /// uneven pads. `count_include_pad`, PyTorch's default, makes the divisor the window's whole
  /// area.
  ///
  /// - Throws: `ModelError` for three-dimensional windows, and where a node reads the indices of
  ///   the maxima.
  mutating func convertPooling(
    _ source: inout SourceNode, isMaximum: Bool
  ) throws(ModelError) {
    try source.expectInputs(1...1)
    let rank = try shape(0, of: source).rank
    guard (3...4).contains(rank) else {
      throw source.fault(
        "an input of \(rank) dimensions is not supported",
        remedy: "only windows along one or two dimensions are known")
    }
    let window = try NodeWindow(&source.attributes, rank: rank - 2)
    let pooling = PoolingWindow(
      kernel: window.kernel, stride: window.stride, dilation: window.dilation,
      padding: window.padding, paddingRule: window.paddingRule,
      roundsUp: try source.attributes.flag("ceil_mode"))
    if isMaximum {
      // It orders the indices of the maxima, which are not made.
      source.attributes.ignore("storage_order")
      refuseSideOutputs(source)
      try emitWindows(.maxPool(pooling), rank: rank, source)
    } else {
      let countsPadding = try source.attributes.flag("count_include_pad")
      try emitWindows(
        .averagePool(pooling, countsPadding: countsPadding), rank: rank, source)
    }
  }

  /// `ReduceMean`: its axes are an attribute until opset 17, an input since 18; without axes, over
  /// all dimensions.
  ///
  /// Keras and PyTorch export global pooling as a mean over rows and columns.
  mutating func convertMean(_ source: inout SourceNode) throws(ModelError) {
    let keepsDimensions = try source.attributes.flag("keepdims", default: true)
    var axes: [Int]?
    if operatorSet < 18 {
      try source.expectInputs(1...1)
      axes = try source.attributes.integers("axes", in: -8...7)
    } else {
      try source.expectInputs(1...2)
      axes = try integers(1, of: source, "axes")
      let isNothing = try source.attributes.flag("noop_with_empty_axes")
      if axes ?? [] == [] {
        if isNothing { return try emit(.identity, [source.required(0)], source) }
        axes = nil
      }
    }
    try emit(
      .mean(axes: axes, keepsDimensions: keepsDimensions), [source.required(0)], source)
  }

  /// `Softmax`: since opset 13 over its axis, the last one unless stated; before, over all
  /// dimensions from its axis (1 unless stated) on, taken as one.
  ///
  /// - Throws: `ModelError` for an axis out of range.
  mutating func convertSoftmax(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    guard operatorSet < 13 else {
      return try emit(
        .softmax(axis: try source.attributes.axis(default: -1)), source.inputs, source)
    }
    let axis = try source.attributes.axis(default: 1)
    let input = try shape(0, of: source)
    guard let start = input.dimensionIndex(axis) else {
      throw source.fault("axis \(axis) is out of range for \(input)")
    }
    // Where the dimensions after the axis have size 1, as after a classifier's global pooling, both
    // definitions agree.
    guard input.dimensions[(start + 1)...].contains(where: { $0 != 1 }) else {
      return try emit(.softmax(axis: start), source.inputs, source)
    }
    // The shape is read when the network runs, as the batch may be another one then.
    let sizes = try intermediate(.shape(start: 0, end: nil), source.inputs, source)
    let rows = try intermediate(.flatten(axis: start), source.inputs, source)
    let values = try intermediate(.softmax(axis: 1), [rows], source)
    try emit(.reshape(allowsZero: false), [values, sizes], source)
  }
}
