import Drawing
import Textures

/// Flowers on stems.
enum Flowers {
  static let classes = [
    ObjectClass("daisy", in: [.garden, .meadow], size: 0.65...0.95, daisy),
    ObjectClass("sunflower", in: [.garden, .meadow], size: 0.65...0.95, sunflower),
    ObjectClass("tulip", in: [.garden, .meadow], size: 0.6...0.92, tulip),
  ]

  /// A daisy: petals about a small yellow disc.
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
