import Models
import NeuralNetworks

extension NodeConverter {
  /// Operators that arrange elements without computing with them, by their ONNX names.
  ///
  /// `Concat`, `Expand` (since opset 8), `Flatten`, `Gather`, `Reshape` (`allowzero` since 14) and
  /// `Transpose` mean the same in all opsets; the others have moved attributes to inputs.
  static let arrangementConverters: [String: Converter] = [
    "Concat": { (converter, source) throws(ModelError) in
      let axis = try source.attributes.axis()
      try converter.convert(source, inputs: 1...Int.max, .concatenation(axis: axis))
    },
    "Expand": { (converter, source) throws(ModelError) in
      try source.expectInputs(2...2)
      let sizes = try converter.sizes(1, of: source, expands: true)
      try converter.emit(.expand, [source.inputs[0], sizes], source)
    },
    "Flatten": { (converter, source) throws(ModelError) in
      let axis = try source.attributes.axis(default: 1)
      try converter.convertUnary(source, .flatten(axis: axis))
    },
    "Gather": { (converter, source) throws(ModelError) in
      let axis = try source.attributes.axis(default: 0)
      try converter.convert(source, inputs: 2...2, .gather(axis: axis))
    },
    "Reshape": { (converter, source) throws(ModelError) in
      let allowsZero = try source.attributes.flag("allowzero")
      try source.expectInputs(2...2)
      let sizes = try converter.sizes(1, of: source, expands: false)
      try converter.emit(.reshape(allowsZero: allowsZero), [source.inputs[0], sizes], source)
    },
    "Transpose": { (converter, source) throws(ModelError) in
      let order = try source.attributes.integers("perm", in: 0...7)
      try converter.convertUnary(source, .transpose(order))
    },
    "Pad": { (converter, source) throws(ModelError) in try converter.convertPad(&source) },
    "Slice": { (converter, source) throws(ModelError) in try converter.convertSlice(&source) },
    "Split": { (converter, source) throws(ModelError) in try converter.convertSplit(&source) },
    "Squeeze": { (converter, source) throws(ModelError) in
      try converter.convertSqueeze(&source, removes: true)
    },
    "Unsqueeze": { (converter, source) throws(ModelError) in
      try converter.convertSqueeze(&source, removes: false)
    },
  ]

  /// The sizes that a node asks for; where they were written down for a batch of several images, those
  /// of one.
  ///
  /// Images are the outermost of what a reshape works on: of its first size, each has its part. A
  /// tensor that was repeated for every image is repeated once.
  mutating func sizes(
    _ index: Int, of source: SourceNode, expands: Bool
  ) throws(ModelError) -> String {
    let name = try source.required(index)
    guard let fixedBatch, let values = builder.constants[name]?.integers,
      let first = values.first, first > 0, first.isMultiple(of: fixedBatch),
      let input = builder.facts[source.inputs[0]]?.shape
    else { return name }
    let part = expands ? (first == fixedBatch ? 1 : first) : first / fixedBatch
    guard part != first, expands || builder.dependsOnImage(source.inputs[0]) else { return name }
    // Where the sizes as they are fit one image, they were not written down for several.
    let fixed = values.filter { $0 > 0 }
    if !expands, fixed.count == values.count, TensorShape(values).isReasonable,
      TensorShape(values).elementCount == input.elementCount
    {
      return name
    }
    return add([part] + values.dropFirst(), source)
  }

  /// `Slice`: its ranges are attributes until opset 9, inputs with steps since 10.
  mutating func convertSlice(_ source: inout SourceNode) throws(ModelError) {
    guard operatorSet < 10 else {
      try source.expectInputs(3...5)
      return try emit(.slice, source.inputs, source)
    }
    try source.expectInputs(1...1)
    guard let starts = try source.attributes.integers("starts"),
      let ends = try source.attributes.integers("ends")
    else { throw source.fault("the attributes starts and ends are missing") }
    let axes = try source.attributes.integers("axes")
    var inputs = [try source.required(0), add(starts, source), add(ends, source)]
    if let axes { inputs.append(add(axes, source)) }
    try emit(.slice, inputs, source)
  }

