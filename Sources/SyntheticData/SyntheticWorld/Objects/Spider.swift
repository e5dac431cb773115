import Drawing
import Textures

extension SmallCreatures {
  /// A spider from above on its web: a round body with a mark, eight bent legs, many eyes.
  ///
  /// - Varies: four colors, the sway of knees and feet, the mark on its back, the web.
  static func spider(_ brush: inout Brush) {
    web(&brush)
    let color = brush.near(
      brush.pick([
        Color(0.24, 0.18, 0.15), Color(0.5, 0.34, 0.18), Color(0.13, 0.12, 0.14),
        Color(0.6, 0.5, 0.34),
      ]))
    let turn = brush.number(-0.04...0.04)
    brush.at(0, 0, scale: 0.92, turn: turn) { brush in
      brush.mirrored { brush in
        for (knee, foot) in [
          ([0.44, -0.62], [0.34, -1]), ([0.66, -0.46], [0.9, -0.62]),
          ([0.68, 0.02], [0.98, 0.42]),
          ([0.5, 0.3], [0.66, 0.98]),
        ] as [(SIMD2<Float>, SIMD2<Float>)] {
          // Drawn for each side: legs of both sides never stand alike.
          let sway = SIMD2(brush.number(-0.05...0.05), brush.number(-0.05...0.05))
          let hip = SIMD2<Float>(0.12, -0.2)
          brush.bentLeg(
            [hip, knee + sway, (knee + foot) / 2 + sway + [0.03, 0], foot + sway], width: 0.085,
            color)
        }
      }
      // Over the legs, whose roots it hides.
      let hair = Fur(
        color.lit(by: 1.7), color.lit(by: 0.55), length: 0.07, width: 0.025, seed: brush.seed())
      let rear = Path.smooth([
        [0, -0.08], [0.28, 0.02], [0.4, 0.32], [0.28, 0.66], [0, 0.78], [-0.28, 0.66],
        [-0.4, 0.32], [-0.28, 0.02],
      ])
      brush.fill(rear, Radial(hair, 0, 0.3), .ball(0, 0.32, 0.5, 0.55), edge: 0.5)
      mark(&brush)
      brush.fill(
        .ellipse(0, -0.24, 0.24, 0.25), hair.turned(0.25), .ball(0, -0.24, 0.3, 0.32), edge: 0.5)
      brush.mirrored { brush in
        brush.bentLeg([[0.06, -0.44], [0.12, -0.56], [0.06, -0.62]], width: 0.075, color)
        for eye: SIMD3<Float> in [
          [0.05, -0.4, 0.045], [0.13, -0.35, 0.034], [0.05, -0.3, 0.026],
        ] {
          brush.fill(.circle(eye.x, eye.y, eye.z), Color(gray: 0.03), edge: 0)
          brush.wash(
            .circle(eye.x - eye.z * 0.3, eye.y - eye.z * 0.3, eye.z * 0.4),
            Color(gray: 1, opacity: 0.9))
        }
      }
    }
  }

  /// A pale or red mark on a spider's back: a cross of dots or a row of angles.
  ///
  /// - Varies: pale or red; five dots or four angles.
  private static func mark(_ brush: inout Brush) {
    let pale = brush.near(brush.pick([Color(0.92, 0.85, 0.65), Color(0.85, 0.2, 0.12)]))
    if brush.chance(0.5) {
      for (x, y, size) in [
        (0, 0.12, 0.06), (0, 0.27, 0.07), (0, 0.43, 0.06), (-0.14, 0.27, 0.055),
        (0.14, 0.27, 0.055),
      ] as [(Float, Float, Float)] {
        brush.fill(.circle(x, y, size), pale, .ball(0, 0.3, 0.5, 0.5), edge: 0.3)
      }
    } else {
      for index in 0..<4 {
        let y = 0.14 + 0.14 * Float(index)
        let half = 0.2 - 0.03 * Float(index)
        brush.stroke(.lines([[-half, y + 0.07], [0, y], [half, y + 0.07]]), width: 0.05, pale)
      }
    }
  }

  /// A web: threads that run out from its center, and a spiral of threads between them.
  ///
  /// It reaches beyond the object's box, so that it is seen behind all of it.
  ///
  /// - Varies: 13 to 18 spokes, uneven in angle; 7 to 10 turns of the spiral.
  private static func web(_ brush: inout Brush) {
    let thread = Color(gray: 0.93, opacity: 0.8)
    let count = brush.count(13...18)
    let start = brush.number(0...1)
    var spokes: [SIMD2<Float>] = []
    for index in 0..<count {
      let away = direction(
        turns: start + (Float(index) + brush.number(-0.2...0.2)) / Float(count))
      spokes.append(away)
      brush.stroke(
        .lines([[0, 0], away * 2.6]), width: 0.022, thread)
    }
    let rings = brush.count(7...10)
    for ring in 1...rings {
      let reach = 1.35 * Float(ring) / Float(rings)
      var path = Path()
      for index in 0...count {
        let to = spokes[index % count] * (reach + 0.08 * Float(index) / Float(count))
        guard index > 0 else {
          path.move(to.x, to.y)
          continue
        }
        // Threads sag towards the center.
        let from = spokes[index - 1] * (reach + 0.08 * Float(index - 1) / Float(count))
        let sag = (from + to) * 0.46
        path.curve(sag.x, sag.y, sag.x, sag.y, to.x, to.y)
      }
      brush.stroke(path, width: 0.016, thread)
    }
  }
}
