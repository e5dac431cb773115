import Drawing
import Textures

extension Pastimes {
  /// A wicker basket with an arched handle; some hold fruits or eggs.
  ///
  /// - Varies: three colors of straw; width, height and taper; the weave's size; empty, fruits or
  ///   eggs.
  static func basket(_ brush: inout Brush) {
    let straw = brush.near(
      brush.pick([Color(0.72, 0.5, 0.26), Color(0.55, 0.36, 0.2), Color(0.82, 0.66, 0.42)]))
    let (half, rim) = (brush.number(0.76...0.9), brush.number(0.08...0.24))
    let low = half * brush.number(0.66...0.82)
    brush.within(.move(0, rim).after(.scale(half * 0.86, rim + 0.94))) {
      // The handle stands in the middle of the basket, so its lower ends lie behind the rim.
      $0.archedHandle(straw.lit(by: 0.92), width: 0.1)
    }
    brush.fill(.ellipse(0, rim, half, 0.15), straw.lit(by: 0.3))
    contents(&brush, half: half, rim: rim)
    let body = Path.smooth([
      [-half, rim], [-half * 0.5, rim + 0.1], [0, rim + 0.13], [half * 0.5, rim + 0.1],
      [half, rim],
      [(half + low) / 2 + 0.02, 0.6], [low, 0.92], [low * 0.5, 0.99], [0, 1], [-low * 0.5, 0.99],
      [-low, 0.92], [-(half + low) / 2 - 0.02, 0.6],
    ])
    let weave = Wicker(straw, size: brush.number(0.15...0.22), seed: brush.seed())
    brush.fill(body, weave, .column(0, half * 1.08), edge: 0.6)
    brush.inside(body) {
      $0.wash(.rectangle(-1, 0.86, 1, 1), Color(gray: 0, opacity: 0.22))
    }
    // The near half of the rim.
    let edge = Path.arc(0, rim, half, 0.14, from: 0, to: 0.5)
    brush.stroke(edge, width: 0.12, straw.lit(by: 0.4))
    brush.stroke(
      edge, width: 0.095,
      Stripes(straw, straw.lit(by: 0.6), period: 0.09, fraction: 0.35).turned(0.18))
  }

  /// Three at the back, four in front, drawn before the basket's near side.
  ///
  /// - `half`, `rim`: half of the opening's width, and its y.
  /// - Varies: nothing in a quarter, fruits in half, eggs in a quarter.
  private static func contents(_ brush: inout Brush, half: Float, rim: Float) {
    // Fruits twice as often as eggs or nothing.
    let kind = brush.count(0...3)
    guard kind > 0 else { return }
    let ripe = brush.ripe()
    let shell = brush.near(brush.pick([Color(0.93, 0.86, 0.76), Color(0.8, 0.6, 0.45)]))
    for row in 0..<2 {
      let count = row == 0 ? 3 : 4
      for index in 0..<count {
        let fraction = (Float(index) + 0.5) / Float(count) * 2 - 1
        let x = fraction * half * (row == 0 ? 0.75 : 0.88)
        let lift = 0.1 * (1 - fraction * fraction)
        let y = rim - (row == 0 ? 0.16 : 0.02) - lift
        let turn = brush.number(-0.1...0.1)
        let color = brush.near(kind == 3 ? shell : ripe, by: 0.18)
        brush.at(x, y, scale: half * brush.number(0.24...0.28), turn: turn) { brush in
          if kind == 3 {
            brush.fill(
              .smooth([
                [0, -1.05], [0.65, -0.3], [0.7, 0.4], [0, 0.9], [-0.7, 0.4], [-0.65, -0.3],
              ]),
              color, .ball(0, 0.1, 0.85, 1.1), edge: 0.45)
          } else {
            brush.fruit(color)
          }
        }
      }
    }
  }

