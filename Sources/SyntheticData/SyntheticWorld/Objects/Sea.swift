import Drawing
import Textures

/// Objects of the water.
///
/// Fish, shark and turtle look to the left; the scene mirrors half of them.
enum Sea {
  /// The classes of this family, with habitats from the usual to the rarer ones.
  static let classes = [
    ObjectClass("fish", .hovering, in: [.underwater], size: 0.55...0.9, fish),
    ObjectClass("shark", .hovering, in: [.underwater], size: 0.7...1.1, shark),
    ObjectClass("turtle", .hovering, in: [.underwater, .shore], size: 0.6...0.95, turtle),
    ObjectClass("octopus", .hovering, in: [.underwater], size: 0.6...0.95, octopus),
  ]

  /// A bony fish: scales, fins with rays, a tail.
  ///
  /// - Varies: the color; the body's depth; bands of another color in 40 %.
  static func fish(_ brush: inout Brush) {
    let color = brush.vivid()
    let belly = color.mixed(with: Color(0.95, 0.92, 0.85), by: 0.6)
    let fin = brush.near(color.lit(by: 0.8), by: 0.25)
    let depth = brush.number(0.42...0.62)
    // Behind the body, which hides their roots.
    fins(&brush, fin, depth: depth)
    let body = Path.smooth([
      [-0.95, 0.02], [-0.6, -0.78], [-0.1, -1], [0.42, -0.6], [0.72, -0.2], [0.72, 0.2],
      [0.42, 0.6], [-0.1, 1], [-0.6, 0.72],
    ]).stretched(1, depth)
    let scales = Scales(
      color, edge: color.lit(by: 0.45), width: 0.15, height: 0.12, unevenness: 0.3,
      seed: brush.seed())
    brush.fill(body, scales.turned(0.25), .ball(-0.1, 0, 1.1, depth * 1.15))
    brush.inside(body) { brush in
      brush.wash(
        .ellipse(-0.1, depth * 0.85, 0.9, depth * 0.4), belly.withOpacity(0.55))
      if brush.chance(0.4) {
        let band = brush.vivid().withOpacity(0.65)
        for x in stride(from: Float(-0.25), through: 0.6, by: 0.32) {
          brush.wash(.rectangle(x, -1, x + 0.13, 1), band)
        }
      }
    }
    // The head has no scales; the gill cover ends it.
    let head = Path.smooth([
      [-0.96, 0.02], [-0.72, -0.62], [-0.47, -0.55], [-0.4, 0], [-0.47, 0.55], [-0.72, 0.5],
    ]).stretched(1, depth)
    brush.fill(head, brush.near(color.lit(by: 0.9)), .ball(-0.55, 0, 0.6, depth))
    brush.stroke(
      .arc(-0.62, 0, 0.2, depth * 0.62, from: -0.2, to: 0.2), width: 0.035, color.lit(by: 0.4))
    brush.at(-0.68, -depth * 0.24, scale: 0.105) { $0.eye(iris: Color(0.85, 0.7, 0.2)) }
    brush.stroke(
      .smoothLine([[-0.95, 0.08], [-0.86, 0.12], [-0.78, 0.1]]), width: 0.03, color.lit(by: 0.3))
  }

  /// A tail, a back fin and a belly fin with rays.
  ///
  /// - `depth`: the body's half height, to which the fins are scaled.
  private static func fins(_ brush: inout Brush, _ color: Color, depth: Float) {
    let rays = Stripes(color, color.lit(by: 0.6), period: 0.07, fraction: 0.3)
    let tail = Path.smooth([
      [0.6, 0], [0.98, -0.5], [1, -0.42], [0.86, 0], [1, 0.42], [0.98, 0.5],
    ])
    brush.fill(tail, rays, edge: 0.5)
    let back = Path.smooth([[-0.4, -0.8], [-0.15, -1.55], [0.4, -1.3], [0.45, -0.5]])
    brush.fill(back.stretched(1, depth), rays.turned(0.2), edge: 0.5)
    let belly = Path.smooth([[-0.1, 0.8], [0.1, 1.5], [0.4, 0.7]])
    brush.fill(belly.stretched(1, depth), rays.turned(0.3), edge: 0.5)
  }
}

