import Drawing
import Textures

/// Objects that lie about and are of no class; drawn in units from −1 to 1, standing on y = 1.
///
/// They are of no class, so that a network has to learn what an image is about; the same ones
/// appear with every class of a habitat.
enum Clutter {
  /// A stone with veins.
  case rock, bush, tuft, post, crate, barrel, stump, seaweed, bubbles, coral, cloud, ball, pebbles

  /// What lies about in a place.
  ///
  /// - Parameter habitat: Where.
  /// - Returns: At least one.
  static func found(in habitat: Habitat) -> [Clutter] {
    switch habitat {
    case .meadow: [.rock, .bush, .tuft, .post, .stump]
    case .forest: [.rock, .bush, .stump, .tuft]
    case .garden: [.bush, .tuft, .post, .pebbles]
    case .street: [.post, .crate, .barrel, .bush]
    case .desert: [.rock, .pebbles, .tuft]
    case .snow: [.rock, .stump, .post]
    case .shore: [.rock, .pebbles, .barrel]
    case .sea: [.barrel, .rock]
    case .underwater: [.rock, .seaweed, .bubbles, .coral]
    case .sky: [.cloud]
    case .room: [.crate, .ball, .barrel]
    case .table: [.ball, .crate, .pebbles]
    }
  }

  /// Draws one.
  func draw(_ brush: inout Brush) {
    switch self {
    case .rock: Self.rock(&brush)
    case .bush: Self.bush(&brush)
    case .tuft: Self.tuft(&brush)
    case .post: Self.post(&brush)
    case .crate: Self.crate(&brush)
    case .barrel: Self.barrel(&brush)
    case .stump: Self.stump(&brush)
    case .seaweed: Self.seaweed(&brush)
    case .bubbles: Self.bubbles(&brush)
    case .coral: Self.coral(&brush)
    case .cloud: Self.cloud(&brush)
    case .ball: Self.ball(&brush)
    case .pebbles: Self.pebbles(&brush)
    }
  }

  /// Half of a blob that stands on y = 1.
  ///
  /// - Parameters:
  ///   - brush: Gives the randomness.
  ///   - height: Its height.
  /// - Returns: The outline.
  private static func lump(_ brush: inout Brush, height: Float) -> Path {
    .smooth(
      (0..<9).map { index in
        let at = direction(turns: 0.5 + Float(index) / 16)
        let reach = brush.number(0.8...1.05)
        return SIMD2(0, 1) + at * SIMD2(reach, reach * height)
      })
  }

  private static func rock(_ brush: inout Brush) {
    // The numbers' order is part of the image: color, then height, then outline.
    let stone = brush.near(Color(0.52, 0.5, 0.48), by: 0.2)
    let height = brush.number(0.6...1.3)
    brush.fill(
      lump(&brush, height: height),
      Marble(stone, vein: stone.lit(by: 0.6), size: 0.7, seed: brush.seed()),
      .ball(0, 1, 1.3, 1.5 * height))
  }

  /// A low lump of leaves.
  private static func bush(_ brush: inout Brush) {
    let green = brush.near(Color(0.26, 0.44, 0.16), by: 0.25)
    brush.fill(
      lump(&brush, height: 1.5),
      Foliage(green, shade: green.lit(by: 0.3), size: 0.3, seed: brush.seed()),
      .ball(0, 0.8, 1.4, 2), edge: 0.15)
  }

  /// Seven to fourteen blades of grass.
  private static func tuft(_ brush: inout Brush) {
    let green = brush.near(Color(0.42, 0.56, 0.2), by: 0.25)
    for _ in 0..<brush.count(7...14) {
      let (foot, tip) = (brush.number(-0.5...0.5), brush.number(-1...1))
      let height = brush.number(-1...0)
      let bend = foot * 0.8 + tip * 0.2
      brush.stroke(
        .smoothLine([[foot, 1], [bend, 0.2], [tip, height]]), width: 0.09,
        brush.near(green, by: 0.25))
    }
  }

  /// An upright beam.
  private static func post(_ brush: inout Brush) {
    let wood = brush.wood()
    brush.fill(
      .rectangle(-0.2, -1, 0.2, 1),
      Planks(wood, width: 0, contrast: 0.5, seed: brush.seed()).turned(0.25), .column(0, 0.24))
  }

  /// A box of planks with two battens.
  private static func crate(_ brush: inout Brush) {
    let wood = brush.wood()
    brush.fill(
      .rectangle(-0.9, -0.7, 0.9, 1), Planks(wood, width: 0.34, seed: brush.seed()), .slope(0.15, 0)
    )
    for x: Float in [-0.8, 0.8] {
      brush.fill(.rectangle(x - 0.12, -0.7, x + 0.12, 1), wood.lit(by: 0.85))
    }
  }

