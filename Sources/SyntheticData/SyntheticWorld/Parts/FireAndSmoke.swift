import Drawing
import Textures

extension Brush {
  /// A flame about 1 high above the origin, with its glow.
  ///
  /// Three tongues in each other, from orange to pale yellow, leaning by up to a tenth.
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

extension Brush {
  /// Smoke that rises from a point and drifts: puffs that swell and thin out.
  ///
  /// Eight puffs, the far ones first; gray of any lightness, the same for all.
  ///
  /// - Parameters:
  ///   - x: Where it leaves the chimney.
  ///   - y: The chimney's mouth.
  ///   - height: How high it rises.
  ///   - drift: How far the last puff has drifted to the right.
  mutating func smoke(_ x: Float, _ y: Float, height: Float, drift: Float) {
    let gray = number(0.5...0.95)
    let count = 8
    for puff in (0..<count).reversed() {
      let along = Float(puff) / Float(count - 1)
      let radius = height * (0.11 + 0.17 * along) * number(0.85...1.15)
      let cx = x + drift * along * along + radius * number(-0.3...0.3)
      let cy = y - height * along * 0.8 - radius * 0.4
      let color = Color(gray: gray, opacity: 0.92 - 0.45 * along)
      fill(
        .circle(cx, cy, radius), Plain(color, unevenness: 0.2, seed: seed()),
        .ball(cx, cy, radius * 1.15, radius * 1.15), edge: 0)
      wash(
        .circle(cx + radius * 0.55, cy + radius * 0.4, radius * 0.6), color.withOpacity(0.35))
    }
  }
}
