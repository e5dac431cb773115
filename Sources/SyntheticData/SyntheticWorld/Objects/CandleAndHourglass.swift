import Drawing
import Textures

extension Furnishings {
  /// An hourglass: two discs and posts of wood, two bulbs of glass, sand that runs.
  ///
  /// - Varies: wood or brass; the widths of discs and bulbs; the sand's color; how much of it has
  ///   run, from 20 to 80 %.
  static func hourglass(_ brush: inout Brush) {
    let wood = brush.chance(0.8) ? brush.wood() : brush.brass()
    let (width, bulb) = (brush.number(0.56...0.66), brush.number(0.4...0.48))
    let grain = Planks(wood, width: 0, contrast: 0.5, seed: brush.seed())
    // The far posts, seen through the glass.
    for x in [-width * 0.4, width * 0.4] {
      brush.handle([[x, -0.8], [x, 0], [x, 0.8]], width: 0.08, wood.lit(by: 0.65))
    }
    disc(&brush, from: 0.78, width: width, grain, wood)
    let half: [SIMD2<Float>] = [
      [bulb * 0.7, -0.84], [bulb, -0.62], [bulb * 0.86, -0.35], [0.07, -0.03], [0.07, 0.03],
      [bulb * 0.86, 0.35], [bulb, 0.62], [bulb * 0.7, 0.84],
    ]
    let glass = Path.smooth(half + half.reversed().map { SIMD2(-$0.x, $0.y) })
    brush.fill(glass, Color(0.8, 0.9, 0.95, opacity: 0.4), .column(0, bulb * 1.1), edge: 0.2)
    let sand = brush.near(
      brush.pick([
        Color(0.92, 0.76, 0.45), Color(0.9, 0.5, 0.25), Color(0.95, 0.92, 0.85), brush.vivid(),
      ]))
    let grains = Sand(sand.lit(by: 1.1), sand.lit(by: 0.6), ripple: 0.3, seed: brush.seed())
    // What leaves the upper bulb fills the lower one.
    let fallen = brush.number(0.2...0.8)
    brush.inside(glass) { brush in
      let (level, heap) = (-0.12 - (1 - fallen) * 0.5, 0.7 - fallen * 0.45)
      brush.fill(
        .smooth([
          [-0.6, level - 0.04], [0, level + 0.08], [0.6, level - 0.04], [0.6, -0.02], [0, 0.02],
          [-0.6, -0.02],
        ]), grains, .column(0, bulb * 1.1))
      brush.fill(
        .polygon([
          [-0.6, heap + 0.2], [0, heap - 0.08], [0.6, heap + 0.2], [0.6, 1], [-0.6, 1],
        ]),
        grains, .column(0, bulb * 1.1))
      brush.stroke(.lines([[0, -0.05], [0, heap]]), width: 0.04, sand)
    }
    brush.stroke(glass, width: 0.035, Color(0.9, 0.97, 1, opacity: 0.75))
    for y: Float in [-0.5, 0.5] {
      brush.shine(onColumn: 0, radius: bulb, from: y - 0.28, to: y + 0.28, 0.9)
    }
    for x in [-width * 0.86, width * 0.86] {
      brush.handle([[x, -0.8], [x, 0], [x, 0.82]], width: 0.1, wood)
      for y: Float in [-0.42, 0, 0.42] {
        brush.fill(.ellipse(x, y, 0.075, 0.05), wood, .ball(x, y, 0.09, 0.06))
      }
    }
    disc(&brush, from: -0.94, width: width, grain, wood)
  }

  /// A round board seen a little from above, 0.14 thick.
  ///
  /// - `top`: the y of its upper face.
  /// - `width`: its radius.
  private static func disc(
    _ brush: inout Brush, from top: Float, width: Float, _ grain: any Texture, _ wood: Color
  ) {
    brush.fill(
      .turned([[width, top], [width, top + 0.13]], sag: 0.08), grain, .column(0, width * 1.06),
      edge: 0.6)
    brush.fill(.ellipse(0, top, width, 0.08), wood.lit(by: 1.1), .slope(0, -0.4), edge: 0.5)
  }

