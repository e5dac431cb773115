import Drawing
import Textures

extension Buildings {
  /// A round tower of stone: what a tower, a windmill and a castle share.
  struct Keep {
    let wall: any Texture
    let (stone, door, roof): (Color, Color, Color)
    let glass: Glass
    let (foot, head, top): (Float, Float, Float)
    let isPointed: Bool
    let teeth: Int
    let windows: Int

    /// A tower by chance; `scale` is how much smaller it will be drawn, for stones of usual size.
    init(_ brush: inout Brush, scale: Float = 1) {
      stone = brush.near(
        brush.pick([
          Color(0.58, 0.56, 0.53), Color(0.72, 0.64, 0.5), Color(0.62, 0.42, 0.34),
          Color(0.82, 0.8, 0.76),
        ]), by: 0.15)
      let joint = stone.lit(by: brush.chance(0.6) ? 0.5 : 1.25)
      wall =
        brush.chance(0.45)
        ? Cobbles(stone, joint: joint, size: 0.15 * scale, seed: brush.seed()) as any Texture
        : Bricks(
          stone, mortar: joint, width: 0.2 * scale, height: 0.1 * scale, joint: 0.02 * scale,
          unevenness: 0.4, seed: brush.seed())
      roof = brush.roofColor()
      door = brush.wood()
      glass = brush.glass()
      foot = brush.number(0.38...0.46)
      head = foot * brush.number(0.68...0.95)
      isPointed = brush.chance(0.55)
      top = isPointed ? brush.number(-0.5 ... -0.4) : brush.number(-0.72 ... -0.6)
      teeth = brush.count(4...5)
      windows = brush.count(1...3)
    }

    /// The tower about x = 0, from the ground to −1.
    func draw(_ brush: inout Brush, door hasDoor: Bool, pointed: Bool? = nil) {
      let isPointed = pointed ?? isPointed
      let form = Form.column(0, foot * 1.04)
      var body = Path.lines([[-foot, 0.96], [-head, top], [head, top], [foot, 0.96]])
      body.curve(foot * 0.6, 1.02, -foot * 0.6, 1.02, -foot, 0.96)
      body.close()
      brush.fill(body, wall, form, edge: 0.5)
      if isPointed {
        brush.wash(
          .rectangle(-head, top, head, top + 0.14), Color(gray: 0, opacity: 0.3))
        brush.cone(roof, peak: -0.98, eave: top + 0.02, radius: head * 1.3)
      } else {
        let crown = Path.battlement(
          -head * 1.2, top - 0.24, head * 1.2, top + 0.06, teeth: teeth, depth: 0.13)
        brush.wash(.rectangle(-head, top, head, top + 0.14), Color(gray: 0, opacity: 0.3))
        brush.fill(crown, wall, .column(0, head * 1.25), edge: 0.5)
      }
      slits(&brush)
      if hasDoor {
        brush.door(-0.13, 0.5, 0.13, 0.99, door, frame: stone.lit(by: 0.7), isArched: true)
      }
    }

    /// Narrow windows, one above the other, in frames of pale stone.
    private func slits(_ brush: inout Brush) {
      for index in 0..<windows {
        let y = top + 0.2 + Float(index) * 0.34
        let x: Float = windows == 1 ? 0 : (index % 2 == 0 ? -0.12 : 0.12)
        brush.fill(.arched(x - 0.085, y - 0.03, x + 0.085, y + 0.22), stone.lit(by: 1.2), edge: 0.4)
        brush.pane(.arched(x - 0.05, y, x + 0.05, y + 0.2), glass)
        brush.wash(.rectangle(x - 0.008, y, x + 0.008, y + 0.2), Color(gray: 0.1, opacity: 0.6))
      }
    }
  }
}
