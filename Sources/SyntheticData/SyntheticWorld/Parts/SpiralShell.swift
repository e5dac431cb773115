import Drawing
import Textures

extension Brush {
  /// A shell of radius 1 in a spiral: growth lines across, bands along the whorls.
  mutating func spiralShell(_ color: Color) {
    let dark = color.lit(by: 0.4)
    let lines = Stripes(
      color, color.lit(by: 0.74), period: Radial.around / 48, share: 0.4, wobble: 0.15, seed: seed()
    )
    let outline = Path.smooth([
      [-0.98, 0.1], [-0.8, -0.62], [-0.2, -1], [0.5, -0.88], [0.95, -0.3], [0.96, 0.3],
      [0.62, 0.8],
      [0, 0.98], [-0.62, 0.98], [-1.02, 0.72],
    ])
    fill(outline, Radial(lines, 0.05, 0), .ball(0.02, 0, 1.25, 1.25), edge: 0.5)
    // The spiral runs inwards from the mouth; each turn is about half as wide as the one before.
    let turns = number(2.3...2.9)
    func spiral(_ share: Float) -> Path {
      var reach: Float = share
      let steps = Int(turns * 12)
      return .smoothLine(
        (0..<steps).map { step in
          let at = direction(turns: 0.42 + Float(step) / 12) * reach
          reach *= 0.925
          return SIMD2(0.05 + at.x, at.y)
        })
    }
    let band = pick([color.lit(by: 1.3), color.lit(by: 0.55), Color(0.95, 0.88, 0.72)])
    inside(outline) { brush in
      brush.stroke(spiral(0.82), width: 0.13, band.withOpacity(0.5))
      brush.stroke(spiral(0.72), width: 0.09, Color(gray: 1, opacity: 0.16))
      brush.stroke(spiral(0.98), width: 0.12, dark.withOpacity(0.4))
      brush.stroke(spiral(0.98), width: 0.055, dark)
      brush.glow(
        .circle(-0.25, -0.45, 0.4), Color(gray: 1, opacity: 0.35), -0.25, -0.45, radiusX: 0.4,
        radiusY: 0.35)
    }
  }
}