  /// A chessboard in perspective with a few pieces of both colors.
  ///
  /// The board is drawn in its own square, −1 to 1, and seen through one perspective map; pieces
  /// stand upright at mapped places, larger in front.
  ///
  /// - Varies: four pairs of colors; the perspective; number, kinds and places of the pieces.
  static func chessboard(_ brush: inout Brush) {
    let frame = brush.wood()
    let (dark, light) = brush.pick([
      (Color(0.36, 0.2, 0.12), Color(0.88, 0.74, 0.52)), (Color(gray: 0.13), Color(gray: 0.9)),
      (Color(0.2, 0.4, 0.25), Color(0.93, 0.9, 0.78)),
      (Color(0.5, 0.14, 0.12), Color(0.92, 0.85, 0.7)),
    ])
    let map = Projection.move(0, 0.34).after(.scale(0.71, 0.4)).after(
      .perspective([0, -brush.number(0.18...0.24)]))
    let (left, right) = (map([-1.12, 1.12]), map([1.12, 1.12]))
    brush.fill(
      .polygon([left, right, [right.x, right.y + 0.1], [left.x, left.y + 0.1]]),
      Planks(frame.lit(by: 0.75), width: 0, seed: brush.seed()))
    let grain = brush.seed()
    brush.within(map) { brush in
      brush.fill(
        .rectangle(-1.12, -1.12, 1.12, 1.12), Planks(frame, width: 0, seed: grain), edge: 0.5)
      brush.fill(.rectangle(-1, -1, 1, 1), Checks(light, dark, side: 0.25), edge: 0.6)
    }
    let white = brush.near(light.mixed(with: Color(0.95, 0.9, 0.8), by: 0.6), by: 0.06)
    let black = brush.near(dark.mixed(with: Color(gray: 0.12), by: 0.5), by: 0.1)
    // From the far rows to the near ones; the far pieces are the dark ones.
    // Each column once, as far as they go: pieces do not stand behind each other.
    var columns = [0, 1, 2, 3, 4, 5, 6, 7]
    for row in [0, 1, 3, 4, 6, 7] {
      for _ in 0..<brush.count(row == 0 || row == 7 ? 1...2 : 0...2) {
        let column = columns.remove(at: brush.count(0...(columns.count - 1)))
        if columns.isEmpty { columns = [0, 1, 2, 3, 4, 5, 6, 7] }
        let at = map([(Float(column) - 3.5) * 0.25, (Float(row) - 3.5) * 0.25])
        let scale = 0.36 * (0.8 + 0.06 * Float(row))
        let kind: Piece =
          row == 0 || row == 7 ? brush.pick([.king, .queen, .rook, .bishop]) : .pawn
        let isDark = row < 3 || (row < 6 && brush.chance(0.5))
        brush.wash(
          .ellipse(at.x - brush.light.direction.x * 0.08, at.y, scale * 0.44, scale * 0.16),
          Color(gray: 0, opacity: 0.35))
        brush.at(at.x, at.y, scale: scale) { $0.piece(kind, isDark ? black : white) }
      }
    }
  }

  /// A drum: a shell with zigzag cords between two rims, a skin, two sticks.
  ///
  /// - Varies: the shell's color, planks or paint; hoops; size; seven to ten turns of the cord;
  ///   where the sticks lie.
  static func drum(_ brush: inout Brush) {
    let (color, hoop) = (brush.vivid(), brush.chance(0.5) ? brush.metal() : brush.vivid())
    let (half, top, low) = (brush.number(0.66...0.85), brush.number(-0.42 ... -0.2), Float(0.78))
    let cord = brush.near(Color(0.95, 0.92, 0.82), by: 0.06)
    let sag: Float = 0.17
    func band(_ from: Float, _ to: Float, _ reach: Float) -> Path {
      var path = Path.arc(0, from, reach, sag, from: 0.5, to: 0)
      path.line(reach, to)
      for step in Path.arc(0, to, reach, sag, from: 0, to: 0.5).steps.dropFirst() {
        guard case .curve(let a, let b, let c) = step else { continue }
        path.curve(a.x, a.y, b.x, b.y, c.x, c.y)
      }
      path.close()
      return path
    }
    let shell: any Texture =
      brush.chance(0.5)
      ? Planks(color, width: 0.16, contrast: 0.2, seed: brush.seed()).turned(0.25)
      : Plain(color, unevenness: 0.15, seed: brush.seed())
    brush.fill(band(top, low, half), shell, .column(0, half * 1.08), edge: 0.5)
    var zigzag: [SIMD2<Float>] = []
    let turns = brush.count(7...10)
    for index in 0...turns {
      let x = half * sine(turns: (Float(index) / Float(turns) - 0.5) / 2)
      let depth = sag * max(0, 1 - (x / half) * (x / half)).squareRoot()
      zigzag.append([x, (index % 2 == 0 ? top + 0.1 : low - 0.12) + depth])
    }
    brush.stroke(.lines(zigzag), width: 0.055, cord.lit(by: 0.5))
    brush.stroke(.lines(zigzag), width: 0.035, cord)
    for (from, to) in [(top - 0.02, top + 0.13), (low - 0.13, low + 0.03)] {
      brush.fill(band(from, to, half * 1.04), hoop, .column(0, half * 1.08), edge: 0.55)
    }
    // A skin of parchment, whatever the shell's color.
    let skin = brush.near(Color(0.93, 0.87, 0.74), by: 0.06)
    brush.fill(.ellipse(0, top - 0.02, half * 1.04, sag * 1.05), hoop.lit(by: 0.75))
    brush.fill(
      .ellipse(0, top - 0.02, half * 0.95, sag * 0.9),
      Plain(skin, unevenness: 0.12, seed: brush.seed()), .slope(0, -0.4), edge: 0.5)
    let wood = brush.wood().lit(by: 1.1)
    for side: Float in [-1, 1] {
      let foot = SIMD2(-side * brush.number(0.05...0.3), top + brush.number(-0.06...0.03))
      let tip = SIMD2(side * brush.number(0.6...0.92), top - brush.number(0.45...0.56))
      brush.rod(.lines([foot, tip]), width: 0.07, wood)
      brush.fill(.ellipse(foot.x, foot.y, 0.09, 0.07), wood, .ball(foot.x, foot.y, 0.1, 0.08))
    }
  }

