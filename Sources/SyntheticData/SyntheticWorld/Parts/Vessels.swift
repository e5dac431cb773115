import Drawing
import Textures

extension Path {
  /// The outline of an object turned on a wheel about x = 0: half widths at heights from the top down,
  /// and a foot that hangs `sag` below its ends, as seen from above.
  ///
  /// - Parameters:
  ///   - profile: Half widths and heights, from the lip to the foot.
  ///   - sag: How far the foot's front lies below its ends.
  /// - Returns: The outline, symmetric about x = 0.
  static func turned(_ profile: [SIMD2<Float>], sag: Float = 0.06) -> Path {
    guard let foot = profile.last else { return Path() }
    return .joined([
      .smoothLine(profile), .arc(0, foot.y, foot.x, sag, from: 0, to: 0.5),
      .smoothLine(profile.reversed().map { SIMD2(-$0.x, $0.y) }),
    ])
  }
}

extension Brush {
  /// The opening of a vessel seen from above: a lip, the wall inside, perhaps a filling.
  ///
  /// - Parameters:
  ///   - x: The center's x.
  ///   - y: The center's y.
  ///   - radiusX: Half of its width.
  ///   - radiusY: Half of its height, by how far it is seen from above.
  ///   - lip: The lip's color.
  ///   - inside: The wall's color inside.
  ///   - filling: What is in it; nil for nothing.
  ///   - depth: How far the filling lies below the lip, in units of `radiusY`.
  mutating func opening(
    _ x: Float, _ y: Float, _ radiusX: Float, _ radiusY: Float, lip: Color, inside: Color,
    filling: Color? = nil, depth: Float = 0.5
  ) {
    let mouth = Path.ellipse(x, y, radiusX, radiusY)
    // A hollow is lit on the side away from the light.
    fill(mouth, inside.lit(by: 0.72), .column(x, -radiusX * 1.2))
    self.inside(mouth) { brush in
      brush.glow(
        .ellipse(x, y - radiusY, radiusX, radiusY), Color(gray: 0, opacity: 0.4), x, y - radiusY,
        radiusX: radiusX, radiusY: radiusY)
      guard let filling else { return }
      brush.fill(
        .ellipse(x, y + radiusY * depth, radiusX, radiusY * 0.95), filling, .slope(0, -0.3))
      brush.glow(
        .ellipse(x - radiusX * 0.2, y + radiusY * depth, radiusX * 0.4, radiusY * 0.3),
        Color(gray: 1, opacity: 0.4), x - radiusX * 0.2, y + radiusY * depth,
        radiusX: radiusX * 0.4, radiusY: radiusY * 0.3)
    }
    // Never thinner than a pixel or two of a usual image.
    let width = max(0.035, radiusX * 0.08)
    stroke(mouth, width: width * 1.5, lip.lit(by: 0.5))
    stroke(mouth, width: width, lip.lit(by: 1.08))
  }

  /// The ear of a vessel: a bent rod with a shine.
  ///
  /// - Parameters:
  ///   - points: Its center line.
  ///   - width: Its width.
  ///   - color: Its color.
  mutating func handle(_ points: [SIMD2<Float>], width: Float, _ color: Color) {
    let bow = Path.smoothLine(points)
    stroke(bow, width: width, color.lit(by: 0.4))
    stroke(bow, width: width * 0.82, color.lit(by: 0.8))
    let lit = points.map { $0 + SIMD2(light.direction.x, light.direction.y) * width * 0.2 }
    stroke(.smoothLine(lit), width: width * 0.3, color.mixed(with: Color(gray: 1), by: 0.4))
  }

  /// Steam that rises from a point, about 0.7 high.
  ///
  /// - Parameters:
  ///   - x: Where it rises.
  ///   - y: Where it begins.
  mutating func steam(_ x: Float, _ y: Float) {
    for _ in 0..<count(2...3) {
      let (foot, bend) = (x + number(-0.3...0.3), number(0.05...0.14))
      let top = number(0.5...0.75)
      let (left, right) = (foot - bend, foot + bend)
      let wisp = Path.smoothLine([
        [foot, y], [right, y - top * 0.3], [left, y - top * 0.65], [foot, y - top],
      ])
      // Three strokes over each other fade towards the edges.
      for width: Float in [0.16, 0.1, 0.05] {
        stroke(wisp, width: width, Color(gray: 1, opacity: 0.2))
      }
    }
  }

