internal import OneDNN

/// Decides where each tensor lies, and puts conversions where a node wants its input elsewhere.
///
/// The rule: a convolution decides for its input and its result, by asking oneDNN which layout has a
/// fast kernel. Pooling, normalization across channels and functions of each element work in whatever
/// layout their input lies in. Sums and products of maps, in single precision, follow their operand.
/// Everything else works in plain order, in single precision.
struct Placement {
  /// The nodes, conversions among them.
  private(set) var nodes: [LoweredNode] = []
  /// Where each tensor lies, the copies among them.
  private(set) var places: [String: TensorPlace]
  private let facts: [String: TensorFact]
  private let mapFormat: NumberFormat
  private var copies: [Copy: String] = [:]
  private var originals: [String: String] = [:]

  private struct Copy: Hashable {
    let name: String
    let place: TensorPlace
  }

  init(
    facts: [String: TensorFact], input: String, mapFormat: NumberFormat
  ) {
    self.facts = facts
    self.mapFormat = mapFormat
    places = [input: .plain]
  }

  /// The shape of a tensor or of a copy of one.
  func shape(of name: String) -> TensorShape? { facts[originals[name] ?? name]?.shape }

  /// Adds a node behind the conversions that it needs.
  mutating func place(_ node: LoweredNode) throws {
    let (input, output) = try wishes(of: node)
    var node = node
    for (index, name) in node.inputs.enumerated() where places[name] != nil {
      guard let input else { continue }
      node.inputs[index] = converted(name, to: input)
    }
    places[node.output] = output
    nodes.append(node)
  }

  /// A tensor in a given place: itself, or a copy that is made once.
  private mutating func converted(_ name: String, to place: TensorPlace) -> String {
    guard places[name] != place else { return name }
    let copy = Copy(name: name, place: place)
    if let known = copies[copy] { return known }
    var fresh = "\(name) (\(place.description))"
    while facts[fresh] != nil || originals[fresh] != nil { fresh += " " }
    copies[copy] = fresh
    originals[fresh] = name
    places[fresh] = place
    nodes.append(
      LoweredNode(
        name: name, operation: .identity, inputs: [name], output: fresh, isConversion: true))
    return fresh
  }

  /// Where a node wants its inputs (nil: wherever they lie) and puts its result.
  private func wishes(
    of node: LoweredNode
  ) throws -> (input: TensorPlace?, output: TensorPlace) {
    let inputs = node.inputs.compactMap { name in places[name].map { (name: name, place: $0) } }
    guard let first = inputs.first, let firstShape = shape(of: first.name),
      let result = shape(of: node.output)
    else { return (.plain, .plain) }
    let isMap = firstShape.rank == 4 && result.rank == 4
    switch node.operation {
    case .convolution(let convolution):
      return try places(
        of: convolution, appending: node.appended, input: firstShape, output: result)
    case .localResponseNormalization(let constants) where !constants.hasFastKernel:
      return (.plain, .plain)
    case .maxPool, .averagePool, .localResponseNormalization, .globalAveragePool:
      return isMap ? (first.place, first.place) : (.plain, .plain)
    case .unary(let function):
      // The project's own loops are for single precision.
      let format = function.isOwnLoop ? .float32 : first.place.format
      let place = TensorPlace(layout: first.place.layout, format: format)
      return (place, place)
    case .channelAffine:
      let place = TensorPlace(
        layout: isMap ? first.place.layout : .plain, format: .float32)
      return (place, place)
    case .binary(let function):
      let place = placeOfElements(function, inputs, result)
      return (place, place)
    case .concatenation(let axis):
      let place =
        inputs.count == node.inputs.count ? placeOfConcatenation(axis, inputs, result) : .plain
      return (place, place)
    case .transpose, .reshape, .flatten, .squeeze, .unsqueeze: return (nil, .plain)
    default: return (.plain, .plain)
    }
  }

  /// Maps that are added or multiplied stay in their layout, if all operands can.
  private func placeOfElements(
    _ function: BinaryFunction, _ inputs: [(name: String, place: TensorPlace)],
    _ result: TensorShape
  ) -> TensorPlace {
    guard result.rank == 4,
      let whole = inputs.first(where: { shape(of: $0.name) == result }),
      whole.place.layout != .plain,
      inputs.allSatisfy({
        guard let shape = shape(of: $0.name), shape.rank == 4 else { return false }
        return shape.dimensions[1] == result.dimensions[1]
      })
    else { return .plain }
    // In the padding of the last block stand zeros; what is not finite there would spread.
    let isFinite = [.add, .subtract, .multiply, .maximum, .minimum].contains(function)
    if case .blocked(let block) = whole.place.layout,
      !isFinite && !result.dimensions[1].isMultiple(of: block)
    {
      return .plain
    }
    return TensorPlace(layout: whole.place.layout, format: .float32)
  }

  /// Parts of whole blocks stay in blocks.
  private func placeOfConcatenation(
    _ axis: Int, _ inputs: [(name: String, place: TensorPlace)], _ result: TensorShape
  ) -> TensorPlace {
    guard result.rank == 4, axis == 1 || axis == -3,
      let place = inputs.map(\.place).first(where: {
        if case .blocked = $0.layout { true } else { false }
      }), case .blocked(let block) = place.layout,
      inputs.allSatisfy({
        (shape(of: $0.name)?.dimensions[1] ?? 1).isMultiple(of: block)
      })
    else { return .plain }
    let isHalf = inputs.contains { $0.place.format == .bfloat16 }
    return TensorPlace(layout: place.layout, format: isHalf ? .bfloat16 : .float32)
  }

  /// The first layout in which a convolution has a fast kernel.
  ///
  /// Few channels (an image's, a squeezed vector's) are read in plain order, in which oneDNN has
  /// kernels for them, and the gradient is the project's own. Groups of odd sizes like the channels last, or plain order.
  private func places(
    of convolution: Convolution, appending function: UnaryFunction?, input: TensorShape,
    output: TensorShape
  ) throws -> (input: TensorPlace?, output: TensorPlace) {
    let blocked = TensorLayout.forActivations
    let hasFewChannels = convolution.groups == 1 && convolution.inputChannels < blocked.block
    let layouts: [(TensorLayout, TensorLayout)] =
      (hasFewChannels ? [(.plain, blocked)] : [(blocked, blocked)])
      + [(.channelsLast, .channelsLast), (.plain, .plain)]
    for format in mapFormat == .bfloat16 ? [NumberFormat.bfloat16, .float32] : [.float32] {
      for (from, to) in layouts {
        let places = (
          // A plain tensor is single precision; the convolution converts it itself.
          TensorPlace(layout: from, format: from == .plain ? .float32 : format),
          TensorPlace(layout: to, format: to == .plain ? .float32 : format)
        )
        let shapes = try ConvolutionShapes(
          convolution, input: input, output: output, inputLayout: from, outputLayout: to,
          format: format)
        guard let forward = try? shapes.forward(appending: function), !forward.isReference else {
          continue
        }
        if !(from == .plain && convolution.groups == 1) {
          guard let backward = try? shapes.backward(forward), !backward.isReference else {
            continue
          }
        }
        return places
      }
    }
    return (.plain, .plain)
  }
}

extension UnaryFunction {
  /// Whether the function is computed by the project's own loop: oneDNN has none.
  var isOwnLoop: Bool {
    switch self {
    case .erf, .hardSigmoid: true
    default: false
    }
  }
}
