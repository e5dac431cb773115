import Drawing
import Textures

/// Small creatures: insects, a snail, a spider.
///
/// Bee, snail: in side view, looking left. Butterfly, ladybird, spider: from above.
enum SmallCreatures {
  /// The classes of this family, with habitats from the usual to the rarer ones.
  static let classes = [
    ObjectClass("butterfly", .hovering, in: [.garden, .meadow], size: 0.55...0.9, butterfly),
    ObjectClass("bee", .hovering, in: [.garden, .meadow], size: 0.5...0.82, bee),
    ObjectClass("ladybird", .lying, in: [.garden, .meadow], size: 0.6...0.9, ladybird),
    ObjectClass("snail", in: [.garden, .forest], size: 0.5...0.8, snail),
    ObjectClass("spider", .hovering, in: [.forest, .garden], size: 0.55...0.85, spider),
  ]

  /// A bee in side view: a furry body in stripes, two clear wings, a large eye, feelers.
  ///
  /// - Varies: width and spacing of the stripes, the beat of the wings, the sway of the legs.
  static func bee(_ brush: inout Brush) {
    let yellow = brush.near(Color(0.93, 0.68, 0.12), by: 0.15)
    let black = brush.near(Color(0.12, 0.09, 0.07), by: 0.1)
    // Behind the body.
    legs(&brush, black)
    let period = brush.number(0.24...0.3)
    let bands = Stripes(yellow, black, period: period, fraction: brush.number(0.42...0.55))
    let rear = Hairy(
      bands.turned(0.25), length: 0.07, width: 0.02, contrast: 0.6, fray: 0.04,
      seed: brush.seed())
    brush.fill(.polygon([[0.86, 0.3], [1.02, 0.42], [0.88, 0.38]]), black)
    let abdomen = Path.smooth([
      [0.02, -0.04], [0.3, -0.26], [0.62, -0.2], [0.88, 0.1], [0.94, 0.36], [0.7, 0.42],
      [0.36, 0.36], [0.08, 0.22],
    ])
    brush.fill(abdomen, rear, .ball(0.45, 0.05, 0.7, 0.48), edge: 0.45)
    let ruff = yellow.mixed(with: black, by: 0.25)
    let fuzz = Fur(
      ruff.lit(by: 1.25), ruff.lit(by: 0.55), length: 0.1, width: 0.025, seed: brush.seed())
    // Every other point stands out at random: hair, seen against the light.
    let chest = (0..<36).map { index in
      let reach: Float = index % 2 == 0 ? 0.31 : brush.number(0.34...0.38)
      return SIMD2<Float>(-0.17, 0.02) + direction(turns: Float(index) / 36) * reach
    }
    brush.fill(.polygon(chest), Radial(fuzz, -0.17, 0.02), .ball(-0.17, 0, 0.44, 0.44), edge: 0.35)
    // Over the ruff, under the wings.
    beeHead(&brush, black, ruff)
    let tint = Color(0.82, 0.9, 0.96)
    let beat = brush.number(-0.05...0.05)
    brush.at(-0.02, -0.2, scale: 0.8, turn: -0.1 + beat) { $0.clearWing(tint, width: 0.42) }
    brush.at(-0.16, -0.22, scale: 0.98, turn: -0.19 + beat) { $0.clearWing(tint, width: 0.46) }
  }

  /// Three bent legs.
  ///
  /// - Varies: how far each foot sways.
  private static func legs(_ brush: inout Brush, _ black: Color) {
    for x: Float in [-0.34, -0.16, 0.04] {
      let sway = brush.number(-0.06...0.06)
      brush.bentLeg(
        [[x, 0.2], [x - 0.1 + sway, 0.48], [x + 0.06 + sway, 0.62], [x + 0.02 + sway, 0.82]],
        width: 0.06, black)
    }
  }