  /// `Split`: the sizes of its outputs are an attribute until opset 12 and an input since 13;
  /// without them the outputs are equal, and since 18 the last may be smaller (`num_outputs`).
  ///
  /// Each output that has a name becomes a node of its own. At most 1024 outputs are accepted.
  ///
  /// - Throws: `ModelError` when sizes and outputs differ in number, or a dimension cannot be
  ///   divided.
  mutating func convertSplit(_ source: inout SourceNode) throws(ModelError) {
    let axis = try source.attributes.axis(default: 0)
    let count = source.outputs.count
    let sizes: [Int]?
    if operatorSet < 13 {
      try source.expectInputs(1...1)
      sizes = try source.attributes.integers("split")
    } else {
      try source.expectInputs(1...2)
      sizes = try integers(1, of: source, "split sizes")
      let stated = try source.attributes.integer(ifThere: "num_outputs", in: 1...65_536)
      guard stated ?? count == count, sizes == nil || stated == nil else {
        throw source.fault("num_outputs does not fit its \(count) outputs or its sizes")
      }
    }
    // The shape of every output is found from all sizes: without a bound, n outputs take n² time.
    guard count <= 1024, sizes?.count ?? count == count else {
      throw source.fault(
        "\(count) outputs for \(sizes?.count ?? count) split sizes are not supported")
    }
    let input = try source.required(0)
    // Since opset 18 a remainder goes to the last output; before, it is an error of the file.
    if sizes == nil, operatorSet < 18 {
      let shape = try shape(0, of: source)
      guard let dimension = shape.dimensionIndex(axis),
        shape.dimensions[dimension].isMultiple(of: count)
      else { throw source.fault("\(shape) cannot be split into \(count) equal outputs") }
    }
    for (index, output) in source.outputs.enumerated() where !output.isEmpty {
      try emit(
        .splitOutput(index: index, count: count, sizes: sizes, axis: axis), [input], source,
        output: output)
    }
  }

  /// `Squeeze` and `Unsqueeze`: their axes are an attribute until opset 12, an input since 13.
  ///
  /// `Squeeze` without axes removes every dimension of size 1; `Unsqueeze` needs them.
  mutating func convertSqueeze(
    _ source: inout SourceNode, removes: Bool
  ) throws(ModelError) {
    let axes: [Int]?
    if operatorSet < 13 {
      try source.expectInputs(1...1)
      axes = try source.attributes.integers("axes")
    } else {
      try source.expectInputs(1...2)
      axes = try integers(1, of: source, "axes")
    }
    let input = [try source.required(0)]
    if removes { return try emit(.squeeze(axes: axes), input, source) }
    guard let axes else { throw source.fault("its axes are missing") }
    try emit(.unsqueeze(axes: axes), input, source)
  }

  /// `Pad`: its amounts and its value are attributes until opset 10, inputs since 11, with axes
  /// since 18.
  ///
  /// PyTorch exports `F.pad`, and padding that is not the same on both sides of a convolution, this
  /// way. The mode `wrap` (since 19) is not supported.
  mutating func convertPad(_ source: inout SourceNode) throws(ModelError) {
    let content: PaddingContent
    switch try source.attributes.word("mode") ?? "constant" {
    case "constant": content = .constant
    case "reflect": content = .reflection
    case "edge": content = .edge
    case let word: throw source.fault("the mode \(quoted(word)) is not supported")
    }
    guard operatorSet < 11 else {
      try source.expectInputs(2...4)
      return try emit(.pad(content), source.inputs, source)
    }
    try source.expectInputs(1...1)
    guard let amounts = try source.attributes.integers("pads") else {
      throw source.fault("the attribute pads is missing")
    }
    let value = try source.attributes.number("value", default: 0)
    // The old form is brought into the new one, so that the graph knows one kind of padding.
    let names = [try source.required(0), add(amounts, source), scalar(value, source)]
    try emit(.pad(content), names, source)
  }
}
