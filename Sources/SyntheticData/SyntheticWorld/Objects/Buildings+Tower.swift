import Drawing
import Textures

extension Buildings {
  /// A round tower: stone walls, small windows, battlements or a pointed roof.
  static func tower(_ brush: inout Brush) {
    Keep(&brush).draw(&brush, door: true)
  }

  /// A windmill: the same tower with four lattice sails.
  static func windmill(_ brush: inout Brush) {
    let keep = Keep(&brush)
    keep.draw(&brush, door: true)
    let wood = brush.wood()
    let cloth = brush.canvasCloth()
    let hub: Float = -0.3
    let reach = brush.number(0.68...0.76)
    let start = brush.number(0...0.25)
    let covered = brush.chance(0.85) ? brush.number(0.5...1) : 0
    for sail in 0..<4 {
      brush.at(0, hub, turn: start + Float(sail) / 4) { brush in
        lattice(&brush, wood, cloth, reach: reach, covered: covered)
      }
    }
    brush.fill(.circle(0, hub, 0.085), wood.lit(by: 0.7), .ball(0, hub, 0.1, 0.1), edge: 0.6)
  }

  /// A windmill's sail along x: a spar, a lattice beside it, cloth over a part.
  private static func lattice(
    _ brush: inout Brush, _ wood: Color, _ cloth: (plain: Color, stripe: Color?), reach: Float,
    covered: Float
  ) {
    let (near, far, wide): (Float, Float, Float) = (0.17, reach, 0.2)
    let dark = wood.lit(by: 0.75)
    for row in 1...2 {
      let y = wide * Float(row) / 2
      brush.stroke(.lines([[near, y], [far, y]]), width: 0.022, dark)
    }
    let bars = 6
    for bar in 0...bars {
      let x = near + (far - near) * Float(bar) / Float(bars)
      brush.stroke(.lines([[x, 0], [x, wide]]), width: 0.022, dark)
    }
    if covered > 0 {
      brush.sail(
        .rectangle(near, 0.02, near + (far - near) * covered, wide + 0.015), cloth, .slope(0, -0.3),
        period: 0.15, turn: 0.25)
    }
    brush.rod(.lines([[0, 0], [far + 0.03, 0]]), width: 0.055, wood)
  }

  /// A lighthouse: a striped column on rocks, a lantern that glows under a cap.
  static func lighthouse(_ brush: inout Brush) {
    let white = brush.near(Color(0.93, 0.92, 0.89), by: 0.06)
    let red = brush.near(Color(0.8, 0.16, 0.13), by: 0.2)
    let iron = brush.near(brush.pick([Color(gray: 0.2), red.lit(by: 0.7), Color(gray: 0.4)]))
    let (foot, head): (Float, Float) = (brush.number(0.26...0.32), brush.number(0.15...0.19))
    let top = brush.number(-0.55 ... -0.48)
    let lamp = Color(1, 0.92, 0.6)
    // The beam and the halo of the lantern.
    let light = top - 0.14
    if brush.chance(0.5) {
      let beam = Path.polygon([
        [0, light], [1.6, light - 0.22], [1.6, light + 0.22],
      ])
      brush.glow(beam, lamp.withOpacity(0.75), 0, light, radiusX: 1.4, radiusY: 0.6)
    }
    brush.glow(.circle(0, light, 0.5), lamp.withOpacity(0.9), 0, light, radiusX: 0.5, radiusY: 0.5)
    let body = Path.smooth([
      [-foot, 0.96], [-(foot * 0.62 + head * 0.38), 0.4], [-head, top], [head, top],
      [foot * 0.62 + head * 0.38, 0.4], [foot, 0.96],
    ])
    let seed = brush.seed()
    func wall(_ color: Color) -> Bricks {
      Bricks(
        color, mortar: color.lit(by: 0.72), width: 0.15, height: 0.075, joint: 0.014,
        unevenness: 0.15, seed: seed)
    }
    brush.fill(body, wall(white), .column(0, foot), edge: 0.5)
    let bands = brush.count(2...4)
    let step = (0.96 - top) / (2 * Float(bands) + 0.5)
    let slant = brush.chance(0.3) ? brush.number(0.1...0.2) : 0
    brush.inside(body) { brush in
      for band in 0...bands {
        let y = top + step * (2 * Float(band) + 0.5)
        brush.fill(
          .polygon([
            [-0.4, y + slant], [0.4, y - slant], [0.4, y - slant + step], [-0.4, y + slant + step],
          ]),
          wall(red), .column(0, foot), edge: 0)
      }
    }
    brush.stroke(body, width: 0.02, Color(gray: 0.1, opacity: 0.5))
    let glass = brush.glass()
    for y in [top + 0.32, top + 0.75] {
      brush.window(-0.04, y, 0.04, y + 0.12, glass, frame: iron, columns: 1)
    }
    brush.door(-0.08, 0.66, 0.08, 0.94, brush.wood(), frame: iron, isArched: true)
    lantern(
      &brush, top: top, head: head, lamp: lamp, iron: iron, cap: brush.chance(0.6) ? red : iron)
    rocks(&brush)
  }

  private static func lantern(
    _ brush: inout Brush, top: Float, head: Float, lamp: Color, iron: Color, cap: Color
  ) {
    brush.wash(.rectangle(-head * 0.72, top - 0.25, head * 0.72, top), lamp)
    brush.wash(.circle(0, top - 0.13, 0.07), Color(1, 0.99, 0.92))
    for x: Float in [-0.72, -0.25, 0.25, 0.72] {
      brush.stroke(.lines([[head * x, top - 0.25], [head * x, top]]), width: 0.022, iron)
    }
    // The gallery and its railing.
    brush.fill(
      .rounded(-head * 1.45, top - 0.03, head * 1.45, top + 0.05, radius: 0.03), iron,
      .column(0, head * 1.5), edge: 0.5)
    brush.stroke(
      .lines([[-head * 1.4, top - 0.12], [head * 1.4, top - 0.12]]), width: 0.022, iron)
    for x in stride(from: -head * 1.4, through: head * 1.41, by: head * 0.7) {
      brush.stroke(.lines([[x, top - 0.12], [x, top]]), width: 0.02, iron)
    }
    var dome = Path.arc(0, top - 0.24, head * 0.95, 0.18, from: 0.5, to: 1)
    dome.close()
    brush.fill(dome, cap, .ball(0, top - 0.24, head, 0.2), edge: 0.5)
    brush.rod(.lines([[0, top - 0.41], [0, top - 0.5]]), width: 0.03, iron)
    brush.fill(.circle(0, top - 0.43, 0.035), iron, edge: 0.4)
  }

  private static func rocks(_ brush: inout Brush) {
    let stone = brush.near(Color(0.45, 0.42, 0.4), by: 0.2)
    let heap = Path.smooth([
      [-0.62, 1.02], [-0.5, 0.9], [-0.3, 0.86], [-0.12, 0.93], [0.1, 0.91], [0.3, 0.85],
      [0.5, 0.92], [0.64, 1.02], [0, 1.06],
    ])
    brush.fill(
      heap, Cobbles(stone, joint: stone.lit(by: 0.35), size: 0.17, seed: brush.seed()),
      .ball(0, 1.05, 0.7, 0.24), edge: 0.5)
  }
}
