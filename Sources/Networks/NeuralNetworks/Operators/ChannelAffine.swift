internal import Numerics
internal import OneDNN

/// scale · x + shift for each channel: what batch normalization is in use (Ioffe and Szegedy 2015).
/// [x: batch × channels …]
///
///     y = f(scale_c x + shift_c)
///     x̄ = scale_c ȳ f′               pullback
///     ẏ = scale_c ẋ f′               pushforward
///
/// ONNX `BatchNormalization` with scale_c = γ / √(σ² + ε) and shift_c = β − μ scale_c, which the
/// importers work out. After a convolution `Lowering` multiplies it into the weights; what is left
/// runs here. f is a ReLU or a clip that followed it, or nothing.
public struct ChannelAffine: Hashable, Sendable, ChannelwiseOperator {
  /// One value per channel.
  public var scale, shift: [Float]

  /// Makes the constants.
  ///
  /// - Precondition: There are as many shifts as scales.
  public init(scale: [Float], shift: [Float]) {
    precondition(scale.count == shift.count, "\(scale.count) scales, \(shift.count) shifts")
    self.scale = scale
    self.shift = shift
  }

  var name: String { "batch normalization" }
  var parameterCount: Int { scale.count + shift.count }
  var channelCount: Int { scale.count }

  /// One loop for all three directions, with the shift left out backward and along tangents.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    let linear = ChannelAffine(scale: scale, shift: [Float](repeating: 0, count: scale.count))
    let value = try output.value()
    return CompiledOperator(
      forward: [
        .kernel(
          ChannelAffineKernel(
            self, input.shape, input.format.layout, result: value, source: try input.value(),
            within: Bounds(node.appended)))
      ],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let gradient = try output.gradient()
        let contribution = try compiler.gradientContribution(of: input)
        return compiler.mask(gradient, of: node, by: value) + [
          .kernel(
            ChannelAffineKernel(
              linear, input.shape, input.format.layout, result: contribution.memory,
              source: gradient))
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        let step = Step.kernel(
          ChannelAffineKernel(
            linear, tangents.shape(of: input), input.format.layout, result: result,
            source: tangent))
        return TangentSteps(
          push: [step] + (try tangents.masks(of: result, output, node, by: value)))
      })
  }

  /// This one, then another, as one: scale' scale x + (scale' shift + shift').
  ///
  /// - Precondition: Both have as many channels.
  func followed(by next: ChannelAffine) -> ChannelAffine {
    ChannelAffine(
      scale: zip(scale, next.scale).map { $0 * $1 },
      shift: zip(zip(shift, next.scale), next.shift).map { $0.0 * $0.1 + $1 })
  }
}

/// result ← scale · source + shift, one of each per channel, in any layout; then clipped.
///
/// - Complexity: O(elements), one multiply-add each.
private final class ChannelAffineKernel: Kernel {
  let name = "loop"
  private let scale, shift: [Float]
  private let result, source: TensorMemory
  private let order: ChannelOrder
  private let bounds: Bounds

  init(
    _ affine: ChannelAffine, _ shape: TensorShape, _ layout: TensorLayout, result: TensorMemory,
    source: TensorMemory, within bounds: Bounds = Bounds(nil)
  ) {
    self.bounds = bounds
    order = ChannelOrder(shape, layout)
    scale = order.padded(affine.scale)
    shift = order.padded(affine.shift)
    self.result = result
    self.source = source
    order.check(result, source)
  }

  func run() {
    let (scale, shift, bounds) = (scale, shift, bounds)
    let (batch, positions, block) = (order.batch, order.positions, order.block)
    source.withElements { source in
      result.withMutableElements { result in
        let (scales, shifts) = (scale.span, shift.span)
        var start = 0
        for _ in 0..<batch {
          for first in stride(from: 0, to: scales.count, by: block) {
            if block == 1 {
              // A whole plane has one factor.
              let (factor, offset) = (
                SIMD8(repeating: scales[first]), SIMD8(repeating: shifts[first])
              )
              forEachOverlappingBlock(of: positions) { i, lanes in
                let x = source.vector(at: start &+ i, lanes: lanes)
                result.store(bounds(factor * x + offset), at: start &+ i, lanes: lanes)
              }
              start += positions
              continue
            }
            for _ in 0..<positions {
              forEachOverlappingBlock(of: block) { i, lanes in
                let x = source.vector(at: start &+ i, lanes: lanes)
                let factor = scales.vector(at: first &+ i, lanes: lanes)
                let y = factor * x + shifts.vector(at: first &+ i, lanes: lanes)
                result.store(bounds(y), at: start &+ i, lanes: lanes)
              }
              start += block
            }
          }
        }
      }
    }
  }
}
