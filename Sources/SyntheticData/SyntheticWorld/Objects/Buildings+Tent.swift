import Drawing
import Textures

extension Buildings {
  /// A tent of striped cloth with poles, an opening and a flag: a ridge tent or a pavilion.
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

  private static func ridgeTent(_ brush: inout Brush, _ plain: Color, _ stripe: Color) {
    let top = brush.number(-0.7 ... -0.5)
    let middle = brush.number(-0.42 ... -0.3)
    let (left, right) = (middle - 0.58, middle + 0.56)
    let end = SIMD2<Float>(0.62, top + 0.1)
    // The ropes and pegs, then the side, whose stripes run from the ridge to the ground.
    let rope = Color(0.8, 0.72, 0.55)
    brush.stroke(.lines([end, [1.05, 0.9]]), width: 0.02, rope)
    brush.stroke(.lines([[middle, top], [-1.05, 0.98]]), width: 0.02, rope)
    brush.flag(middle, top + 0.05, height: 0.4, stripe)
    let side = Path.smooth([
      [middle, top], [middle + 0.45, top + 0.09], end, [0.78, 0.3], [0.98, 0.88],
      [right + 0.25, 0.97], [right, 1], [middle + 0.3, 0.25],
    ])
    let cloth = Cloth(plain, plain.lit(by: 0.9), thread: 0.03, seed: brush.seed())
    brush.fill(side, cloth, .slope(0.35, -0.35), edge: 0.5)
    let count = brush.count(4...6)
    brush.inside(side) { brush in
      for index in 0..<count {
        // A stripe's edges lie at shares of the ridge and of the ground line.
        func edge(_ share: Float) -> (SIMD2<Float>, SIMD2<Float>) {
          (
            SIMD2(middle, top - 0.1) + (end - SIMD2(middle, top)) * share,
            SIMD2(right, 1.05) + SIMD2(1.02 - right, -0.1) * share
          )
        }
        let (a, b) = edge((Float(index) + 0.15) / Float(count))
        let (c, d) = edge((Float(index) + 0.65) / Float(count))
        brush.fill(.polygon([a, b, d, c]), stripe, .slope(0.35, -0.35), edge: 0.15)
      }
    }
    // The front, with one or two flaps before the dark inside.
    let front = Path.polygon([[middle, top], [right, 1], [left, 1]])
    brush.fill(front, cloth, .slope(-0.25, -0.1), edge: 0.5)
    let open = brush.number(0.2...0.3)
    brush.fill(
      .polygon([[middle, top + 0.3], [middle + open, 1], [middle - open, 1]]),
      Color(0.1, 0.08, 0.07), edge: 0.5)
    for side: Float in [-1, 1] {
      let flap = Path.smooth([
        [middle, top + 0.28], [middle + side * (open + 0.05), 0.98],
        [middle + side * (open - 0.12), 1], [middle + side * open * 0.3, 0.45],
      ])
      brush.fill(flap, stripe, .slope(side * 0.5, 0), edge: 0.5)
    }
    brush.stroke(.lines([[left, 1], [middle, top], [right, 1]]), width: 0.045, stripe)
    brush.rod(.lines([[middle, top + 0.3], [middle, 1]]), width: 0.035, brush.wood())
  }

  private static func pavilion(_ brush: inout Brush, _ plain: Color, _ stripe: Color) {
    let peak = brush.number(-0.72 ... -0.6)
    let eave = brush.number(-0.08...0.14)
    let (reach, wall): (Float, Float) = (brush.number(0.82...0.95), brush.number(0.7...0.78))
    let gores = 2 * brush.count(3...4) + 1
    let rope = Color(0.8, 0.72, 0.55)
    for side: Float in [-1, 1] {
      brush.stroke(.lines([[side * reach, eave + 0.06], [side * 1.08, 1]]), width: 0.02, rope)
    }
    brush.flag(0, peak + 0.04, height: 0.38, brush.chance(0.5) ? stripe : brush.vivid())
    let cloth = Cloth(plain, plain.lit(by: 0.9), thread: 0.03, seed: brush.seed())
    let form = Form.column(0, reach * 1.05)
    /// The x of a gore's edge on a round thing, from −1 to 1.
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