  /// A paper label about a bottle or jar: a frame, a word and a line.
  ///
  /// - Parameters:
  ///   - left: The left edge.
  ///   - top: The upper edge.
  ///   - right: The right edge.
  ///   - bottom: The lower edge.
  /// - Varies: the paper, three to five letters that are never mirrored, a disc or two lines below
  ///   them.
  mutating func label(_ left: Float, _ top: Float, _ right: Float, _ bottom: Float) {
    let paper = near(pick([Color(0.94, 0.9, 0.78), Color(0.96, 0.95, 0.92), vivid()]))
    let isDark = paper.components.x + paper.components.y < 1.2
    let ink = isDark ? Color(0.97, 0.93, 0.8) : near(Color(0.25, 0.1, 0.12), by: 0.5)
    let (center, half, height) = ((left + right) / 2, (right - left) / 2, bottom - top)
    fill(
      .rounded(left, top, right, bottom, radius: 0.04),
      Plain(paper, unevenness: 0.08, seed: seed()),
      .column(center, half * 1.1))
    let inset = height * 0.08
    stroke(
      .rectangle(left + inset, top + inset, right - inset, bottom - inset), width: 0.02, ink)
    let length = count(3...5)
    let text = word(length)
    let scale = min(half * 1.6 / (1.6 * Float(length)), height * 0.2)
    at(center, top + height * 0.38, scale: scale) {
      $0.readable { $0.write(text, ink, weight: 0.4) }
    }
    if chance(0.5) {
      fill(.circle(center, bottom - height * 0.24, height * 0.1), vivid())
    } else {
      for fraction: Float in [0.7, 0.8] {
        let y = top + height * fraction
        stroke(.lines([[center - half * 0.6, y], [center + half * 0.6, y]]), width: 0.03, ink)
      }
    }
  }
}

/// What glazed objects wear: a pattern, and the color of the bare parts.
///
/// Chosen once for a vessel, so that body, lid and handle match.
struct Glaze {
  /// The color of rims, handles and spouts.
  let color: Color
  /// The color of the pattern.
  let pattern: Color
  /// The color inside.
  let inside: Color
  /// The pattern in the plane, before it is wrapped around a vessel.
  let texture: any Texture

  /// The pattern about an upright vessel, its level lines bent as the rim is.
  ///
  /// - Parameters:
  ///   - radius: The vessel's largest half width.
  ///   - sag: How far level lines hang in front.
  /// - Returns: The texture, narrower towards the sides.
  func wrapped(radius: Float, sag: Float = 0) -> Wrapped {
    Wrapped(texture, radius: radius, sag: sag)
  }
}

extension Brush {
  /// A glaze: one color, dots, stripes, checks, speckles, crackle or waves.
  ///
  /// The ground is vivid in 55 %, else pale; the pattern takes the other kind.
  ///
  /// - Returns: The glaze.
  mutating func glaze() -> Glaze {
    let pale = near(
      pick([Color(0.94, 0.92, 0.86), Color(0.86, 0.9, 0.92), Color(0.92, 0.85, 0.7)]))
    let strong = vivid()
    let isStrong = chance(0.55)
    let ground = isStrong ? strong : pale
    let pattern = isStrong ? (chance(0.6) ? pale : vivid()) : strong
    let texture: any Texture
    switch count(0...8) {
    case 0, 1: texture = Plain(ground, unevenness: 0.16, seed: seed())
    case 2:
      texture = Dots(ground, pattern, spacing: number(0.2...0.36), radius: number(0.24...0.36))
    case 3:
      texture = Stripes(ground, pattern, period: number(0.16...0.4), fraction: number(0.25...0.55))
        .moved(0, number(0...0.4))
    case 4:
      texture = Stripes(ground, pattern, period: number(0.16...0.3), fraction: number(0.25...0.5))
        .turned(0.25)
    case 5: texture = Checks(ground, pattern, side: number(0.11...0.2))
    case 6:
      texture = Dots(
        ground, pattern, spacing: 0.1, radius: 0.22, scatter: 0.9, seed: seed())
    case 7:
      texture = Patches(ground, line: ground.lit(by: 0.5), size: 0.2, width: 0.07, seed: seed())
    default:
      texture = Scales(
        ground, edge: pattern, width: 0.22, height: 0.14, unevenness: 0, seed: seed())
    }
    return Glaze(
      color: ground, pattern: pattern, inside: isStrong ? pale : near(pale.lit(by: 0.95)),
      texture: texture)
  }

