import Drawing
import Textures

extension Sea {
  /// A turtle: a domed shell of plates, four flippers and a head in scaly skin.
  ///
  /// Drawn from back to front: the far flippers, darker; tail; head; lower shell; dome; rim; near
  /// flippers.
  ///
  /// - Varies: three skins, three shells; patches or hexagons; the dome's height; the stroke of the
  ///   flippers.
  static func turtle(_ brush: inout Brush) {
    let green = brush.near(
      brush.pick([Color(0.42, 0.52, 0.24), Color(0.5, 0.46, 0.28), Color(0.3, 0.48, 0.38)]))
    let brown = brush.near(
      brush.pick([Color(0.46, 0.32, 0.16), Color(0.34, 0.36, 0.18), Color(0.58, 0.4, 0.2)]))
    let skin = Patches(
      green, line: green.mixed(with: Color(0.9, 0.88, 0.65), by: 0.5), size: 0.09, width: 0.2,
      seed: brush.seed())
    let far = Plain(green.lit(by: 0.55), unevenness: 0.2)
    // All flippers move together.
    let stroke = brush.number(-0.05...0.08)
    brush.within(.move(-0.18, 0.24).after(.turn(0.1 - stroke))) { brush in
      brush.within(.scale(-0.6, 0.6)) { $0.fin(far) }
    }
    brush.at(0.46, 0.2, scale: 0.4, turn: 0.02) { $0.fin(far) }
    brush.fill(.smooth([[0.7, 0.2], [0.94, 0.3], [0.68, 0.32]]), skin)

    turtleHead(&brush, skin, green)
    // The lower shell, then the dome with its rim.
    let under = brush.near(Color(0.85, 0.76, 0.5))
    brush.fill(
      .smooth([
        [-0.58, 0.14], [0.1, 0.1], [0.76, 0.14], [0.6, 0.34], [0.1, 0.42], [-0.45, 0.36],
      ]),
      Scales(under, edge: under.lit(by: 0.55), width: 0.26, height: 0.3, roundness: 0),
      .roller(0.1, 0.42))
    let height = brush.number(0.55...0.72)
    let dome = Path.smooth([
      [-0.66, 0.2], [-0.56, -0.1], [-0.28, -height * 0.85], [0.08, -height],
      [0.45, -height * 0.75],
      [0.74, -0.1], [0.86, 0.22], [0.5, 0.27], [0.08, 0.28], [-0.36, 0.26],
    ])
    let pale = brown.mixed(with: Color(0.92, 0.84, 0.5), by: brush.number(0.35...0.75))
    let plates: any Texture =
      brush.chance(0.5)
      ? Patches(brown, line: pale, size: 0.33, width: 0.14, scatter: 0.5, seed: brush.seed())
      : Honeycomb(brown, wall: pale, size: 0.34, thickness: 0.14, filling: 1, seed: brush.seed())
    brush.fill(dome, plates, .ball(0.05, 0.15, 0.95, height + 0.35), edge: 0.5)
    let rim = Path.smoothLine([
      [-0.64, 0.17], [-0.3, 0.23], [0.1, 0.245], [0.5, 0.235], [0.83, 0.19],
    ])
    brush.stroke(rim, width: 0.11, brown.lit(by: 0.45))
    brush.stroke(
      rim, width: 0.085, Stripes(pale, brown, period: 0.13, fraction: 0.55).turned(0.25),
      .roller(0.2, 0.12))

    brush.within(.move(-0.38, 0.26).after(.turn(-0.06 + stroke)).after(.scale(-1, 1))) { brush in
      brush.at(0, 0, scale: 0.74, turn: 0.16) { $0.fin(skin) }
    }
    brush.at(0.5, 0.28, scale: 0.46, turn: 0.08 + stroke * 0.5) { $0.fin(skin) }
  }

  /// A head on a wrinkled neck, with an eye and a mouth.
  ///
  /// - Varies: how far it is lifted.
  private static func turtleHead(_ brush: inout Brush, _ skin: any Texture, _ green: Color) {
    let lift = brush.number(-0.12...0.05)
    let head = Path.smooth([
      [-0.4, 0.02], [-0.62, -0.06 + lift * 0.5], [-0.78, -0.16 + lift], [-0.95, -0.1 + lift],
      [-1.01, 0.03 + lift], [-0.96, 0.12 + lift], [-0.78, 0.16 + lift], [-0.6, 0.2 + lift * 0.4],
      [-0.4, 0.26],
    ])
    brush.fill(head, skin, .ball(-0.75, lift * 0.8, 0.45, 0.26), edge: 0.5)
    brush.stroke(
      .smoothLine([[-1, 0.05 + lift], [-0.92, 0.07 + lift], [-0.8, 0.04 + lift]]), width: 0.025,
      green.lit(by: 0.3))
    brush.at(-0.86, -0.04 + lift, scale: 0.06) { $0.eye(iris: Color(0.3, 0.22, 0.1)) }
  }
}

extension Sea {
  /// An octopus: a soft domed head with two eyes and eight curling arms with suckers.
  ///
  /// Four arms behind, darker, four in front; a sucker at each of nine joints.
  ///
  /// - Varies: four colors; direction, length and curl of each arm; the head's width and height.
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
      // Most arms curl outwards.
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
