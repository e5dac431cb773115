import Drawing
import Textures

extension Habitat {
  /// A wall with a skirting board, and a floor of planks or tiles.
  ///
  /// - Returns: The y where the floor begins.
  func room(_ brush: inout Brush) -> Float {
    let horizon = brush.number(0.55...0.7)
    brush.wallpaper()
    let wood = brush.wood()
    let floor: any Texture =
      brush.chance(0.6)
      ? Planks(wood, width: 0.3, seed: brush.seed()).turned(0.25)
      : Checks(brush.near(Color(gray: 0.85)), brush.near(Color(0.4, 0.42, 0.45)), side: 0.35)
    brush.ground(below: horizon, floor)
    brush.fill(.rectangle(-0.01, horizon - 0.035, 1.01, horizon), wood.lit(by: 0.75))
    return horizon
  }

  /// A wall, and a table top under cloth, of stone or of planks.
  ///
  /// - Returns: The y of the table's far edge.
  func table(_ brush: inout Brush) -> Float {
    let edge = brush.number(0.48...0.66)
    brush.wallpaper()
    let top: any Texture
    switch brush.count(0...3) {
    case 0:
      let cloth = brush.vivid()
      top = Checks(cloth, Color(gray: 0.93), side: brush.number(0.12...0.25))
    case 1:
      let cloth = brush.near(Color(0.85, 0.82, 0.76))
      top = Cloth(cloth, cloth.lit(by: 0.85), thread: 0.09, seed: brush.seed())
    case 2: top = Marble(Color(gray: 0.86), vein: Color(0.42, 0.42, 0.46), seed: brush.seed())
    default: top = Planks(brush.wood(), width: 0.34, seed: brush.seed())
    }
    brush.ground(below: edge, top)
    return edge
  }
}

extension Brush {
  /// A wall over the whole image: plain, striped, dotted, panelled, or of bricks.
  ///
  /// - Varies: six colors; stripes, dots, bricks, planks, or plain in a third; a framed picture in
  ///   30 %.
  mutating func wallpaper() {
    let color = near(
      pick([
        Color(0.82, 0.78, 0.68), Color(0.62, 0.7, 0.72), Color(0.78, 0.62, 0.56),
        Color(0.58, 0.64, 0.5), Color(0.85, 0.84, 0.82), Color(0.5, 0.5, 0.58),
      ]))
    let other = near(color.lit(by: 0.82))
    let wall: any Texture
    switch count(0...5) {
    case 0: wall = Stripes(color, other, period: number(0.06...0.16)).turned(0.25)
    case 1: wall = Dots(color, other, spacing: number(0.07...0.14), radius: 0.25)
    case 2:
      wall = Bricks(
        other, mortar: color, width: 0.13, height: 0.06, joint: 0.01, seed: seed())
    case 3: wall = Planks(color, width: 0.12, contrast: 0.15, seed: seed()).turned(0.25)
    default: wall = Plain(color, unevenness: 0.12, seed: seed())
    }
    fill(Self.everywhere, wall, edge: 0)
    if chance(0.3) { pictureFrame() }
  }

  /// A frame of wood about clouds of two colors.
  private mutating func pictureFrame() {
    let (x, y, half) = (number(0.1...0.9), number(0.08...0.3), number(0.07...0.13))
    let frame = wood()
    fill(.rectangle(x - half, y - half * 0.8, x + half, y + half * 0.8), frame)
    let sheet = Path.rectangle(x - half * 0.8, y - half * 0.6, x + half * 0.8, y + half * 0.6)
    fill(
      sheet,
      Clouds(vivid(), cloud: vivid(), size: 0.12, cover: 0.5, seed: seed()), edge: 0.5)
  }
}
