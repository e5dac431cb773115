import Drawing

/// The colours of classes.
enum ClassPalette {
  /// Hues in turns of OKLCH, each far from the ones before it.
  private static let hues: [Float] = [
    0.69, 0.13, 0.39, 0.04, 0.54, 0.86, 0.22, 0.62, 0.95, 0.31, 0.78, 0.47,
  ]
  /// Lightness and chroma of the first classes, and of those after each round of hues.
  private static let rounds: [(lightness: Float, chroma: Float)] = [
    (0.62, 0.17), (0.78, 0.12), (0.46, 0.13), (0.70, 0.07), (0.54, 0.09),
  ]

  /// How many classes have a colour of their own.
  static var count: Int { hues.count * rounds.count }

  /// The colour of a class in linear light; gray below 0, which stands for no class.
  static func linear(_ index: Int32) -> SIMD3<Float> {
    guard index >= 0 else { return SIMD3(repeating: 0.3) }
    let place = Int(index) % count
    let (lightness, chroma) = rounds[place / hues.count]
    return linearColor(lightness: lightness, chroma: chroma, hue: hues[place % hues.count])
  }
}

/// A colour of OKLCH in linear light, its chroma lowered until it is one of sRGB.
///
/// Ottosson, "A perceptual color space for image processing", 2020.
func linearColor(lightness: Float, chroma: Float, hue: Float) -> SIMD3<Float> {
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
