import Drawing
import Textures

extension Vehicles {
  /// A bus from the side: a long painted body, a row of windows, doors, a stripe, two tires.
  ///
  /// It looks to the right.
  ///
  /// - Varies: a second deck in a quarter; height; a stripe and a roof of another color; one or two
  ///   doors; five to seven windows.
  static func bus(_ brush: inout Brush) {
    let motor = Motor(&brush)
    let top = brush.number(-0.5 ... -0.3)
    let floor: Float = 0.72
    let radius = brush.number(0.2...0.25)
    let isDouble = brush.chance(0.25)
    let roof = isDouble ? top - 0.35 : top
    let body = Path.rounded(-0.98, roof, 0.98, floor, radius: 0.15)
    brush.fill(
      body, Plain(motor.paint, unevenness: 0.12, seed: brush.seed()),
      .roller(0.3, 1.1), edge: 0.5)
    let second = brush.chance(0.5) ? Color(gray: 0.93) : brush.vivid()
    let stripe = brush.number(0.3...0.4)
    let isRoofed = brush.chance(0.5)
    brush.inside(body) { brush in
      brush.fill(
        .rectangle(-1, stripe, 1, stripe + 0.1), second, .roller(0.3, 1.1), edge: 0.2)
      if isRoofed {
        brush.fill(.rectangle(-1, roof, 1, roof + 0.12), second, .roller(0.3, 1.1), edge: 0.2)
      }
    }
    // The door is at the front, which looks to the right.
    let doors: [Float] = brush.chance(0.5) ? [0.58] : [0.58, -0.2]
    let windows = brush.count(5...7)
    for deck in isDouble ? [top - 0.24, top + 0.15] : [top + 0.15] {
      let bottom = deck == top + 0.15 ? stripe - 0.12 : deck + 0.26
      let step = 1.7 / Float(windows)
      for index in 0..<windows {
        let left = -0.88 + step * Float(index)
        let isDoor = deck == top + 0.15 && doors.contains { abs(left + step / 2 - $0 - 0.08) < 0.2 }
        // A door takes the place of the window that it would cover.
        if isDoor { continue }
        motor.window(left + 0.03, deck, left + step - 0.04, bottom, brush)
      }
      brush.pane(
        .polygon([[0.87, deck - 0.02], [0.955, deck - 0.02], [0.97, bottom], [0.87, bottom]]),
        motor.glass)
    }
    for left in doors {
      brush.fill(.rectangle(left - 0.03, top + 0.1, left + 0.19, floor), motor.trim)
      for leaf: Float in [left - 0.01, left + 0.09] {
        brush.pane(.rectangle(leaf, top + 0.14, leaf + 0.08, floor - 0.08), motor.glass)
        brush.wash(
          .polygon([[leaf, 0.3], [leaf + 0.08, 0.1], [leaf + 0.08, 0.3], [leaf, 0.5]]),
          Color(gray: 1, opacity: 0.25))
      }
    }
    motor.lamps(&brush, front: 0.97, back: -0.97, y: 0.56)
    for x: Float in [-0.58, 0.36] { motor.wheel(&brush, x, radius: radius, floor: floor) }
  }

  /// A truck: a cab with a window, a load bed of planks or under cloth, tires.
  ///
  /// It looks to the right.
  ///
  /// - Varies: a bed under cloth in half, else open, with a load in 60 % of these; two or three
  ///   wheels; a bonnet before the cab or none.
  static func truck(_ brush: inout Brush) {
    let motor = Motor(&brush)
    let floor: Float = 0.66
    let radius = brush.number(0.23...0.28)
    let split = brush.number(0.2...0.3)
    brush.fill(
      .rectangle(-0.96, floor - 0.08, 0.9, floor + 0.06), Color(gray: 0.2), .roller(floor, 0.12))
    if brush.chance(0.5) {
      let cloth = brush.near(
        brush.pick([Color(0.45, 0.47, 0.3), Color(0.82, 0.76, 0.62), motor.paint]))
      let high = brush.number(-0.6 ... -0.4)
      let cover = Path.smooth([
        [-0.97, 0.3], [-0.97, 0], [-0.95, high + 0.1], [-0.85, high], [0, high - 0.02],
        [split - 0.13, high + 0.01], [split - 0.05, high + 0.12], [split - 0.04, 0.3],
      ])
      brush.fill(
        cover, Cloth(cloth, cloth.lit(by: 0.84), thread: 0.05, seed: brush.seed()),
        .roller(0.2, 1), edge: 0.45)
      for x in stride(from: Float(-0.75), to: split - 0.1, by: 0.24) {
        brush.stroke(
          .lines([[x, high + 0.02], [x, 0.3]]), width: 0.035, cloth.lit(by: 0.6))
      }
      // The side board hides the cover's lower edge.
      bed(&brush, right: split - 0.04, top: 0.22, bottom: floor)
    } else {
      let top = brush.number(-0.1...0.12)
      if brush.chance(0.6) { load(&brush, right: split - 0.1, top: top) }
      bed(&brush, right: split - 0.04, top: top, bottom: floor)
    }
    cab(&brush, motor, left: split, floor: floor)
    let twin = brush.chance(0.4)
    for x: Float in twin ? [-0.74, -0.28, 0.64] : [-0.55, 0.64] {
      // Two axles near each other leave less room.
      motor.wheel(&brush, x, radius: twin ? min(radius, 0.225) : radius, floor: floor)
    }
  }

