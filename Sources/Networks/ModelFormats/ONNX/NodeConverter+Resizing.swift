import Models
import NeuralNetworks

extension NodeConverter {
  /// Operators that change a map's size without weights, by their ONNX names.
  static let resizingConverters: [String: Converter] = [
    "Resize": { (converter, source) throws(ModelError) in try converter.convertResize(&source) },
    "Upsample": { (converter, source) throws(ModelError) in
      try converter.convertUpsample(&source)
    },
    "DepthToSpace": { (converter, source) throws(ModelError) in
      try converter.convertDepthToSpace(&source)
    },
    "SpaceToDepth": { (converter, source) throws(ModelError) in
      try converter.convertSpaceToDepth(&source)
    },
    "Tile": { (converter, source) throws(ModelError) in
      try converter.convert(source, inputs: 2...2, .tile)
    },
  ]

  /// `Upsample` (until opset 9) and `Resize` 10: by scales, first elements meeting.
  ///
  /// - Throws: `ModelError` for a mode that is not known.
  private mutating func convertUpsample(_ source: inout SourceNode) throws(ModelError) {
    let interpolation: Resizing.Interpolation
    switch try source.attributes.word("mode") ?? "nearest" {
    case "nearest": interpolation = .nearest(.floor)
    case "linear", "bilinear": interpolation = .linear
    case let word: throw source.fault("the mode \(quoted(word)) is not supported")
    }
    var inputs = source.inputs
    if operatorSet < 9 {
      try source.expectInputs(1...1)
      guard let scales = try source.attributes.numbers("scales") else {
        throw source.fault("the attribute scales is missing")
      }
      let constant = ConstantTensor(shape: [scales.count], elements: .floats(scales))
      inputs.append(builder.add(constant, near: source.output))
    }
    guard inputs.count == 2 else {
      throw source.fault("\(inputs.count) inputs do not fit the operation")
    }
    try emit(.resize(Resizing(interpolation, .asymmetric, isByScale: true)), inputs, source)
  }

  /// `Resize`, by scales or by sizes; its attributes came with opset 11, `antialias` and `axes` with 18.
  ///
  /// - Throws: `ModelError` for cropping, sizes that keep an aspect ratio, and modes that are not known.
  private mutating func convertResize(_ source: inout SourceNode) throws(ModelError) {
    guard operatorSet >= 11 else { return try convertResizeOfOpset10(&source) }
    try source.expectInputs(2...4)
    let attributes = try resizing(&source)
    // The region of cropping, which the other modes do not read.
    source.attributes.ignore("extrapolation_value")
    let policy = try source.attributes.word("keep_aspect_ratio_policy") ?? "stretch"
    guard policy == "stretch" else {
      throw source.fault("keep_aspect_ratio_policy \(quoted(policy)) is not supported")
    }
    // Of scales and sizes one is left out, or before opset 13 empty.
    func given(_ index: Int) -> String? {
      guard let name = source.input(index), builder.facts[name]?.shape != [0] else { return nil }
      return name
    }
    let (scales, sizes) = (given(2), given(3))
    guard let target = sizes ?? scales, sizes == nil || scales == nil else {
      throw source.fault("it has not one of scales and sizes")
    }
    var rule = attributes
    rule.isByScale = sizes == nil
    try emit(.resize(rule), [try source.required(0), target], source)
  }

  /// `Resize` 10, which says less than later ones: as PyTorch reads it, first elements meet.
  private mutating func convertResizeOfOpset10(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(2...2)
    if let scales = builder.constants[try source.required(1)]?.floats,
      scales.contains(where: { $0 < 1 })
    {
      throw source.fault(
        "making a map smaller is not defined by opset 10, and not supported",
        remedy: "export the network with opset 11 or later")
    }
    try convertUpsample(&source)
  }

