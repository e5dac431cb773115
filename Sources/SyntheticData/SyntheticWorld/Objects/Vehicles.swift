import Drawing
import Textures

/// Objects on wheels.
///
/// Cart and wagon differ in the cover alone. All others are seen from their right side.
enum Vehicles {
  /// The classes of this family, with habitats from the usual to the rarer ones.
  static let classes = [
    ObjectClass("cart", in: [.meadow, .street, .forest], cart),
    ObjectClass("wagon", in: [.meadow, .desert, .street], wagon),
    ObjectClass("bicycle", in: [.street, .meadow], size: 0.6...0.95, bicycle),
    ObjectClass("bus", in: [.street], size: 0.55...0.9, bus),
    ObjectClass("truck", in: [.street, .desert], size: 0.55...0.9, truck),
    ObjectClass("locomotive", in: [.meadow, .desert], size: 0.6...0.95, locomotive),
  ]

  /// A wooden cart: planks, two spoked wheels, a handle.
  ///
  /// - Varies: wood; six to ten spokes.
  static func cart(_ brush: inout Brush) {
    // The same body, so that the cover alone tells a wagon from a cart.
    cartBody(&brush)
  }

  /// A cart with a cloth cover over hoops.
  ///
  /// - Varies: what `cart` varies; the cloth's shade.
  static func wagon(_ brush: inout Brush) {
    let cloth = brush.near(Color(0.9, 0.86, 0.76))
    let cover = Path.smooth([
      [-0.8, 0.2], [-0.86, -0.3], [-0.7, -0.78], [0, -0.9], [0.7, -0.78], [0.86, -0.3], [0.8, 0.2],
    ])
    brush.fill(
      cover, Cloth(cloth, cloth.lit(by: 0.86), thread: 0.06, seed: brush.seed()),
      .roller(0.2, 1.2))
    for x: Float in [-0.5, 0, 0.5] {
      let hoop = Path.smoothLine([[1.15, 0.2], [1.2, -0.4], [1, -0.84]])
      brush.stroke(hoop.stretched(x, 1), width: 0.04, cloth.lit(by: 0.6))
    }
    cartBody(&brush)
  }

  /// Drawn after a wagon's cover, whose lower edge it hides.
  private static func cartBody(_ brush: inout Brush) {
    let wood = brush.wood()
    let planks = Planks(wood, width: 0.16, seed: brush.seed())
    brush.rod(.lines([[0.7, 0.3], [1, 0.02]]), width: 0.08, wood.lit(by: 0.8))
    brush.fill(
      .polygon([[-0.85, -0.05], [0.85, -0.05], [0.74, 0.48], [-0.74, 0.48]]), planks,
      .slope(0, 0.2))
    brush.fill(.rectangle(-0.9, -0.1, 0.9, 0), Planks(wood.lit(by: 0.8), width: 0, seed: 1))
    let spokes = brush.count(6...10)
    let iron = brush.near(wood.lit(by: 0.6))
    for x: Float in [-0.45, 0.45] {
      brush.at(x, 0.62, scale: 0.38) { $0.spokedWheel(iron, spokes: spokes) }
    }
  }
}

