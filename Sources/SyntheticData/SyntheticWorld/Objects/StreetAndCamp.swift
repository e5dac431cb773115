import Drawing
import Textures

extension Buildings {
  /// A ladder that leans: two rails and rungs of wood or metal.
  ///
  /// - Varies: wood, or metal in a quarter; six to nine worn rungs; the widths at foot and head;
  ///   the lean.
  static func ladder(_ brush: inout Brush) {
    let isWooden = brush.chance(0.75)
    let color = isWooden ? brush.wood() : brush.near(Color(0.72, 0.73, 0.75))
    let rungs = brush.count(6...9)
    let (foot, head): (Float, Float) = (brush.number(0.28...0.36), brush.number(0.2...0.28))
    let lean = brush.number(0.15...0.4)
    let grain = Planks(color, width: 0, contrast: isWooden ? 0.8 : 0.1, seed: brush.seed())
      .turned(0.25)
    brush.within(.move(-lean / 2, 0).after(.shear(-lean / 2))) { brush in
      // Its shadow on what it leans against.
      let shade = Color(gray: 0, opacity: 0.16)
      for rail in [[[-foot, 1], [-head, -1]], [[foot, 1], [head, -1]]] as [[SIMD2<Float>]] {
        brush.stroke(
          .lines([rail[0], rail[1] + [0.12, 0.06]]), width: 0.08, shade)
      }
      for rung in 0..<rungs {
        let fraction = (Float(rung) + 0.6) / Float(rungs)
        let (y, half) = (1 - 2 * fraction, foot + (head - foot) * fraction)
        // Rungs differ more than rails: they are stepped on.
        let worn = brush.near(color.lit(by: 0.9), by: 0.2)
        brush.rod(.lines([[-half, y], [half, y]]), width: 0.085, worn)
      }
      for side: Float in [-1, 1] {
        let rail = Path.lines([[side * foot, 1], [side * head, -1]])
        brush.stroke(rail, width: 0.13, color.lit(by: 0.4))
        brush.stroke(rail, width: 0.095, grain)
        brush.stroke(
          .lines([[side * foot - 0.025, 1], [side * head - 0.025, -1]]), width: 0.02,
          color.lit(by: 1.35))
      }
    }
  }

  /// A road sign: a plate with a border and a word, on a post.
  ///
  /// - Varies: a disc, a triangle, an octagon or a wide plate; colored with a pale border or the
  ///   reverse; a post of metal or wood; a word of one to six random letters, which is never
  ///   mirrored.
  static func sign(_ brush: inout Brush) {
    let isMetal = brush.chance(0.7)
    let post = isMetal ? brush.metal() : brush.wood()
    let paint = brush.vivid()
    let isPale = brush.chance(0.4)
    let pale = brush.near(Color(0.95, 0.94, 0.9), by: 0.05)
    let (ground, line) = isPale ? (pale, paint) : (paint, pale)
    let center: Float = -0.42
    let width: Float = 0.11
    let pole = Path.rectangle(-width / 2, -0.85, width / 2, 1)
    if isMetal {
      brush.fill(pole, post, .column(0, width * 0.6), edge: 0.5)
    } else {
      brush.fill(
        pole, Planks(post, width: 0, contrast: 0.8, seed: brush.seed()).turned(0.25),
        .column(0, width * 0.8), edge: 0.5)
    }
    let (plate, letters, size): (Path, Int, Float) =
      switch brush.count(0...3) {
      case 0: (.circle(0, center, 0.56), brush.count(2...4), 1)
      case 1:
        (
          .polygon([[0, center - 0.56], [0.66, center + 0.5], [-0.66, center + 0.5]]),
          brush.count(1...3), 0.72
        )
      case 2:
        (
          .polygon(
            (0..<8).map {
              SIMD2(0, center) + direction(turns: (Float($0) + 0.5) / 8) * 0.6
            }), 4, 0.95
        )
      default: (.rounded(-0.86, center - 0.36, 0.86, center + 0.36, radius: 0.08), 6, 1.45)
      }
    let back = Projection.move(0, center).after(.scale(0.86)).after(.move(0, -center))
    brush.fill(plate, line, .slope(0, -0.1), edge: 0.7)
    let enamel = Plain(ground, unevenness: 0.1, seed: brush.seed())
    let isTriangle = size < 0.8
    let shift: Float = isTriangle ? 0.03 : 0
    brush.fill(
      plate.mapped(by: back).mapped(by: .move(0, shift)), enamel, .slope(0, -0.1), edge: 0.25)
    let ink = isPale && brush.chance(0.6) ? Color(gray: 0.1) : line
    let word = brush.word(letters)
    // A long word is written smaller, a short one no larger than a fifth of the plate.
    let scale = min(0.2, size / (1.6 * Float(letters)) * 0.5 * 1.25)
    let y = center + (isTriangle ? 0.2 : 0)
    brush.readable { brush in
      brush.at(0, y, scale: scale) { $0.write(word, ink, weight: 0.36) }
    }
    for y: Float in [-0.3, 0.34] where !isTriangle {
      brush.fill(.circle(0, center + y, 0.022), Color(gray: 0.6), edge: 0.3)
    }
  }
}

