/// A color in sRGB with opacity; each component is from 0 to 1, and not multiplied by the opacity.
public struct Color: Sendable, Equatable {
  /// Red, green, blue and opacity.
  public var components: SIMD4<Float>

  /// Makes a color from its components.
  public init(_ red: Float, _ green: Float, _ blue: Float, opacity: Float = 1) {
    components = SIMD4(red, green, blue, opacity)
  }

  /// Makes a gray.
  public init(gray: Float, opacity: Float = 1) { self.init(gray, gray, gray, opacity: opacity) }

  /// Makes a color from hue in turns (0 red, ⅓ green, ⅔ blue), saturation and value from 0 to 1
  /// (Smith, "Color gamut transform pairs", SIGGRAPH 1978).
  public init(hue: Float, saturation: Float, value: Float, opacity: Float = 1) {
    func component(_ shift: Float) -> Float {
      let turn = hue + shift
      let distance = abs((turn - turn.rounded(.down)) * 6 - 3) - 1
      return value * (1 - saturation * (1 - min(max(distance, 0), 1)))
    }
    self.init(component(0), component(2.0 / 3), component(1.0 / 3), opacity: opacity)
  }

  /// The color on the way to another: 0 is this one, 1 the other.
  public func mixed(with other: Color, by fraction: Float) -> Color {
    var mixed = self
    mixed.components += (other.components - components) * fraction
    return mixed
  }

  /// The color with red, green and blue multiplied, as under another light.
  public func lit(by light: SIMD3<Float>) -> Color {
    var lit = self
    lit.components *= SIMD4(light, 1)
    return lit
  }

  /// The color with red, green and blue multiplied by one factor.
  public func lit(by factor: Float) -> Color { lit(by: SIMD3(repeating: factor)) }

  /// The color with another opacity.
  public func withOpacity(_ opacity: Float) -> Color {
    var changed = self
    changed.components.w = opacity
    return changed
  }
}
