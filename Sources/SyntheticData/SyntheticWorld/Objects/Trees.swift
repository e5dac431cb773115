import Drawing
import Textures

/// Trees and other plants.
///
/// Tree and apple tree differ in the fruits alone.
enum Plants {
  /// The classes of this family, with habitats from the usual to the rarer ones.
  static let classes = [
    ObjectClass("tree", in: [.meadow, .street], size: 0.62...0.88, tree),
    ObjectClass("apple_tree", in: [.garden, .meadow], size: 0.62...0.88, appleTree),
    ObjectClass("pine", in: [.snow, .forest], size: 0.62...0.88, pine),
    ObjectClass("palm", in: [.desert, .shore], size: 0.62...0.9, palm),
    ObjectClass("cactus", in: [.desert], size: 0.6...0.9, cactus),
    ObjectClass("mushroom", in: [.forest], mushroom),
    ObjectClass("pumpkin", in: [.garden, .table], size: 0.5...0.8, pumpkin),
    ObjectClass("strawberry", .lying, in: [.table, .garden], size: 0.5...0.8, strawberry),
  ]

  /// A tree: a trunk of bark with branches, a crown of leaves in light and shade.
  ///
  /// - Varies: what `leafyTree` varies.
  static func tree(_ brush: inout Brush) { _ = leafyTree(&brush) }

  /// The same tree with round fruits.
  ///
  /// One or two fruits on each lump of leaves, so that they lie on the crown.
  ///
  /// - Varies: the tree; red, orange or yellow fruits, and their size.
  static func appleTree(_ brush: inout Brush) {
    let lumps = leafyTree(&brush)
    let color = brush.ripe()
    let size = brush.number(0.085...0.11)
    // On the near lumps only: a fruit on a far one would look cut off.
    for lump in lumps {
      let start = brush.number(0...1)
      for index in 0..<brush.count(1...2) {
        let turn = start + Float(index) * 0.45
        let at = lump.at + direction(turns: turn) * lump.radius * brush.number(0.3...0.65)
        let one = brush.near(color, by: 0.15)
        let tilt = brush.number(-0.08...0.08)
        brush.at(at.x, at.y, scale: size, turn: tilt) { $0.fruit(one) }
      }
    }
  }

  /// Trunk, two branches and crown.
  ///
  /// - Varies: three barks, five greens; the trunk's width and lean; the crown's radii.
  /// - Returns the lumps of the crown's near side.
  private static func leafyTree(_ brush: inout Brush) -> [(at: SIMD2<Float>, radius: Float)] {
    let bark = brush.near(
      brush.pick([Color(0.42, 0.31, 0.22), Color(0.5, 0.44, 0.38), Color(0.34, 0.25, 0.2)]))
    let leaf = brush.near(
      brush.pick([
        Color(0.36, 0.58, 0.16), Color(0.26, 0.48, 0.18), Color(0.5, 0.62, 0.16),
        Color(0.22, 0.44, 0.28), Color(0.6, 0.56, 0.18),
      ]),
      by: 0.25)
    let width = brush.number(0.16...0.26)
    let lean = brush.number(-0.12...0.12)
    let (radiusX, radiusY) = (brush.number(0.64...0.97), brush.number(0.58...0.76))
    let y = -1 + radiusY
    brush.trunk(bark, top: -0.2, width: width, lean: lean)
    // Branches, seen between the lumps.
    for side: Float in [-1, 1] {
      let foot = brush.number(0.05...0.3)
      let out = side * brush.number(0.35...0.6)
      brush.rod(
        .smoothLine([[lean * 0.3, foot], [out * 0.45, foot - 0.22], [out, foot - 0.42]]),
        width: width * 0.4, bark.lit(by: 0.9))
    }
    return brush.crown(leaf, x: 0, y: y, radiusX: radiusX, radiusY: radiusY)
  }

  /// A conifer: layers of dark boughs with needles, some with snow, on a straight trunk.
  ///
  /// - Varies: three greens; four to six layers; how far they spread; snow in 40 %.
  static func pine(_ brush: inout Brush) {
    let bark = brush.near(Color(0.4, 0.28, 0.2))
    let green = brush.near(
      brush.pick([Color(0.22, 0.46, 0.26), Color(0.3, 0.52, 0.42), Color(0.34, 0.52, 0.2)]), by: 0.2
    )
    brush.trunk(bark, top: 0, width: brush.number(0.14...0.2))
    let layers = brush.count(4...6)
    let spread = brush.number(0.55...0.78)
    let isSnowy = brush.chance(0.4)
    // One seed for all layers: layers differ by shape and light.
    let needles = brush.seed()
    for layer in 0..<layers {
      // From the lowest to the top.
      let fraction = 1 - Float(layer) / Float(layers)
      let reach = spread * (0.16 + 0.84 * fraction) * brush.number(0.9...1.08)
      let foot = -1 + 1.72 * (0.1 + 0.9 * fraction)
      let top = foot - 0.3 - 1.05 / Float(layers) * (layer == layers - 1 ? 0.6 : 1)
      bough(&brush, green, top: max(top, -1), foot: foot, reach: reach, isSnowy, needles)
    }
  }