extension Buildings {
  /// A tent of striped cloth with poles, an opening and a flag: a ridge tent or a pavilion.
  ///
  /// - Varies: a ridge tent or a pavilion; pale cloth of three colors; the stripes' color.
  static func tent(_ brush: inout Brush) {
    let plain = brush.near(
      brush.pick([Color(0.94, 0.91, 0.84), Color(0.88, 0.78, 0.58), Color(0.95, 0.8, 0.4)]),
      by: 0.08)
    let stripe = brush.vivid()
    if brush.chance(0.5) {
      ridgeTent(&brush, plain, stripe)
    } else {
      pavilion(&brush, plain, stripe)
    }
  }

  /// The front with its two flaps, and one side that recedes.
  ///
  /// - Varies: height and place of the ridge, four to six stripes, how far it is open.
  private static func ridgeTent(_ brush: inout Brush, _ plain: Color, _ stripe: Color) {
    let top = brush.number(-0.7 ... -0.5)
    let center = brush.number(-0.42 ... -0.3)
    let (left, right) = (center - 0.58, center + 0.56)
    let end = SIMD2<Float>(0.62, top + 0.1)
    // The ropes and pegs, then the side, whose stripes run from the ridge to the ground.
    let rope = Color(0.8, 0.72, 0.55)
    // Ropes and pegs lie behind the cloth.
    brush.stroke(.lines([end, [1.05, 0.9]]), width: 0.02, rope)
    brush.stroke(.lines([[center, top], [-1.05, 0.98]]), width: 0.02, rope)
    brush.flag(center, top + 0.05, height: 0.4, stripe)
    let side = Path.smooth([
      [center, top], [center + 0.45, top + 0.09], end, [0.78, 0.3], [0.98, 0.88],
      [right + 0.25, 0.97], [right, 1], [center + 0.3, 0.25],
    ])
    let cloth = Cloth(plain, plain.lit(by: 0.9), thread: 0.03, seed: brush.seed())
    brush.fill(side, cloth, .slope(0.35, -0.35), edge: 0.5)
    let count = brush.count(4...6)
    brush.inside(side) { brush in
      for index in 0..<count {
        // A stripe's edges lie at shares of the ridge and of the ground line.
        func edge(_ fraction: Float) -> (SIMD2<Float>, SIMD2<Float>) {
          (
            SIMD2(center, top - 0.1) + (end - SIMD2(center, top)) * fraction,
            SIMD2(right, 1.05) + SIMD2(1.02 - right, -0.1) * fraction
          )
        }
        let (a, b) = edge((Float(index) + 0.15) / Float(count))
        let (c, d) = edge((Float(index) + 0.65) / Float(count))
        brush.fill(.polygon([a, b, d, c]), stripe, .slope(0.35, -0.35), edge: 0.15)
      }
    }
    // The front, with one or two flaps before the dark inside.
    let front = Path.polygon([[center, top], [right, 1], [left, 1]])
    brush.fill(front, cloth, .slope(-0.25, -0.1), edge: 0.5)
    let open = brush.number(0.2...0.3)
    brush.fill(
      .polygon([[center, top + 0.3], [center + open, 1], [center - open, 1]]),
      Color(0.1, 0.08, 0.07), edge: 0.5)
    for side: Float in [-1, 1] {
      let flap = Path.smooth([
        [center, top + 0.28], [center + side * (open + 0.05), 0.98],
        [center + side * (open - 0.12), 1], [center + side * open * 0.3, 0.45],
      ])
      brush.fill(flap, stripe, .slope(side * 0.5, 0), edge: 0.5)
    }
    brush.stroke(.lines([[left, 1], [center, top], [right, 1]]), width: 0.045, stripe)
    brush.rod(.lines([[center, top + 0.3], [center, 1]]), width: 0.035, brush.wood())
  }

