import Drawing
import Textures

/// Flowers on stems.
///
/// Daisy and sunflower differ in their disc alone; the tulip has a cup in its place.
enum Flowers {
  /// The classes of this family, with habitats from the usual to the rarer ones.
  static let classes = [
    ObjectClass("daisy", in: [.garden, .meadow], size: 0.65...0.95, daisy),
    ObjectClass("sunflower", in: [.garden, .meadow], size: 0.65...0.95, sunflower),
    ObjectClass("tulip", in: [.garden, .meadow], size: 0.6...0.92, tulip),
  ]

  /// A daisy: petals about a small yellow disc.
  ///
  /// The disc is 0.17 in radius.
  ///
  /// - Varies: what `petals` varies.
  static func daisy(_ brush: inout Brush) {
    petals(&brush)
    let disc = brush.near(Color(0.95, 0.75, 0.15))
    brush.at(0, -0.3) { brush in
      brush.fill(
        .circle(0, 0, 0.17),
        Dots(disc, disc.lit(by: 0.75), spacing: 0.05, scatter: 0.4, seed: brush.seed()),
        .ball(0, 0, 0.24, 0.24))
    }
  }

  /// A sunflower: the same petals about a large dark disc of seeds.
  ///
  /// The disc is 0.34 in radius: twice a daisy's, which is all that differs.
  static func sunflower(_ brush: inout Brush) {
    petals(&brush)
    let seeds = brush.near(Color(0.32, 0.2, 0.1))
    brush.at(0, -0.3) { brush in
      brush.fill(
        .circle(0, 0, 0.34),
        Honeycomb(seeds, wall: seeds.lit(by: 0.4), size: 0.09, seed: brush.seed()),
        .ball(0, 0, 0.45, 0.45), edge: 0.6)
    }
  }

  /// Stem, two leaves, and two rings of 11 to 17 petals about (0, −0.3).
  ///
  /// - Varies: yellow, white or pink; the number and the turn of the petals.
  private static func petals(_ brush: inout Brush) {
    let green = brush.near(Color(0.25, 0.5, 0.15))
    brush.rod(.smoothLine([[0.05, 1], [-0.04, 0.4], [0, -0.2]]), width: 0.09, green)
    for side: Float in [-1, 1] {
      brush.within(.move(0, 0.62).after(.scale(side, 1)).after(.turn(-0.08))) {
        $0.leaf(green, length: 0.5, width: 0.2)
      }
    }
    let color = brush.near(
      brush.pick([Color(0.98, 0.8, 0.1), Color(0.95, 0.94, 0.9), Color(0.95, 0.6, 0.7)]))
    let count = brush.count(11...17)
    brush.at(0, -0.3, turn: brush.number(0...0.1)) { brush in
      for ring in 0..<2 {
        for index in 0..<count {
          let angle = (Float(index) + Float(ring) * 0.5) / Float(count)
          // The inner ring is shorter and lighter, and lies between the outer petals.
          let reach: Float = ring == 0 ? 0.68 : 0.58
          brush.at(0, 0, turn: angle) { brush in
            let petal = Path.smooth([
              [0.15, -0.03], [0.7, -0.1], [1, 0], [0.7, 0.1], [0.15, 0.03],
            ])
            brush.fill(
              petal.stretched(reach, 1), color.lit(by: ring == 0 ? 0.85 : 1), .slope(0.2, 0),
              edge: 0.35)
          }
        }
      }
    }
  }
}

