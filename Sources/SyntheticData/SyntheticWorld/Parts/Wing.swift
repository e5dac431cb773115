import Drawing
import Textures

extension Brush {
  /// A folded bird's wing from the shoulder at the origin back to the tip at (1, 0.35): small
  /// feathers, a bar, long pinions.
  mutating func foldedWing(_ color: Color, pinion: Color, bar: Color? = nil) {
    let outline = Path.smooth([
      [-0.08, 0.02], [0.08, -0.14], [0.45, -0.1], [0.8, 0.14], [1.04, 0.4], [0.7, 0.42],
      [0.3, 0.4], [0.02, 0.24],
    ])
    fill(outline, pinion, .ball(0.35, 0.1, 0.9, 0.5), edge: 0.45)
    inside(outline) { brush in
      // Pinions fan out towards the tip.
      for index in 0..<6 {
        let y = 0.46 - 0.075 * Float(index)
        brush.stroke(
          .smoothLine([[0.1, y - 0.2], [0.5, y - 0.1], [1.05, 0.42 - 0.012 * Float(index)]]),
          width: 0.028,
          pinion.lit(by: 0.5))
      }
      let coverts = Path.smooth([
        [-0.1, 0], [0.1, -0.2], [0.42, -0.1], [0.56, 0.1], [0.4, 0.26], [0.05, 0.3],
      ])
      if let bar {
        brush.wash(coverts.mapped(by: .move(0.08, 0.05)), bar)
      }
      let feathers = Scales(
        color, edge: color.lit(by: 0.5), width: 0.13, height: 0.1, shaft: 0.4, seed: brush.seed())
      brush.fill(coverts, feathers.turned(-0.2), .ball(0.2, 0.02, 0.6, 0.4), edge: 0.35)
    }
  }

  /// A clear insect's wing with veins, from the origin 1 to the right.
  mutating func clearWing(_ tint: Color, width: Float = 0.4) {
    let outline = Path.smooth([
      [0, 0], [0.3, -0.5], [0.75, -0.62], [1, -0.2], [0.85, 0.25], [0.4, 0.3],
    ]).stretched(1, width)
    wash(outline, tint.withOpacity(0.55))
    let vein = tint.lit(by: 0.45).withOpacity(0.7)
    for y: Float in [-0.45, -0.2, 0.1] {
      stroke(
        .smoothLine([[0, 0], [0.4, y * width * 0.9], [0.9, (y - 0.1) * width]]), width: 0.018, vein)
    }
    stroke(.lines([[0.5, -0.5 * width], [0.55, 0.22 * width]]), width: 0.014, vein)
    stroke(outline, width: 0.022, vein)
    wash(
      .smooth([[0.3, -0.35], [0.7, -0.45], [0.85, -0.25], [0.5, -0.22]]).stretched(1, width),
      Color(gray: 1, opacity: 0.35))
  }
}