  /// A candle: a cylinder of wax that has dripped, a flame with a glow, a holder.
  ///
  /// - Varies: ivory or colored wax; a holder of brass or another metal; the candle's width and
  ///   length; two to four runs of wax; the flame's size.
  static func candle(_ brush: inout Brush) {
    let wax = brush.chance(0.6) ? brush.near(Color(0.94, 0.88, 0.74)) : brush.vivid()
    let metal = brush.chance(0.6) ? brush.brass() : brush.metal()
    let (radius, top) = (brush.number(0.17...0.25), brush.number(-0.5 ... -0.15))
    let (dish, base) = (brush.number(0.56...0.66), Float(0.82))
    brush.handle(
      [
        [dish * 0.85, base + 0.02], [dish + 0.12, base - 0.2], [dish + 0.32, base - 0.12],
        [dish + 0.24, base + 0.08], [dish * 0.8, base + 0.06],
      ], width: 0.08, metal)
    brush.fill(
      .turned([[dish, base - 0.08], [dish * 0.7, base + 0.06]], sag: 0.12),
      Brushed(metal, seed: brush.seed()), .column(0, dish * 1.06))
    brush.opening(0, base - 0.08, dish, 0.13, lip: metal, inside: metal)
    brush.fill(
      .turned([[radius * 1.3, base - 0.24], [radius * 1.3, base - 0.05]], sag: 0.05),
      Brushed(metal.lit(by: 0.9), seed: brush.seed()), .column(0, radius * 1.4))
    brush.fill(
      .turned([[radius, top], [radius, base - 0.24]], sag: 0.05),
      Plain(wax, unevenness: 0.12, seed: brush.seed()), .column(0, radius * 1.1), edge: 0.4)
    // Light shines through the wax near the flame.
    brush.glow(
      .rectangle(-radius, top, radius, top + 0.6), Color(1, 0.8, 0.4, opacity: 0.7), 0, top,
      radiusX: radius * 1.3, radiusY: 0.6)
    for _ in 0..<brush.count(2...4) {
      let (x, length) = (radius * brush.number(-0.85...0.85), brush.number(0.15...0.5))
      brush.stroke(
        .lines([[x, top + 0.02], [x, top + length]]), width: 0.07, wax.lit(by: 1.1))
      brush.fill(.circle(x, top + length, 0.04), wax.lit(by: 1.1), edge: 0)
    }
    brush.fill(.ellipse(0, top, radius, 0.06), wax.mixed(with: Color(1, 0.9, 0.6), by: 0.5))
    brush.stroke(.smoothLine([[0, top], [0.02, top - 0.1]]), width: 0.04, Color(gray: 0.1))
    let size = brush.number(0.42...0.52)
    brush.at(0, top - 0.05, scale: size) { $0.flame() }
  }

  /// A honeycomb: a slab of cells, some full of honey, in a wooden frame.
  ///
  /// - Varies: the size of the cells, the fraction of them that is full, the dents of the comb's
  ///   edge, one to three drops of honey.
  static func honeycomb(_ brush: inout Brush) {
    let wax = brush.near(Color(0.93, 0.68, 0.2), by: 0.16)
    let wood = brush.wood()
    let grain = Planks(wood, width: 0, contrast: 0.5, seed: brush.seed())
    let (width, height) = (Float(0.94), brush.number(0.72...0.92))
    let inner = Path.rectangle(-width, -height, width, height)
    brush.wash(inner, Color(0.12, 0.07, 0.03, opacity: brush.number(0.5...0.95)))
    // Points enough for dents, few enough that they are dents and not noise.
    let count = 16
    let comb = Path.smooth(
      (0..<count).map { index in
        let to = direction(turns: Float(index) / Float(count))
        // From a circle towards the frame's rectangle, with dents.
        let reach = 1 / max(abs(to.x), abs(to.y))
        return to * (reach * brush.number(0.78...1.02)) * SIMD2(width, height)
      })
    let cells = Honeycomb(
      wax, wall: wax.mixed(with: Color(1, 0.9, 0.6), by: 0.45), size: brush.number(0.17...0.25),
      thickness: 0.2, filling: brush.number(0.25...0.7), seed: brush.seed())
    brush.inside(inner) { brush in
      brush.within(.move(0.03, 0.06)) { $0.fill(comb, wax.lit(by: 0.35), edge: 0) }
      brush.fill(comb, cells.turned(brush.number(-0.04...0.04)), .ball(0, 0, 1.6, 1.5), edge: 0.6)
    }
    for _ in 0..<brush.count(1...3) {
      let (x, y, length) = (
        brush.number(-0.7...0.7), brush.number(0...0.5), brush.number(0.2...0.4)
      )
      let honey = Color(0.9, 0.5, 0.06, opacity: 0.85)
      brush.stroke(.lines([[x, y], [x, y + length]]), width: 0.09, honey)
      brush.fill(.circle(x, y + length, 0.075), honey, edge: 0)
      brush.wash(.circle(x - 0.02, y + length - 0.02, 0.025), Color(gray: 1, opacity: 0.7))
    }
    for x: Float in [-1, 1] {
      brush.beam(
        [[x * 0.94, -height], [x * 0.94, height]], width: 0.13, grain.turned(0.25), wood)
    }
    brush.beam([[-1, height], [1, height]], width: 0.13, grain, wood)
    brush.beam([[-1.08, -height], [1.08, -height]], width: 0.17, grain, wood)
  }
}
