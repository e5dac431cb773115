internal import OneDNN

/// (x − mean) / √(variance + epsilon) · scale + shift, mean and variance over the dimensions from
/// `axis` on (Ba, Kiros and Hinton 2016). [x]
///
///     x̂ = (x − μ) / σ,  σ = √(variance + ε),  y = γ x̂ + β
///     x̄ = (γ ȳ − mean(γ ȳ) − x̂ mean(x̂ γ ȳ)) / σ       pullback
///     ẏ = γ (ẋ − mean(ẋ) − x̂ mean(x̂ ẋ)) / σ           pushforward
///
/// Means are over the normalized dimensions, the variance is the biased one. ONNX `LayerNormalization`.
/// oneDNN: `dnnl_layer_normalization_forward_desc_init` and `…_backward_…`; the pushforward is a loop,
/// since oneDNN knows no forward mode.
public struct LayerNormalization: Hashable, Sendable, Operator {
  /// The first dimension that is normalized; negative counts from the end.
  public var axis: Int
  /// Added to the variance, ε.
  public var epsilon: Float
  /// One value per element of the normalized dimensions, row-major: γ and β.
  public var scale, shift: [Float]

  /// Makes the constants.
  ///
  /// - Precondition: There are as many shifts as scales.
  public init(axis: Int, epsilon: Float, scale: [Float], shift: [Float]) {
    precondition(scale.count == shift.count, "\(scale.count) scales, \(shift.count) shifts")
    self.axis = axis
    self.epsilon = epsilon
    self.scale = scale
    self.shift = shift
  }

  var name: String { "layer normalization" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { scale.count + shift.count }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    let first = try node.dimensionIndex(axis, of: input)
    let count = TensorShape.product(input.dimensions[first...])
    guard count == scale.count, count == shift.count, count != 0 else {
      throw GraphError(node, "\(scale.count) values from axis \(first) on expected, found \(input)")
    }
    return input
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) -> ConstantTensor.Elements? { nil }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in
      line.mixed(over: (shape.dimensionIndex(axis) ?? 0)..<shape.rank)
    }
  }

  /// Plain order; a map that is normalized as a whole stays in its layout, if that has no padding.
  func formats(_ request: FormatRequest) -> FormatChoice {
    guard request.isOfMaps, let first = request.inputs.first, axis == 1 || axis == -3 else {
      return .plain
    }
    let dimensions = first.shape.dimensions
    let stored = first.format.layout.storedDimensions(of: dimensions)
    guard stored.reduce(1, *) == dimensions.reduce(1, *) else { return .plain }
    let format = MemoryFormat(layout: first.format.layout, numbers: .float32)
    return FormatChoice(input: format, output: format)
  }

  /// Every normalized part is one of the rows of a matrix, whose mean and variance the forward pass
  /// leaves for the other two.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    let columns = scale.count
    let rows = input.shape.elementCount / max(columns, 1)
    let data = try TensorDescriptor([rows, columns])
    let statistics = try TensorDescriptor([rows])
    let forward = try Primitive.layerNormalization(
      data: data, statistics: statistics, epsilon: epsilon)
    let both = try TensorDescriptor([2, columns])
    // In the order of the elements that they belong to.
    let sizes = input.isMap ? [2] + input.shape.dimensions.dropFirst() : [2, columns]
    let layout = input.format.layout
    let scaleAndShift = try compiler.weights.weights(
      of: node.output, scale + shift,
      plain: layout == .plain ? both : TensorDescriptor(sizes),
      layout: layout == .plain ? both : TensorDescriptor(sizes, layout: layout)
    ).viewed(as: both)
    let (mean, variance) = (try TensorMemory(statistics), try TensorMemory(statistics))
    let constants: [(Argument, TensorMemory)] = [
      (.mean, mean), (.variance, variance), (.scaleAndShift, scaleAndShift),
    ]
    let source = try input.value().viewed(as: data)
    let step = try compiler.run(
      forward,
      [(.source, source), (.destination, try output.value().viewed(as: data))] + constants)
    return CompiledOperator(
      forward: [step],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let backward = try Primitive.layerNormalizationPullback(
          data: data, statistics: statistics, epsilon: epsilon, forward: forward)
        let contribution = try compiler.gradientContribution(of: input)
        return [
          try compiler.run(
            backward,
            [
              (.source, source), (.sourceGradient, try contribution.memory.viewed(as: data)),
              (.destinationGradient, try output.gradient().viewed(as: data)),
              // Nobody reads it: oneDNN has no kernel for the input's gradient alone.
              (.scaleAndShiftGradient, try TensorMemory(both)),
            ] + constants)
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        return TangentSteps(push: [
          .loop {
            pushforward(
              source, mean, variance, scaleAndShift, rows: rows, tangent, into: result)
          }
        ])
      })
  }

  /// result ← ẏ for ẋ = tangent, for as many tangents as there are in it.
  ///
  /// - Parameters:
  ///   - source: The values, `rows` × columns.
  ///   - mean: Each row's mean.
  ///   - variance: Each row's variance, without ε.
  ///   - scaleAndShift: The scales in the order of the values, and the shifts.
  ///   - rows: The rows of the values.
  ///   - tangent: The tangents, a multiple of `rows` × columns.
  ///   - result: As large as the tangents.
  private func pushforward(
    _ source: TensorMemory, _ mean: TensorMemory, _ variance: TensorMemory,
    _ scaleAndShift: TensorMemory, rows: Int, _ tangent: TensorMemory, into result: TensorMemory
  ) {
    let columns = scale.count
    let scale = scaleAndShift.withElements { span in (0..<columns).map { span[$0] } }
    source.withElements { x in
      mean.withElements { mean in
        variance.withElements { variance in
          tangent.withElements { t in
            result.withMutableElements { y in
              for row in 0..<t.count / max(columns, 1) {
                // Every tangent has as many rows as the values.
                let own = row % rows
                let (start, valueStart) = (row * columns, own * columns)
                let deviation = (variance[own] + epsilon).squareRoot()
                let center = mean[own]
                // In double precision: both are differences of terms of either sign.
                var (sum, moment) = (0.0, 0.0)
                for i in 0..<columns {
                  let normalized = (x[valueStart + i] - center) / deviation
                  sum += Double(t[start + i])
                  moment += Double(normalized) * Double(t[start + i])
                }
                let shift = Float(sum / Double(columns))
                let projection = Float(moment / Double(columns))
                // Normalized a second time rather than kept: the loop allocates nothing.
                for i in 0..<columns {
                  let normalized = (x[valueStart + i] - center) / deviation
                  y[start + i] =
                    scale[i] / deviation * (t[start + i] - shift - normalized * projection)
                }
              }
            }
          }
        }
      }
    }
  }
}