  /// One layer of a conifer.
  ///
  /// - `top`, `foot`: the y where the layer begins and of its lower edge.
  /// - `reach`: half of its width.
  /// - `needles`: the texture's seed, the same for all layers.
  private static func bough(
    _ brush: inout Brush, _ green: Color, top: Float, foot: Float, reach: Float, _ isSnowy: Bool,
    _ needles: UInt32
  ) {
    var points: [SIMD2<Float>] = [[0, top], [reach * 0.3, top + (foot - top) * 0.5]]
    let tips = 4
    for tip in 0...tips {
      // Along the lower edge from right to left: tips that hang, and gaps between them.
      let x = 1 - 2 * Float(tip) / Float(tips)
      let sag = 0.1 * (1 - x * x)
      points.append([x * reach, foot + sag + brush.number(-0.03...0.03)])
      guard tip < tips else { break }
      points.append([(x - 1 / Float(tips)) * reach * 0.92, foot + sag - 0.07])
    }
    points.append([-reach * 0.3, top + (foot - top) * 0.5])
    let outline = Path.smooth(points)
    brush.fill(
      outline, Needles(green, shade: green.lit(by: 0.2), size: 0.095, seed: needles),
      .ball(0, foot - 0.1, reach * 1.3, (foot - top) * 1.1), edge: 0.35)
    guard isSnowy else { return }
    brush.inside(outline) { brush in
      let snow = Color(0.95, 0.97, 1, opacity: 0.92)
      for side: Float in [-1, 1] {
        // A bank of snow along the upper side, whose lower edge is ragged.
        let drop = foot - top
        var (upper, lower): ([SIMD2<Float>], [SIMD2<Float>]) = ([], [])
        for step in 0...6 {
          let along = Float(step) / 6
          let at = SIMD2(side * reach * (0.2 + 0.82 * along), top + drop * (0.4 + 0.58 * along))
          upper.append(at + [side * 0.1, -0.08])
          let depth = step % 2 == 0 ? brush.number(0.2...0.4) : brush.number(0.6...1.1)
          lower.append(at + [-side * 0.1 * depth, 0.12 * depth])
        }
        let bank = upper + lower.reversed()
        brush.wash(.smooth(bank), snow)
      }
    }
  }

  /// A palm: a leaning trunk with rings, long feathered fronds, nuts.
  ///
  /// - Varies: three barks; the lean; height and width of the trunk; ten to twelve fronds, half of
  ///   them behind the trunk; two to four nuts.
  static func palm(_ brush: inout Brush) {
    let bark = brush.near(
      brush.pick([Color(0.55, 0.44, 0.32), Color(0.62, 0.55, 0.45), Color(0.45, 0.34, 0.24)]))
    let green = brush.near(Color(0.3, 0.52, 0.16), by: 0.25)
    let lean = brush.number(-0.42...0.42)
    let head = SIMD2<Float>(-lean * 0.4, brush.number(-0.5 ... -0.38))
    let width = brush.number(0.075...0.105)
    let count = brush.count(4...5)
    let start = brush.number(-0.03...0.03)
    // Fronds behind, trunk, fronds before.
    fronds(&brush, head, green.lit(by: 0.62), count: count, start: start + 0.06)
    for ring in 0..<14 {
      func at(_ t: Float) -> SIMD2<Float> {
        [lean * 0.6 * (1 - t) * (1 - t) + head.x * t, 1 + (head.y - 1) * t]
      }
      let (low, high) = (at(Float(ring) / 14), at(Float(ring + 1) / 14))
      let half = width * (1.35 - 0.6 * Float(ring) / 14)
      brush.fill(
        .polygon([
          [low.x - half * 0.85, low.y], [high.x - half * 1.1, high.y - 0.01],
          [high.x + half * 1.1, high.y - 0.01], [low.x + half * 0.85, low.y],
        ]), bark.lit(by: ring % 2 == 0 ? 1 : 0.86), .column(low.x, half * 1.25), edge: 0.55)
    }
    let nut = brush.near(brush.pick([Color(0.36, 0.22, 0.12), Color(0.45, 0.5, 0.2)]))
    for _ in 0..<brush.count(2...4) {
      let (x, y) = (head.x + brush.number(-0.13...0.13), head.y + brush.number(0.04...0.12))
      brush.fill(.circle(x, y, 0.075), nut, .ball(x, y, 0.085, 0.085), edge: 0.5)
    }
    fronds(&brush, head, green, count: count, start: start)
  }

  /// A fan from left to right over the top; level ones are longer and droop more.
  ///
  /// - `start`: a turn by which the fan is moved.
  private static func fronds(
    _ brush: inout Brush, _ head: SIMD2<Float>, _ green: Color, count: Int, start: Float
  ) {
    for index in 0...count {
      // From one side over the top to the other.
      let turn = 0.46 + start + Float(index) / Float(count) * 0.58
      let length = brush.number(0.72...0.86)
      let level = abs(direction(turns: turn).x)
      let color = brush.near(green, by: 0.2)
      let droop = 0.08 + 0.5 * level * brush.number(0.45...1.2)
      brush.at(head.x, head.y) {
        $0.frond(color, turn: turn, length: length * (0.7 + 0.3 * level), droop: droop)
      }
    }
  }
}
