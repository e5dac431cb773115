import Drawing
import Textures

extension SmallCreatures {
  /// A butterfly from above: four wings with veins, dark borders and eyespots, a furry body, feelers.
  ///
  /// Both sides are the same to the pixel: what varies is drawn before they are mirrored.
  ///
  /// - Varies: two colors, eyespots, tails on the hind wings in 35 %, the number of veins and
  ///   border dots, how far the wings are folded.
  static func butterfly(_ brush: inout Brush) {
    let color = brush.vivid()
    let second = brush.chance(0.5) ? brush.near(color, by: 0.4) : brush.vivid()
    let dark = brush.near(Color(0.12, 0.09, 0.09), by: 0.3)
    let spot = brush.vivid()
    let (reach, fold) = (brush.number(0.92...1.08), brush.number(0.78...1))
    let hasTails = brush.chance(0.35)
    // All numbers are drawn here, before the wings are mirrored, or the sides would differ.
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
        // The hind wings lie under the fore wings.
        wing(&brush, .smooth(hind), second, dark, veins: veins, root: 0.15, seed: seed)
        brush.at(0.5, 0.48, scale: 0.17) { eyespot(&$0, spot, dark) }
        let fore = Path.smooth([
          [0.02, 0.12], [0.08, -0.2], [0.4, -0.66], [0.8, -0.9], [0.97, -0.78], [0.9, -0.3],
          [0.78, 0.06], [0.42, 0.2],
        ]).stretched(reach, 1)
        wing(&brush, fore, color, dark, veins: veins, root: 0.05, seed: seed)
        for index in 0..<spots {
          let fraction = Float(index) / Float(spots - 1)
          brush.fill(
            .circle((0.9 - 0.1 * fraction) * reach, -0.66 + 0.64 * fraction, 0.034),
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
  ///
  /// - `veins`: around the whole root; a wing shows about a quarter of them.
  /// - `root`: the y on the body where the veins meet.
  private static func wing(
    _ brush: inout Brush, _ outline: Path, _ color: Color, _ dark: Color, veins: Int, root: Float,
    seed: UInt32
  ) {
    let lines = Stripes(
      color, color.lit(by: 0.42), period: Radial.around / Float(veins), fraction: 0.16,
      wobble: 0.05,
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

  /// Rings about a dark center with a glint, of radius 1.
  ///
  /// Four discs in one another.
  private static func eyespot(_ brush: inout Brush, _ color: Color, _ dark: Color) {
    brush.fill(.circle(0, 0, 1), dark, edge: 0)
    brush.fill(.circle(0, 0, 0.82), Color(0.96, 0.88, 0.6), edge: 0)
    brush.fill(.circle(0, 0, 0.62), color, edge: 0.3)
    brush.fill(.circle(0, 0, 0.34), dark, edge: 0)
    brush.wash(.circle(-0.1, -0.12, 0.13), Color(gray: 1, opacity: 0.9))
  }

  /// Feelers, a ringed rear, a furry chest, a head.
  ///
  /// - Varies: the direction of the feelers.
  private static func body(_ brush: inout Brush, _ dark: Color) {
    let fur = dark.mixed(with: Color(0.6, 0.45, 0.3), by: 0.35)
    brush.mirrored { brush in
      let tip = SIMD2(brush.number(0.2...0.28), brush.number(-0.86 ... -0.74))
      brush.stroke(.smoothLine([[0.02, -0.3], [0.07, -0.56], tip]), width: 0.026, dark)
      brush.fill(.circle(tip.x, tip.y, 0.035), dark, edge: 0)
    }
    let rings = Stripes(fur, fur.lit(by: 0.5), period: 0.09, fraction: 0.4)
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

extension SmallCreatures {
  /// A ladybird from above on a leaf: a red dome with black dots, a black head, six legs.
  ///
  /// It stands out from its leaf, which fills the box and varies in shade and turn.
  ///
  /// - Varies: red or, in a third, orange; six to ten dots, their size and places; the animal's
  ///   size and turn.
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
  ///
  /// The dots are placed once and mirrored.
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
      // Before mirroring: a ladybird's sides are alike.
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
  ///
  /// - Varies: the shade of green and a turn of up to a tenth.
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