  /// A load bed: planks between upright stakes.
  ///
  /// - `right`, `top`, `bottom`: its bounds; the left one is −0.98.
  private static func bed(_ brush: inout Brush, right: Float, top: Float, bottom: Float) {
    let wood = brush.wood()
    brush.fill(
      .rectangle(-0.98, top, right, bottom - 0.04),
      Planks(wood, width: (bottom - top) * 0.24, contrast: 0.5, seed: brush.seed()), .slope(0, 0.1))
    for x in stride(from: Float(-0.94), through: right, by: (right + 0.9) / 3) {
      brush.rod(.lines([[x, top - 0.03], [x, bottom - 0.04]]), width: 0.055, wood.lit(by: 0.6))
    }
  }

  /// What lies on an open truck: stones, hay or fruit, in a heap.
  ///
  /// - `right`, `top`: the bed's right end and upper edge, over which the heap rises by up to 0.38.
  private static func load(_ brush: inout Brush, right: Float, top: Float) {
    let heap = Path.smooth([
      [-0.92, top + 0.1], [-0.8, top - 0.2], [-0.5, top - 0.36], [-0.1, top - 0.38],
      [right - 0.1, top - 0.22], [right, top + 0.1],
    ])
    let texture: any Texture =
      switch brush.count(0...2) {
      case 0:
        Cobbles(
          brush.near(Color(0.55, 0.5, 0.45)), joint: Color(gray: 0.15), size: 0.2,
          seed: brush.seed())
      case 1:
        Fur(
          Color(0.92, 0.78, 0.4), Color(0.55, 0.4, 0.15), length: 0.2, width: 0.03,
          seed: brush.seed())
      default:
        Dots(
          Color(0.2, 0.14, 0.06), brush.near(brush.vivid()), spacing: 0.15, radius: 0.52,
          scatter: 0.3, seed: brush.seed())
      }
    brush.fill(heap, texture, .ball(-0.35, top + 0.1, 0.75, 0.6), edge: 0.5)
  }

  /// The driver's cab at the right end.
  ///
  /// - `left`, `floor`: where it begins, and the y of the frame.
  /// - Varies: its height, a bonnet in half of the images.
  private static func cab(_ brush: inout Brush, _ motor: Motor, left: Float, floor: Float) {
    let top = brush.number(-0.34 ... -0.2)
    let hasBonnet = brush.chance(0.5)
    let nose: Float = hasBonnet ? 0.62 : 0.9
    let body = Path.smooth(
      hasBonnet
        ? [
          [left, floor], [left, top + 0.06], [left + 0.06, top], [nose - 0.06, top],
          [nose + 0.02, top + 0.1], [nose + 0.06, 0.14], [0.92, 0.18], [0.98, 0.3], [0.98, floor],
          [0.6, floor],
        ]
        : [
          [left, floor], [left, top + 0.06], [left + 0.06, top], [nose - 0.06, top],
          [nose + 0.02, top + 0.06], [0.96, 0.16], [0.98, floor], [0.6, floor],
        ])
    brush.fill(
      body, Plain(motor.paint, unevenness: 0.12, seed: brush.seed()),
      .roller(0.3, 0.9), edge: 0.5)
    let pane = nose - 0.08
    motor.window(left + 0.1, top + 0.12, pane, 0.14, brush)
    brush.stroke(
      .rounded(left + 0.06, top + 0.07, pane + 0.05, floor - 0.04, radius: 0.04), width: 0.02,
      motor.paint.lit(by: 0.5))
    brush.rod(.lines([[left + 0.1, 0.27], [left + 0.19, 0.27]]), width: 0.035, motor.trim)
    brush.fill(.rounded(0.84, floor - 0.08, 1, floor + 0.04, radius: 0.03), motor.trim)
    motor.lamps(&brush, front: 0.97, back: -0.97, y: floor - 0.2)
  }
}

/// What motor vehicles share: their colors, glass, lamps, wheels.
///
/// Drawn once per vehicle, so that all its parts match.
private struct Motor {
  /// The colors of body, frames and hub caps.
  let (paint, trim, cap): (Color, Color, Color)
  /// What all its windows are of.
  let glass: Glass

  /// Parts of one vehicle at random.
  ///
  /// - Varies: vivid paint, or a pale one in 20 %; trim and caps of metal or paint; glass.
  init(_ brush: inout Brush) {
    paint = brush.chance(0.8) ? brush.vivid() : brush.near(Color(0.88, 0.87, 0.84))
    trim = brush.chance(0.5) ? brush.metal() : paint.lit(by: 0.55)
    cap = brush.chance(0.5) ? brush.metal() : paint
    glass = brush.glass(lit: 0.12)
  }

  /// A pane with a shine in a frame of the trim's color, without bars.
  func window(_ left: Float, _ top: Float, _ right: Float, _ bottom: Float, _ brush: Brush) {
    brush.window(left, top, right, bottom, glass, frame: trim, columns: 1, rows: 1)
  }

  /// A yellow lamp before, a red one behind.
  ///
  /// - `front`, `back`: the x of both ends. `y`: the height of the lamps.
  func lamps(_ brush: inout Brush, front: Float, back: Float, y: Float) {
    brush.fill(.ellipse(front - 0.01, y, 0.045, 0.07), Color(1, 0.93, 0.65), edge: 0.5)
    brush.fill(.ellipse(back + 0.02, y, 0.03, 0.06), Color(0.85, 0.12, 0.1), edge: 0.5)
  }

  /// A tire in its dark arch, standing on the ground.
  ///
  /// - `floor`: the y of the frame, above which the arch reaches by half.
  func wheel(_ brush: inout Brush, _ x: Float, radius: Float, floor: Float) {
    let y = 1 - radius
    brush.inside(.rectangle(-1, floor - 0.5, 1, floor + 0.05)) {
      $0.fill(.circle(x, y, radius * 1.2), Color(gray: 0.08), edge: 0.3)
    }
    brush.at(x, y, scale: radius) { $0.tire(cap) }
  }
}