  /// A guitar: a waisted body of wood with a round hole, a neck with frets, strings, pegs.
  ///
  /// - Varies: wood or paint; the widths of both bouts; a scratch plate in 40 %; a tilt.
  static func guitar(_ brush: inout Brush) {
    let wood = brush.chance(0.7) ? brush.wood().lit(by: 1.2) : brush.vivid()
    let (wide, upper) = (brush.number(0.44...0.52), brush.number(0.33...0.39))
    let dark = Color(0.2, 0.12, 0.08)
    let body = Path.smooth([
      [0, -0.02], [upper * 0.7, 0.0], [upper, 0.17], [upper * 0.78, 0.38], [wide * 0.9, 0.52],
      [wide, 0.73], [wide * 0.72, 0.95], [0, 1], [-wide * 0.72, 0.95], [-wide, 0.73],
      [-wide * 0.9, 0.52], [-upper * 0.78, 0.38], [-upper, 0.17], [-upper * 0.7, 0.0],
    ])
    brush.at(0, 0, turn: brush.number(-0.025...0.025)) { brush in
      // The rib of the body, seen a little from the side.
      brush.within(.move(0.045, 0.012)) { $0.fill(body, dark.lit(by: 1.6), edge: 0.5) }
      brush.fill(
        body, Planks(wood, width: 0, contrast: 0.5, seed: brush.seed()).turned(0.25),
        .ball(0, 0.45, 0.95, 1.1), edge: 0.6)
      brush.within(.move(0, 0.03).after(.scale(0.94))) {
        $0.stroke(body, width: 0.018, wood.lit(by: 0.45))
      }
      if brush.chance(0.4) {
        brush.fill(
          .smooth([[0.1, 0.34], [0.25, 0.4], [0.28, 0.56], [0.12, 0.62], [0.08, 0.5]]),
          dark.lit(by: 0.8))
      }
      // Centered between the bouts.
      let hole: Float = 0.33
      brush.stroke(.circle(0, hole, 0.165), width: 0.04, brush.vivid().mixed(with: dark, by: 0.4))
      brush.fill(.circle(0, hole, 0.14), Color(gray: 0.06), edge: 0.6)
      brush.fill(.rounded(-0.2, 0.7, 0.2, 0.77, radius: 0.03), dark)
      neck(&brush, dark, brush.near(wood.lit(by: 0.7)), hole: hole)
      for string in 0..<5 {
        let x = (Float(string) - 2) * 0.022
        brush.stroke(
          .lines([[x * 1.7, 0.73], [x, -0.72]]), width: 0.009, Color(0.92, 0.9, 0.82, opacity: 0.9))
      }
    }
  }

  /// Frets come nearer to each other towards the body, each 0.93 of the one before.
  ///
  /// - `hole`: the y of the sound hole, where the neck ends.
  private static func neck(_ brush: inout Brush, _ dark: Color, _ wood: Color, hole: Float) {
    brush.fill(
      .polygon([[-0.065, -0.72], [0.065, -0.72], [0.08, hole - 0.13], [-0.08, hole - 0.13]]),
      Planks(dark.lit(by: 1.5), width: 0, seed: brush.seed()).turned(0.25), edge: 0.6)
    var y: Float = -0.72
    var step: Float = 0.11
    while y < hole - 0.17 {
      brush.stroke(.lines([[-0.065, y], [0.065, y]]), width: 0.016, Color(0.85, 0.82, 0.7))
      y += step
      step *= 0.93
    }
    let metal = brush.metal().lit(by: 1.15)
    for side: Float in [-1, 1] {
      for y: Float in [-0.94, -0.87, -0.8] {
        brush.rod(.lines([[side * 0.08, y], [side * 0.16, y]]), width: 0.025, metal)
        brush.fill(.ellipse(side * 0.17, y, 0.035, 0.025), metal)
      }
    }
    brush.fill(
      .smooth([
        [-0.065, -0.7], [-0.11, -0.78], [-0.12, -0.97], [0, -0.99], [0.12, -0.97], [0.11, -0.78],
        [0.065, -0.7],
      ]), Planks(wood, width: 0, seed: brush.seed()).turned(0.25), edge: 0.6)
  }
}
