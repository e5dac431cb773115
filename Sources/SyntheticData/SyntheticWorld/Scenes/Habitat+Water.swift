import Drawing
import Textures

extension Habitat {
  func sea(_ brush: inout Brush) -> Float {
    let horizon = brush.number(0.35...0.58)
    brush.sky(above: horizon)
    let water = brush.near(
      brush.pick([Color(0.12, 0.36, 0.52), Color(0.1, 0.42, 0.46), Color(0.2, 0.32, 0.44)]))
    if brush.chance(0.3) {
      let far = Color(0.42, 0.52, 0.56)
      brush.hills(horizon, height: 0.1, Plain(far, unevenness: 0.1, seed: brush.seed()))
    }
    brush.ground(
      below: horizon, Waves(water, crest: Color(0.9, 0.95, 0.97), length: 0.4, seed: brush.seed()))
    return horizon
  }

  func shore(_ brush: inout Brush) -> Float {
    let horizon = brush.number(0.42...0.58)
    brush.sky(above: horizon)
    let water = brush.near(Color(0.14, 0.4, 0.55))
    brush.ground(
      below: horizon, Waves(water, crest: Color(gray: 0.95), length: 0.4, seed: brush.seed()))
    let rock = brush.near(Color(0.5, 0.46, 0.42))
    let edge = horizon + brush.number(0.08...0.18)
    let land = Path.smooth([
      [-0.1, 0.05], [0.15, 0], [0.4, -0.03], [0.65, 0], [0.9, -0.02], [1.1, 0.06], [1.2, 1],
      [-0.2, 1],
    ])
    brush.fill(
      land.mapped(by: .move(0, edge)),
      Cobbles(rock, joint: rock.lit(by: 0.4), size: 0.11, seed: brush.seed()))
    return edge
  }

  func underwater(_ brush: inout Brush) -> Float {
    let water = brush.near(
      brush.pick([Color(0.1, 0.4, 0.56), Color(0.08, 0.46, 0.5), Color(0.12, 0.34, 0.58)]))
    let floor = brush.number(0.7...0.92)
    brush.fill(
      Brush.everywhere,
      Waves(water, crest: water.lit(by: 1.7), length: 0.35, strength: 0.6, seed: brush.seed()),
      edge: 0)
    // Shafts of light from above.
    for _ in 0..<brush.count(2...5) {
      let (x, half) = (brush.number(-0.1...1.1), brush.number(0.02...0.07))
      let shaft = Path.polygon([[-1, -0.1], [1, -0.1], [3, 1], [-3, 1]]).stretched(half, 1)
      brush.wash(
        shaft.mapped(by: Projection.move(x - 0.1, 0).after(.shear(-0.2))),
        Color(0.8, 0.95, 1, opacity: 0.1))
    }
    brush.glow(
      Brush.everywhere, Color(0.02, 0.1, 0.2, opacity: 0.35), 0.5, 1, radiusX: 50, radiusY: 0.8)
    let sand = Color(0.5, 0.55, 0.45)
    brush.ground(
      below: floor, Sand(sand, sand.lit(by: 0.6), ripple: 0.4, seed: brush.seed()))
    return floor
  }

  func sky(_ brush: inout Brush) -> Float {
    brush.sky(above: 1.01)
    if brush.chance(0.4) {
      let green = brush.near(Color(0.3, 0.46, 0.24), by: 0.2)
      brush.hills(
        1, height: 0.2, Foliage(green, shade: green.lit(by: 0.4), size: 0.05, seed: brush.seed()))
    }
    return 0.95
  }
}
