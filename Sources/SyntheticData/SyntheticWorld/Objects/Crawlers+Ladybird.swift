import Drawing
import Textures

extension Crawlers {
  /// A ladybird from above on a leaf: a red dome with black dots, a black head, six legs.
  static func ladybird(_ brush: inout Brush) {
    leaf(&brush)
    let red = brush.near(
      brush.pick([Color(0.85, 0.12, 0.08), Color(0.85, 0.12, 0.08), Color(0.93, 0.5, 0.08)]),
      by: 0.12)
    let black = Color(0.08, 0.07, 0.08)
    brush.at(0, 0.02, scale: brush.number(0.72...0.85), turn: brush.number(-0.12...0.12)) { brush in
      brush.glow(
        .circle(0, 0.1, 1), Color(gray: 0, opacity: 0.6), 0, 0.1, radiusX: 1, radiusY: 1)
      brush.mirrored { brush in
        for (y, end) in [(-0.38, -0.62), (0.02, 0.06), (0.42, 0.74)] as [(Float, Float)] {
          let sway = brush.number(-0.05...0.05)
          brush.bentLeg(
            [[0.5, y], [0.82, y + sway], [0.98, end + sway]], width: 0.1, black.lit(by: 2))
        }
        brush.stroke(
          .smoothLine([[0.12, -0.86], [0.22, -1.04], [0.38, -1.1]]), width: 0.045, black.lit(by: 2))
        brush.fill(.circle(0.39, -1.1, 0.04), black, edge: 0)
      }
      brush.fill(.ellipse(0, -0.72, 0.34, 0.26), black, .ball(0, -0.7, 0.45, 0.36), edge: 0.4)
      for x: Float in [-0.2, 0.2] {
        brush.fill(.ellipse(x, -0.84, 0.08, 0.07), Color(0.95, 0.93, 0.85), edge: 0.3)
      }
      let shield = Path.smooth([
        [-0.55, -0.4], [-0.42, -0.66], [0, -0.74], [0.42, -0.66], [0.55, -0.4], [0, -0.3],
      ])
      brush.fill(shield, Color(gray: 0.1), .ball(0, -0.45, 0.8, 0.45), edge: 0.5)
      for x: Float in [-0.4, 0.4] {
        brush.fill(.ellipse(x, -0.54, 0.1, 0.09), Color(0.95, 0.92, 0.82), edge: 0.3)
      }
      dome(&brush, red, black)
    }
  }

  /// Two wing cases with the same dots on both.
  private static func dome(_ brush: inout Brush, _ red: Color, _ black: Color) {
    let outline = Path.smooth([
      [0, -0.48], [0.5, -0.42], [0.78, 0], [0.74, 0.45], [0.42, 0.84], [0, 0.96], [-0.42, 0.84],
      [-0.74, 0.45], [-0.78, 0], [-0.5, -0.42],
    ])
    brush.fill(
      outline, Plain(red, unevenness: 0.12, seed: brush.seed()), .ball(0, 0.2, 0.98, 0.95),
      edge: 0.5)
    brush.inside(outline) { brush in
      var dots: [SIMD2<Float>] = [[0.34, -0.12], [0.5, 0.32], [0.24, 0.58]]
      if brush.chance(0.5) { dots += [[0.62, 0], [0.22, 0.22]] }
      let size = brush.number(0.11...0.16)
      let moved = dots.map { $0 + [brush.number(-0.03...0.03), brush.number(-0.04...0.04)] }
      brush.mirrored { brush in
        for dot in moved {
          brush.fill(.circle(dot.x, dot.y, size), black, .ball(0, 0.2, 1.2, 1.2), edge: 0.2)
        }
      }
      brush.fill(.ellipse(0, -0.42, 0.13, 0.18), black, edge: 0)
    }
    brush.stroke(.lines([[0, -0.46], [0, 0.95]]), width: 0.045, black)
    brush.glow(
      .ellipse(-0.3, -0.18, 0.22, 0.14), Color(1, 0.93, 0.88, opacity: 0.6), -0.3, -0.18,
      radiusX: 0.22, radiusY: 0.14)
  }

  /// A large leaf with side veins.
  private static func leaf(_ brush: inout Brush) {
    let green = brush.near(Color(0.36, 0.6, 0.2), by: 0.25)
    let blade = Path.smooth([
      [-1.5, 0.35], [-1.1, -0.55], [-0.3, -1.05], [0.6, -0.9], [1.25, -0.3], [1.6, 0.5],
      [0.8, 0.95],
      [-0.2, 1.1], [-1, 0.9],
    ])
    brush.at(0, 0, turn: brush.number(-0.1...0.1)) { brush in
      brush.fill(
        blade, Plain(green, unevenness: 0.3, seed: brush.seed()), .roller(0, 1.8), edge: 0.5)
      let vein = green.mixed(with: Color(0.85, 0.95, 0.6), by: 0.5)
      brush.inside(blade) { brush in
        brush.stroke(.smoothLine([[-1.6, 0.38], [0, 0.12], [1.6, 0.45]]), width: 0.07, vein)
        for x in stride(from: Float(-1.2), through: 1.2, by: 0.4) {
          for side: Float in [-1, 1] {
            brush.stroke(
              .smoothLine([[x, 0.2], [x + 0.25, 0.15 + side * 0.45], [x + 0.55, 0.1 + side]]),
              width: 0.035, vein)
          }
        }
      }
    }
  }
}
