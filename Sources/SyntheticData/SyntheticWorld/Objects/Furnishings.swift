import Drawing
import Textures

/// Objects of the room.
///
/// Thirteen classes that have a room or a table as their habitat and little else in common.
enum Furnishings {
  /// The classes of this family, with habitats from the usual to the rarer ones.
  static let classes = [
    ObjectClass("clock", .hovering, in: [.room], size: 0.5...0.8, clock),
    ObjectClass("mask", .hovering, in: [.room, .forest], size: 0.6...0.9, mask),
    ObjectClass("chair", in: [.room], size: 0.6...0.88, chair),
    ObjectClass("lamp", in: [.room, .table], size: 0.6...0.88, lamp),
    ObjectClass("book", .lying, in: [.table, .room], size: 0.5...0.8, book),
    ObjectClass("bookshelf", in: [.room], size: 0.65...0.92, bookshelf),
    ObjectClass("hourglass", in: [.table], size: 0.6...0.9, hourglass),
    ObjectClass("key", .lying, in: [.table], size: 0.5...0.8, key),
    ObjectClass("hammer", .lying, in: [.table], size: 0.55...0.85, hammer),
    ObjectClass("scissors", .lying, in: [.table], size: 0.55...0.85, scissors),
    ObjectClass("violin", .lying, in: [.room, .table], size: 0.65...0.95, violin),
    ObjectClass("candle", in: [.table], size: 0.55...0.85, candle),
    ObjectClass("honeycomb", .hovering, in: [.garden, .table], size: 0.55...0.9, honeycomb),
  ]

  /// A clock: a round face with twelve marks, two hands, a rim of wood or metal.
  ///
  /// - Varies: a rim of wood, metal or paint; a light or a dark face; marks as lines, Roman
  ///   numerals or dots; the time; the hands' color.
  static func clock(_ brush: inout Brush) {
    let rim: any Texture
    if brush.chance(0.55) {
      rim = Planks(brush.wood(), width: 0, contrast: 0.5, seed: brush.seed())
    } else if brush.chance(0.6) {
      rim = Brushed(brush.chance(0.5) ? brush.metal() : brush.brass(), seed: brush.seed())
    } else {
      rim = Plain(brush.vivid(), unevenness: 0.1, seed: brush.seed())
    }
    let face = brush.near(
      brush.pick([
        Color(0.96, 0.95, 0.92), Color(0.93, 0.87, 0.72), Color(0.96, 0.95, 0.92),
        Color(0.16, 0.17, 0.22),
      ]), by: 0.06)
    // A dark face has light marks.
    let ink = face.components.x < 0.5 ? Color(0.95, 0.93, 0.85) : Color(0.1, 0.09, 0.1)
    let inner = brush.number(0.74...0.84)
    brush.fill(.circle(0, 0, 1), rim, .ball(0, 0, 1.15, 1.15), edge: 0.5)
    brush.stroke(.circle(0, 0, 0.97), width: 0.03, Color(gray: 1, opacity: 0.25))
    brush.fill(
      .circle(0, 0, inner), Plain(face, unevenness: 0.06, seed: brush.seed()), edge: 0.6)
    // The rim's shadow on the face.
    brush.inside(.circle(0, 0, inner)) { brush in
      let shift = SIMD2(-brush.light.direction.x, -brush.light.direction.y) * 0.1
      brush.stroke(
        .circle(shift.x, shift.y, inner + 0.05), width: 0.16, Color(gray: 0, opacity: 0.22))
    }
    brush.readable { dial(&$0, ink, radius: inner) }
    brush.shine(onBall: 0, 0, 0.9, 0.9, 0.35)
  }

