import Drawing
import Textures

extension Beasts {
  /// What a face of the cats and bears is made of.
  private struct Face {
    var fur: any Texture
    var color, belly, nose, iris, inner: Color
    var roundEars: Float
    var stripes: Color?
    var mane: Color?
    var isBear = false
  }

  /// A cat: soft fur of many colours, pointed ears, slit eyes, whiskers.
  static func cat(_ brush: inout Brush) {
    let color = brush.near(
      brush.pick([
        Color(0.5, 0.5, 0.52), Color(0.2, 0.19, 0.2), Color(0.82, 0.52, 0.26),
        Color(0.88, 0.85, 0.8), Color(0.48, 0.37, 0.27),
      ]))
    var face = Face(
      fur: fur(&brush, color), color: color, belly: Color(0.93, 0.91, 0.88),
      nose: brush.near(Color(0.85, 0.5, 0.5)),
      iris: brush.near(
        brush.pick([Color(0.6, 0.75, 0.25), Color(0.9, 0.7, 0.2), Color(0.35, 0.6, 0.8)])),
      inner: Color(0.85, 0.6, 0.58), roundEars: 0)
    if !brush.chance(0.6) { face.belly = color.lit(by: 1.1) }
    if brush.chance(0.35) { face.stripes = color.lit(by: 0.55).withOpacity(0.55) }
    sitting(&brush, face)
  }

  /// A tiger: the same face and chest in orange with black stripes.
  static func tiger(_ brush: inout Brush) {
    let color = brush.near(Color(0.9, 0.52, 0.15), by: 0.1)
    sitting(
      &brush,
      Face(
        fur: fur(&brush, color), color: color, belly: Color(0.95, 0.92, 0.86),
        nose: brush.near(Color(0.8, 0.45, 0.42)), iris: brush.near(Color(0.85, 0.7, 0.25)),
        inner: Color(0.85, 0.75, 0.65), roundEars: 0.9, stripes: Color(gray: 0.05, opacity: 0.92)))
  }

  /// A lion: the same face and chest in sand colour with a mane all around.
  static func lion(_ brush: inout Brush) {
    let color = brush.near(Color(0.82, 0.62, 0.34), by: 0.1)
    let mane = brush.near(
      brush.pick([Color(0.5, 0.28, 0.12), Color(0.36, 0.2, 0.11), Color(0.66, 0.4, 0.16)]))
    sitting(
      &brush,
      Face(
        fur: fur(&brush, color), color: color, belly: Color(0.93, 0.85, 0.7),
        nose: brush.near(Color(0.4, 0.25, 0.22)), iris: brush.near(Color(0.85, 0.65, 0.25)),
        inner: color.lit(by: 0.65), roundEars: 0.9, mane: mane))
  }

  /// A bear: the same build with a large snout, small eyes, round ears.
  static func bear(_ brush: inout Brush) {
    let color = brush.near(
      brush.pick([Color(0.4, 0.25, 0.14), Color(0.24, 0.18, 0.15), Color(0.9, 0.88, 0.82)]))
    sitting(
      &brush,
      Face(
        fur: fur(&brush, color), color: color,
        belly: color.mixed(with: Color(0.8, 0.65, 0.45), by: 0.45),
        nose: Color(gray: 0.1), iris: Color(0.2, 0.12, 0.07), inner: color.lit(by: 0.6),
        roundEars: 1, isBear: true))
  }

  private static func fur(_ brush: inout Brush, _ color: Color) -> any Texture {
    Fur(
      color.lit(by: 1.2), color.lit(by: 0.68), length: 0.13, width: 0.022, contrast: 0.8,
      seed: brush.seed())
  }

