internal import OneDNN

/// The largest value of each window. [x: batch × channels × height × width]
///
///     y_o = x_m,  m = m(o) the index of the window's maximum, the first of equals
///     x̄_i = Σ_{o: m(o) = i} ȳ_o      pullback; or a relaxation's, see `MaxPoolRule`
///     ẏ_o = ẋ_m                      pushforward
///
/// Padding is never the maximum. ONNX `MaxPool` of two dimensions, without its indices. oneDNN:
/// `dnnl_pooling_v2_forward_desc_init` with a workspace in which the forward pass notes m.
struct MaxPool: Operator {
  let window: PoolingWindow

  var name: String { "max pooling" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    try window.pooledShape(node, try firstShape(node, inputs))
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) -> ConstantTensor.Elements? { nil }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    rule.only(lines) { line, shape in window.receptiveField(through: line, of: shape, rule) }
  }

  func formats(_ request: FormatRequest) -> FormatChoice { request.sameForMaps }

  /// Where maxima are noted, vectors of channels if they lie together, else oneDNN's primitives forward
  /// and backward; along tangents a gather at the maxima.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    let geometry = window.geometry(from: input.shape, to: output.shape)
    let rule = compiler.rules.maxPool
    // A relaxation reads the values alone; without derivatives nobody asks where the maximum was.
    let keepsMaxima =
      rule == .exact && (compiler.isDifferentiated(output) || compiler.hasTangent(output))
    if keepsMaxima, VectorMaxPool.suits(input, output) {
      return try compileVectors(from: input, to: output, with: compiler)
    }
    if !keepsMaxima, rule == .exact, PlainMaxPool.suits(window, input, output) {
      return CompiledOperator(
        forward: [.kernel(try PlainMaxPool(window, from: input, to: output))], pullback: { [] },
        pushforward: { _ in TangentSteps(push: []) })
    }
    let forward = try Primitive.pooling(
      .maximum, source: input.descriptor, destination: output.descriptor, geometry: geometry,
      keepsWorkspace: keepsMaxima)
    let workspace = try keepsMaxima ? forward.workspace.map { try TensorMemory($0) } : nil
    let bindings = workspace.map { [(Argument.workspace, $0)] } ?? []
    let step = try compiler.run(
      forward, [(.source, try input.value()), (.destination, try output.value())] + bindings)
    if rule != .exact {
      let relaxed = try RelaxedMaxPool(
        rule, window: window, from: input, to: output, with: compiler)
      return CompiledOperator(
        forward: [step], pullback: relaxed.pullback, pushforward: relaxed.pushforward)
    }
    return CompiledOperator(
      forward: [step],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let backward = try Primitive.poolingPullback(
          .maximum, sourceGradient: input.descriptor, destinationGradient: output.descriptor,
          geometry: geometry, forward: forward)
        let contribution = try compiler.gradientContribution(of: input)
        return [
          try compiler.run(
            backward,
            [(.sourceGradient, contribution.memory), (.destinationGradient, try output.gradient())]
              + bindings)
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input), let workspace else {
          return TangentSteps(push: [])
        }
        return try pushforward(tangent, from: input, to: output, tangents) {
          workspace.smallIntegers()
        }
      })
  }

  private func compileVectors(
    from input: TensorSlot, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let forward = try VectorMaxPool(window, from: input, to: output)
    return CompiledOperator(
      forward: [.kernel(forward)],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        let pullback = try VectorMaxPoolPullback(
          forward, window, from: input, to: output, gradient: contribution.memory)
        return [.kernel(pullback)] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        return try pushforward(tangent, from: input, to: output, tangents) {
          forward.taps.map { Int32($0) }
        }
      })
  }

  // A gather at the maxima; `taps` gives, after a forward pass, the index of each in its window.
  private func pushforward(
    _ tangent: TensorMemory, from input: TensorSlot, to output: TensorSlot,
    _ tangents: TangentCompiler, taps: @escaping () -> [Int32]
  ) throws -> TangentSteps {
    let result = try tangents.makeTangent(of: output)
    let indices = MaximumIndices(taps, window, from: input, to: output)
    return TangentSteps(
      linearization: [.kernel(indices)],
      push: [.kernel(MaximumPushforward(indices, tangent, result, count: tangents.count))])
  }
}

/// Where in the input each maximum was found, read after a forward pass.
///
/// The pool notes one number for each element of the output, in the output's layout: the maximum's
/// index in its window, row-major. They are decoded once a forward pass and serve all tangents.
final class MaximumIndices: Kernel {
  let name = "loop"
  private let taps: () -> [Int32]
  private let window: PoolingWindow
  private let padding: Padding
  private let input, output: TensorSlot
  /// For each element of the output as it lies in memory, the element of the input.
  fileprivate var indices: [Int32]

  init(
    _ taps: @escaping () -> [Int32], _ window: PoolingWindow, from input: TensorSlot,
    to output: TensorSlot
  ) {
    self.taps = taps
    self.window = window
    self.input = input
    self.output = output
    padding = window.resolvedPadding(forHeight: input.height, width: input.width)
    // Of elements in memory, so that tangents are gathered in whatever layout they lie.
    indices = [Int32](repeating: 0, count: output.storedDimensions.reduce(1, *))
    precondition(
      input.storedDimensions.reduce(1, *) <= Int32.max, "\(input.shape) has too many elements")
  }

  func run() {
    // In memory a map is planes × rows × columns × lanes, in every layout.
    let block = output.channelsTogether
    let (rows, columns) = (output.height, output.width)
    let planes = indices.count / max(rows * columns * block, 1)
    let (kernel, stride, dilation) = (window.kernel, window.stride, window.dilation)
    let (height, width) = (input.height, input.width)
    let offsets = taps()
    var indices = self.indices
    self.indices = []
    precondition(offsets.count >= indices.count, "\(offsets.count) of \(indices.count) indices")
    var index = 0
    for plane in 0..<planes {
      for row in 0..<rows {
        let top = row * stride.height - padding.top
        for column in 0..<columns {
          let left = column * stride.width - padding.left
          for lane in 0..<block {
            let offset = Int(offsets[index])
            let y = top + offset / kernel.width * dilation.height
            let x = left + offset % kernel.width * dilation.width
            // The padding of the last block has no maximum; its index is kept inside the map.
            let (safeY, safeX) = (min(max(y, 0), height - 1), min(max(x, 0), width - 1))
            indices[index] = Int32(((plane * height + safeY) * width + safeX) * block + lane)
            index += 1
          }
        }
      }
    }
    self.indices = indices
  }
}

/// result ← the tangents at the maxima's indices, for each tangent.
///
/// - Complexity: O(tangents · elements of the output).
final class MaximumPushforward: Kernel {
  let name = "loop"
  private let maxima: MaximumIndices
  private let tangent, result: TensorMemory
  private let count: Int

  init(_ maxima: MaximumIndices, _ tangent: TensorMemory, _ result: TensorMemory, count: Int) {
    self.maxima = maxima
    self.tangent = tangent
    self.result = result
    self.count = count
  }

  func run() { result.gather(from: tangent, at: maxima.indices, repeating: count) }
}
