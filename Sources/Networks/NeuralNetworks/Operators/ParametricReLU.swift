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
public struct ParametricReLU: Hashable, Sendable, ChannelwiseOperator {
  /// One value per channel.
  public var slopes: [Float]

  /// Makes the constants.
  public init(slopes: [Float]) { self.slopes = slopes }

  var name: String { "parametric ReLU" }
  var parameterCount: Int { slopes.count }
  var channelCount: Int { slopes.count }

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
/// - Complexity: O(elements), one multiplication each.
private final class ParametricReLUKernel: Kernel {
  let name = "loop"
  private let slopes: [Float]
  private let source, x, result: TensorMemory
  private let order: ChannelOrder

  init(
    _ slopes: [Float], _ shape: TensorShape, _ layout: TensorLayout, source: TensorMemory,
    x: TensorMemory, result: TensorMemory
  ) {
    order = ChannelOrder(shape, layout)
    self.slopes = order.padded(slopes)
    (self.source, self.x, self.result) = (source, x, result)
    order.check(source, x, result)
  }

  func run() {
    let slopes = slopes
    let (batch, positions, block) = (order.batch, order.positions, order.block)
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
