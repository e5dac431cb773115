internal import OneDNN

/// scale · x + shift for each channel: what batch normalization is in use (Ioffe and Szegedy 2015).
/// [x: batch × channels …]
///
///     y = scale_c x + shift_c
///     x̄ = scale_c ȳ                  pullback
///     ẏ = scale_c ẋ                  pushforward
///
/// ONNX `BatchNormalization` with scale_c = γ / √(σ² + ε) and shift_c = β − μ scale_c, which the
/// importers work out. Behind a convolution `Lowering` multiplies it into the weights; what is left
/// runs here.
public struct ChannelAffine: Hashable, Sendable, Operator {
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
  var arity: ClosedRange<Int> { 1...1 }
  var parameterCount: Int { scale.count + shift.count }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let input = try firstShape(node, inputs)
    guard input.rank >= 2, scale.count == input.dimensions[1] else {
      throw GraphError(node, "\(scale.count) channels expected, found \(input)")
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
  ) -> ReceptiveField.Line { rule.only(lines) }

  /// Maps stay in their layout, in single precision: the loop below knows every layout.
  func formats(_ request: FormatRequest) -> FormatChoice {
    guard let first = request.inputs.first else { return .plain }
    let format = MemoryFormat(
      layout: request.isOfMaps ? first.format.layout : .plain, numbers: .float32)
    return FormatChoice(input: format, output: format)
  }

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
/// In memory a tensor is images × channel blocks × positions × channels of a block; plain order is
/// blocks of one channel, channels last is one block of all.
///
/// - Complexity: O(elements), one multiply-add each.
private final class ChannelAffineKernel: Kernel {
  let name = "loop"
  private let scale, shift: [Float]
  private let result, source: TensorMemory
  /// How often the channels repeat, the positions of each, and the channels that lie together.
  private let batch, positions, block: Int

  init(
    _ affine: ChannelAffine, _ shape: TensorShape, _ layout: TensorLayout, result: TensorMemory,
    source: TensorMemory
  ) {
    let channels = affine.scale.count
    let positionCount = shape.dimensions.dropFirst(2).reduce(1, *)
    switch layout {
    case .plain, .any: block = 1
    case .channelsLast: block = channels
    case .blocked(let count): block = count
    }
    // The last block may be incomplete. oneDNN expects zeros in its padding: scale and shift are 0
    // there.
    let padded = (channels + block - 1) / block * block
    let padding = [Float](repeating: 0, count: padded - channels)
    scale = affine.scale + padding
    shift = affine.shift + padding
    batch = shape.dimensions[0]
    positions = positionCount
    self.result = result
    self.source = source
    precondition(
      result.storedCount == source.storedCount
        && result.storedCount == batch * padded * positions,
      """
      \(batch) × \(padded) channels × \(positions) positions do not fill \(result.storedCount) and \
      \(source.storedCount) elements
      """)
  }

  func run() {
    let (scale, shift) = (scale, shift)
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
