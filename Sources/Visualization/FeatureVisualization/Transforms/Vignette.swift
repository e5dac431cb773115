internal import Numerics

/// Fades an image to gray towards its edge.
///
/// The published icons fade by themselves, since their transforms seldom show the network an icon's
/// edge. Here the fading is part of the image that is optimized, so that what a cell is about gathers
/// in its center, neighbors in the atlas stay apart, and the network still sees all of the icon.
public struct Vignette: ImageTransform {
  /// The side of the image in pixels.
  public let inputSide: Int

  /// What is left of the colors at each pixel, 1 in the center; row-major.
  private let weights: [Float]
  private let gray: Float = 0.5

  /// Makes a vignette.
  ///
  /// The weight is 1 up to 0.75 of the distance from the center to the edges and falls smoothly to
  /// 1 − strength at 1.25 of it, short of the corners.
  ///
  /// - Parameters:
  ///   - side: The side of the image in pixels, at least 2.
  ///   - strength: How much of the colors is lost at the corners, from 0 to 1.
  public init(side: Int, strength: Float) {
    precondition(side >= 2, "an image side of at least 2 is needed, got \(side)")
    inputSide = side
    let center = Float(side - 1) / 2
    let (inner, outer): (Float, Float) = (0.75, 1.25)
    weights = (0..<side * side).map { index in
      let x = (Float(index % side) - center) / center
      let y = (Float(index / side) - center) / center
      let radius = (x * x + y * y).squareRoot()
      let distance = min(1, max(0, (radius - inner) / (outer - inner)))
      // 3t² − 2t³ has no slope at either end.
      return 1 - strength * distance * distance * (3 - 2 * distance)
    }
  }

  /// For profiles.
  public var name: String { "vignette" }
  /// The same.
  public var outputSide: Int { inputSide }

  /// Fades three planes of values in 0…1.
  public func apply(
    to image: Span<Float>, _ variation: Void, using workspace: inout Void,
    into result: inout MutableSpan<Float>
  ) {
    check(image.count, result.count)
    for channel in 0..<3 {
      let start = channel * weights.count
      forEachBlock(of: weights.count) { pixel, lanes in
        let weight = weights.span.vector(at: pixel, lanes: lanes)
        let value = image.vector(at: start + pixel, lanes: lanes)
        result.store(gray + weight * (value - gray), at: start + pixel, lanes: lanes)
      }
    }
  }

  /// The adjoint of the linear part of `apply`.
  public func pullback(
    _ resultGradient: Span<Float>, at image: Span<Float>, _ variation: Void,
    using workspace: inout Void, into gradient: inout MutableSpan<Float>
  ) {
    check(gradient.count, resultGradient.count)
    for channel in 0..<3 {
      let start = channel * weights.count
      forEachBlock(of: weights.count) { pixel, lanes in
        let weight = weights.span.vector(at: pixel, lanes: lanes)
        let value = resultGradient.vector(at: start + pixel, lanes: lanes)
        gradient.store(weight * value, at: start + pixel, lanes: lanes)
      }
    }
  }

  private func check(_ inputCount: Int, _ outputCount: Int) {
    precondition(
      inputCount == 3 * weights.count && outputCount == inputCount,
      "\(inputCount) and \(outputCount) values for a vignette of side \(inputSide)")
  }
}
