internal import OneDNN

/// Interpolated to other sizes, dimension by dimension. [x, sizes or scales]
///
///     y = (R₁ ⊗ R₂ ⊗ …) x, with a matrix of a few entries a row for each dimension
///     x̄ = (R₁ᵀ ⊗ R₂ᵀ ⊗ …) ȳ      pullback
///     ẏ = (R₁ ⊗ R₂ ⊗ …) ẋ         pushforward
///
/// ONNX `Resize` and `Upsample`, by nearest elements, linearly or by cubic polynomials (Keys 1981). Sizes
/// and scales must be known before the network runs. `ResizingLine` has the matrices.
public struct Resizing: Hashable, Sendable, Operator {
  /// How a value between elements follows from them.
  public enum Interpolation: Hashable, Sendable {
    /// The nearest element.
    case nearest(Rounding)
    /// On the line between the two next to it.
    case linear
    /// On Keys' polynomial of four elements, −0.75 and −0.5 being usual.
    case cubic(coefficient: Float)
  }

  /// Which element is the nearest to a coordinate: ONNX's `nearest_mode`.
  public enum Rounding: Hashable, Sendable { case preferFloor, preferCeiling, floor, ceiling }

  /// Which coordinate of the input an element of the output has: ONNX's
  /// `coordinate_transformation_mode`.
  public enum Coordinates: Hashable, Sendable {
    /// Centers of pixels: (o + ½) / scale − ½.
    case halfPixel
    /// The same, and 0 where the output has one element.
    case pytorchHalfPixel
    /// The same, the output's middle being the input's.
    case halfPixelSymmetric
    /// First and last elements meet.
    case alignCorners
    /// First elements meet: o / scale.
    case asymmetric
  }

  /// How values between elements are found.
  public var interpolation: Interpolation
  /// Where the output's elements lie.
  public var coordinates: Coordinates
  /// Whether the second input has scales, not sizes.
  public var isByScale: Bool
  /// The dimensions that the second input speaks of, negative from the end; nil for all.
  public var axes: [Int]?
  /// Whether elements outside the input do not count; else the edge goes on.
  public var excludesOutside: Bool
  /// Whether a smaller output averages over as many elements as it leaves out.
  public var antialiases: Bool

  /// Makes a rule.
  public init(
    _ interpolation: Interpolation, _ coordinates: Coordinates, isByScale: Bool,
    axes: [Int]? = nil, excludesOutside: Bool = false, antialiases: Bool = false
  ) {
    self.interpolation = interpolation
    self.coordinates = coordinates
    self.isByScale = isByScale
    self.axes = axes
    self.excludesOutside = excludesOutside
    self.antialiases = antialiases
  }

  var name: String { "resize" }
  var arity: ClosedRange<Int> { 2...2 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try expect(inputs[1]?.type, isByScale ? .float : .integer, node)
    try expect(inputs[0]?.type, .float, node)
    return .float
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    return TensorShape(try lines(node, input, inputs).map(\.outputSize))
  }

  /// The matrix of each dimension.
  ///
  /// - Throws: `GraphError` for sizes or scales that are not known, or are none.
  private func lines(
    _ node: Node, _ input: TensorShape, _ inputs: [TensorFact?]
  ) throws(GraphError) -> [ResizingLine] {
    let dimensions = try node.dimensionIndices(axes ?? Array(0..<input.rank), of: input)
    let fact = inputs.count > 1 ? inputs[1] : nil
    guard let constant = fact?.constant, fact?.shape.rank == 1,
      constant.elements.count == dimensions.count
    else {
      throw GraphError(
        node, "its sizes or scales are not one constant a dimension, which is not supported")
    }
    var result = input.dimensions.map { ResizingLine(size: $0) }
    for (index, dimension) in dimensions.enumerated() {
      let size = input.dimensions[dimension]
      let scale: Float
      let outputSize: Int
      if let scales = constant.floats {
        scale = scales[index]
        outputSize = Int(clamping: (Float(size) * scale).rounded(.down))
      } else {
        outputSize = constant.integers?[index] ?? 0
        scale = Float(outputSize) / Float(max(size, 1))
      }
      guard scale > 0, scale.isFinite, size > 0, (1...1 << 24).contains(outputSize) else {
        throw GraphError(node, "\(input) cannot be resized by \(scale) along one dimension")
      }
      result[dimension] = ResizingLine(size: size, outputSize: outputSize, scale: scale)
    }
    return result
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) -> ConstantTensor.Elements? { nil }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  /// Positions that are interpolated are lost: they need not lie whole pixels apart.
  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in
      guard let dimension = line.positions?.dimension else { return line }
      return rule.output.dimensions[dimension] == shape.dimensions[dimension] ? line : line.lost
    }
  }

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  /// Loops of the project's own: oneDNN's resampling has one of the six ways to place elements.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    let lines: [ResizingLine]
    do throws(GraphError) {
      lines = try self.lines(
        node.node, input.shape, [TensorFact(shape: input.shape), compiler.facts[node.inputs[1]]])
    } catch { throw NetworkError(unsupported: name, "\(error)") }
    let matrices = lines.map { $0.matrix(self) }
    let sizes = input.shape.describable
    return CompiledOperator(
      forward: [
        .kernel(
          try ResizingKernel(matrices, sizes, from: try input.value(), to: try output.value()))
      ],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        return [
          .kernel(
            try ResizingKernel(
              matrices.map { $0?.transposed }, output.shape.describable,
              from: try output.gradient(), to: contribution.memory))
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        let views = try zip(
          tangents.views(of: tangent, like: input), tangents.views(of: result, like: output))
        return TangentSteps(
          push: try views.map { .kernel(try ResizingKernel(matrices, sizes, from: $0, to: $1)) })
      })
  }
}
