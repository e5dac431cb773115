import Drawing
import Textures

/// What glazed things wear: a pattern, and the colour of the bare parts.
struct Glaze {
  /// The colour of rims, handles and spouts.
  let color: Color
  /// The colour of the pattern.
  let pattern: Color
  /// The colour inside.
  let inside: Color
  let texture: any Texture

  /// The pattern about an upright vessel, its level lines bent as the rim is.
  func wrapped(radius: Float, sag: Float = 0) -> Wrapped {
    Wrapped(texture, radius: radius, sag: sag)
  }
}

extension Brush {
  /// A glaze: one colour, dots, stripes, checks, speckles, crackle or waves.
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
      texture = Stripes(ground, pattern, period: number(0.16...0.4), share: number(0.25...0.55))
        .moved(0, number(0...0.4))
    case 4:
      texture = Stripes(ground, pattern, period: number(0.16...0.3), share: number(0.25...0.5))
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
  func shine(
    onBall x: Float, _ y: Float, _ radiusX: Float, _ radiusY: Float, _ strength: Float = 0.7
  ) {
    let (sx, sy) = (x + light.direction.x * 0.75 * radiusX, y + light.direction.y * 0.75 * radiusY)
    let (rx, ry) = (radiusX * 0.34, radiusY * 0.3)
    glow(
      .ellipse(sx, sy, rx, ry), Color(gray: 1, opacity: strength), sx, sy, radiusX: rx, radiusY: ry)
  }

  /// The shine of a column: an upright streak towards the light.
  func shine(
    onColumn x: Float, radius: Float, from top: Float, to bottom: Float, _ strength: Float = 0.55
  ) {
    let (sx, sy) = (x + light.direction.x * 0.9 * radius, (top + bottom) / 2)
    let (rx, ry) = (radius * 0.2, (bottom - top) / 2)
    glow(
      .ellipse(sx, sy, rx, ry), Color(gray: 1, opacity: strength), sx, sy, radiusX: rx, radiusY: ry)
  }
}
