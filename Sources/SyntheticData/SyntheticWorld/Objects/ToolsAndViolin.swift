import Drawing
import Textures

extension Furnishings {
  /// A key of metal: a bow, a shaft with rings, a bit with teeth.
  ///
  /// It lies along x, its bow at the left, the bit at the right below the shaft.
  ///
  /// - Varies: brass or another metal; the bow; the bit's width, depth and notch.
  static func key(_ brush: inout Brush) {
    let color = brush.chance(0.5) ? brush.brass() : brush.metal()
    let metal = Brushed(color, band: 0.2, seed: brush.seed())
    let dark = color.lit(by: 0.4)
    let (radius, thick) = (brush.number(0.3...0.38), brush.number(0.11...0.16))
    let bow = radius - 1
    // The bit hangs from the shaft's end.
    let (left, right) = (brush.number(0.5...0.58), brush.number(0.84...0.92))
    let depth = brush.number(0.36...0.5)
    // The notch never reaches the bit's sides.
    let notch = left + (right - left) * brush.number(0.35...0.65)
    let bit = Path.polygon([
      [left, 0], [left, depth], [notch - 0.06, depth], [notch - 0.06, depth * 0.6],
      [notch + 0.06, depth * 0.6], [notch + 0.06, depth], [right, depth * 0.9], [right, 0],
    ])
    brush.fill(bit, metal, .slope(0.1, 0.2), edge: 0.6)
    brush.fill(.rectangle(left + 0.05, depth * 0.3, right - 0.05, depth * 0.4), dark, edge: 0)
    brush.fill(
      .rounded(bow + radius - 0.06, -0.085, 1, 0.085, radius: 0.07), metal, .roller(0, 0.1),
      edge: 0.6)
    for x in [bow + radius + 0.08, bow + radius + 0.2, left - 0.08] {
      brush.fill(.rounded(x - 0.05, -0.13, x + 0.05, 0.13, radius: 0.04), metal, .roller(0, 0.15))
    }
    ring(&brush, bow, radius: radius - thick / 2, thick: thick, metal, color)
  }

  /// The bow of a key: one ring, three rings, or a ring with a cross.
  ///
  /// - `x`: its center. `thick`: the width of the metal.
  private static func ring(
    _ brush: inout Brush, _ x: Float, radius: Float, thick: Float, _ metal: any Texture,
    _ color: Color
  ) {
    func loop(_ x: Float, _ y: Float, _ radiusX: Float, _ radiusY: Float) {
      let path = Path.ellipse(x, y, radiusX, radiusY)
      brush.stroke(path, width: thick * 1.25, color.lit(by: 0.35))
      brush.stroke(path, width: thick, metal)
      brush.stroke(
        .ellipse(x - 0.02, y - 0.02, radiusX, radiusY), width: thick * 0.22,
        Color(gray: 1, opacity: 0.45))
    }
    switch brush.count(0...2) {
    case 0:
      for (dx, dy): (Float, Float) in [(0.12, -0.26), (0.12, 0.26), (-0.12, 0)] {
        loop(x + dx, dy, 0.2, 0.2)
      }
    case 1:
      brush.rod(.lines([[x - radius, 0], [x + radius, 0]]), width: thick * 0.7, color)
      brush.rod(.lines([[x, -radius], [x, radius]]), width: thick * 0.7, color)
      loop(x, 0, radius, radius * 1.1)
    default: loop(x, 0, radius, radius * 1.25)
    }
  }

