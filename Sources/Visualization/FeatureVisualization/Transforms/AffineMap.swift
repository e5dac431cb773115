internal import Glibc
public import Randomness

/// An affine map from the pixels of the output to positions in the input.
///
/// Pixel centers lie at whole numbers: the input's at 0 … side − 1 from left to right and from top to
/// bottom. Output pixel (x, y) shows the input at
/// (xx · x + xy · y + x0, yx · x + yy · y + y0).
public struct AffineMap: Sendable, Equatable {
  /// The input's x for a step of the output's x.
  public var xx: Double
  /// The input's x for a step of the output's y.
  public var xy: Double
  /// The input's y for a step of the output's x.
  public var yx: Double
  /// The input's y for a step of the output's y.
  public var yy: Double
  /// The input's x of the output's pixel (0, 0).
  public var x0: Double
  /// The input's y of the output's pixel (0, 0).
  public var y0: Double

  /// Makes a map that enlarges, turns and shifts the image about its center.
  ///
  /// The center of the output shows the center of the input, moved by `shift` and, after scaling and
  /// rotation, by `laterShift`.
  ///
  /// - Parameters:
  ///   - inputSide: The side of the input in pixels.
  ///   - outputSide: The side of the output in pixels.
  ///   - scale: How many output pixels an input pixel covers along an axis.
  ///   - degrees: The angle by which the image turns counterclockwise on the screen.
  ///   - shift: How far the window moves over the input, in input pixels.
  ///   - laterShift: How far it moves over the scaled and turned image, in output pixels.
  public init(
    inputSide: Int, outputSide: Int, scale: Double = 1, degrees: Double = 0,
    shift: SIMD2<Double> = .zero, laterShift: SIMD2<Double> = .zero
  ) {
    precondition(scale > 0 && scale.isFinite, "a positive scale is needed, got \(scale)")
    let angle = degrees * .pi / 180
    (xx, xy) = (cos(angle) / scale, -sin(angle) / scale)
    (yx, yy) = (sin(angle) / scale, cos(angle) / scale)
    // The centers correspond; from there back to the output's pixel (0, 0).
    let center = laterShift - Double(outputSide - 1) / 2
    x0 = Double(inputSide - 1) / 2 + shift.x + xx * center.x + xy * center.y
    y0 = Double(inputSide - 1) / 2 + shift.y + yx * center.x + yy * center.y
  }

  /// The map that shows the input as it is.
  public static func identity(side: Int) -> AffineMap {
    AffineMap(inputSide: side, outputSide: side)
  }
}

// MARK: Distribution

/// The random affine maps under which an image has to excite the network.
///
/// The recipe of the published notebooks ("activation-atlas-simple"; Carter et al., "Activation
/// Atlas", Distill 2019): pad the image, cut out a window by several small random jitters, scale and
/// turn it by values drawn from two lists, jitter again. Here the window keeps one size and shows the
/// image about its center.
public struct AffineMapDistribution: Sendable {
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

  /// Draws a map: for each jitter a vertical and a horizontal offset, the scale, the angle, the
  /// two offsets of the last jitter.
  ///
  /// - Parameters:
  ///   - stream: The numbers that belong to the icon and the step.
  ///   - inputSide: The side of the image in pixels.
  ///   - outputSide: The side of what the network sees.
  /// - Returns: The map.
  public func draw(
    using stream: inout RandomStream, inputSide: Int, outputSide: Int
  ) -> AffineMap {
    precondition(!scales.isEmpty && !angles.isEmpty, "a scale and an angle are needed")
    // The order of draws, vertical before horizontal offsets too, is fixed: another one would change
    // every icon of a seed.
    var shift = SIMD2<Double>.zero
    for jitter in jitters { shift += offset(of: jitter, using: &stream) }
    let scale = scales[stream.integer(below: scales.count)]
    let angle = angles[stream.integer(below: angles.count)]
    return AffineMap(
      inputSide: inputSide, outputSide: outputSide, scale: scale, degrees: angle, shift: shift,
      laterShift: offset(of: lastJitter, using: &stream))
  }

  /// How far from the center a window lies that was cut out with an offset in 0 … jitter.
  private func offset(of jitter: Int, using stream: inout RandomStream) -> SIMD2<Double> {
    let y = stream.integer(below: jitter + 1)
    let x = stream.integer(below: jitter + 1)
    return SIMD2(Double(x), Double(y)) - Double(jitter) / 2
  }
}

/// By products: the C library's `pow` may differ in the last bit from one version to the next.
private func power(_ base: Double, _ exponent: Int) -> Double {
  (0..<abs(exponent)).reduce(1) { value, _ in exponent < 0 ? value / base : value * base }
}
