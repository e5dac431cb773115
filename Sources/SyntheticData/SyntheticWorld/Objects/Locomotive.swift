import Drawing
import Textures

extension Vehicles {
  /// A steam locomotive: a boiler with bands, a smoking chimney, a cab with a window, spoked
  /// wheels on rails.
  ///
  /// It looks to the right and stands on rails at y = 0.95.
  ///
  /// - Varies: paint and trim; the boiler's height and radius; two to four bands; the chimney's
  ///   form; one or two domes; a cow catcher or buffers; the wheels.
  static func locomotive(_ brush: inout Brush) {
    let paint = brush.chance(0.7) ? brush.vivid().lit(by: 0.7) : brush.near(Color(gray: 0.2))
    let iron = brush.near(Color(gray: 0.2), by: 0.2)
    let brass = brush.near(Color(0.85, 0.68, 0.3))
    let red = brush.pick([brush.near(Color(0.75, 0.15, 0.12)), brass, iron.lit(by: 1.6)])
    let axis = brush.number(0.12...0.2)
    let radius = brush.number(0.26...0.32)
    let chimney: Float = 0.66
    let mouth = brush.number(-0.56 ... -0.42)
    // Under the wheels, which stand on them.
    rails(&brush)
    brush.smoke(chimney, mouth, height: 0.55, drift: -brush.number(0.5...1))
    // The boiler and, at its front, the smoke box.
    for (left, right, color, swell): (Float, Float, Color, Float) in [
      (-0.4, 0.55, paint, 1), (0.5, 0.84, iron, 1.04),
    ] {
      brush.fill(
        .rounded(left, axis - radius * swell, right, axis + radius * swell, radius: 0.04),
        Plain(color, unevenness: 0.15, seed: brush.seed()), .roller(axis, radius * 1.05), edge: 0.5)
    }
    let bands = brush.count(2...4)
    for index in 0..<bands {
      let x = -0.26 + 0.76 * Float(index) / Float(bands)
      brush.fill(
        .rectangle(x, axis - radius, x + 0.035, axis + radius), brass, .roller(axis, radius),
        edge: 0.2)
    }
    brush.fill(
      .rounded(0.82, axis - radius * 0.75, 0.9, axis + radius * 0.75, radius: 0.04), iron,
      .roller(axis, radius), edge: 0.5)
    // The chimney, the dome, the bell.
    let (foot, wide) = (axis - radius, brush.number(0.09...0.2))
    brush.fill(
      .polygon([
        [chimney - 0.07, foot + 0.03], [chimney - wide, mouth + 0.08], [chimney - wide, mouth],
        [chimney + wide, mouth], [chimney + wide, mouth + 0.08], [chimney + 0.07, foot + 0.03],
      ]), iron, .column(chimney, max(wide, 0.1)), edge: 0.5)
    brush.stroke(
      .lines([[chimney - wide - 0.02, mouth + 0.03], [chimney + wide + 0.02, mouth + 0.03]]),
      width: 0.07, brush.chance(0.5) ? brass : iron.lit(by: 1.4))
    for x in brush.chance(0.5) ? [Float(0.12)] : [0.3, -0.08] {
      brush.fill(
        .arched(x - 0.1, foot - 0.19, x + 0.1, foot + 0.04), brass, .column(x, 0.11), edge: 0.5)
    }
    cab(&brush, paint: paint, trim: red)
    // The running board, buffers, cow catcher.
    let board = axis + radius
    brush.fill(.rectangle(-0.95, board - 0.03, 0.92, board + 0.06), red, .roller(board, 0.1))
    if brush.chance(0.6) {
      let catcher = Path.polygon([
        [0.8, board + 0.05], [0.93, board + 0.05], [1.02, 0.94], [0.74, 0.94],
      ])
      brush.fill(catcher, Stripes(red, iron, period: 0.06, fraction: 0.4).turned(0.21), edge: 0.5)
    } else {
      brush.rod(.lines([[0.9, board + 0.08], [1, board + 0.08]]), width: 0.06, iron)
      brush.rod(.lines([[1, board], [1, board + 0.17]]), width: 0.05, iron)
    }
    brush.fill(.circle(0.9, axis - 0.05, 0.075), brass, edge: 0.5)
    brush.wash(.circle(0.91, axis - 0.05, 0.05), Color(1, 0.95, 0.7))
    wheels(&brush, red: red, iron: iron)
  }