  /// A hammer: a wooden handle, a head of metal with a claw or a peen.
  ///
  /// It stands upright, the head above.
  ///
  /// - Varies: wood or paint; a grip of another color in 40 %; a claw or a wedge; the size of the
  ///   face.
  static func hammer(_ brush: inout Brush) {
    let wood = brush.chance(0.75) ? brush.wood() : brush.vivid()
    // Thinner in the middle, where a hand holds it.
    let waist = brush.number(0.07...0.1)
    let handle = Path.smooth([
      [-0.08, -0.8], [0.08, -0.8], [waist, 0], [0.12, 0.6], [0.11, 0.94], [0, 1], [-0.11, 0.94],
      [-0.12, 0.6], [-waist, 0],
    ])
    brush.fill(
      handle, Planks(wood, width: 0, contrast: 0.6, seed: brush.seed()).turned(0.25),
      .column(0, 0.14), edge: 0.5)
    if brush.chance(0.4) {
      brush.inside(handle) {
        $0.fill(.rectangle(-0.2, 0.4, 0.2, 1), $0.vivid(), .column(0, 0.14), edge: 0.4)
      }
    }
    let metal = brush.metal()
    let steel = Brushed(metal, band: 0.25, seed: brush.seed())
    let hook: Path
    if brush.chance(0.55) {
      hook = .smooth([
        [-0.1, -0.93], [-0.4, -0.9], [-0.66, -0.7], [-0.78, -0.42], [-0.66, -0.46], [-0.5, -0.62],
        [-0.32, -0.68], [-0.1, -0.64],
      ])
    } else {
      hook = .polygon([
        [-0.1, -0.94], [-0.4, -0.9], [-0.72, -0.72], [-0.7, -0.64], [-0.1, -0.62],
      ])
    }
    brush.fill(hook, steel, .roller(-0.78, 0.3), edge: 0.6)
    brush.fill(
      .rounded(-0.16, -0.99, 0.17, -0.58, radius: 0.05), steel, .roller(-0.78, 0.26), edge: 0.6)
    brush.fill(.rectangle(0.15, -0.92, 0.46, -0.64), steel, .roller(-0.78, 0.2), edge: 0.6)
    let face = brush.number(0.2...0.25)
    brush.fill(
      .rounded(0.42, -0.78 - face, 0.68, -0.78 + face, radius: 0.05), steel,
      .roller(-0.78, face * 1.15), edge: 0.6)
  }

  /// Scissors: two blades of steel on a screw, two ring handles.
  ///
  /// Both halves are the same, mirrored and turned by `open`.
  ///
  /// - Varies: the color of the handles, how far they are open, the rings.
  static func scissors(_ brush: inout Brush) {
    let color = brush.chance(0.8) ? brush.vivid() : Color(gray: 0.16)
    let metal = brush.metal().lit(by: 1.15)
    let steel = Brushed(metal, band: 0.2, seed: brush.seed()).turned(0.25)
    // Never closed: closed scissors look like a knife.
    let open = brush.number(0.035...0.085)
    let (ring, thick) = (brush.number(0.2...0.26), brush.number(0.1...0.13))
    for side: Float in [-1, 1] {
      brush.within(.move(0, 0.1).after(.scale(side, 1)).after(.turn(open))) { brush in
        let blade = Path.smooth([
          [-0.1, 0.1], [-0.1, -0.2], [-0.02, -1.08], [0.01, -1.08], [0.1, -0.4], [0.12, 0.1],
        ])
        let bow = Path.ellipse(-0.1, 0.62, ring, ring * 1.25)
        brush.stroke(
          .smoothLine([[0, 0], [0.06, 0.2], [0.04, 0.4]]), width: 0.19, color.lit(by: 0.4))
        brush.stroke(.smoothLine([[0, 0], [0.06, 0.2], [0.04, 0.4]]), width: 0.15, color)
        brush.stroke(bow, width: thick * 1.3, color.lit(by: 0.4))
        brush.stroke(bow, width: thick, color)
        brush.stroke(
          .ellipse(-0.11, 0.6, ring, ring * 1.25), width: thick * 0.25,
          color.mixed(with: Color(gray: 1), by: 0.5))
        brush.fill(blade, steel, .slope(0.3, 0), edge: 0.6)
        brush.stroke(
          .lines([[0.04, -0.1], [0.01, -0.95]]), width: 0.025, Color(gray: 1, opacity: 0.6))
      }
    }
    brush.fill(.circle(0, 0.08, 0.075), metal.lit(by: 0.7), .ball(0, 0.08, 0.09, 0.09), edge: 0.7)
    brush.stroke(.lines([[-0.045, 0.06], [0.045, 0.1]]), width: 0.025, Color(gray: 0.1))
  }
}

