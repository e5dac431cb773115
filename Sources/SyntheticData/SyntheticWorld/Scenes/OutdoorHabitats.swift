import Drawing
import Textures

extension Habitat {
  /// Sky, hills of foliage, grass.
  ///
  /// - Returns: The y of the horizon.
  func meadow(_ brush: inout Brush) -> Float {
    let horizon = brush.number(0.35...0.6)
    brush.sky(above: horizon)
    let green = brush.near(Color(0.4, 0.6, 0.22), by: 0.2)
    // Distance takes color: air perspective.
    let far = green.mixed(with: Color(0.6, 0.72, 0.75), by: 0.45)
    brush.hills(
      horizon, height: brush.number(0.05...0.2),
      Foliage(far, shade: far.lit(by: 0.7), size: 0.05, seed: brush.seed()))
    brush.ground(
      below: horizon, Grass(green, ground: green.lit(by: 0.55), size: 0.35, seed: brush.seed()))
    return horizon
  }

  /// A wall of leaves, two to five trunks, soil under leaves.
  ///
  /// - Returns: The y where the soil begins.
  func forest(_ brush: inout Brush) -> Float {
    let horizon = brush.number(0.5...0.65)
    let green = brush.near(Color(0.28, 0.45, 0.16), by: 0.25)
    brush.fill(
      Brush.everywhere,
      Foliage(
        green, shade: green.lit(by: 0.25), size: brush.number(0.05...0.09), seed: brush.seed()),
      edge: 0)
    let bark = brush.near(Color(0.42, 0.33, 0.25), by: 0.2)
    for _ in 0..<brush.count(2...5) {
      let (x, half) = (brush.number(0...1), brush.number(0.02...0.05))
      let foot = horizon + 0.06
      let trunk = Path.polygon([[-1, -0.02], [1, -0.02], [1.3, foot], [-1.3, foot]])
      brush.fill(
        trunk.stretched(half, 1).mapped(by: .move(x, 0)),
        Bark(bark, furrow: bark.lit(by: 0.35), size: 0.03, seed: brush.seed()),
        .column(x, half * 1.4))
    }
    let soil = brush.near(Color(0.38, 0.3, 0.18), by: 0.2)
    brush.ground(
      below: horizon, Foliage(soil, shade: soil.lit(by: 0.4), size: 0.18, seed: brush.seed()))
    return horizon
  }

  /// A hedge over the whole image, with up to seven blossoms.
  ///
  /// - Returns: The y of the ground, which is not seen.
  func garden(_ brush: inout Brush) -> Float {
    let green = brush.near(Color(0.32, 0.56, 0.18), by: 0.2)
    brush.fill(
      Brush.everywhere,
      Foliage(green, shade: green.lit(by: 0.3), size: brush.number(0.08...0.2), seed: brush.seed()),
      edge: 0)
    // Blossoms far behind.
    for _ in 0..<brush.count(0...7) {
      let color = brush.vivid()
      let (x, y) = (brush.number(0...1), brush.number(0...0.8))
      let size = brush.number(0.015...0.035)
      for petal in 0..<5 {
        let at = direction(turns: Float(petal) / 5) * size
        brush.fill(.circle(x + at.x, y + at.y, size * 0.75), color, edge: 0.15)
      }
    }
    return 0.62
  }

  /// Sky, dunes, rippled sand.
  ///
  /// - Returns: The y of the horizon.
  func desert(_ brush: inout Brush) -> Float {
    let horizon = brush.number(0.4...0.6)
    brush.sky(above: horizon, cover: brush.number(0...0.3))
    let sand = brush.near(Color(0.88, 0.7, 0.45))
    let far = sand.mixed(with: Color(0.7, 0.5, 0.45), by: 0.5)
    brush.hills(
      horizon, height: brush.number(0.05...0.25),
      Sand(far, far.lit(by: 0.75), ripple: 0.05, seed: brush.seed()))
    brush.ground(
      below: horizon, Sand(sand, sand.lit(by: 0.72), ripple: 0.4, seed: brush.seed()))
    return horizon
  }

