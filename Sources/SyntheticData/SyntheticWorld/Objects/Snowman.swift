import Drawing
import Textures

extension Pastimes {
  /// A snowman: three balls of snow, coals, a carrot, sticks, a hat, a scarf.
  ///
  /// - Varies: the radii of the lower two balls; the arms; a scarf in 75 %; a hat or a cap.
  static func snowman(_ brush: inout Brush) {
    let snow = brush.near(Color(0.95, 0.97, 1), by: 0.05)
    let radii: [Float] = [brush.number(0.5...0.56), brush.number(0.37...0.42), 0.29]
    let wood = Color(0.34, 0.24, 0.16)
    let center = 1 - radii[0] * 1.75 - radii[1] * 0.6
    let head = center - radii[1] * 0.8 - radii[2] * 0.65
    // The arms first: they stick in the snow.
    for side: Float in [-1, 1] {
      let (lift, reach) = (brush.number(-0.5...0.1), brush.number(0.75...0.92))
      let elbow = SIMD2(side * reach * 0.75, center + lift * 0.4)
      brush.rod(
        .lines([[side * 0.3, center], elbow, [side * reach, center + lift]]), width: 0.045, wood)
      for twig: Float in [-0.14, 0.1] {
        brush.stroke(
          .lines([elbow, [side * (reach + 0.02), center + lift * 0.5 + twig]]), width: 0.03, wood)
      }
    }
    for (y, radius) in [(1 - radii[0] * 0.92, radii[0]), (center, radii[1]), (head, radii[2])] {
      let outline = Path.smooth(
        (0..<12).map { index in
          SIMD2(0, y) + direction(turns: Float(index) / 12) * radius
            * SIMD2(brush.number(0.98...1.04), brush.number(0.9...0.95))
        })
      brush.fill(
        outline, Plain(snow, unevenness: 0.16, seed: brush.seed()),
        .ball(0, y, radius * 1.06, radius * 1.06), edge: 0.35)
    }
    let coal = Color(gray: 0.1)
    for y in [center - 0.06, center + 0.12, center + 0.3] {
      brush.fill(.circle(0.02, y, 0.042), coal, .ball(0.02, y, 0.05, 0.05))
    }
    face(&brush, coal, y: head)
    let scarf = brush.vivid()
    if brush.chance(0.75) { wrap(&brush, scarf, y: (center + head) / 2 + 0.02, radius: 0.27) }
    // In the scarf's color: they belong together.
    hat(&brush, scarf, y: head - radii[2] * 0.66)
  }

  /// Coals for eyes and mouth, a carrot for a nose.
  ///
  /// - Varies: the carrot's side and length.
  private static func face(_ brush: inout Brush, _ coal: Color, y: Float) {
    for x: Float in [-0.1, 0.1] {
      brush.fill(.circle(x, y - 0.06, 0.038), coal, .ball(x, y - 0.06, 0.05, 0.05))
    }
    for index in -2...2 {
      let x = Float(index) * 0.065
      brush.fill(.circle(x, y + 0.17 - x * x * 2.4, 0.02), coal, edge: 0)
    }
    let carrot = brush.near(Color(0.95, 0.5, 0.12))
    let side: Float = brush.chance(0.5) ? 1 : -1
    let length = side * brush.number(0.24...0.36)
    brush.fill(
      .smooth([
        [0, y - 0.01], [length * 0.5, y + 0.0], [length, y + 0.08], [length * 0.4, y + 0.09],
        [0, y + 0.09], [-0.03 * side, y + 0.04],
      ]),
      Stripes(carrot, carrot.lit(by: 0.75), period: 0.08, fraction: 0.25).turned(0.25),
      .roller(y + 0.04, 0.07), edge: 0.6)
  }

  /// A scarf about the neck, one end hanging.
  ///
  /// - `y`, `radius`: the neck's place and half width.
  /// - Varies: a second color in the knit; the side and the length of the end that hangs.
  private static func wrap(_ brush: inout Brush, _ color: Color, y: Float, radius: Float) {
    let knit = Stripes(color, brush.vivid(), period: 0.11, fraction: brush.number(0.3...0.5))
    let side: Float = brush.chance(0.5) ? 1 : -1
    let (x, end) = (side * radius * 0.5, brush.number(0.3...0.5))
    brush.fill(
      .polygon([
        [x - 0.08, y], [x + 0.08, y], [x + 0.12 + side * 0.04, y + end],
        [x - 0.06 + side * 0.04, y + end],
      ]),
      knit, .slope(side * 0.3, 0), edge: 0.55)
    brush.fill(
      .smooth([
        [-radius, y - 0.08], [0, y - 0.02], [radius, y - 0.08], [radius * 1.08, y + 0.02],
        [0, y + 0.12], [-radius * 1.08, y + 0.02],
      ]), knit.turned(0.25), .column(0, radius * 1.2), edge: 0.55)
  }

  /// What it wears on its head.
  ///
  /// - `color`: the band's, which is the scarf's.
  /// - `y`: where it sits.
  /// - Varies: a felt hat in 60 %, else a knitted cap.
  private static func hat(_ brush: inout Brush, _ color: Color, y: Float) {
    if brush.chance(0.6) {
      let felt = brush.near(
        brush.pick([Color(gray: 0.14), Color(0.25, 0.16, 0.12), Color(0.16, 0.2, 0.3)]))
      let top = max(-0.99, y - brush.number(0.3...0.4))
      brush.fill(
        .polygon([[-0.2, y], [0.2, y], [0.21, top], [-0.21, top]]), felt, .column(0, 0.23))
      brush.fill(.ellipse(0, top, 0.21, 0.04), felt.lit(by: 1.4))
      brush.fill(
        .polygon([[-0.2, y], [0.2, y], [0.2, y - 0.09], [-0.2, y - 0.09]]), color, .column(0, 0.23))
      brush.fill(.ellipse(0, y + 0.01, 0.34, 0.055), felt.lit(by: 1.15), edge: 0.5)
      return
    }
    // A knitted cap with a bobble.
    let top = y - 0.26
    brush.fill(
      .smooth([
        [-0.25, y + 0.02], [-0.18, y - 0.17], [0, top], [0.18, y - 0.17], [0.25, y + 0.02],
      ]),
      Stripes(color, brush.vivid(), period: 0.12), .ball(0, y, 0.28, 0.3), edge: 0.5)
    brush.fill(
      .rounded(-0.27, y - 0.05, 0.27, y + 0.05, radius: 0.05),
      Stripes(color, color.lit(by: 0.7), period: 0.05).turned(0.25), .column(0, 0.3))
    brush.fill(
      .circle(0, top - 0.03, 0.08), Fur(Color(gray: 0.95), Color(gray: 0.7), seed: brush.seed()),
      .ball(0, top - 0.03, 0.1, 0.1))
  }
}
