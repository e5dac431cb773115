import Drawing
import Textures

extension Buildings {
  /// A castle: a wall with a gate between towers, battlements, pointed roofs, flags.
  static func castle(_ brush: inout Brush) {
    let keep = Keep(&brush, scale: 1.5)
    let flag = brush.vivid()
    let high = brush.number(-0.05...0.12)
    // The keep behind, the wall, two towers before it.
    let back = brush.number(0.62...0.74)
    let isFlown = brush.chance(0.8)
    if brush.chance(0.8) {
      let x = brush.number(-0.2...0.2)
      let pointed = brush.chance(0.5)
      brush.at(x, 0.52 - back, scale: back) { brush in
        if isFlown { brush.flag(0, pointed ? -0.94 : -0.6, height: 0.42, flag) }
        keep.draw(&brush, door: false, pointed: pointed)
      }
    }
    brush.fill(
      .battlement(-0.7, high, 0.7, 0.98, teeth: 8, depth: 0.1),
      Mapped(keep.wall, through: .scale(0.62)), .slope(0, 0.1), edge: 0.5)
    gate(&brush, keep, top: high)
    let side = brush.number(0.6...0.7)
    let pointed = brush.chance(0.6)
    for x: Float in [-0.7, 0.7] {
      let tall = side * brush.number(0.95...1.08)
      brush.at(x, 1 - tall, scale: tall) { brush in
        if isFlown, brush.chance(0.75) {
          brush.flag(0, pointed ? -0.94 : -0.6, height: 0.42, flag)
        }
        keep.draw(&brush, door: false, pointed: pointed)
      }
    }
  }

  /// A castle's gate: an arch of pale stone with a portcullis or a wooden door.
  private static func gate(_ brush: inout Brush, _ keep: Keep, top: Float) {
    let half = brush.number(0.17...0.22)
    let upper = max(top + 0.24, 0.36)
    brush.fill(
      .arched(-half - 0.07, upper - 0.07, half + 0.07, 0.99), keep.stone.lit(by: 1.15), edge: 0.5)
    let arch = Path.arched(-half, upper, half, 0.99)
    if brush.chance(0.5) {
      brush.fill(arch, Color(gray: 0.06), edge: 0.5)
      brush.inside(arch) { brush in
        for step in -3...3 {
          let x = Float(step) * 0.075
          brush.stroke(.lines([[x, upper], [x, 0.82]]), width: 0.025, Color(gray: 0.4))
        }
        for y in stride(from: upper + 0.1, to: 0.82, by: 0.11) {
          brush.stroke(.lines([[-half, y], [half, y]]), width: 0.025, Color(gray: 0.4))
        }
      }
    } else {
      brush.fill(
        arch, Planks(keep.door, width: 0.075, contrast: 0.5, seed: brush.seed()).turned(0.25),
        edge: 0.5)
      for y: Float in [0.62, 0.85] {
        brush.rod(.lines([[-half, y], [half, y]]), width: 0.04, Color(gray: 0.25))
      }
    }
    for x: Float in [-0.4, 0.4] {
      brush.fill(.arched(x - 0.05, top + 0.26, x + 0.05, top + 0.46), Color(gray: 0.1), edge: 0.5)
    }
  }
}
