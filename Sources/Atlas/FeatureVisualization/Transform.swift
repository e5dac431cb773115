internal import Glibc

/// An affine map from the pixels of the output to positions in the input.
///
/// Pixel centres lie at whole numbers: the input's at 0 … side − 1 from left to right and from top to
/// bottom. Output pixel (x, y) shows the input at
/// (xx · x + xy · y + x0, yx · x + yy · y + y0).
public struct Transform: Sendable, Equatable {
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

  /// Makes a map that enlarges, turns and shifts the image about its centre.
  ///
  /// The centre of the output shows the centre of the input, moved by `shift` and, after scaling and
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
    let center = laterShift - Double(outputSide - 1) / 2
    x0 = Double(inputSide - 1) / 2 + shift.x + xx * center.x + xy * center.y
    y0 = Double(inputSide - 1) / 2 + shift.y + yx * center.x + yy * center.y
  }

  /// The map that shows the input as it is.
  public static func identity(side: Int) -> Transform {
    Transform(inputSide: side, outputSide: side)
  }
}
