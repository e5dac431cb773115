import Drawing
import Textures

extension Brush {
  /// A beam of wood along points: grain between dark edges.
  mutating func beam(
    _ points: [SIMD2<Float>], width: Float, _ grain: any Texture, _ wood: Color
  ) {
    let line = Path.smoothLine(points)
    stroke(line, width: width * 1.25, wood.lit(by: 0.4))
    stroke(line, width: width, grain)
    let lit = points.map { $0 + SIMD2(light.direction.x, light.direction.y) * width * 0.3 }
    stroke(.smoothLine(lit), width: width * 0.25, Color(1, 0.95, 0.85, opacity: 0.25))
  }

  /// A yellow metal: brass or gold.
  mutating func brass() -> Color { near(Color(0.82, 0.64, 0.26)) }
}
