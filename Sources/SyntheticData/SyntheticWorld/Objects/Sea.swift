import Drawing
import Textures

/// Things of the water.
enum Sea {
  static let classes = [
    ObjectClass("fish", .hovering, in: [.underwater], size: 0.55...0.9, fish),
    ObjectClass("shark", .hovering, in: [.underwater], size: 0.7...1.1, shark),
    ObjectClass("turtle", .hovering, in: [.underwater, .shore], size: 0.6...0.95, turtle),
    ObjectClass("octopus", .hovering, in: [.underwater], size: 0.6...0.95, octopus),
  ]

  /// A bony fish: scales, fins with rays, a tail.
  static func fish(_ brush: inout Brush) {
    let color = brush.vivid()
    let belly = color.mixed(with: Color(0.95, 0.92, 0.85), by: 0.6)
    let fin = brush.near(color.lit(by: 0.8), by: 0.25)
    let depth = brush.number(0.42...0.62)
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
  private static func fins(_ brush: inout Brush, _ color: Color, depth: Float) {
    let rays = Stripes(color, color.lit(by: 0.6), period: 0.07, share: 0.3)
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
