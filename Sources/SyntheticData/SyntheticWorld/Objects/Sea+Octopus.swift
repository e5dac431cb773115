import Drawing
import Textures

extension Sea {
  /// An octopus: a soft domed head with two eyes and eight curling arms with suckers.
  static func octopus(_ brush: inout Brush) {
    let color = brush.near(
      brush.pick([
        Color(0.78, 0.32, 0.24), Color(0.66, 0.28, 0.46), Color(0.82, 0.5, 0.26),
        Color(0.52, 0.34, 0.62),
      ]), by: 0.2)
    let skin = Dots(
      color, color.lit(by: 0.72), spacing: 0.09, radius: 0.3, scatter: 0.9, seed: brush.seed())
    let sucker = color.mixed(with: Color(1, 0.93, 0.85), by: 0.7)
    // Far arms first: the outer ones, then the inner ones.
    let arms: [(x: Float, turn: Float, isFar: Bool)] = [
      (-0.2, 0.4, true), (0.2, 0.1, true), (-0.06, 0.29, true), (0.06, 0.21, true),
      (-0.3, 0.47, false), (0.3, 0.03, false), (-0.16, 0.34, false), (0.16, 0.16, false),
    ]
    for arm in arms {
      let side: Float = arm.x < 0 ? -1 : 1
      let bend = brush.chance(0.75) ? -side : side
      let points = Path.curl(
        arm.x, 0.2, towards: arm.turn + brush.number(-0.03...0.03),
        length: brush.number(0.95...1.15), bend: -bend * brush.number(-0.9 ... -0.5), steps: 11)
      let tone: Float = arm.isFar ? 0.7 : 1
      brush.fill(
        .tapered(points, from: 0.24, to: 0.035), arm.isFar ? Plain(color.lit(by: 0.62)) : skin,
        .ball(0, 0.1, 1.3, 1.2), edge: 0.5)
      for index in 2..<11 {
        let way = points[index] - points[index - 1]
        let width = 0.24 - 0.02 * Float(index)
        let inner = SIMD2(-way.y, way.x) / 0.1 * width * 0.24 * bend
        let at = points[index] + inner
        brush.fill(.circle(at.x, at.y, width * 0.2), sucker.lit(by: tone), edge: 0.4)
      }
    }
    let (wide, tall) = (brush.number(0.42...0.52), brush.number(0.8...0.98))
    let head = Path.smooth([
      [-0.36, 0.3], [-0.34, 0.02], [-wide, -0.3], [-wide * 0.8, -tall * 0.8], [0, -tall],
      [wide * 0.8, -tall * 0.8], [wide, -0.3], [0.34, 0.02], [0.36, 0.3], [0, 0.4],
    ])
    brush.fill(head, skin, .ball(-0.02, -0.35, wide * 1.5, 0.85), edge: 0.45)
    brush.glow(
      .ellipse(-0.12, -tall * 0.62, 0.2, 0.16), Color(gray: 1, opacity: 0.4), -0.12, -tall * 0.62,
      radiusX: 0.2, radiusY: 0.16)
    let iris = brush.near(Color(0.9, 0.75, 0.25), by: 0.2)
    for side: Float in [-1, 1] {
      brush.fill(
        .circle(side * 0.2, -0.02, 0.155), color.lit(by: 0.8), .ball(side * 0.2, 0, 0.2, 0.2))
      brush.at(side * 0.2, -0.02, scale: 0.115) { $0.eye(iris: iris) }
    }
  }
}