  /// A beast that sits and looks at us: chest, forelegs, paws, mane, ears, head.
  private static func sitting(_ brush: inout Brush, _ face: Face) {
    let down = face.fur.turned(0.25)
    let width = brush.number(0.9...1.1)
    let body = Path.smooth([
      [-0.3, 0], [-0.52, 0.4], [-0.68, 0.8], [-0.6, 0.99], [0.6, 0.99], [0.68, 0.8], [0.52, 0.4],
      [0.3, 0],
    ]).stretched(width, 1)
    if !face.isBear { bodyTail(&brush, face) }
    brush.fill(body, down, .ball(0, 0.6, 0.85, 1), edge: 0.4)
    brush.inside(body) { brush in
      brush.glow(
        .ellipse(0, 0.42, 0.3, 0.46), face.belly.withOpacity(0.85), 0, 0.42, radiusX: 0.32,
        radiusY: 0.48)
      if let stripe = face.stripes {
        brush.mirrored { brush in
          for y: Float in [0.32, 0.46] {
            brush.furStripe([0.75, y - 0.06], [0.5, y], [0.3, y - 0.02], width: 0.07, stripe)
          }
        }
      }
    }
    haunches(&brush, face)
    brush.mirrored { brush in
      let leg = Path.smooth([[0.04, 0.45], [0.3, 0.42], [0.32, 0.9], [0.05, 0.9]])
      brush.fill(leg, down, .column(0.18, 0.24), edge: 0.25)
      if let stripe = face.stripes {
        for y: Float in [0.58, 0.72] {
          brush.furStripe([0.31, y], [0.22, y + 0.03], [0.12, y + 0.01], width: 0.05, stripe)
        }
      }
      brush.at(0.2, 0.89, scale: 0.17) { $0.paw(face.fur, face.color.lit(by: 0.35)) }
    }
    let tilt = brush.number(-0.025...0.025)
    brush.at(0, -0.3, turn: tilt) { head(&$0, face) }
  }

  /// The bent hind legs of a beast that sits, with their paws.
  private static func haunches(_ brush: inout Brush, _ face: Face) {
    let fur = face.fur.turned(0.12)
    let line = face.color.lit(by: 0.35)
    brush.mirrored { brush in
      let thigh = Path.smooth([
        [0.3, 0.66], [0.5, 0.5], [0.72, 0.68], [0.74, 0.9], [0.4, 0.96],
      ])
      brush.fill(thigh, fur, .ball(0.48, 0.68, 0.36, 0.4), edge: 0.35)
      if let stripe = face.stripes {
        for y: Float in [0.62, 0.74, 0.86] {
          brush.furStripe([0.75, y - 0.02], [0.62, y], [0.46, y - 0.03], width: 0.06, stripe)
        }
      }
      brush.at(0.5, 0.91, scale: 0.14) { $0.paw(face.fur, line) }
    }
  }

  private static func bodyTail(_ brush: inout Brush, _ face: Face) {
    let points = Path.curl(
      0.45, 0.92, towards: -0.02, length: 0.85, bend: -brush.number(0.3...0.55))
    brush.fill(.tapered(points, from: 0.16, to: 0.1), face.fur, .roller(0.85, 0.3), edge: 0.4)
    for index in stride(from: 3, through: 9, by: 2) {
      guard let stripe = face.stripes else { break }
      let way = points[index] - points[index - 1]
      let side = SIMD2(-way.y, way.x) * 0.65
      brush.stroke(
        .lines([points[index] - side, points[index] + side]), width: 0.045, stripe)
    }
  }

  /// A head about the origin, 0.6 wide to each side and as high.
  private static func head(_ brush: inout Brush, _ face: Face) {
    if let mane = face.mane { halo(&brush, mane) }
    let spread = brush.number(0.36...0.44)
    let size: Float = face.roundEars > 0.5 ? 0.32 : 0.46
    brush.mirrored { brush in
      brush.at(spread, -0.36, scale: size, turn: 0.07) {
        $0.ear(face.fur.turned(0.25), inner: face.inner, roundness: face.roundEars)
      }
    }
    let cheek = brush.number(0.58...0.66)
    let right: [SIMD2<Float>] = [
      [0.3, -0.52], [0.52, -0.28], [cheek, 0.05], [0.48, 0.32], [0.24, 0.5],
    ]
    let outline = Path.smooth(
      [[0, -0.55]] + right + [[0, 0.54]] + right.reversed().map { [-$0.x, $0.y] })
    let around = Radial(face.fur, 0, 0.1)
    brush.fill(outline, around, .ball(0, 0, 0.85, 0.8), edge: 0.45)
    if let stripe = face.stripes {
      brush.inside(outline) { mask(&$0, stripe) }
    }
    features(&brush, face)
  }

