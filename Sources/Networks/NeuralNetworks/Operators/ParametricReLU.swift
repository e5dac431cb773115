internal import OneDNN

/// A leaky ReLU whose slope is learned, one for each channel (He et al., "Delving Deep into
/// Rectifiers", ICCV 2015, equation 1). [x: batch × channels …]
///
///     y = x where x > 0, else slope_c x
///     x̄ = ȳ where x > 0, else slope_c ȳ       pullback
///     ẏ = ẋ where x > 0, else slope_c ẋ       pushforward
///
/// ONNX `PRelu` with a slope per channel; one slope for all channels is a leaky ReLU. The derivative
/// at 0 is the slope, as in torch. `ReLURule` does not apply: DeconvNet and guided backpropagation are
/// defined for units that are silent below 0.
///
/// A loop of the project's own, since oneDNN's PReLU (`dnnl_prelu_forward_desc_init`) wants the slopes
/// as a tensor in the layout of each of its inputs.
public struct ParametricReLU: Hashable, Sendable, Operator {
  /// One value per channel.
  public var slopes: [Float]

  /// Makes the constants.
  public init(slopes: [Float]) { self.slopes = slopes }

  var name: String { "parametric ReLU" }
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { slopes.count }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    guard input.rank >= 2, slopes.count == input.dimensions[1] else {
      throw GraphError(node, "\(slopes.count) channels expected, found \(input)")
    }
    return input
  }

  /// Networks apply it to what depends on the image alone.
  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) -> ConstantTensor.Elements? { nil }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line { rule.only(lines) }

  /// Maps stay in their layout, in single precision: the loop below knows every layout.
  func formats(_ request: FormatRequest) -> FormatChoice {
    guard let first = request.inputs.first else { return .plain }
    let format = MemoryFormat(
      layout: request.isOfMaps ? first.format.layout : .plain, numbers: .float32)
    return FormatChoice(input: format, output: format)
  }

  /// One loop for all three directions: values, gradients and tangents are scaled by the same
  /// factors, which the sign of x decides.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    let x = try input.value()
    let scaled = { (source: TensorMemory, result: TensorMemory) -> Step in
      .kernel(
        ParametricReLUKernel(
          self.slopes, input.shape, input.format.layout, source: source, x: x, result: result))
    }
    return CompiledOperator(
      forward: [scaled(x, try output.value())],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let gradient = try output.gradient()
        let contribution = try compiler.gradientContribution(of: input)
        return [scaled(gradient, contribution.memory)] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        let views = try zip(
          tangents.views(of: tangent, like: input), tangents.views(of: result, like: output))
        return TangentSteps(push: views.map { scaled($0, $1) })
      })
  }
}

/// result ← source where x > 0, else slope · source, one slope per channel, in any layout.
///
/// In memory a tensor is images × channel blocks × positions × channels of a block; plain order is
/// blocks of one channel, channels last is one block of all.
///
/// - Complexity: O(elements), one multiplication each.
private final class ParametricReLUKernel: Kernel {
  let name = "loop"
  private let slopes: [Float]
  private let source, x, result: TensorMemory
  /// How often the channels repeat, the positions of each, and the channels that lie together.
  private let batch, positions, block: Int

  init(
    _ slopes: [Float], _ shape: TensorShape, _ layout: TensorLayout, source: TensorMemory,
    x: TensorMemory, result: TensorMemory
  ) {
    switch layout {
    case .plain, .any: block = 1
    case .channelsLast: block = slopes.count
    case .blocked(let count): block = count
    }
    // The padding of an incomplete last block holds zeros, which any slope keeps.
    let padded = (slopes.count + block - 1) / block * block
    self.slopes = slopes + [Float](repeating: 0, count: padded - slopes.count)
    batch = shape.dimensions[0]
    positions = shape.dimensions.dropFirst(2).reduce(1, *)
    (self.source, self.x, self.result) = (source, x, result)
    let count = batch * padded * positions
    precondition(
      source.storedCount == count && x.storedCount == count && result.storedCount == count,
      """
      \(batch) × \(padded) channels × \(positions) positions do not fill \(source.storedCount), \
      \(x.storedCount) and \(result.storedCount) elements
      """)
  }

  func run() {
    let slopes = slopes
    source.withElements { source in
      x.withElements { x in
        result.withMutableElements { result in
          var start = 0
          for _ in 0..<batch {
            for first in stride(from: 0, to: slopes.count, by: block) {
              for _ in 0..<positions {
                for lane in 0..<block {
                  let index = start + lane
                  let factor = x[unchecked: index] > 0 ? 1 : slopes[first + lane]
                  result[unchecked: index] = factor * source[unchecked: index]
                }
                start += block
              }
            }
          }
        }
      }
    }
  }
}
