internal import OneDNN

/// scale · x + shift for each channel: what batch normalization is in use (Ioffe and Szegedy 2015).
/// [x: batch × channels …]
///
///     y = scale_c x + shift_c
///     x̄ = scale_c ȳ                  pullback
///     ẏ = scale_c ẋ                  pushforward
///
/// ONNX `BatchNormalization` with scale_c = γ / √(σ² + ε) and shift_c = β − μ scale_c, which the
/// importers work out. After a convolution `Lowering` multiplies it into the weights; what is left
/// runs here.
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
    return CompiledOperator(
      forward: [
        .kernel(
          ChannelAffineKernel(
            self, input.shape, input.format.layout, result: try output.value(),
            source: try input.value()))
      ],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        return [
          .kernel(
            ChannelAffineKernel(
              linear, input.shape, input.format.layout, result: contribution.memory,
              source: try output.gradient()))
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        return TangentSteps(push: [
          .kernel(
            ChannelAffineKernel(
              linear, tangents.shape(of: input), input.format.layout,
              result: try tangents.makeTangent(of: output), source: tangent))
        ])
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

/// result ← scale · source + shift, one of each per channel, in any layout.
///
/// - Complexity: O(elements), one multiply-add each.
private final class ChannelAffineKernel: Kernel {
  let name = "loop"
  private let scale, shift: [Float]
  private let result, source: TensorMemory
  private let order: ChannelOrder

  init(
    _ affine: ChannelAffine, _ shape: TensorShape, _ layout: TensorLayout, result: TensorMemory,
    source: TensorMemory
  ) {
    order = ChannelOrder(shape, layout)
    scale = order.padded(affine.scale)
    shift = order.padded(affine.shift)
    self.result = result
    self.source = source
    order.check(result, source)
  }

  func run() {
    let (scale, shift) = (scale, shift)
    let (batch, positions, block) = (order.batch, order.positions, order.block)
    source.withElements { source in
      result.withMutableElements { result in
        var start = 0
        for _ in 0..<batch {
          for first in stride(from: 0, to: scale.count, by: block) {
            if block == 1 {
              // A whole plane has one factor, kept in a register.
              let (factor, offset) = (scale[first], shift[first])
              for i in start..<start + positions {
                result[unchecked: i] = factor * source[unchecked: i] + offset
              }
              start += positions
            } else {
              for _ in 0..<positions {
                for lane in 0..<block {
                  result[unchecked: start + lane] =
                    scale[first + lane] * source[unchecked: start + lane] + shift[first + lane]
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
