import Drawing
import Textures

extension Brush {
  /// An ear of height 1 that stands on the origin: pointed at a `roundness` of 0, round at 1.
  mutating func ear(_ coat: any Texture, inner: Color, roundness: Float) {
    func outline(_ size: Float) -> Path {
      var path = Path()
      path.move(-0.52, 0.2)
      path.curve(
        -0.6 - 0.12 * roundness, -0.35, -0.16 - 0.4 * roundness, -0.8 - 0.22 * roundness, 0, -1)
      path.curve(
        0.16 + 0.4 * roundness, -0.8 - 0.22 * roundness, 0.6 + 0.12 * roundness, -0.35, 0.52, 0.2)
      path.close()
      return path.stretched(size, size)
    }
    fill(outline(1), coat, .slope(0, -0.2), edge: 0.4)
    fill(outline(0.62), inner, .column(0.1, 0.6), edge: 0.2)
  }
}