extension Flowers {
  /// A tulip, or a few: a cup of smooth petals that overlap, a stem, long leaves.
  ///
  /// - Varies: six colors; one to three flowers, the middle one tallest; the width of the cups; the
  ///   leaves.
  static func tulip(_ brush: inout Brush) {
    let color = brush.near(
      brush.pick([
        Color(0.88, 0.14, 0.14), Color(0.95, 0.75, 0.15), Color(0.9, 0.4, 0.55),
        Color(0.55, 0.22, 0.55), Color(0.95, 0.5, 0.15), Color(0.93, 0.9, 0.84),
      ]))
    let green = brush.near(Color(0.32, 0.55, 0.28), by: 0.2)
    let count = brush.pick([1, 1, 2, 3])
    // Several flowers share the box.
    let size: Float = [0, 1, 0.84, 0.72][count]
    let wide = brush.number(0.85...1.15)
    // The sides first, the center one, which is the tallest, before them.
    let heads: [SIMD2<Float>] =
      switch count {
      case 1: [[brush.number(-0.06...0.06), -0.25]]
      case 2: [[-0.4, brush.number(-0.2...0.1)], [0.36, -0.35]]
      default: [[-0.6, brush.number(-0.25...0.1)], [0.6, brush.number(-0.25...0.1)], [0, -0.44]]
      }
    for side: Float in [-1, 1] { leafBlade(&brush, green.lit(by: 0.72), side * 0.8, reach: 0.6) }
    for head in heads {
      brush.rod(
        .smoothLine([[head.x * 0.12, 1], [head.x * 0.55, 0.45], [head.x, head.y + 0.1]]),
        width: 0.09 * size + 0.01, green)
      // Flowers of one plant differ a little.
      let one = brush.near(color)
      brush.at(head.x, head.y, scale: size, turn: head.x * 0.05) { brush in
        brush.within(.scale(wide, 1)) { cup(&$0, one) }
      }
    }
    for side: Float in [-1, 1] { leafBlade(&brush, green, side, reach: brush.number(0.35...0.55)) }
  }

  /// A tulip's flower on the origin: petals behind, at the sides, in front.
  ///
  /// Seven petals, from the darkest at the back to the lightest in front.
  ///
  /// - Parameters: the stem ends at the origin, the cup rises to y = −0.74.
  private static func cup(_ brush: inout Brush, _ color: Color) {
    let veins = brush.seed()
    func petal(_ points: [SIMD2<Float>], _ tone: Float, _ form: Form) {
      let light = color.lit(by: tone)
      brush.fill(
        .smooth(points),
        Fur(light.lit(by: 1.05), light.lit(by: 0.78), length: 0.5, width: 0.035, seed: veins)
          .turned(0.25), form, edge: 0.55)
    }
    for side: Float in [-1, 1] {
      petal(
        [[0, 0], [side * 0.3, -0.3], [side * 0.22, -0.74], [side * 0.04, -0.5]], 0.62, .flat)
    }
    petal([[0, 0], [0.24, -0.4], [0.02, -0.72], [-0.24, -0.4]], 0.68, .flat)
    for side: Float in [-1, 1] {
      petal(
        [
          [0, 0.14], [side * 0.3, 0.03], [side * 0.42, -0.24], [side * 0.4, -0.52],
          [side * 0.44, -0.7], [side * 0.22, -0.5], [side * 0.04, -0.1],
        ], 0.9, .ball(0, -0.2, 0.5, 0.6))
    }
    petal(
      [
        [0, 0.15], [0.2, 0.02], [0.28, -0.24], [0.17, -0.48], [0, -0.64], [-0.17, -0.48],
        [-0.28, -0.24], [-0.2, 0.02],
      ], 1.05, .ball(0, -0.2, 0.42, 0.6))
  }

  /// A long leaf from the foot that bends outwards.
  ///
  /// - `side`: −1 bends to the left, 1 to the right.
  /// - Varies: the height of its tip.
  private static func leafBlade(
    _ brush: inout Brush, _ green: Color, _ side: Float, reach: Float
  ) {
    let top = brush.number(0.02...0.4)
    let outline = Path.smooth([
      [0, 1], [side * reach * 0.55, 0.72], [side * reach * 0.8, (top + 0.6) / 2],
      [side * reach, top], [side * reach * 0.5, top + 0.22], [side * reach * 0.12, 0.7],
    ])
    brush.fill(
      outline,
      Stripes(green, green.lit(by: 0.84), period: 0.06, fraction: 0.4).turned(0.25 + side * 0.05),
      .slope(side * 0.3, -0.2), edge: 0.5)
  }
}
