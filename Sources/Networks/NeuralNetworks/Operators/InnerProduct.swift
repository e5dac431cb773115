public import Matrices
internal import OneDNN

/// A fully connected layer along the last dimension: weights · x + bias. [x: … × inputs]
///
///     y = W x + b
///     x̄ = Wᵀ ȳ          pullback
///     ẏ = W ẋ           pushforward
///
/// ONNX `Gemm`, and `MatMul` with a constant second factor. oneDNN:
/// `dnnl_inner_product_forward_desc_init` and `…_backward_data_…`.
public struct InnerProduct: Operator {
  /// Outputs × inputs, row-major.
  public var weights: Matrix
  /// One value per output.
  public var bias: [Float]

  /// Makes a layer.
  ///
  /// - Precondition: There is one bias per output.
  public init(weights: Matrix, bias: [Float]) {
    precondition(
      bias.count == weights.rowCount, "\(bias.count) biases for \(weights.rowCount) outputs")
    self.weights = weights
    self.bias = bias
  }

  // MARK: Rules of the graph

  var name: String { "inner product" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { weights.elements.count + weightCount(ofBias: bias) }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    guard input.dimensions.last == weights.columnCount else {
      throw GraphError(
        node,
        """
        \(weights.columnCount) values expected, found \(input); run the network at its own input \
        size, or stop before this node
        """)
    }
    return TensorShape(input.dimensions.dropLast() + [weights.rowCount])
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let constants else { return nil }
    // Both factors are at most 2³¹.
    try allowance.take(
      max(constants[0].elements.count, shape.elementCount * weights.columnCount), for: node)
    guard let values = constants[0].floats else { return nil }
    let (rowCount, length) = (weights.rowCount, weights.columnCount)
    guard length > 0 else { return .floats([]) }
    var result: [Float] = []
    for start in stride(from: 0, to: values.count, by: length) {
      for row in 0..<rowCount {
        var sum = Double(bias[row])
        // In double precision: a folded result is exact to a rounding, whatever the length.
        for index in 0..<length {
          sum += Double(values[start + index]) * Double(weights[row, index])
        }
        result.append(Float(sum))
      }
    }
    return .floats(result)
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int {
    product(output.elementCount, 2 * weights.columnCount)
  }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in line.summed(over: [shape.rank - 1]) }
  }

  // MARK: Engine

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  /// Every vector along the last dimension is one of the rows of a matrix: images, or all tokens of all
  /// images, or all tangents of them, are one batch.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    let (outputs, inputs) = (weights.rowCount, weights.columnCount)
    let plain = try TensorDescriptor([outputs, inputs])
    // oneDNN packs weights in an order of its own, another one for the gradient.
    let open = try TensorDescriptor([outputs, inputs], layout: .any)
    let biasDescriptor = try TensorDescriptor([outputs])
    let rows = output.shape.elementCount / max(outputs, 1)
    let source = try TensorDescriptor([rows, inputs])
    let destination = try TensorDescriptor([rows, outputs])
    let count = operationCount([input.shape], output: output.shape)
    /// The weights in the order that a primitive wants, shared by all copies of the network.
    func prepared(for primitive: Primitive) throws -> TensorMemory {
      try compiler.weights.weights(
        of: node.output, weights.elements, plain: plain, layout: primitive.weights ?? plain)
    }
    let forward = try Primitive.innerProduct(
      source: source, weights: open, bias: biasDescriptor, destination: destination,
      appending: node.appended?.elementwise)
    let bias = try compiler.weights.weights(
      of: node.output, as: .bias, bias, plain: biasDescriptor, layout: biasDescriptor)
    let step = try compiler.run(
      forward,
      [
        (.source, try input.value().viewed(as: source)), (.weights, try prepared(for: forward)),
        (.bias, bias), (.destination, try output.value().viewed(as: destination)),
      ], counting: count)
    return CompiledOperator(
      forward: [step],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let backward = try Primitive.innerProductPullback(
          sourceGradient: source, weights: open, destinationGradient: destination,
          forward: forward)
        let contribution = try compiler.gradientContribution(of: input)
        return [
          try compiler.run(
            backward,
            [
              (.sourceGradient, try contribution.memory.viewed(as: source)),
              (.weights, try prepared(for: backward)),
              (.destinationGradient, try output.gradient().viewed(as: destination)),
            ], counting: count)
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        let source = try TensorDescriptor([tangents.count * rows, inputs])
        let destination = try TensorDescriptor([tangents.count * rows, outputs])
        let forward = try Primitive.innerProduct(
          source: source, weights: open, bias: biasDescriptor, destination: destination)
        return TangentSteps(push: [
          try compiler.run(
            forward,
            [
              (.source, try tangent.viewed(as: source)), (.weights, try prepared(for: forward)),
              // The primitive has a bias; a linear map has none, so it is zeros.
              (.bias, try TensorMemory(biasDescriptor)),
              (.destination, try result.viewed(as: destination)),
            ], counting: tangents.count * count)
        ])
      })
  }
}
