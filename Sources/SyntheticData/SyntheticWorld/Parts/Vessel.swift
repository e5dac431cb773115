import Drawing
import Textures

extension Path {
  /// The outline of a thing turned on a wheel about x = 0: half widths at heights from the top down,
  /// and a foot that hangs `sag` below its ends, as seen from above.
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
    let width = max(0.035, radiusX * 0.08)
    stroke(mouth, width: width * 1.5, lip.lit(by: 0.5))
    stroke(mouth, width: width, lip.lit(by: 1.08))
  }

  /// The ear of a vessel: a bent rod with a shine.
  mutating func handle(_ points: [SIMD2<Float>], width: Float, _ color: Color) {
    let bow = Path.smoothLine(points)
    stroke(bow, width: width, color.lit(by: 0.4))
    stroke(bow, width: width * 0.82, color.lit(by: 0.8))
    let lit = points.map { $0 + SIMD2(light.direction.x, light.direction.y) * width * 0.2 }
    stroke(.smoothLine(lit), width: width * 0.3, color.mixed(with: Color(gray: 1), by: 0.4))
  }

  /// Steam that rises from a point, about 0.7 high.
  mutating func steam(_ x: Float, _ y: Float) {
    for _ in 0..<count(2...3) {
      let (foot, bend) = (x + number(-0.3...0.3), number(0.05...0.14))
      let top = number(0.5...0.75)
      let (left, right) = (foot - bend, foot + bend)
      let wisp = Path.smoothLine([
        [foot, y], [right, y - top * 0.3], [left, y - top * 0.65], [foot, y - top],
      ])
      for width: Float in [0.16, 0.1, 0.05] {
        stroke(wisp, width: width, Color(gray: 1, opacity: 0.2))
      }
    }
  }

  /// A paper label about a bottle or jar: a frame, a word and a line.
  mutating func label(_ left: Float, _ top: Float, _ right: Float, _ bottom: Float) {
    let paper = near(pick([Color(0.94, 0.9, 0.78), Color(0.96, 0.95, 0.92), vivid()]))
    let isDark = paper.components.x + paper.components.y < 1.2
    let ink = isDark ? Color(0.97, 0.93, 0.8) : near(Color(0.25, 0.1, 0.12), by: 0.5)
    let (middle, half, height) = ((left + right) / 2, (right - left) / 2, bottom - top)
    fill(
      .rounded(left, top, right, bottom, radius: 0.04),
      Plain(paper, unevenness: 0.08, seed: seed()),
      .column(middle, half * 1.1))
    let inset = height * 0.08
    stroke(
      .rectangle(left + inset, top + inset, right - inset, bottom - inset), width: 0.02, ink)
    let length = count(3...5)
    let text = word(length)
    let scale = min(half * 1.6 / (1.6 * Float(length)), height * 0.2)
    at(middle, top + height * 0.38, scale: scale) {
      $0.readable { $0.write(text, ink, weight: 0.4) }
    }
    if chance(0.5) {
      fill(.circle(middle, bottom - height * 0.24, height * 0.1), vivid())
    } else {
      for share: Float in [0.7, 0.8] {
        let y = top + height * share
        stroke(.lines([[middle - half * 0.6, y], [middle + half * 0.6, y]]), width: 0.03, ink)
      }
    }
  }
}
