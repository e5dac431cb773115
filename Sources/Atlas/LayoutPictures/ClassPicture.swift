internal import Drawing
internal import Glibc
package import Grids
package import Images
package import Matrices

/// A scatter plot of a layout, colored by class.
///
/// Where points overlap, the pixel has the mean of their colors in linear light and gets darker, so
/// that dense regions stay readable; drawn over each other, the last class would hide the others. A
/// layout on a line becomes a strip of bars, each divided among its classes. The bytes are the same
/// for any number of threads.
///
/// - Parameters:
///   - layout: The positions, n × 2 or n × 1.
///   - horizontal: The part of the first axis that is shown, where that has a scale of its own.
///   - classes: The class of each sample, below 0 for none; nil gives all one color. From 60
///     classes on colors repeat.
///   - side: The side in pixels, at most 16,384.
/// - Returns: An image of side × side; for n × 1 a third as high.
/// - Throws: `GridError` if there are no samples, or one has no finite position.
/// - Complexity: O(n log n + side²), with 16 bytes per pixel.
package func classPicture(
  _ layout: Matrix, horizontal: ClosedRange<Double>? = nil, classes: [Int32]?, side: Int
) throws(GridError) -> RGBImage {
  checkArguments(layout, side)
  precondition(
    classes.map { $0.count == layout.rowCount } ?? true,
    "\(layout.rowCount) classes expected, got \(classes?.count ?? 0)")
  // The first color is for samples of no class.
  let palette = (-1..<Int32(ClassPalette.count)).map(ClassPalette.linear)
  let colors = classes?.map { $0 < 0 ? 0 : 1 + Int($0) % ClassPalette.count }
  let background = SIMD3(repeating: linear(0.985))
  let frame = try LayoutFrame(layout, side: side, horizontal: horizontal)
  guard layout.columnCount > 1 else {
    let bars = LayoutBars(frame, side: side, groupCount: palette.count) { colors?[$0] ?? 1 }
    return bars.picture(background: background) { _, group in palette[group] }
  }
  let splat = PointSplat(frame, side: side) { palette[colors?[$0] ?? 1] }
  let median = splat.medianCount()
  return picture(width: side, height: side) { pixel in
    let sum = splat.sums[pixel]
    guard sum.w > 0 else { return background }
    // Half of the covered pixels are opaque to 5/6 and more; a point alone never vanishes.
    let opacity = 1 - expf(-sum.w * max(0.45, 1.8 / median))
    let shade = min(max(1.08 - 0.1 * log2f(sum.w / median), 0.6), 1.1)
    let color = SIMD3(sum.x, sum.y, sum.z) / sum.w * shade
    return background + (color - background) * opacity
  }
}

/// The colors of classes.
enum ClassPalette {
  /// Hues in turns of OKLCH, each far from the ones before it.
  private static let hues: [Float] = [
    0.69, 0.13, 0.39, 0.04, 0.54, 0.86, 0.22, 0.62, 0.95, 0.31, 0.78, 0.47,
  ]
  /// Lightness and chroma of the first classes, and of those after each round of hues.
  private static let rounds: [(lightness: Float, chroma: Float)] = [
    (0.62, 0.17), (0.78, 0.12), (0.46, 0.13), (0.70, 0.07), (0.54, 0.09),
  ]

  /// The number of distinct colors.
  static var count: Int { hues.count * rounds.count }

  /// The color of a class in linear light; gray below 0, which stands for no class.
  static func linear(_ index: Int32) -> SIMD3<Float> {
    guard index >= 0 else { return SIMD3(repeating: 0.3) }
    let color = Int(index) % count
    let (lightness, chroma) = rounds[color / hues.count]
    return linearColor(lightness: lightness, chroma: chroma, hue: hues[color % hues.count])
  }

  /// The same as legends are drawn in.
  static func color(_ index: Int32) -> Color {
    let light = linear(index)
    return Color(
      Float(byte(linear: light.x)) / 255, Float(byte(linear: light.y)) / 255,
      Float(byte(linear: light.z)) / 255)
  }
}

/// A color of OKLCH in linear light, its chroma lowered until it is one of sRGB.
///
/// Ottosson, "A perceptual color space for image processing", 2020: in it, equal steps of hue look
/// about equally different, which they do not in HSV.
private func linearColor(lightness: Float, chroma: Float, hue: Float) -> SIMD3<Float> {
  var chroma = chroma
  while true {
    let a = chroma * cosine(turns: hue)
    let b = chroma * sine(turns: hue)
    let roots = SIMD3(
      lightness + 0.3963377774 * a + 0.2158037573 * b,
      lightness - 0.1055613458 * a - 0.0638541728 * b,
      lightness - 0.0894841775 * a - 1.2914855480 * b)
    let cone = roots * roots * roots
    let color = SIMD3(
      4.0767416621 * cone.x - 3.3077115913 * cone.y + 0.2309699292 * cone.z,
      -1.2684380046 * cone.x + 2.6097574011 * cone.y - 0.3413193965 * cone.z,
      -0.0041960863 * cone.x - 0.7034186147 * cone.y + 1.7076147010 * cone.z)
    if chroma < 0.01 || (color.min() >= 0 && color.max() <= 1) {
      return color.clamped(lowerBound: .zero, upperBound: .one)
    }
    chroma *= 0.95
  }
}
