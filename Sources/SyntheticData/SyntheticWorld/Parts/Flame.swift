import Drawing
import Textures

extension Brush {
  /// A flame about 1 high above the origin, with its glow.
  mutating func flame() {
    let lean = number(-0.1...0.1)
    glow(
      .ellipse(0, -0.45, 1.5, 1.5), Color(1, 0.75, 0.3, opacity: 0.6), 0, -0.45, radiusX: 1.5,
      radiusY: 1.5)
    func tongue(_ size: Float) -> Path {
      Path.smooth([
        [lean / size, -1], [0.17, -0.6], [0.27, -0.2], [0.14, 0.02], [-0.14, 0.02], [-0.27, -0.2],
        [-0.17, -0.6],
      ]).stretched(size, size)
    }
    wash(tongue(1), Color(0.96, 0.5, 0.1, opacity: 0.95))
    wash(tongue(0.78), Color(1, 0.76, 0.2))
    wash(tongue(0.5), Color(1, 0.95, 0.7))
  }
}