  /// Stripes of a face: on the brow and the cheeks.
  private static func mask(_ brush: inout Brush, _ stripe: Color) {
    let swing = brush.number(-0.03...0.03)
    brush.mirrored { brush in
      for (index, y) in ([-0.5, -0.4, -0.3] as [Float]).enumerated() {
        let reach = 0.24 - 0.04 * Float(index)
        brush.furStripe(
          [0, y + 0.03], [reach / 2, y - 0.02], [reach, y - 0.07], width: 0.055, stripe)
      }
      for (index, y) in ([-0.14, 0.03, 0.19, 0.33] as [Float]).enumerated() {
        let inner = 0.4 - 0.03 * Float(index)
        brush.furStripe(
          [0.68, y - 0.1 + swing], [0.55, y - 0.01], [inner, y + 0.05], width: 0.075, stripe)
      }
      brush.furStripe([0.3, -0.52], [0.36, -0.4], [0.38, -0.28], width: 0.06, stripe)
    }
  }

  /// A mane: hair in two rings that stick out in tufts.
  private static func halo(_ brush: inout Brush, _ color: Color) {
    let seed = brush.seed()
    for (ring, reach) in ([1.02, 0.82] as [Float]).enumerated() {
      let tone = color.lit(by: ring == 0 ? 0.75 : 1.05)
      let fur = Fur(tone.lit(by: 1.35), tone.lit(by: 0.5), length: 0.25, width: 0.06, seed: seed)
      let count = 66
      let points = (0..<count).map { index in
        let reach = reach * (index % 2 == 0 ? brush.number(0.8...0.88) : brush.number(0.9...1.02))
        let sway = index % 2 == 0 ? 0 : brush.number(-0.4...0.7)
        let away = direction(turns: (Float(index) + sway) / Float(count))
        return SIMD2(away.x * reach * 0.95, away.y * reach * 0.85 + 0.06)
      }
      brush.fill(
        .polygon(points), Radial(fur, 0, 0.05), .ball(0, 0.05, reach * 1.25, reach * 1.2), edge: 0.4
      )
    }
  }

  private static func features(_ brush: inout Brush, _ face: Face) {
    let dark = Color(gray: 0.08)
    let muzzle: Float = face.isBear ? 1.25 : 1
    // Pale fur on the muzzle, the chin and over the eyes.
    let pale = Fur(
      face.belly.lit(by: 1.05), face.belly.lit(by: 0.85), width: 0.018, seed: brush.seed())
    brush.fill(
      .ellipse(0, 0.42, 0.16, 0.11), pale, .ball(0, 0.4, 0.26, 0.2), edge: 0.15)
    if face.isBear {
      brush.fill(.ellipse(0, 0.24, 0.34, 0.27), pale, .ball(0, 0.18, 0.46, 0.38), edge: 0.25)
    }
    brush.mirrored { brush in
      if !face.isBear {
        brush.fill(.ellipse(0.15, 0.24, 0.19, 0.15), pale, .ball(0.14, 0.2, 0.3, 0.24), edge: 0.15)
        if face.stripes?.components.w ?? 0 > 0.8 {
          brush.wash(.ellipse(0.27, -0.24, 0.13, 0.06), face.belly.withOpacity(0.9))
        }
      }
    }
    let eye: Float = face.isBear ? 0.075 : (face.roundEars > 0.5 ? 0.115 : 0.145)
    let apart: Float = face.isBear ? 0.22 : 0.26
    for side: Float in [-1, 1] {
      brush.fill(
        .ellipse(side * apart, -0.1, eye * 1.28, eye * 1.08), face.color.lit(by: 0.3), edge: 0)
      brush.at(side * apart, -0.1, scale: eye, turn: side * -0.02) { brush in
        if face.isBear {
          brush.eye(iris: face.iris, white: 0)
        } else {
          brush.slitEye(iris: face.iris)
        }
      }
    }
    let nose = Path.smooth([
      [-0.12, 0.07], [0, 0.05], [0.12, 0.07], [0.06, 0.16], [0, 0.19], [-0.06, 0.16],
    ]).stretched(muzzle, 1)
    brush.fill(nose, face.nose, .ball(0, 0.1, 0.2, 0.14), edge: 0.6)
    brush.stroke(.lines([[0, 0.18], [0, 0.29]]), width: 0.025, dark)
    brush.mirrored {
      $0.stroke(.smoothLine([[0, 0.29], [0.1, 0.345], [0.22, 0.31]]), width: 0.03, dark)
    }
    guard !face.isBear else { return }
    let hair = face.color.components.x > 0.3 ? Color(gray: 0.97, opacity: 0.9) : Color(gray: 0.9)
    brush.mirrored { $0.at(0.16, 0.24, scale: 0.62) { $0.whiskers(hair) } }
  }
}