  /// A barrel of staves with four hoops.
  private static func barrel(_ brush: inout Brush) {
    let wood = brush.wood()
    let side = Path.smooth([
      [-0.6, -1], [0, -1.04], [0.6, -1], [0.76, 0], [0.6, 1], [0, 1.04], [-0.6, 1], [-0.76, 0],
    ])
    brush.fill(
      side, Planks(wood, width: 0.2, seed: brush.seed()).turned(0.25), .column(0, 0.85))
    let iron = brush.metal().lit(by: 0.6)
    brush.inside(side) { brush in
      for y: Float in [-0.7, -0.35, 0.35, 0.7] {
        brush.fill(.rectangle(-1, y - 0.06, 1, y + 0.06), iron, .column(0, 0.85))
      }
    }
  }

  /// A stump with three rings.
  private static func stump(_ brush: inout Brush) {
    let bark = brush.near(Color(0.4, 0.3, 0.22), by: 0.2)
    brush.fill(
      .polygon([[-0.6, 0], [0.6, 0], [0.8, 1], [-0.8, 1]]),
      Bark(bark, furrow: bark.lit(by: 0.35), size: 0.14, seed: brush.seed()), .column(0, 0.9))
    let wood = brush.wood().lit(by: 1.2)
    brush.fill(.ellipse(0, 0, 0.6, 0.24), wood)
    for ring in 1...3 {
      let fraction = Float(ring) / 4
      brush.stroke(.ellipse(0, 0, 0.6 * fraction, 0.24 * fraction), width: 0.03, wood.lit(by: 0.7))
    }
  }

  /// Two to four ribbons.
  private static func seaweed(_ brush: inout Brush) {
    let green = brush.near(Color(0.25, 0.42, 0.15), by: 0.3)
    for _ in 0..<brush.count(2...4) {
      let (x, sway) = (brush.number(-0.6...0.6), brush.number(-0.35...0.35))
      let (left, right) = (x - sway, x + sway)
      brush.rod(
        .smoothLine([[x, 1], [right, 0.4], [left, -0.2], [right, -1]]), width: 0.16,
        brush.near(green, by: 0.2))
    }
  }

  /// Four to nine bubbles.
  private static func bubbles(_ brush: inout Brush) {
    for _ in 0..<brush.count(4...9) {
      let (x, y, r) = (brush.number(-0.8...0.8), brush.number(-1...1), brush.number(0.06...0.2))
      brush.wash(.circle(x, y, r), Color(0.8, 0.95, 1, opacity: 0.25))
      brush.stroke(.circle(x, y, r), width: 0.04, Color(0.9, 1, 1, opacity: 0.7))
    }
  }

  /// Five to eight branches from one foot.
  private static func coral(_ brush: inout Brush) {
    let color = brush.near(
      brush.pick([Color(0.85, 0.4, 0.35), Color(0.9, 0.65, 0.4), Color(0.7, 0.4, 0.6)]))
    for _ in 0..<brush.count(5...8) {
      let (x, y) = (brush.number(-0.9...0.9), brush.number(-0.9...0.3))
      let bend = x / 2
      brush.rod(.smoothLine([[0, 1], [bend, 0.4], [x, y]]), width: 0.22, color)
    }
  }

  /// A small cloud of six puffs.
  private static func cloud(_ brush: inout Brush) {
    for _ in 0..<6 {
      let (x, y, r) = (brush.number(-0.8...0.8), brush.number(0.1...0.6), brush.number(0.3...0.5))
      brush.glow(
        .circle(x, y, r), Color(gray: 1, opacity: 0.85), x, y, radiusX: r, radiusY: r)
    }
  }

  /// A ball of one color.
  private static func ball(_ brush: inout Brush) {
    brush.fill(.circle(0, 0.3, 0.7), brush.vivid(), .ball(0, 0.3, 0.75, 0.75))
  }

  /// Three to seven pebbles.
  private static func pebbles(_ brush: inout Brush) {
    for _ in 0..<brush.count(3...7) {
      let (x, y, r) = (brush.number(-0.9...0.9), brush.number(0.5...0.95), brush.number(0.1...0.25))
      let stone = brush.near(Color(0.55, 0.52, 0.5), by: 0.3)
      brush.fill(.ellipse(x, y, r, r * 0.7), stone, .ball(x, y, r * 1.2, r))
    }
  }
}