  /// A cloudy sky, mountains with snow in patches, a field of snow.
  ///
  /// - Returns: The y of the horizon.
  func snow(_ brush: inout Brush) -> Float {
    let horizon = brush.number(0.4...0.6)
    brush.sky(above: horizon, cover: 0.7)
    let white = brush.near(Color(0.9, 0.92, 0.97), by: 0.05)
    if brush.chance(0.6) {
      let rock = Color(0.45, 0.47, 0.54)
      var points: [SIMD2<Float>] = [[-0.1, horizon + 0.02]]
      for step in 0...4 {
        points.append([Float(step) * 0.25 - 0.1, horizon - brush.number(0.02...0.1)])
        points.append([Float(step) * 0.25 + 0.02, horizon - brush.number(0.12...0.35)])
      }
      points.append([1.1, horizon + 0.02])
      brush.fill(
        .polygon(points), Clouds(rock, cloud: white, size: 0.1, cover: 0.5, seed: brush.seed()),
        edge: 0.2)
    }
    brush.ground(
      below: horizon, Sand(white, Color(0.74, 0.8, 0.9), ripple: 0.8, seed: brush.seed()))
    return horizon
  }

  /// Sky, a row of house fronts with windows, cobbles or asphalt.
  ///
  /// - Returns: The y where the street begins.
  func street(_ brush: inout Brush) -> Float {
    let horizon = brush.number(0.5...0.64)
    brush.sky(above: horizon)
    // A row of house fronts with windows.
    var left = -brush.number(0...0.2)
    // Fronts side by side, until the image's edge.
    while left < 1 {
      let width = brush.number(0.22...0.45)
      let top = horizon - brush.number(0.2...0.52)
      let wall = brush.near(
        brush.pick([Color(0.72, 0.5, 0.4), Color(0.82, 0.75, 0.62), Color(0.6, 0.62, 0.66)]))
      let front: any Texture =
        brush.chance(0.5)
        ? Bricks(
          wall, mortar: wall.lit(by: 1.3), width: 0.05, height: 0.022, joint: 0.005,
          seed: brush.seed())
        : Plain(wall, unevenness: 0.15, seed: brush.seed())
      brush.fill(.rectangle(left, top, left + width, horizon + 0.01), front)
      let pane = brush.near(Color(0.3, 0.38, 0.46), by: 0.3)
      let columns = brush.count(2...3)
      var y = top + 0.04
      while y < horizon - 0.08 {
        for column in 0..<columns {
          let x = left + width * (Float(column) + 0.5) / Float(columns)
          brush.fill(.rectangle(x - 0.022, y, x + 0.022, y + 0.06), pane, edge: 0.5)
        }
        y += 0.11
      }
      left += width
    }
    let stone = brush.near(Color(0.52, 0.5, 0.48))
    let ground: any Texture =
      brush.chance(0.6)
      ? Cobbles(stone, joint: stone.lit(by: 0.45), size: 0.22, seed: brush.seed())
      : Plain(stone.lit(by: 0.75), unevenness: 0.2, seed: brush.seed())
    brush.ground(below: horizon, ground)
    return horizon
  }
}

extension Habitat {
  /// Sky, perhaps a coast, waves in perspective.
  ///
  /// - Returns: The y of the horizon.
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

  /// Sky, waves, and a bank of stones in front.
  ///
  /// - Returns: The y of the bank.
  func shore(_ brush: inout Brush) -> Float {
    let horizon = brush.number(0.42...0.58)
    brush.sky(above: horizon)
    // Water reaches under the bank, whose edge is uneven.
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

  /// Water, shafts of light from above, a floor of sand.
  ///
  /// - Returns: The y of the floor.
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

  /// The sky over nearly the whole image, perhaps hills at its lower edge.
  ///
  /// - Returns: 0.95: what stands, stands there.
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
