import Drawing
import Textures

extension Buildings {
  /// A round tower: stone walls, small windows, battlements or a pointed roof.
  ///
  /// - Varies: what the keep varies: width, stones, windows, battlements or a pointed roof.
  static func tower(_ brush: inout Brush) {
    Keep(&brush).draw(&brush, door: true)
  }

  /// A windmill: the same tower with four lattice sails.
  ///
  /// - Varies: the turn and the length of the sails; cloth over half to all of them, or bare
  ///   lattices in 15 %.
  static func windmill(_ brush: inout Brush) {
    let keep = Keep(&brush)
    // Sails of up to 0.79 reach beyond the tower on every side but the ground.
    keep.draw(&brush, door: true)
    let wood = brush.wood()
    let cloth = brush.canvasCloth()
    let hub: Float = -0.3
    let reach = brush.number(0.68...0.76)
    // A quarter turn brings all four sails back to themselves.
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
  ///
  /// - `reach`: the sail's length; the lattice begins at 0.17 from the hub.
  /// - `covered`: the fraction of the lattice under cloth.
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
  ///
  /// - Varies: the widths at foot and head; two to four red bands, slanted in 30 %; a beam of
  ///   light; the color of iron and cap.
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
    // Before the body, so that it lights the air and not the wall.
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

  /// Gallery, railing, panes that glow, and a domed cap.
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

  /// A heap of cobbles that hides the foot.
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

extension Buildings {
  /// A round tower of stone: what a tower, a windmill and a castle share.
  ///
  /// In the object's units, about x = 0, from y = 1 up to `top`.
  struct Keep {
    /// Cobbles or bricks.
    let wall: any Texture
    /// The colors of wall, door and roof.
    let (stone, door, roof): (Color, Color, Color)
    let glass: Glass
    /// The half widths at the ground and at the top, and the y of the top.
    let (foot, head, top): (Float, Float, Float)
    let isPointed: Bool
    /// The teeth of battlements.
    let teeth: Int
    /// How many slits.
    let windows: Int

    /// A tower at random; `scale` is how much smaller it will be drawn, for stones of usual size.
    init(_ brush: inout Brush, scale: Float = 1) {
      stone = brush.near(
        brush.pick([
          Color(0.58, 0.56, 0.53), Color(0.72, 0.64, 0.5), Color(0.62, 0.42, 0.34),
          Color(0.82, 0.8, 0.76),
        ]), by: 0.15)
      let joint = stone.lit(by: brush.chance(0.6) ? 0.5 : 1.25)
      wall =
        brush.chance(0.45)
        ? Cobbles(stone, joint: joint, size: 0.15 * scale, seed: brush.seed()) as any Texture
        : Bricks(
          stone, mortar: joint, width: 0.2 * scale, height: 0.1 * scale, joint: 0.02 * scale,
          unevenness: 0.4, seed: brush.seed())
      roof = brush.roofColor()
      door = brush.wood()
      glass = brush.glass()
      foot = brush.number(0.38...0.46)
      head = foot * brush.number(0.68...0.95)
      isPointed = brush.chance(0.55)
      top = isPointed ? brush.number(-0.5 ... -0.4) : brush.number(-0.72 ... -0.6)
      teeth = brush.count(4...5)
      windows = brush.count(1...3)
    }

    /// The tower about x = 0, from the ground to −1.
    ///
    /// - `hasDoor`: an arched door at the foot.
    /// - `pointed`: a cone of shingles, else battlements; nil leaves it to chance.
    func draw(_ brush: inout Brush, door hasDoor: Bool, pointed: Bool? = nil) {
      // A castle decides for all its towers.
      let isPointed = pointed ?? isPointed
      let form = Form.column(0, foot * 1.04)
      var body = Path.lines([[-foot, 0.96], [-head, top], [head, top], [foot, 0.96]])
      body.curve(foot * 0.6, 1.02, -foot * 0.6, 1.02, -foot, 0.96)
      body.close()
      brush.fill(body, wall, form, edge: 0.5)
      if isPointed {
        brush.wash(
          .rectangle(-head, top, head, top + 0.14), Color(gray: 0, opacity: 0.3))
        brush.cone(roof, peak: -0.98, eave: top + 0.02, radius: head * 1.3)
      } else {
        let crown = Path.battlement(
          -head * 1.2, top - 0.24, head * 1.2, top + 0.06, teeth: teeth, depth: 0.13)
        brush.wash(.rectangle(-head, top, head, top + 0.14), Color(gray: 0, opacity: 0.3))
        brush.fill(crown, wall, .column(0, head * 1.25), edge: 0.5)
      }
      slits(&brush)
      if hasDoor {
        brush.door(-0.13, 0.5, 0.13, 0.99, door, frame: stone.lit(by: 0.7), isArched: true)
      }
    }

    /// Narrow windows, one above the other, in frames of pale stone.
    ///
    /// The first is 0.2 below the top, others 0.34 apart; several stand to the left and right in
    /// turn.
    private func slits(_ brush: inout Brush) {
      for index in 0..<windows {
        let y = top + 0.2 + Float(index) * 0.34
        let x: Float = windows == 1 ? 0 : (index % 2 == 0 ? -0.12 : 0.12)
        brush.fill(.arched(x - 0.085, y - 0.03, x + 0.085, y + 0.22), stone.lit(by: 1.2), edge: 0.4)
        brush.pane(.arched(x - 0.05, y, x + 0.05, y + 0.2), glass)
        brush.wash(.rectangle(x - 0.008, y, x + 0.008, y + 0.2), Color(gray: 0.1, opacity: 0.6))
      }
    }
  }
}

extension Buildings {
  /// A castle: a wall with a gate between towers, battlements, pointed roofs, flags.
  ///
  /// All three towers are the same `Keep`, scaled down.
  ///
  /// - Varies: heights of wall and towers; a keep behind the wall in 80 %; pointed roofs or
  ///   battlements; flags; the gate.
  static func castle(_ brush: inout Brush) {
    // Stones of a tower drawn at two thirds of its size would look too small.
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
  ///
  /// - Varies: its width; bars before a dark opening, or planks with two iron bands.
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