extension Sea {
  /// A shark: smooth gray skin, pale below, a triangular fin on its back, gill slits, teeth, a tail
  /// like a crescent.
  ///
  /// - Varies: three grays; the body's depth; the back fin's height; how far the mouth is open.
  static func shark(_ brush: inout Brush) {
    let gray = brush.near(
      brush.pick([Color(0.42, 0.47, 0.53), Color(0.5, 0.52, 0.54), Color(0.33, 0.4, 0.47)]))
    let depth = brush.number(0.88...1.15)
    let skin = Plain(gray, unevenness: 0.2, seed: brush.seed())
    let far = gray.lit(by: 0.65)
    // The fins of the far side, the tail, the back fin.
    brush.at(-0.2, 0.2 * depth, scale: 0.34, turn: 0.14) { $0.fin(Plain(far)) }
    let tail = Path.smooth([
      [0.58, 0.02], [0.76, -0.1], [0.98, -0.6], [1.02, -0.58], [0.93, -0.2], [0.87, 0.02],
      [0.92, 0.2], [1, 0.42], [0.96, 0.43], [0.76, 0.14],
    ])
    brush.fill(tail, skin, .slope(0.1, -0.2), edge: 0.5)
    let height = brush.number(0.62...0.78)
    var fin = Path()
    fin.move(-0.2, -0.2)
    fin.curve(-0.08, -0.4, 0.02, -height + 0.05, 0.16, -height)
    fin.curve(0.12, -0.5, 0.16, -0.3, 0.26, -0.12)
    fin.close()
    brush.fill(fin.stretched(1, depth), skin, .slope(-0.2, -0.1), edge: 0.5)
    brush.fill(.smooth([[0.5, -0.06], [0.62, -0.24], [0.64, -0.04]]), skin, edge: 0.5)
    brush.fill(.smooth([[0.46, 0.1], [0.58, 0.26], [0.6, 0.06]]), skin, edge: 0.5)

    let body = Path.smooth([
      [-1, -0.04], [-0.84, -0.18], [-0.5, -0.3], [-0.1, -0.33], [0.3, -0.22], [0.66, -0.06],
      [0.8, -0.01], [0.66, 0.06], [0.3, 0.18], [-0.15, 0.3], [-0.55, 0.27], [-0.82, 0.16],
      [-0.93, 0.06],
    ]).stretched(1, depth)
    brush.fill(body, skin, .ball(-0.15, -0.06, 1.1, 0.38 * depth), edge: 0.5)
    brush.inside(body) { pale(&$0, depth: depth) }
    face(&brush, gray, depth: depth)
    // The near fin last, over body and belly.
    brush.at(-0.3, 0.2 * depth, scale: brush.number(0.42...0.52), turn: 0.1) { $0.fin(skin) }
  }

  /// The white belly of a shark, with a wavy border.
  ///
  /// - `depth`: the body's height against the outline's, as below.
  private static func pale(_ brush: inout Brush, depth: Float) {
    let white = Color(0.9, 0.91, 0.9)
    let border: [SIMD2<Float>] = [
      [-1.1, 0.02], [-0.8, 0.07], [-0.45, 0.05], [-0.15, 0.12], [0.25, 0.06], [0.6, 0.02],
      [0.9, 0.03],
    ]
    let belly = Path.smooth(border + [[0.9, 0.6], [-1.1, 0.6]]).stretched(1, depth)
    brush.fill(
      belly, Plain(white, unevenness: 0.08, seed: brush.seed()),
      .ball(-0.15, -0.06, 1.2, 0.42 * depth), edge: 0.15)
  }

  /// A mouth with teeth, gill slits, a nostril, an eye.
  ///
  /// Eight teeth above and below, five gill slits, a nostril.
  ///
  /// - Varies: how far the mouth is open.
  private static func face(_ brush: inout Brush, _ gray: Color, depth: Float) {
    let dark = gray.lit(by: 0.25)
    let open = brush.number(0.05...0.1)
    let mouth = Path.smooth([
      [-0.9, 0.09], [-0.74, 0.085], [-0.55, 0.03], [-0.6, 0.09 + open * 0.6], [-0.72, 0.12 + open],
      [-0.84, 0.13 + open * 0.4],
    ]).stretched(1, depth)
    brush.fill(mouth, Color(0.4, 0.1, 0.12), edge: 0.7)
    brush.inside(mouth) { brush in
      for index in 0..<8 {
        let x = -0.88 + 0.045 * Float(index)
        let (top, bottom) = (0.085 - 0.006 * Float(index), 0.13 + open)
        brush.fill(
          .polygon([[x - 0.02, top - 0.03], [x + 0.03, top - 0.03], [x + 0.005, top + 0.05]]),
          Color(gray: 0.97), edge: 0.3)
        brush.fill(
          .polygon([[x, bottom + 0.03], [x + 0.05, bottom + 0.03], [x + 0.025, bottom - 0.04]]),
          Color(gray: 0.93), edge: 0.3)
      }
    }
    for index in 0..<5 {
      let x = -0.47 + 0.055 * Float(index)
      brush.stroke(
        .smoothLine([[x, -0.12], [x + 0.03, -0.01], [x, 0.12]]).stretched(1, depth), width: 0.02,
        dark)
    }
    brush.stroke(.lines([[-0.93, -0.05], [-0.9, -0.02]]), width: 0.022, dark)
    brush.at(-0.74, -0.07 * depth, scale: 0.052) { $0.eye(iris: Color(gray: 0.12), white: 0.5) }
  }
}
