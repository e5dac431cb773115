import Drawing
import Textures

extension Brush {
  /// A leaf with a midrib, from the origin to the right.
  mutating func leaf(_ color: Color, length: Float, width: Float) {
    let blade = Path.smooth([
      [0, 0], [0.3, -0.5], [0.7, -0.36], [1, 0], [0.7, 0.36], [0.3, 0.5],
    ]).stretched(length, width)
    fill(blade, Plain(color, unevenness: 0.15, seed: seed()), .roller(0, width))
    stroke(.lines([[0, 0], [length, 0]]), width: 0.02, color.lit(by: 0.6))
  }
}