  /// Sleepers 0.19 apart under one rail.
  private static func rails(_ brush: inout Brush) {
    let wood = brush.wood().lit(by: 0.7)
    for x in stride(from: Float(-0.95), through: 1, by: 0.19) {
      brush.fill(.rectangle(x - 0.05, 0.96, x + 0.05, 1.02), wood)
    }
    brush.rod(.lines([[-1.02, 0.95], [1.02, 0.95]]), width: 0.045, Color(gray: 0.5))
  }

  /// The driver's cab at the left end, with a curved roof.
  ///
  /// - Varies: its height; one or two panes; lit from within in 40 %.
  private static func cab(_ brush: inout Brush, paint: Color, trim: Color) {
    let top = brush.number(-0.52 ... -0.4)
    brush.fill(
      .rectangle(-0.92, top, -0.36, 0.52), Plain(paint, unevenness: 0.15, seed: brush.seed()),
      .slope(0, 0.15), edge: 0.5)
    let glass = brush.glass(lit: 0.4)
    brush.window(
      -0.8, top + 0.13, -0.48, 0, glass, frame: trim, columns: brush.count(1...2), rows: 1)
    brush.stroke(
      .rounded(-0.85, 0.1, -0.43, 0.43, radius: 0.04), width: 0.025, trim)
    var roof = Path()
    roof.move(-1, top + 0.03)
    roof.curve(-0.85, top - 0.16, -0.45, top - 0.16, -0.27, top + 0.03)
    roof.close()
    brush.fill(roof, trim.lit(by: 0.7), .roller(top + 0.03, 0.2), edge: 0.5)
  }

  /// Coupled wheels under the boiler, two small ones in front, and the rods that drive them.
  ///
  /// - Varies: two or three coupled wheels, larger or smaller; the turn of the rods.
  private static func wheels(_ brush: inout Brush, red: Color, iron: Color) {
    let drivers: [Float] = brush.chance(0.5) ? [-0.66, -0.12] : [-0.7, -0.27, 0.16]
    let large: Float = drivers.count == 2 ? 0.26 : 0.21
    let small: Float = 0.13
    // One turn for all wheels: the rods couple them.
    let turn = brush.number(0...1)
    for x in drivers { wheel(&brush, x, radius: large, color: red, rim: iron) }
    for x: Float in drivers.count == 2 ? [0.34, 0.66] : [0.5, 0.78] {
      wheel(&brush, x, radius: small, color: red, rim: iron)
    }
    // The rod that couples the wheels, driven from the cylinder.
    let pin = direction(turns: turn) * large * 0.5
    let y = 0.94 - large + pin.y
    let steel = Color(gray: 0.75)
    let (first, last) = (drivers[0] + pin.x, drivers[drivers.count - 1] + pin.x)
    let cylinder: Float = drivers.count == 2 ? 0.5 : 0.62
    brush.rod(.lines([[last, y], [cylinder, 0.62]]), width: 0.05, steel)
    brush.rod(.lines([[first, y], [last, y]]), width: 0.065, steel)
    brush.fill(
      .rounded(cylinder - 0.14, 0.53, cylinder + 0.14, 0.7, radius: 0.04), iron,
      .roller(0.61, 0.1), edge: 0.5)
  }

  /// A spoked wheel with an iron rim.
  ///
  /// - `radius`: the wheel stands on the rail, so its center is at y = 0.94 − `radius`.
  private static func wheel(
    _ brush: inout Brush, _ x: Float, radius: Float, color: Color, rim: Color
  ) {
    brush.at(x, 0.94 - radius, scale: radius) { brush in
      brush.fill(.circle(0, 0, 1), Color(gray: 0.07), edge: 0)
      brush.spokedWheel(color, spokes: 9)
      brush.stroke(.circle(0, 0, 0.96), width: 0.12, rim.lit(by: 1.5))
    }
  }
}
