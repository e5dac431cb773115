internal import OneDNN

/// Local response normalization across channels:
/// `y_c = x_c / (bias + alpha/size · Σ x_j²)^beta`, the sum over `size` channels around `c`
/// (Krizhevsky, Sutskever and Hinton 2012, section 3.3, with ONNX's division by the size).
/// [x: batch × channels …]
///
/// With k_c = bias + α/size · Σ_{|j − c| ≤ r} x_j² and r = (size − 1) / 2, position by position,
///
///     y_c = x_c k_c^−β
///     x̄_c = ȳ_c k_c^−β − 2αβ/size · x_c Σ_{|j − c| ≤ r} ȳ_j y_j / k_j          pullback
///     ẏ_c = k_c^−β (ẋ_c − 2αβ/size · x_c / k_c Σ_{|j − c| ≤ r} x_j ẋ_j)        pushforward
///
/// ONNX `LRN`. oneDNN: `dnnl_lrn_forward_desc_init` and `…_backward_…` where it has a fast kernel, else
/// the loops of `LocalResponseNormalizationKernels.swift`.
public struct LocalResponseNormalization: Hashable, Sendable, Operator {
  /// The number of channels in the sum, odd: a channel and as many on either side, fewer at the ends.
  public var size: Int
  /// The constants of the formula; Caffe's GoogLeNet has 1e-4, 0.75 and 1 over 5 channels.
  public var alpha, beta, bias: Float

  /// Makes the constants.
  public init(size: Int, alpha: Float, beta: Float, bias: Float) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
  }

  // MARK: Rules of the graph

  var name: String { "local response normalization" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    guard input.rank >= 2 else { throw GraphError(node, "channels expected, found \(input)") }
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
    rule.only(lines) { line, _ in line.mixed(over: [1]) }
  }

  // MARK: Engine

  /// Whether oneDNN has more than a reference loop: its fast kernels are for AlexNet's constants.
  ///
  /// And for blocked maps: in plain order GoogLeNet's second one took 104 ms backward for 8 images of
  /// 192 × 56 × 56, in blocks of 16 channels 1.5 ms.
  private var hasFastKernel: Bool { size == 5 && beta == 0.75 }

  func formats(_ request: FormatRequest) -> FormatChoice {
    hasFastKernel ? request.sameForMaps : .plain
  }

  /// oneDNN's primitive where it has a fast one, else a loop, in the input's layout.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    if !hasFastKernel { return try compileLoop(from: input, to: output, with: compiler) }
    // What the backward kernel reads; without gradients the forward one need not write it.
    let keepsWorkspace = compiler.isDifferentiated(output)
    let forward = try Primitive.localResponseNormalization(
      data: input.descriptor, size: size, alpha: alpha, beta: beta, bias: bias,
      keepsWorkspace: keepsWorkspace)
    let workspace: [(Argument, TensorMemory)] =
      if keepsWorkspace, let descriptor = forward.workspace {
        [(.workspace, try TensorMemory(descriptor))]
      } else {
        []
      }
    let source = try input.value()
    let step = try compiler.run(
      forward, [(.source, source), (.destination, try output.value())] + workspace)
    return CompiledOperator(
      forward: [step],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let backward = try Primitive.localResponseNormalizationPullback(
          data: input.descriptor, size: size, alpha: alpha, beta: beta, bias: bias,
          forward: forward)
        let contribution = try compiler.gradientContribution(of: input)
        return [
          try compiler.run(
            backward,
            [
              (.source, source), (.sourceGradient, contribution.memory),
              (.destinationGradient, try output.gradient()),
            ] + workspace)
        ] + contribution.then
      },
      pushforward: { try pushforward($0, from: input, to: output, with: compiler) })
  }

  /// Forward and backward by the project's loops, in plain order and single precision.
  private func compileLoop(
    from input: TensorSlot, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let (source, value) = (try input.value(), try output.value())
    let kernel = try ResponseNormalizationKernel(self, input.shape, result: value, source: source)
    return CompiledOperator(
      forward: [.kernel(kernel)],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        return [
          .kernel(
            try ResponseNormalizationPullbackKernel(
              self, input.shape, gradient: contribution.memory,
              resultGradient: try output.gradient(),
              source: source, result: value, forward: kernel))
        ] + contribution.then
      },
      pushforward: { try pushforward($0, from: input, to: output, with: compiler) })
  }

  /// The steps along tangents, one tangent after the other through the same scratch memory.
  ///
  /// In plain order whatever the layout: networks normalize early, where tangents seldom start, and
  /// the sum over channels is simple there.
  private func pushforward(
    _ tangents: TangentCompiler, from input: TensorSlot, to output: TensorSlot,
    with compiler: NetworkCompiler
  ) throws -> TangentSteps {
    guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
    let result = try tangents.makeTangent(of: output)
    let plain = try TensorDescriptor(input.shape.dimensions)
    let source = try TensorMemory(plain)
    let forward = try ResponseNormalizationKernel(
      self, input.shape, result: try TensorMemory(plain), source: source)
    let (along, products, sums) = try (
      TensorMemory(plain), TensorMemory(plain), TensorMemory(plain)
    )
    // The loop leaves k; what oneDNN leaves in its workspace is a matter of the kernel.
    var steps = TangentSteps(
      linearization: [try compiler.reorder(try input.value(), to: source), .kernel(forward)],
      push: [])
    let views = try zip(
      tangents.views(of: tangent, like: input), tangents.views(of: result, like: output))
    for (from, to) in views {
      steps.push += [
        try compiler.reorder(from, to: along),
        .loop {
          push(along, input.shape, forward, source: source, products: products, sums: sums)
        },
        try compiler.reorder(products, to: to),
      ]
    }
    return steps
  }

  /// products ← ẏ, for ẋ = along; `sums` is scratch memory.
  private func push(
    _ along: TensorMemory, _ shape: TensorShape, _ forward: ResponseNormalizationKernel,
    source: TensorMemory, products: TensorMemory, sums: TensorMemory
  ) {
    let channelSums = ChannelSums(shape, size)
    let factor = 2 * alpha * beta / Float(size)
    along.withElements { t in
      source.withElements { x in
        products.withMutableElements { products in
          for i in 0..<products.count { products[unchecked: i] = x[unchecked: i] * t[unchecked: i] }
        }
        products.withElements { products in
          sums.withMutableElements { channelSums.sum(products, into: &$0) }
        }
        forward.energy.withElements { k in
          sums.withElements { sums in
            products.withMutableElements { y in
              for i in 0..<y.count {
                let weight = inversePower(k[unchecked: i], beta)
                y[unchecked: i] =
                  weight
                  * (t[unchecked: i]
                    - factor * x[unchecked: i] * sums[unchecked: i] / k[unchecked: i])
              }
            }
          }
        }
      }
    }
  }
}
