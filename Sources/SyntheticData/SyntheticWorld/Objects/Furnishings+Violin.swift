import Drawing
import Textures

extension Furnishings {
  /// A violin: a waisted body of wood with two f-holes, a bridge, four strings, a neck with a scroll.
  static func violin(_ brush: inout Brush) {
    let wood = brush.near(
      brush.pick([Color(0.66, 0.3, 0.1), Color(0.5, 0.19, 0.07), Color(0.76, 0.44, 0.16)]))
    let grain = Planks(wood, width: 0, contrast: 0.4, seed: brush.seed()).turned(0.25)
    let ebony = Color(gray: 0.12)
    let (upper, lower) = (brush.number(0.36...0.4), brush.number(0.46...0.52))
    let waist = brush.number(0.24...0.29)
    // The neck with its scroll and pegs.
    for (y, side): (Float, Float) in [(-0.9, -1), (-0.86, 1), (-0.8, -1), (-0.76, 1)] {
      brush.rod(.lines([[0, y], [side * 0.13, y - 0.01]]), width: 0.045, ebony)
      brush.fill(.ellipse(side * 0.15, y - 0.01, 0.04, 0.03), ebony)
    }
    brush.fill(
      .polygon([[-0.06, -0.95], [0.06, -0.95], [0.075, -0.1], [-0.075, -0.1]]), grain,
      .column(0, 0.09))
    brush.fill(.circle(0, -0.96, 0.085), wood, .ball(0, -0.96, 0.1, 0.1), edge: 0.5)
    brush.stroke(
      .arc(0, -0.96, 0.045, 0.045, from: 0, to: 0.8), width: 0.02, wood.lit(by: 0.4))
    let half = [
      Path.smoothLine([
        [0, -0.36], [upper * 0.5, -0.34], [upper, -0.16], [upper * 0.95, 0.06],
        [waist + 0.08, 0.14],
      ]),
      .smoothLine([
        [waist + 0.08, 0.14], [waist, 0.28], [waist + 0.02, 0.4], [waist + 0.13, 0.5],
      ]),
      .smoothLine([
        [waist + 0.13, 0.5], [lower * 0.97, 0.58], [lower, 0.74], [lower * 0.7, 0.94], [0, 1],
      ]),
    ]
    // The left half is the right half backwards, mirrored.
    let body = Path.joined(half + half.reversed().map { $0.backwards.stretched(-1, 1) })
    brush.fill(body, grain, .ball(0, 0.34, 0.62, 0.86), edge: 0.8)
    brush.inside(body) { brush in
      brush.stroke(body, width: 0.1, wood.lit(by: 0.45))
      brush.stroke(body, width: 0.05, wood.lit(by: 0.85))
    }
    brush.shine(onBall: 0, 0.34, 0.5, 0.8, 0.5)
    brush.mirrored { brush in
      brush.stroke(
        .smoothLine([
          [0.15, 0.2], [0.12, 0.16], [0.11, 0.22], [0.17, 0.36], [0.23, 0.5], [0.22, 0.56],
          [0.19, 0.52],
        ]), width: 0.035, ebony)
      brush.fill(.circle(0.14, 0.2, 0.03), ebony, edge: 0)
      brush.fill(.circle(0.2, 0.52, 0.03), ebony, edge: 0)
    }
    brush.fill(.polygon([[-0.05, -0.76], [0.05, -0.76], [0.075, 0.16], [-0.075, 0.16]]), ebony)
    brush.fill(.polygon([[-0.09, 0.56], [0.09, 0.56], [0.04, 0.92], [-0.04, 0.92]]), ebony)
    brush.fill(
      .polygon([[-0.12, 0.36], [0.12, 0.36], [0.14, 0.41], [-0.14, 0.41]]),
      Color(0.85, 0.68, 0.42), edge: 0.6)
    for string in 0..<4 {
      let x = (Float(string) - 1.5) * 0.036
      brush.stroke(
        .lines([[x * 0.7, -0.78], [x * 1.2, 0.38], [x, 0.6]]), width: 0.014, Color(gray: 0.85))
    }
    if brush.chance(0.5) { bow(&brush) }
  }

  /// A bow for strings: a stick and pale hair.
  private static func bow(_ brush: inout Brush) {
    let wood = brush.wood().lit(by: 0.7)
    brush.at(0.1, 0.3, turn: brush.number(0.06...0.16)) { brush in
      brush.stroke(.lines([[-0.92, 0.08], [0.9, 0.08]]), width: 0.03, Color(0.92, 0.9, 0.8))
      brush.rod(
        .smoothLine([[-0.95, 0.05], [-0.9, 0], [0, 0.03], [0.95, 0]]), width: 0.05, wood)
      brush.fill(.rectangle(0.74, -0.01, 0.9, 0.11), Color(gray: 0.12))
    }
  }
}
