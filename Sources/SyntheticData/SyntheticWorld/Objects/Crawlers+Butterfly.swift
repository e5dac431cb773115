import Drawing
import Textures

extension Crawlers {
  /// A butterfly from above: four wings with veins, dark borders and eyespots, a furry body, feelers.
  static func butterfly(_ brush: inout Brush) {
    let color = brush.vivid()
    let second = brush.chance(0.5) ? brush.near(color, by: 0.4) : brush.vivid()
    let dark = brush.near(Color(0.12, 0.09, 0.09), by: 0.3)
    let spot = brush.vivid()
    let (reach, fold) = (brush.number(0.92...1.08), brush.number(0.78...1))
    let hasTails = brush.chance(0.35)
    let spots = brush.count(4...6)
    let hasForeSpot = brush.chance(0.6)
    let veins = brush.count(26...36)
    let seed = brush.seed()
    brush.mirrored { brush in
      brush.within(.scale(fold, 1)) { brush in
        var hind: [SIMD2<Float>] = [
          [0.03, 0.1], [0.3, 0.02], [0.7, 0.1], [0.82, 0.38], [0.68, 0.72], [0.44, 0.88],
        ]
        if hasTails { hind += [[0.46, 1.02], [0.34, 0.88]] }
        hind += [[0.2, 0.72], [0.06, 0.4]]
        wing(&brush, .smooth(hind), second, dark, veins: veins, root: 0.15, seed: seed)
        brush.at(0.5, 0.48, scale: 0.17) { eyespot(&$0, spot, dark) }
        let fore = Path.smooth([
          [0.02, 0.12], [0.08, -0.2], [0.4, -0.66], [0.8, -0.9], [0.97, -0.78], [0.9, -0.3],
          [0.78, 0.06], [0.42, 0.2],
        ]).stretched(reach, 1)
        wing(&brush, fore, color, dark, veins: veins, root: 0.05, seed: seed)
        for index in 0..<spots {
          let share = Float(index) / Float(spots - 1)
          brush.fill(
            .circle((0.9 - 0.1 * share) * reach, -0.66 + 0.64 * share, 0.034),
            Color(0.97, 0.95, 0.88), edge: 0)
        }
        if hasForeSpot {
          brush.at(0.56 * reach, -0.36, scale: 0.13) { eyespot(&$0, spot, dark) }
        }
      }
    }
    body(&brush, dark)
  }

  /// A wing with veins that leave its root, and a dark border.
  private static func wing(
    _ brush: inout Brush, _ outline: Path, _ color: Color, _ dark: Color, veins: Int, root: Float,
    seed: UInt32
  ) {
    let lines = Stripes(
      color, color.lit(by: 0.42), period: Radial.around / Float(veins), share: 0.16, wobble: 0.05,
      seed: seed)
    brush.fill(outline, Radial(lines, -0.05, root), .ball(0.3, root, 1.3, 1.3), edge: 0.4)
    brush.inside(outline) { brush in
      brush.glow(
        .circle(0, root, 0.5), color.mixed(with: dark, by: 0.7).withOpacity(0.8), 0, root,
        radiusX: 0.42, radiusY: 0.42)
      brush.stroke(outline, width: 0.24, dark.withOpacity(0.55))
      brush.stroke(outline, width: 0.15, dark)
    }
  }

  /// Rings about a dark middle with a glint, of radius 1.
  private static func eyespot(_ brush: inout Brush, _ color: Color, _ dark: Color) {
    brush.fill(.circle(0, 0, 1), dark, edge: 0)
    brush.fill(.circle(0, 0, 0.82), Color(0.96, 0.88, 0.6), edge: 0)
    brush.fill(.circle(0, 0, 0.62), color, edge: 0.3)
    brush.fill(.circle(0, 0, 0.34), dark, edge: 0)
    brush.wash(.circle(-0.1, -0.12, 0.13), Color(gray: 1, opacity: 0.9))
  }

  /// Feelers, a ringed rear, a furry chest, a head.
  private static func body(_ brush: inout Brush, _ dark: Color) {
    let fur = dark.mixed(with: Color(0.6, 0.45, 0.3), by: 0.35)
    brush.mirrored { brush in
      let tip = SIMD2(brush.number(0.2...0.28), brush.number(-0.86 ... -0.74))
      brush.stroke(.smoothLine([[0.02, -0.3], [0.07, -0.56], tip]), width: 0.026, dark)
      brush.fill(.circle(tip.x, tip.y, 0.035), dark, edge: 0)
    }
    let rings = Stripes(fur, fur.lit(by: 0.5), period: 0.09, share: 0.4)
    brush.fill(.ellipse(0, 0.34, 0.062, 0.34), rings, .column(0, 0.09), edge: 0.5)
    let hair = Fur(
      fur.lit(by: 1.6), fur.lit(by: 0.6), length: 0.06, width: 0.015, seed: brush.seed())
    brush.fill(
      .ellipse(0, -0.06, 0.095, 0.17), hair.turned(0.25), .ball(0, -0.06, 0.13, 0.22), edge: 0.5)
    brush.fill(.circle(0, -0.27, 0.075), fur.lit(by: 0.7), .ball(0, -0.27, 0.1, 0.1), edge: 0.5)
    for x: Float in [-0.05, 0.05] {
      brush.fill(.circle(x, -0.3, 0.032), Color(gray: 0.08), edge: 0)
    }
  }
}