extension Vehicles {
  /// A bicycle: two large spoked wheels, a frame of tubes, saddle, handlebar, chain and pedals.
  ///
  /// - Varies: paint; the wheels' radius and spokes; a low or a level upper tube; a straight or a
  ///   racing handlebar; guards, a rack, a basket, a lamp; the pedals' turn.
  static func bicycle(_ brush: inout Brush) {
    let paint = brush.vivid()
    let steel = brush.near(Color(0.72, 0.73, 0.75), by: 0.08)
    let leather = brush.near(
      brush.pick([Color(0.42, 0.25, 0.14), Color(gray: 0.13), Color(0.6, 0.4, 0.22)]))
    let radius = brush.number(0.44...0.48)
    let hub = 1 - radius
    let (rear, front) = (SIMD2<Float>(-0.53, hub), SIMD2<Float>(0.53, hub))
    // Even, as real ones are.
    let spokes = 2 * brush.count(6...8)
    let tire = brush.pick([Color(gray: 0.12), Color(gray: 0.12), Color(0.45, 0.3, 0.2)])
    for at in [rear, front] {
      brush.at(at.x, at.y, scale: radius) { brush in
        brush.spokedWheel(steel, spokes: spokes, rim: 0.13, thickness: 0.045)
        brush.stroke(.circle(0, 0, 0.96), width: 0.1, tire)
      }
    }
    let crank: SIMD2<Float> = [-0.06, hub + 0.04]
    let seat: SIMD2<Float> = [-0.22, hub - 0.62]
    let head: SIMD2<Float> = [0.31, hub - 0.64]
    let isLow = brush.chance(0.35)
    // Guards over the wheels, a rack, a basket.
    if brush.chance(0.6) {
      for at in [rear, front] {
        brush.stroke(
          .arc(at.x, at.y, radius * 1.06, radius * 1.06, from: 0.5, to: 0.92), width: 0.05,
          paint.lit(by: 0.75))
      }
    }
    if brush.chance(0.5) {
      brush.rod(.lines([[-0.86, hub - 0.5], [-0.26, hub - 0.5]]), width: 0.05, steel)
      brush.rod(.lines([[-0.8, hub - 0.5], rear]), width: 0.035, steel)
    }
    if brush.chance(0.5) {
      let band = brush.near(Color(0.72, 0.52, 0.28))
      brush.fill(
        .polygon([
          [0.42, hub - 0.84], [0.86, hub - 0.84], [0.79, hub - 0.52], [0.48, hub - 0.52],
        ]),
        Wicker(band, size: 0.1, seed: brush.seed()), .column(0.64, 0.3), edge: 0.5)
    }
    // The frame: stays, seat tube, upper and lower tubes, fork.
    let tube: Float = 0.085
    let low = crank + (seat - crank) * (isLow ? 0.35 : 0.84)
    for line in [
      [rear, crank], [rear, crank + (seat - crank) * 0.84], [seat, crank],
      [low, head + (isLow ? SIMD2<Float>(0.03, 0.1) : [0, 0])], [crank, head + [0.05, 0.14]],
    ] {
      brush.rod(.lines(line), width: tube, paint)
    }
    brush.rod(.smoothLine([[0.29, hub - 0.76], [0.42, hub - 0.28], front]), width: tube, paint)
    // Chain and pedals.
    brush.stroke(
      .lines([rear + [0, -0.04], crank + [0, -0.11]]), width: 0.025, Color(gray: 0.2))
    brush.stroke(
      .lines([rear + [0, 0.04], crank + [0, 0.11]]), width: 0.025, Color(gray: 0.2))
    brush.fill(.circle(rear.x, rear.y, 0.05), steel, edge: 0.5)
    brush.stroke(.circle(crank.x, crank.y, 0.1), width: 0.045, Color(gray: 0.3))
    let turn = direction(turns: brush.number(0...1)) * 0.2
    for side: Float in [-1, 1] {
      let pedal = crank + turn * side
      brush.rod(.lines([crank, pedal]), width: 0.04, steel)
      brush.rod(
        .lines([pedal - [0.08, 0], pedal + [0.08, 0]]), width: 0.055, Color(gray: 0.2))
    }
    // Saddle and handlebar.
    let post = seat + (seat - crank) * 0.12
    brush.rod(.lines([seat, post]), width: 0.05, steel)
    let saddle = Path.smooth([
      [-0.2, -0.07], [-0.05, -0.05], [0.17, -0.02], [0.18, 0.02], [0, 0.06], [-0.16, 0.1],
      [-0.22, 0.02],
    ])
    brush.at(post.x, post.y) {
      $0.fill(saddle, leather, .ball(-0.05, 0, 0.26, 0.13), edge: 0.5)
    }
    let bar: SIMD2<Float> = [0.27, hub - 0.84]
    brush.rod(.lines([bar, [0.3, hub - 0.72]]), width: 0.05, steel)
    let isRacing = brush.chance(0.35)
    brush.rod(
      .smoothLine(
        isRacing
          ? [bar, bar + [0.2, -0.02], bar + [0.26, 0.1], bar + [0.16, 0.17]]
          : [
            bar + [0.14, -0.07], bar + [0.04, -0.04], bar + [-0.06, -0.02], bar + [-0.22, 0.02],
          ]),
      width: 0.05, steel)
    let grip = bar + (isRacing ? SIMD2<Float>(0.2, 0.16) : [-0.18, 0.01])
    brush.rod(.lines([grip, grip + [-0.09, 0.01]]), width: 0.075, leather)
    if brush.chance(0.6) {
      brush.fill(
        .ellipse(0.4, hub - 0.66, 0.07, 0.08), Color(1, 0.93, 0.65),
        .ball(0.4, hub - 0.66, 0.1, 0.1),
        edge: 0.5)
    }
  }
}