  /// Walls and roof have the same gores, seven or nine of them.
  ///
  /// - Varies: heights of peak and eave, the roof's overhang and sag, the flag's color.
  private static func pavilion(_ brush: inout Brush, _ plain: Color, _ stripe: Color) {
    let peak = brush.number(-0.72 ... -0.6)
    let eave = brush.number(-0.08...0.14)
    let (reach, wall): (Float, Float) = (brush.number(0.82...0.95), brush.number(0.7...0.78))
    // Odd, so that one gore faces the viewer and both outer ones are of one color.
    let gores = 2 * brush.count(3...4) + 1
    let rope = Color(0.8, 0.72, 0.55)
    for side: Float in [-1, 1] {
      brush.stroke(.lines([[side * reach, eave + 0.06], [side * 1.08, 1]]), width: 0.02, rope)
    }
    brush.flag(0, peak + 0.04, height: 0.38, brush.chance(0.5) ? stripe : brush.vivid())
    let cloth = Cloth(plain, plain.lit(by: 0.9), thread: 0.03, seed: brush.seed())
    let form = Form.column(0, reach * 1.05)
    /// The x of a gore's edge on a round object, from −1 to 1.
    func edge(_ index: Int) -> Float { sine(turns: (Float(index) / Float(gores) - 0.5) * 0.5) }
    let box = Path.polygon([
      [-wall, eave], [wall, eave], [wall * 1.04, 0.98], [-wall * 1.04, 0.98],
    ])
    brush.fill(box, cloth, form, edge: 0.5)
    for index in stride(from: 0, to: gores, by: 2) {
      let (a, b) = (edge(index) * wall, edge(index + 1) * wall)
      brush.fill(
        .polygon([[a, eave], [b, eave], [b * 1.04, 0.98], [a * 1.04, 0.98]]), stripe, form,
        edge: 0.15)
    }
    let open = brush.number(0.16...0.24)
    brush.fill(
      .polygon([[0, eave], [open, 0.5], [open * 1.2, 0.99], [-open * 1.2, 0.99], [-open, 0.5]]),
      Color(0.1, 0.08, 0.07), edge: 0.5)
    brush.wash(.rectangle(-wall, eave, wall, eave + 0.16), Color(gray: 0, opacity: 0.25))
    // The roof sags from its peak to the eave; below it hangs a scalloped border.
    let sag = brush.number(0...0.12)
    func slope(_ x: Float) -> Path {
      var path = Path()
      path.move(0, peak)
      path.curve(
        x * 0.2, peak + 0.3 + sag, x * 0.6, eave - 0.2 + sag, x, eave)
      return path
    }
    for index in 0..<gores {
      let (a, b) = (edge(index) * reach, edge(index + 1) * reach)
      var gore = slope(a)
      gore.curve(a * 0.7 + b * 0.3, eave + 0.02, a * 0.3 + b * 0.7, eave + 0.02, b, eave)
      gore.curve(b * 0.6, eave - 0.2 + sag, b * 0.2, peak + 0.3 + sag, 0, peak)
      gore.close()
      if index % 2 == 0 {
        brush.fill(gore, stripe, form, edge: 0.35)
      } else {
        brush.fill(gore, cloth, form, edge: 0.35)
      }
      var scallop = Path()
      scallop.move(a, eave)
      scallop.curve(a, eave + 0.16, b, eave + 0.16, b, eave)
      scallop.close()
      brush.fill(scallop, index % 2 == 0 ? plain : stripe, form, edge: 0.4)
    }
  }
}
