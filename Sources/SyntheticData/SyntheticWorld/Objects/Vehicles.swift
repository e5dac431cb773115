import Drawing
import Textures

/// Things on wheels.
enum Vehicles {
  static let classes = [
    ObjectClass("cart", in: [.meadow, .street, .forest], cart),
    ObjectClass("wagon", in: [.meadow, .desert, .street], wagon),
    ObjectClass("bicycle", in: [.street, .meadow], size: 0.6...0.95, bicycle),
    ObjectClass("bus", in: [.street], size: 0.55...0.9, bus),
    ObjectClass("truck", in: [.street, .desert], size: 0.55...0.9, truck),
    ObjectClass("locomotive", in: [.meadow, .desert], size: 0.6...0.95, locomotive),
  ]

  /// A wooden cart: planks, two spoked wheels, a handle.
  static func cart(_ brush: inout Brush) {
    cartBody(&brush)
  }

  /// A cart with a cloth cover over hoops.
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