  /// Numbers are read from outside; the dial is never mirrored, so that numerals can be read.
  ///
  /// - Varies: style of the marks, time, color of the hands.
  private static func dial(_ brush: inout Brush, _ ink: Color, radius: Float) {
    let numerals = ["XII", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI"]
    let style = brush.count(0...2)
    for hour in 0..<12 {
      let to = direction(turns: Float(hour) / 12 - 0.25)
      let isQuarter = hour % 3 == 0
      switch style {
      case 0:
        let (from, end) = (to * radius * (isQuarter ? 0.72 : 0.8), to * radius * 0.93)
        brush.stroke(.lines([from, end]), width: isQuarter ? 0.09 : 0.05, ink)
      case 1:
        let at = to * radius * 0.78
        brush.at(at.x, at.y, scale: 0.075, turn: Float(hour) / 12) {
          $0.write(numerals[hour], ink, weight: 0.42)
        }
      default:
        let at = to * radius * 0.84
        brush.fill(.circle(at.x, at.y, isQuarter ? 0.065 : 0.04), ink, edge: 0)
      }
    }
    if style != 1, brush.chance(0.5) {
      brush.stroke(.circle(0, 0, radius * 0.95), width: 0.02, ink)
    }
    let hand = brush.chance(0.7) ? ink : brush.vivid()
    // Hour hand and minute hand turn independently: a network should not read the time.
    for (length, width) in [(radius * 0.5, Float(0.11)), (radius * 0.78, 0.07)] {
      brush.at(0, 0, turn: brush.number(0...1)) { brush in
        brush.fill(
          .polygon([
            [-0.12, -width * 0.35], [length * 0.75, -width * 0.5], [length, 0],
            [length * 0.75, width * 0.5], [-0.12, width * 0.35],
          ]), hand)
      }
    }
    brush.fill(.circle(0, 0, 0.07), hand.lit(by: 0.8), .ball(0, 0, 0.08, 0.08))
  }

  /// A lamp: a shade of cloth with a glow, a stem, a foot.
  ///
  /// - Varies: colored or pale cloth, plain or striped; the shade's size; a metal stem or a glazed
  ///   foot.
  static func lamp(_ brush: inout Brush) {
    let cloth = brush.chance(0.5) ? brush.vivid() : brush.near(Color(0.92, 0.84, 0.66))
    let (upper, lower) = (brush.number(0.24...0.45), brush.number(0.56...0.72))
    let (top, bottom) = (brush.number(-1 ... -0.88), brush.number(-0.25...0.0))
    let sag = brush.number(0.06...0.1)
    let shade = Path.turned([[upper, top], [lower, bottom]], sag: sag)
    let foot = brush.number(0.34...0.46)
    if brush.chance(0.5) {
      let metal = brush.chance(0.5) ? brush.brass() : brush.metal()
      brush.fill(
        .turned([[0.1, 0.84], [foot, 0.92]], sag: 0.08), Brushed(metal, seed: brush.seed()),
        .column(0, foot * 1.1))
      brush.handle([[0, 0.88], [0, 0.4], [0, bottom]], width: 0.11, metal)
      for y in [brush.number(0.2...0.7), 0.84] {
        brush.fill(.ellipse(0, y, 0.1, 0.07), metal, .ball(0, y, 0.12, 0.09))
      }
    } else {
      let glaze = brush.glaze()
      let belly = brush.number(0.26...0.4)
      brush.fill(
        .turned(
          [[0.08, bottom], [0.09, 0.12], [belly, 0.5], [belly * 0.6, 0.82], [foot, 0.93]], sag: 0.06
        ),
        glaze.wrapped(radius: max(belly, foot) * 1.05, sag: 0.06), .column(0, belly * 1.2))
      brush.shine(onBall: 0, 0.5, belly, 0.4)
    }
    let glow = Color(1, 0.88, 0.55)
    // The lamp lights its surroundings, whatever the scene's light.
    brush.glow(
      .ellipse(0, bottom * 0.7, 1.5, 1.4), glow.withOpacity(0.4), 0, bottom * 0.7, radiusX: 1.5,
      radiusY: 1.4)
    brush.fill(.ellipse(0, bottom, lower, sag), glow, edge: 0.4)
    let weave = Cloth(cloth, cloth.lit(by: 0.82), thread: 0.055, seed: brush.seed())
    let pattern = brush.chance(0.5)
    let stripes = Stripes(
      cloth, cloth.mixed(with: glow, by: 0.5), period: brush.number(0.12...0.3), fraction: 0.4
    ).turned(0.25)
    brush.fill(
      shade, Wrapped(pattern ? stripes : weave, radius: lower * 1.02, sag: sag),
      .column(0, lower * 1.3))
    // The bulb stands in the lower part of the shade.
    let light = (top + bottom * 2) / 3
    brush.inside(shade) { brush in
      brush.glow(
        .ellipse(0, light, lower, 0.62), glow.withOpacity(0.55), 0, light, radiusX: lower,
        radiusY: 0.62)
    }
    let trim = cloth.lit(by: 0.6)
    brush.stroke(
      .arc(0, bottom, lower, sag, from: 0, to: 0.5), width: 0.05, trim)
    brush.fill(.ellipse(0, top, upper, sag * 0.6), glow.lit(by: 0.9), edge: 0)
    brush.stroke(.ellipse(0, top, upper, sag * 0.6), width: 0.04, trim)
  }

  /// A chair of wood: four legs, a back with slats, a seat of wicker, cloth or planks.
  ///
  /// - Varies: wood; depth and height of the seat; slats across or upright; a seat of wicker, cloth
  ///   or planks.
  static func chair(_ brush: inout Brush) {
    let wood = brush.wood()
    let grain = Planks(wood, width: 0, contrast: 0.4, seed: brush.seed())
    let depth = brush.number(0.2...0.28)
    let seat = brush.number(-0.02...0.12)
    let slant = brush.number(0.1...0.24)
    // The seat's corners: at the front, then at the back.
    let (left, right) = (SIMD2<Float>(-0.62, seat + depth), SIMD2<Float>(0.46, seat + depth + 0.04))
    let (farLeft, farRight) = (left + [slant, -depth], right + [slant - 0.1, -depth])
    let top = brush.number(-1 ... -0.85)
    let width = brush.number(0.085...0.12)
    let (headLeft, headRight) = (
      SIMD2<Float>(farLeft.x + 0.04, top), SIMD2<Float>(farRight.x + 0.08, top + 0.02)
    )
    for foot in [farLeft, farRight] {
      brush.beam([foot, [foot.x + 0.03, 0.84]], width: width, grain, wood)
    }
    // The far parts first: back legs, back, then the front legs and the seat.
    back(
      &brush, from: (farLeft, farRight), to: (headLeft, headRight), width: width, grain, wood)
    brush.beam(
      [[left.x + 0.04, 0.8], [right.x, 0.82]], width: width * 0.6, grain, wood.lit(by: 0.9))
    let cover: any Texture
    switch brush.count(0...2) {
    case 0: cover = Wicker(brush.near(Color(0.8, 0.62, 0.36)), size: 0.12)
    case 1:
      let cloth = brush.vivid()
      cover = Cloth(cloth, cloth.lit(by: 0.75), thread: 0.06, seed: brush.seed())
    default: cover = Planks(wood.lit(by: 1.1), width: 0.1, seed: brush.seed())
    }
    for foot in [left, right] {
      brush.beam(
        [[foot.x + 0.05, foot.y], [foot.x + 0.02, 1]], width: width * 1.1, grain, wood)
    }
    let apron = SIMD2<Float>(0, 0.12)
    brush.fill(
      .polygon([left, right, right + apron, left + apron]), wood.lit(by: 0.75), .slope(0, 0.5))
    brush.fill(
      .polygon([right, farRight, farRight + apron, right + apron]), wood.lit(by: 0.6))
    let shape = Path.polygon([
      left + [-0.05, 0.02], right + [0.05, 0.03], farRight + [0.04, 0], farLeft + [-0.02, 0],
    ])
    brush.fill(shape, cover, .slope(0, -0.4), edge: 0.6)
  }

  /// The back of a chair: two posts, and slats between them.
  ///
  /// - `foot`, `head`: the lower and the upper ends of its two posts.
  /// - Varies: three or four slats across, or three to five upright ones.
  private static func back(
    _ brush: inout Brush, from foot: (SIMD2<Float>, SIMD2<Float>),
    to head: (SIMD2<Float>, SIMD2<Float>), width: Float, _ grain: any Texture, _ wood: Color
  ) {
    /// A point of the back: across from 0 to 1, up from 0 to 1.
    func point(_ across: Float, _ up: Float) -> SIMD2<Float> {
      let (low, high) = (foot.0 + (foot.1 - foot.0) * across, head.0 + (head.1 - head.0) * across)
      return low + (high - low) * up
    }
    if brush.chance(0.5) {
      for index in 1...brush.count(3...4) {
        let up = 0.12 + Float(index) * 0.2
        let center = point(0.5, up) + [0, -0.05]
        brush.beam([point(0, up), center, point(1, up)], width: width * 1.1, grain, wood)
      }
    } else {
      let count = brush.count(3...5)
      for index in 1...count {
        let across = Float(index) / Float(count + 1)
        brush.beam([point(across, 0.22), point(across, 0.95)], width: width * 0.7, grain, wood)
      }
      brush.beam([point(0, 0.2), point(1, 0.2)], width: width * 0.8, grain, wood)
    }
    for across: Float in [0, 1] {
      brush.beam([point(across, 0), point(across, 1.02)], width: width, grain, wood)
    }
    let crest = point(0.5, 0.97) + [0, -brush.number(0...0.1)]
    brush.beam([point(-0.06, 0.95), crest, point(1.06, 0.95)], width: width * 1.5, grain, wood)
  }
}
