import Drawing
import Textures

extension Brush {
  /// Cloth of sails and tents: pale, tan or strong, sometimes striped.
  mutating func canvasCloth() -> (plain: Color, stripe: Color?) {
    let plain = near(
      pick([Color(0.94, 0.92, 0.86), Color(0.9, 0.84, 0.7), Color(0.72, 0.38, 0.24)]), by: 0.1)
    return (plain, chance(0.5) ? vivid() : nil)
  }

  /// A sail in an outline: cloth with seams across, striped in paint or not.
  mutating func sail(
    _ path: Path, _ cloth: (plain: Color, stripe: Color?), _ form: Form, period: Float = 0.22,
    turn: Float = 0
  ) {
    if let stripe = cloth.stripe {
      fill(path, Stripes(cloth.plain, stripe, period: period * 1.4).turned(turn), form, edge: 0.45)
    } else {
      fill(
        path, Cloth(cloth.plain, cloth.plain.lit(by: 0.9), thread: 0.022, seed: seed()), form,
        edge: 0.45)
    }
    let seam = cloth.plain.lit(by: 0.62).withOpacity(0.5)
    inside(path) { brush in
      brush.at(0, 0, turn: turn) { brush in
        for step in -5...5 {
          let y = Float(step) * period
          brush.stroke(.lines([[-1.5, y], [1.5, y]]), width: 0.012, seam)
        }
      }
    }
  }
}
