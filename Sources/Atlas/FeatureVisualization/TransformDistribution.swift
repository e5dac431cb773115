public import Randomness

/// The random transforms under which an icon has to excite the network.
///
/// The recipe of the published notebooks ("activation-atlas-simple"; Carter et al., "Activation
/// Atlas", Distill 2019): pad the image, cut out a window by several small random jitters, scale and
/// turn it by values drawn from two lists, jitter again. Here the window keeps one size and shows the
/// image about its centre.
public struct TransformDistribution: Sendable {
  /// The jitters before scaling, each the number of pixels by which it makes the window smaller.
  public var jitters = [4, 4, 8, 8, 8]
  /// The scales, one of which is drawn.
  public var scales: [Double]
  /// The angles, one of which is drawn, in degrees.
  public var angles: [Double]
  /// The jitter at the end, in pixels.
  public var lastJitter = 2

  /// The recipe's constants: 125 scales from 0.673 to 1.025, 75 angles from −20° to 19°.
  public init() {
    scales = (-5..<80).map { power(0.995, $0) }
    for _ in 0..<2 { scales += (20..<40).map { power(0.998, $0) } }
    angles = [-20..<20, -10..<10, -5..<5].joined().map(Double.init) + [0, 0, 0, 0, 0]
  }

  /// Draws a transform: for each jitter a vertical and a horizontal offset, the scale, the angle, the
  /// two offsets of the last jitter.
  ///
  /// - Parameters:
  ///   - stream: The numbers that belong to the icon and the step.
  ///   - inputSide: The side of the image in pixels.
  ///   - outputSide: The side of what the network sees.
  /// - Returns: The transform.
  public func draw(
    using stream: inout RandomStream, inputSide: Int, outputSide: Int
  ) -> Transform {
    precondition(!scales.isEmpty && !angles.isEmpty, "a scale and an angle are needed")
    var shift = SIMD2<Double>.zero
    for jitter in jitters { shift += offset(of: jitter, using: &stream) }
    let scale = scales[stream.integer(below: scales.count)]
    let angle = angles[stream.integer(below: angles.count)]
    return Transform(
      inputSide: inputSide, outputSide: outputSide, scale: scale, degrees: angle, shift: shift,
      laterShift: offset(of: lastJitter, using: &stream))
  }

  /// How far from the middle a window lies that was cut out with an offset in 0 … jitter.
  private func offset(of jitter: Int, using stream: inout RandomStream) -> SIMD2<Double> {
    let y = stream.integer(below: jitter + 1)
    let x = stream.integer(below: jitter + 1)
    return SIMD2(Double(x), Double(y)) - Double(jitter) / 2
  }
}

private func power(_ base: Double, _ exponent: Int) -> Double {
  (0..<abs(exponent)).reduce(1) { value, _ in exponent < 0 ? value / base : value * base }
}
