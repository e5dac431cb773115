import Drawing
import Textures

/// Toys, games and what one takes along outdoors.
///
/// Kite, balloon: in the sky. Snowman: in snow. Umbrella, basket: outdoors. Chessboard, drum,
/// guitar: indoors.
enum Pastimes {
  /// The classes of this family, with habitats from the usual to the rarer ones.
  static let classes = [
    ObjectClass("kite", .hovering, in: [.sky], size: 0.6...0.9, kite),
    ObjectClass("balloon", .hovering, in: [.sky], size: 0.6...0.95, balloon),
    ObjectClass("umbrella", .hovering, in: [.street, .meadow], size: 0.55...0.85, umbrella),
    ObjectClass("snowman", in: [.snow], size: 0.55...0.82, snowman),
    ObjectClass("basket", in: [.table, .garden], size: 0.5...0.8, basket),
    ObjectClass("chessboard", in: [.table], size: 0.6...0.9, chessboard),
    ObjectClass("drum", in: [.room], size: 0.5...0.8, drum),
    ObjectClass("guitar", in: [.room], size: 0.65...0.88, guitar),
  ]

  /// A kite: a diamond of patterned cloth on two crossed sticks, a tail with bows.
  ///
  /// - Varies: the outline; stripes, checks, dots, or quarters of two colors; the tail's sway.
  static func kite(_ brush: inout Brush) {
    let colors = [brush.vivid(), brush.vivid(), brush.near(Color(0.95, 0.92, 0.82))]
    let (half, cross, foot) = (
      brush.number(0.5...0.66), brush.number(-0.6 ... -0.4), brush.number(0.28...0.42)
    )
    let sway = brush.number(0.14...0.26)
    // The tail swings from side to side, less towards its end.
    let tail: [SIMD2<Float>] = [
      [0, foot], [sway, foot + 0.16], [-sway * 0.8, foot + 0.34], [sway * 0.7, foot + 0.5], [0, 1],
    ]
    brush.stroke(.smoothLine(tail), width: 0.045, colors[1].lit(by: 0.45))
    for (index, at) in tail.dropFirst().enumerated() {
      brush.at(at.x, min(at.y, 0.94), scale: 0.13, turn: index % 2 == 0 ? 0.07 : -0.07) {
        $0.bow(colors[index % 2])
      }
    }
    let outline = Path.polygon([[0, -1], [half, cross], [0, foot], [-half, cross]])
    let pattern = brush.count(0...3)
    let cloth: any Texture =
      switch pattern {
      case 0:
        Stripes(colors[0], colors[2], period: brush.number(0.18...0.34)).turned(
          brush.pick([0, 0.07, 0.125]))
      case 1: Checks(colors[0], colors[2], side: brush.number(0.13...0.2)).turned(0.125)
      case 2: Dots(colors[0], colors[2], spacing: 0.24, radius: 0.27)
      default: Cloth(colors[0], colors[0].lit(by: 0.85), thread: 0.04, seed: brush.seed())
      }
    for side: Float in [-1, 1] {
      let (upper, lower) = (
        Path.polygon([[0, -1], [side * half, cross], [0, cross]]),
        Path.polygon([[0, foot], [side * half, cross], [0, cross]])
      )
      brush.fill(upper, cloth, .slope(side * 0.4, -0.2), edge: 0.2)
      brush.fill(lower, cloth, .slope(side * 0.4, 0.3), edge: 0.2)
      // Without a pattern the quarters differ.
      guard pattern == 3 else { continue }
      brush.fill(
        side < 0 ? upper : lower,
        Cloth(colors[1], colors[1].lit(by: 0.85), thread: 0.04, seed: brush.seed()),
        .slope(side * 0.4, side * 0.25))
    }
    let wood = brush.wood()
    brush.stroke(outline, width: 0.035, colors[1].lit(by: 0.7))
    brush.rod(.lines([[0, -1], [0, foot]]), width: 0.04, wood)
    brush.rod(
      .smoothLine([[-half, cross], [0, cross - 0.03], [half, cross]]), width: 0.04, wood)
    for side: Float in [-1, 1] {
      brush.at(side * half, cross, scale: 0.09, turn: 0.25) { $0.bow(colors[1]) }
    }
  }

