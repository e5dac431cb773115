import Drawing
import Textures

extension Brush {
  /// A colour of roofs: tile red, slate, brown, moss.
  mutating func roofColor() -> Color {
    near(
      pick([
        Color(0.66, 0.27, 0.18), Color(0.34, 0.38, 0.46), Color(0.46, 0.32, 0.22),
        Color(0.36, 0.42, 0.3), Color(0.75, 0.42, 0.24),
      ]), by: 0.2)
  }

  /// Shingles: straight tiles or a little round ones.
  mutating func shingles(_ color: Color, size: Float = 0.1) -> Scales {
    Scales(
      color, edge: color.lit(by: 0.4), width: size * number(0.9...1.3), height: size * 0.85,
      roundness: number(0...0.5), unevenness: 0.45, seed: seed())
  }

  /// A pointed roof over something round: shingles from a peak at x = 0 down to an eave.
  mutating func cone(_ color: Color, peak: Float, eave: Float, radius: Float) {
    var path = Path.lines([[-radius, eave], [0, peak], [radius, eave]])
    path.curve(
      radius * 0.6, eave + radius * 0.22, -radius * 0.6, eave + radius * 0.22, -radius, eave)
    path.close()
    fill(path, shingles(color), .column(0, radius * 1.05), edge: 0.4)
  }
}
