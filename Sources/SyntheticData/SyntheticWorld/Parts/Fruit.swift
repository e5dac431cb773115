import Drawing
import Textures

extension Brush {
  /// A round fruit of radius 1 about the origin: a dent with a stalk, shine.
  mutating func fruit(_ color: Color) {
    let body = Path.smooth([
      [0, -0.84], [0.5, -0.98], [0.98, -0.45], [0.95, 0.3], [0.5, 0.95], [0, 0.9], [-0.5, 0.95],
      [-0.95, 0.3], [-0.98, -0.45], [-0.5, -0.98],
    ])
    fill(body, color, .ball(0, 0, 1.1, 1.1), edge: 0.45)
    stroke(
      .smoothLine([[0, -0.7], [0.08, -1.05], [0.25, -1.3]]), width: 0.16, Color(0.3, 0.2, 0.1))
    wash(.ellipse(-0.38, -0.4, 0.24, 0.2), Color(gray: 1, opacity: 0.55))
  }

  /// A colour of ripe fruit.
  mutating func ripe() -> Color {
    near(
      pick([
        Color(0.85, 0.14, 0.1), Color(0.8, 0.1, 0.12), Color(0.95, 0.55, 0.1),
        Color(0.95, 0.8, 0.2), Color(0.9, 0.3, 0.2),
      ]), by: 0.15)
  }
}