  /// A hot-air balloon: an envelope of bright gores, ropes, a wicker basket.
  ///
  /// - Varies: two colors of gores, five to nine of them, turned; a zigzag band in half; a flame in
  ///   60 %; the width.
  static func balloon(_ brush: inout Brush) {
    let (first, second) = (
      brush.vivid(), brush.chance(0.4) ? Color(0.96, 0.93, 0.84) : brush.vivid()
    )
    let third = brush.vivid()
    let half = brush.number(0.66...0.8)
    let mouth: Float = 0.42
    let gores = Gores(
      [
        [0, -1], [half * 0.52, -0.93], [half * 0.9, -0.68], [half, -0.36], [half * 0.86, -0.02],
        [half * 0.5, 0.26], [0.17, mouth],
      ], sag: 0.06)
    let rope = Color(0.35, 0.28, 0.2)
    for x: Float in [-0.16, -0.06, 0.06, 0.16] {
      brush.stroke(.lines([[x, mouth], [x * 0.85, 0.75]]), width: 0.02, rope)
    }
    if brush.chance(0.6) {
      brush.glow(
        .ellipse(0, 0.52, 0.09, 0.14), Color(1, 0.7, 0.2), 0, 0.54, radiusX: 0.09, radiusY: 0.14)
    }
    // A balloon may show a gore from its side; an umbrella's gores are centered.
    let seams = Gores.seams(brush.count(5...9), turned: brush.number(0...0.8))
    let (form, cloth) = (Form.ball(0, -0.32, half * 1.08, 0.82), brush.seed())
    let isBanded = brush.chance(0.5)
    for index in 0..<(seams.count - 1) {
      let color = index % 2 == 0 ? first : second
      let gore = gores.gore(seams[index], seams[index + 1])
      brush.fill(
        gore, Cloth(color, color.lit(by: 0.9), thread: 0.035, seed: cloth), form, edge: 0.5)
    }
    if isBanded {
      brush.inside(gores.outline) { brush in
        let y = brush.number(-0.6 ... -0.3)
        var band: [SIMD2<Float>] = []
        for step in 0...14 {
          let x = -1 + Float(step) / 7
          let sag = 0.16 * max(0, 1 - x * x).squareRoot()
          band.append([x * half, y + sag + (step % 2 == 0 ? -0.09 : 0.09)])
        }
        brush.stroke(.lines(band), width: 0.09, Plain(third), form)
      }
    }
    brush.stroke(gores.outline, width: 0.02, Color(0.1, 0.08, 0.1, opacity: 0.5))
    brush.fill(
      .polygon([
        [-0.17, mouth - 0.02], [0.17, mouth - 0.02], [0.14, mouth + 0.1], [-0.14, mouth + 0.1],
      ]),
      third, .column(0, 0.19))
    let straw = brush.near(Color(0.7, 0.5, 0.28))
    let basket = Path.smooth([
      [-0.18, 0.73], [0, 0.73], [0.18, 0.73], [0.17, 0.9], [0.13, 0.99], [-0.13, 0.99],
      [-0.17, 0.9],
    ])
    brush.fill(
      basket, Wicker(straw, size: 0.09, seed: brush.seed()), .column(0, 0.21), edge: 0.6)
    brush.rod(.lines([[-0.18, 0.73], [0.18, 0.73]]), width: 0.06, straw.lit(by: 0.8))
  }

  /// An umbrella: a dome of bright gores with ribs, a shaft with a hooked handle.
  ///
  /// - Varies: one or two colors, in a quarter with dots; five to seven gores; height and reach of
  ///   the rim; a tilt.
  static func umbrella(_ brush: inout Brush) {
    let (first, other) = (brush.vivid(), brush.vivid())
    let second = brush.pick([first, first.lit(by: 0.8), other, Color(0.95, 0.93, 0.88)])
    let rim = brush.number(-0.08...0.08)
    let reach = brush.number(0.84...0.98)
    let turn = brush.number(-0.06...0.06)
    let (wood, metal) = (brush.wood(), brush.metal())
    brush.at(0, 0, turn: turn) { brush in
      // The inner side behind the shaft, in shade.
      // Seen a little from below.
      brush.fill(.ellipse(0, rim, reach * 0.93, 0.1), second.lit(by: 0.35))
      brush.at(0, -0.7, scale: 1.68) {
        $0.hookedHandle(metal, wood, width: 0.03, hook: 0.08)
      }
      let gores = Gores(
        [
          [0, -0.88], [reach * 0.38, -0.82], [reach * 0.72, -0.6], [reach * 0.92, -0.3],
          [reach, rim],
        ], sag: 0.13)
      let seams = Gores.seams(brush.count(5...7))
      let cloth = brush.seed()
      let isDotted = brush.chance(0.25)
      for index in 0..<(seams.count - 1) {
        let color = index % 2 == 0 ? first : second
        let texture: any Texture =
          isDotted
          ? Dots(color, Color(0.96, 0.94, 0.9), spacing: 0.17, radius: 0.24)
          : Cloth(color, color.lit(by: 0.88), thread: 0.03, seed: cloth)
        brush.fill(
          gores.gore(seams[index], seams[index + 1], scallop: 0.07), texture,
          .ball(0, rim, reach * 1.1, 1.1), edge: 0.45)
      }
      for seam in seams {
        brush.stroke(.smoothLine(gores.seam(at: seam)), width: 0.022, second.lit(by: 0.5))
      }
      brush.rod(.lines([[0, -0.98], [0, -0.86]]), width: 0.05, metal)
    }
  }
}