  /// A hairy head with an eye of many facets and two feelers.
  ///
  /// The eye is a honeycomb texture, as its facets are.
  private static func beeHead(_ brush: inout Brush, _ black: Color, _ ruff: Color) {
    for lift: Float in [-0.1, 0] {
      brush.rod(
        .smoothLine([[-0.6, -0.12], [-0.68, -0.4 + lift], [-0.92, -0.46 + lift]]), width: 0.045,
        black)
      brush.fill(.circle(-0.93, -0.46 + lift, 0.035), black)
    }
    let hair = Fur(
      black.mixed(with: ruff, by: 0.6), black, length: 0.08, width: 0.02, seed: brush.seed())
    brush.fill(
      .smooth([
        [-0.42, -0.16], [-0.6, -0.2], [-0.74, -0.06], [-0.74, 0.18], [-0.6, 0.26], [-0.42, 0.2],
      ]),
      hair, .ball(-0.56, 0, 0.26, 0.3), edge: 0.45)
    brush.fill(
      .ellipse(-0.63, 0, 0.095, 0.14),
      Honeycomb(Color(0.3, 0.2, 0.16), wall: Color(gray: 0.05), size: 0.035, filling: 1),
      .ball(-0.63, 0, 0.12, 0.17), edge: 0.6)
    brush.wash(.ellipse(-0.655, -0.05, 0.025, 0.035), Color(gray: 1, opacity: 0.85))
  }

  /// A snail: a shell in a spiral, a soft wet body, two feelers with eyes.
  ///
  /// - Varies: three colors of flesh, four of the shell; size and turn of the shell; lift of the
  ///   feelers.
  static func snail(_ brush: inout Brush) {
    let flesh = brush.near(
      brush.pick([Color(0.66, 0.55, 0.4), Color(0.5, 0.46, 0.42), Color(0.74, 0.6, 0.42)]))
    let skin = Dots(
      flesh, flesh.lit(by: 0.78), spacing: 0.06, radius: 0.32, scatter: 0.8, seed: brush.seed())
    let lift = brush.number(-0.1...0.08)
    for (x, y) in [(-0.6, 0.0), (-0.78, 0.04)] as [(Float, Float)] {
      let tip = SIMD2(x - 0.14, y - 0.16 + lift)
      brush.rod(.smoothLine([[x - 0.05, 0.46], [x - 0.03, 0.2], tip]), width: 0.065, flesh)
      brush.fill(.circle(tip.x, tip.y, 0.06), Color(gray: 0.12), .ball(tip.x, tip.y, 0.08, 0.08))
      brush.wash(.circle(tip.x - 0.02, tip.y - 0.02, 0.016), Color(gray: 1, opacity: 0.9))
    }
    brush.rod(.smoothLine([[-0.88, 0.62], [-0.98, 0.64], [-1.04, 0.7]]), width: 0.05, flesh)
    let body = Path.smooth([
      [-0.92, 0.56], [-0.78, 0.38], [-0.58, 0.4], [-0.42, 0.6], [-0.1, 0.72], [0.4, 0.76],
      [0.8, 0.86], [1.02, 0.98], [0.5, 1], [-0.4, 1], [-0.76, 0.98], [-0.9, 0.78],
    ])
    brush.fill(body, skin, .roller(0.68, 0.42), edge: 0.45)
    brush.stroke(
      .smoothLine([[-0.78, 0.94], [-0.2, 0.93], [0.5, 0.94], [0.95, 0.97]]), width: 0.05,
      flesh.lit(by: 0.7))
    brush.stroke(
      .smoothLine([[-0.9, 0.7], [-0.84, 0.73], [-0.76, 0.71]]), width: 0.02, flesh.lit(by: 0.4))
    let shell = brush.near(
      brush.pick([
        Color(0.76, 0.52, 0.28), Color(0.86, 0.74, 0.46), Color(0.55, 0.34, 0.22),
        Color(0.82, 0.56, 0.48),
      ]))
    // The shell last: it hides the middle of the body.
    brush.at(0.16, 0.16, scale: brush.number(0.66...0.74), turn: brush.number(-0.04...0.04)) {
      $0.spiralShell(shell)
    }
  }
}
