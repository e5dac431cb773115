import Models
import NeuralNetworks

extension NodeConverter {
  /// `ConvTranspose` over maps, or over lines: a convolution of the map with zeros between its elements,
  /// its kernel turned by half a turn.
  ///
  /// Every element adds kernel · element to the output, stride elements apart: the adjoint of a strided
  /// convolution. The zeros cost multiplications, stride² times as many; no classifier's speed depends
  /// on it, and gradients and tangents are those of operations that are there.
  ///
  /// Weights are inputs × outputs per group × kernel height × kernel width.
  ///
  /// - Throws: `ModelError` for weights that depend on the image, kernels of three dimensions, and
  ///   groups that do not divide the channels.
  mutating func convertTransposedConvolution(_ source: inout SourceNode) throws(ModelError) {
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
    let (outputs, overflows) = sides[1].multipliedReportingOverflow(by: groups)
    let input = try self.shape(0, of: source)
    guard sides[0].isMultiple(of: groups), !overflows, input.rank == sides.count else {
      throw source.fault("\(sides[0]) channels cannot be divided into \(groups) groups")
    }
    let amounts = try padding(&source, window, input)
    try allow(weights.count, source)
    let convolution = Convolution(
      weights: Self.turned(weights, sides, groups: groups),
      bias: try bias(2, of: source, count: outputs), inputChannels: sides[0],
      outputChannels: outputs, kernel: window.kernel, stride: Extent(height: 1, width: 1),
      dilation: window.dilation, padding: Padding(), paddingRule: .explicit, groups: groups)
    var map = try source.required(0)
    if sides.count == 3 { map = try intermediate(.unsqueeze(axes: [2]), [map], source) }
    map = try spread(map, window.stride, source)
    let padded = try intermediate(.pad(.constant), [map, add(amounts, source)], source)
    guard sides.count == 3 else { return try emit(.convolution(convolution), [padded], source) }
    let result = try intermediate(.convolution(convolution), [padded], source)
    try emit(.squeeze(axes: [2]), [result], source)
  }

  /// What lies around the spread map, as amounts of `Pad`: above and to the left, then below and to the
  /// right.
  ///
  /// A padding of the transposed convolution cuts off as much of the output. What `spread` leaves behind
  /// the last element is taken off again.
  private mutating func padding(
    _ source: inout SourceNode, _ window: NodeWindow, _ input: TensorShape
  ) throws(ModelError) -> [Int] {
    let rank = input.rank - 2
    let none = [Int](repeating: 0, count: rank)
    let extra =
      try source.attributes.integers("output_padding", count: rank, in: 0...65_536) ?? none
    let wanted = try source.attributes.integers("output_shape", in: 1...1 << 24)
    guard wanted.map({ $0.count >= rank }) ?? true else {
      throw source.fault("output_shape has fewer values than there are sides")
    }
    var before = [0, 0, 0, 0]
    var after = before
    let stated = window.padding
    for (side, values) in [
      (
        2,
        (
          window.kernel.height, window.stride.height, window.dilation.height, stated.top,
          stated.bottom
        )
      ),
      (
        3,
        (window.kernel.width, window.stride.width, window.dilation.width, stated.left, stated.right)
      ),
    ] {
      // A line is the only row of a map.
      let index = side - 4 + rank
      guard index >= 0 else { continue }
      let (kernel, stride, dilation, first, last) = values
      let reach = (kernel - 1) * dilation + 1
      var (cutBefore, cutAfter) = (first, last)
      let size = input.dimensions[2 + index]
      let output =
        wanted.map { $0[$0.count - rank + index] }
        ?? (window.paddingRule == .explicit ? nil : size * stride)
      if let output {
        let cut = max((size - 1) * stride + reach + extra[index] - output, 0)
        cutBefore = window.paddingRule == .sameUpper ? cut / 2 : cut - cut / 2
        cutAfter = cut - cutBefore
      }
      before[side] = reach - 1 - cutBefore
      after[side] = reach - 1 - cutAfter + extra[index] - (stride - 1)
    }
    return before + after
  }

  /// A map with stride − 1 zeros behind each element of a row and of a column.
  private mutating func spread(
    _ map: String, _ stride: Extent, _ source: SourceNode
  ) throws(ModelError) -> String {
    var result = map
    for (axis, step) in [(4, stride.width), (3, stride.height)] where step > 1 {
      // Each element on its own in a further dimension, padded there.
      let single = try intermediate(.unsqueeze(axes: [axis]), [result], source)
      var amounts = [Int](repeating: 0, count: 10)
      amounts[5 + axis] = step - 1
      let padded = try intermediate(.pad(.constant), [single, add(amounts, source)], source)
      result =
        axis == 4
        ? try intermediate(
          .reshape(allowsZero: false), [padded, add([0, 0, 0, -1], source)], source)
        : try reshaped(padded, to: [0, 0, -1], and: (4, nil), of: padded, source)
    }
    return result
  }

  /// The weights of the convolution: outputs × inputs per group × kernel, the kernel turned.
  private static func turned(_ weights: [Float], _ sides: [Int], groups: Int) -> [Float] {
    let area = sides[2...].reduce(1, *)
    let (inputs, outputs) = (sides[0] / groups, sides[1])
    var result: [Float] = []
    result.reserveCapacity(weights.count)
    for group in 0..<groups {
      for output in 0..<outputs {
        for input in 0..<inputs {
          let start = ((group * inputs + input) * outputs + output) * area
          // Both sides reversed is the whole kernel reversed.
          result.append(contentsOf: weights[start..<start + area].reversed())
        }
      }
    }
    return result
  }
}