  /// The shine of a ball: a soft spot towards the light.
  ///
  /// - Parameters:
  ///   - x: The ball's center.
  ///   - y: The ball's center.
  ///   - radiusX: Its half width.
  ///   - radiusY: Its half height.
  ///   - strength: The spot's opacity.
  func shine(
    onBall x: Float, _ y: Float, _ radiusX: Float, _ radiusY: Float, _ strength: Float = 0.7
  ) {
    let (sx, sy) = (x + light.direction.x * 0.75 * radiusX, y + light.direction.y * 0.75 * radiusY)
    let (rx, ry) = (radiusX * 0.34, radiusY * 0.3)
    glow(
      .ellipse(sx, sy, rx, ry), Color(gray: 1, opacity: strength), sx, sy, radiusX: rx, radiusY: ry)
  }

  /// The shine of a column: an upright streak towards the light.
  ///
  /// - Parameters:
  ///   - x: The column's axis.
  ///   - radius: Its radius.
  ///   - top: Where the streak begins.
  ///   - bottom: Where it ends.
  ///   - strength: Its opacity.
  func shine(
    onColumn x: Float, radius: Float, from top: Float, to bottom: Float, _ strength: Float = 0.55
  ) {
    let (sx, sy) = (x + light.direction.x * 0.9 * radius, (top + bottom) / 2)
    let (rx, ry) = (radius * 0.2, (bottom - top) / 2)
    glow(
      .ellipse(sx, sy, rx, ry), Color(gray: 1, opacity: strength), sx, sy, radiusX: rx, radiusY: ry)
  }
}

extension Brush {
  /// An arched handle of twisted strands, from (−1, 0) over (0, −1) to (1, 0).
  ///
  /// - Parameters:
  ///   - color: The strands' color.
  ///   - width: The handle's width.
  mutating func archedHandle(_ color: Color, width: Float) {
    let arch = Path.arc(0, 0, 1, 1, from: 0.5, to: 1)
    stroke(arch, width: width * 1.25, color.lit(by: 0.35))
    stroke(arch, width: width, color)
    // Strands wind about it.
    var strands = Path()
    for step in 0..<26 {
      let at = 0.5 + (Float(step) + 0.5) / 52
      let (from, to) = (direction(turns: at - 0.008), direction(turns: at + 0.008))
      let (inner, outer) = (from * (1 - width * 0.45), to * (1 + width * 0.45))
      strands.move(inner.x, inner.y)
      strands.line(outer.x, outer.y)
    }
    stroke(strands, width: width * 0.22, color.lit(by: 0.5))
  }

  /// A bent handle as of an umbrella: a shaft from the origin to (0, 1) that ends in a hook.
  ///
  /// - Parameters:
  ///   - shaft: The shaft's color.
  ///   - grip: The hook's.
  ///   - width: The shaft's width; the hook is nearly twice as wide.
  ///   - hook: The hook's radius.
  mutating func hookedHandle(_ shaft: Color, _ grip: Color, width: Float, hook: Float = 0.12) {
    rod(.lines([[0, 0], [0, 1 - hook]]), width: width, shaft)
    let bend = direction(turns: 0.04) * hook
    rod(
      .smoothLine([
        [0, 0.78], [0, 1 - hook], [hook * 0.3, 1 - hook * 0.3], [hook, 1],
        [hook * 1.7, 1 - hook * 0.3], [hook * 2, 1 - hook - bend.y],
      ]), width: width * 1.9, grip)
  }
}