extension Furnishings {
  /// A violin: a waisted body of wood with two f-holes, a bridge, four strings, a neck with a scroll.
  ///
  /// It stands upright, the scroll above. The outline's right half is joined with its own mirror
  /// image, so that the corners of the waist meet.
  ///
  /// - Varies: three varnishes; the widths of both bouts and of the waist; a bow in half of the
  ///   images.
  static func violin(_ brush: inout Brush) {
    let wood = brush.near(
      brush.pick([Color(0.66, 0.3, 0.1), Color(0.5, 0.19, 0.07), Color(0.76, 0.44, 0.16)]))
    let grain = Planks(wood, width: 0, contrast: 0.4, seed: brush.seed()).turned(0.25)
    let ebony = Color(gray: 0.12)
    let (upper, lower) = (brush.number(0.36...0.4), brush.number(0.46...0.52))
    let waist = brush.number(0.24...0.29)
    // The neck with its scroll and pegs.
    for (y, side): (Float, Float) in [(-0.9, -1), (-0.86, 1), (-0.8, -1), (-0.76, 1)] {
      brush.rod(.lines([[0, y], [side * 0.13, y - 0.01]]), width: 0.045, ebony)
      brush.fill(.ellipse(side * 0.15, y - 0.01, 0.04, 0.03), ebony)
    }
    brush.fill(
      .polygon([[-0.06, -0.95], [0.06, -0.95], [0.075, -0.1], [-0.075, -0.1]]), grain,
      .column(0, 0.09))
    brush.fill(.circle(0, -0.96, 0.085), wood, .ball(0, -0.96, 0.1, 0.1), edge: 0.5)
    brush.stroke(
      .arc(0, -0.96, 0.045, 0.045, from: 0, to: 0.8), width: 0.02, wood.lit(by: 0.4))
    let half = [
      Path.smoothLine([
        [0, -0.36], [upper * 0.5, -0.34], [upper, -0.16], [upper * 0.95, 0.06],
        [waist + 0.08, 0.14],
      ]),
      .smoothLine([
        [waist + 0.08, 0.14], [waist, 0.28], [waist + 0.02, 0.4], [waist + 0.13, 0.5],
      ]),
      .smoothLine([
        [waist + 0.13, 0.5], [lower * 0.97, 0.58], [lower, 0.74], [lower * 0.7, 0.94], [0, 1],
      ]),
    ]
    // The left half is the right half backwards, mirrored.
    let body = Path.joined(half + half.reversed().map { $0.backwards.stretched(-1, 1) })
    brush.fill(body, grain, .ball(0, 0.34, 0.62, 0.86), edge: 0.8)
    brush.inside(body) { brush in
      brush.stroke(body, width: 0.1, wood.lit(by: 0.45))
      brush.stroke(body, width: 0.05, wood.lit(by: 0.85))
    }
    brush.shine(onBall: 0, 0.34, 0.5, 0.8, 0.5)
    brush.mirrored { brush in
      brush.stroke(
        .smoothLine([
          [0.15, 0.2], [0.12, 0.16], [0.11, 0.22], [0.17, 0.36], [0.23, 0.5], [0.22, 0.56],
          [0.19, 0.52],
        ]), width: 0.035, ebony)
      brush.fill(.circle(0.14, 0.2, 0.03), ebony, edge: 0)
      brush.fill(.circle(0.2, 0.52, 0.03), ebony, edge: 0)
    }
    brush.fill(.polygon([[-0.05, -0.76], [0.05, -0.76], [0.075, 0.16], [-0.075, 0.16]]), ebony)
    brush.fill(.polygon([[-0.09, 0.56], [0.09, 0.56], [0.04, 0.92], [-0.04, 0.92]]), ebony)
    brush.fill(
      .polygon([[-0.12, 0.36], [0.12, 0.36], [0.14, 0.41], [-0.14, 0.41]]),
      Color(0.85, 0.68, 0.42), edge: 0.6)
    for string in 0..<4 {
      let x = (Float(string) - 1.5) * 0.036
      brush.stroke(
        .lines([[x * 0.7, -0.78], [x * 1.2, 0.38], [x, 0.6]]), width: 0.014, Color(gray: 0.85))
    }
    if brush.chance(0.5) { bow(&brush) }
  }

  /// A bow for strings: a stick and pale hair.
  ///
  /// It lies across the violin.
  ///
  /// - Varies: its turn, by 0.06 to 0.16.
  private static func bow(_ brush: inout Brush) {
    let wood = brush.wood().lit(by: 0.7)
    brush.at(0.1, 0.3, turn: brush.number(0.06...0.16)) { brush in
      brush.stroke(.lines([[-0.92, 0.08], [0.9, 0.08]]), width: 0.03, Color(0.92, 0.9, 0.8))
      brush.rod(
        .smoothLine([[-0.95, 0.05], [-0.9, 0], [0, 0.03], [0.95, 0]]), width: 0.05, wood)
      brush.fill(.rectangle(0.74, -0.01, 0.9, 0.11), Color(gray: 0.12))
    }
  }
}