  /// What the attributes of `Resize` 11 to 19 say.
  private func resizing(_ source: inout SourceNode) throws(ModelError) -> Resizing {
    let rounding = try source.attributes.word("nearest_mode") ?? "round_prefer_floor"
    let coefficient = try source.attributes.number("cubic_coeff_a", default: -0.75)
    let interpolation: Resizing.Interpolation
    switch (try source.attributes.word("mode") ?? "nearest", rounding) {
    case ("nearest", "round_prefer_floor"): interpolation = .nearest(.preferFloor)
    case ("nearest", "round_prefer_ceil"): interpolation = .nearest(.preferCeiling)
    case ("nearest", "floor"): interpolation = .nearest(.floor)
    case ("nearest", "ceil"): interpolation = .nearest(.ceiling)
    case ("linear", _): interpolation = .linear
    case ("cubic", _): interpolation = .cubic(coefficient: coefficient)
    case (let mode, _):
      throw source.fault("the mode \(quoted(mode)), \(quoted(rounding)) is not supported")
    }
    let coordinates: Resizing.Coordinates
    switch try source.attributes.word("coordinate_transformation_mode") ?? "half_pixel" {
    case "half_pixel": coordinates = .halfPixel
    case "pytorch_half_pixel": coordinates = .pytorchHalfPixel
    case "half_pixel_symmetric": coordinates = .halfPixelSymmetric
    case "align_corners": coordinates = .alignCorners
    case "asymmetric": coordinates = .asymmetric
    case let word:
      throw source.fault("coordinate_transformation_mode \(quoted(word)) is not supported")
    }
    let antialiases = try source.attributes.flag("antialias")
    // Which elements are averaged is defined for pixels with an extent alone.
    guard !antialiases || ![.alignCorners, .asymmetric].contains(coordinates) else {
      throw source.fault("antialias without half_pixel coordinates is not supported")
    }
    return Resizing(
      interpolation, coordinates, isByScale: true,
      axes: try source.attributes.integers("axes", in: -8...7),
      excludesOutside: try source.attributes.flag("exclude_outside"),
      antialiases: antialiases)
  }

  /// `DepthToSpace`: channels become blocks of pixels; `mode` (since opset 11) says whether they are
  /// blocks × channels or channels × blocks, as PyTorch's pixel shuffle has them.
  private mutating func convertDepthToSpace(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    let block = try source.attributes.integer("blocksize", in: 1...1024)
    let mode = try source.attributes.word("mode") ?? "DCR"
    guard mode == "DCR" || mode == "CRD", try shape(0, of: source).rank == 4 else {
      throw source.fault("the mode \(quoted(mode)) or its shape is not supported")
    }
    let input = try source.required(0)
    let isBlocksFirst = mode == "DCR"
    let parts = try reshaped(
      input, to: isBlocksFirst ? [0, block, block, -1] : [0, -1, block, block], and: (2, nil),
      of: input, source)
    // batch × channels × rows × block × columns × block.
    let order = isBlocksFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3]
    let woven = try intermediate(.transpose(order), [parts], source)
    try emitPixels(woven, source)
  }

  /// `SpaceToDepth`: blocks of pixels become channels, blocks × channels.
  private mutating func convertSpaceToDepth(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(1...1)
    let block = try source.attributes.integer("blocksize", in: 1...1024)
    let shape = try shape(0, of: source)
    guard shape.rank == 4, shape.dimensions[2...].allSatisfy({ $0.isMultiple(of: block) }) else {
      throw source.fault("\(shape) cannot be cut into blocks of \(block)")
    }
    // Columns first, as their number alone need not be known: batch × channels × rows × columns × block.
    let input = try source.required(0)
    let columns = try reshaped(
      input, to: [0, 0], and: (2, 3), of: input, source, then: [-1, block])
    let rows = try reshaped(
      columns, to: [0, 0, -1, block], and: (3, 5), of: columns, source)
    let woven = try intermediate(.transpose([0, 3, 5, 1, 2, 4]), [rows], source)
    let sizes = try intermediate(.shape(start: 4, end: nil), [woven], source)
    let wanted = try intermediate(.concatenation(axis: 0), [add([0, -1], source), sizes], source)
    try emit(.reshape(allowsZero: false), [woven, wanted], source)
  }

  /// Emits batch × channels × rows × block × columns × block as a map: rows with their block, columns
  /// with theirs.
  private mutating func emitPixels(_ woven: String, _ source: SourceNode) throws(ModelError) {
    // Columns first; then rows, whose product is what is left.
    let sizes = try intermediate(.shape(start: 0, end: 4), [woven], source)
    let first = try intermediate(.concatenation(axis: 0), [sizes, add([-1], source)], source)
    let joined = try intermediate(.reshape(allowsZero: false), [woven, first], source)
    let columns = try intermediate(.shape(start: 4, end: nil), [joined], source)
    let wanted = try intermediate(
      .concatenation(axis: 0), [add([0, 0, -1], source), columns], source)
    try emit(.reshape(allowsZero: false), [joined, wanted], source)
  }
}
