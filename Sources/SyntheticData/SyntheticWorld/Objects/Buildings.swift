import Drawing
import Textures

/// Houses, towers, and what stands in towns.
///
/// Some share a body and differ in one part: house and barn in walls and door, tower and windmill
/// in the sails, tower and castle in the wall between two towers.
enum Buildings {
  /// The classes of this family, with habitats from the usual to the rarer ones.
  static let classes = [
    ObjectClass("house", in: [.street, .meadow, .garden], size: 0.6...0.9, house),
    ObjectClass("barn", in: [.meadow, .desert, .snow], size: 0.6...0.9, barn),
    ObjectClass("tower", in: [.meadow, .shore, .desert], size: 0.6...0.84, tower),
    ObjectClass("windmill", in: [.meadow, .shore, .desert], size: 0.6...0.84, windmill),
    ObjectClass("lighthouse", in: [.shore], size: 0.6...0.84, lighthouse),
    ObjectClass("castle", in: [.meadow, .snow], size: 0.65...0.95, castle),
    ObjectClass("tent", in: [.meadow, .desert, .snow], size: 0.55...0.85, tent),
    ObjectClass("ladder", in: [.room, .garden, .street], size: 0.6...0.92, ladder),
    ObjectClass("sign", in: [.street, .meadow], size: 0.6...0.95, sign),
  ]

  /// A house: brick walls, a shingle roof with a chimney, windows with panes, a door.
  ///
  /// - Varies: three bricks; white or wooden frames; the color of door and shutters; shutters in 40
  ///   %; glass; a window or a porthole in the gable; an arched door.
  static func house(_ brush: inout Brush) {
    let brick = brush.near(
      brush.pick([Color(0.66, 0.32, 0.24), Color(0.76, 0.58, 0.42), Color(0.78, 0.74, 0.68)]),
      by: 0.2)
    let wall = Bricks(
      brick, mortar: brush.near(Color(0.76, 0.73, 0.68)), width: brush.number(0.17...0.22),
      height: brush.number(0.075...0.095), joint: 0.018, seed: brush.seed())
    // White frames stand out from every wall; wood does from light ones.
    let frame = brush.chance(0.6) ? Color(0.94, 0.92, 0.87) : brush.wood()
    let paint = brush.chance(0.6) ? brush.vivid().lit(by: 0.8) : brush.wood()
    let glass = brush.glass()
    let body = Body(&brush)
    // Before the roof, which hides its foot.
    body.chimney(&brush, wall)
    body.shell(&brush, wall, trim: frame)
    let shutters = brush.chance(0.4) ? paint : nil
    body.onSide(&brush) { brush, width in
      let count = width > 1.2 ? 4 : brush.count(2...3)
      let step = width / Float(count)
      for index in 0..<count {
        let x = step * (Float(index) + 0.5)
        // On the long side the door takes the place of the third window.
        if width > 1.2, index == 2 {
          brush.door(x - 0.13, body.eaves + 0.3, x + 0.13, 1, paint, frame: frame)
        } else {
          Self.window(
            &brush, x, body.eaves + 0.42, min(0.13, step * 0.27), glass, frame, shutters)
        }
      }
    }
    guard let center = body.center else { return }
    let isArched = brush.chance(0.3)
    let shift: Float = brush.chance(0.5) ? 0.2 : -0.2
    brush.door(
      center + shift - 0.12, 0.46, center + shift + 0.12, 1, paint, frame: frame, isArched: isArched
    )
    window(&brush, center - shift * 1.1, body.eaves + 0.48, 0.13, glass, frame, nil)
    if brush.chance(0.5) {
      brush.porthole(center, body.eaves - 0.12, radius: 0.13, glass, frame: frame)
    } else {
      window(&brush, center, body.eaves - 0.08, 0.11, glass, frame, nil)
    }
  }

  /// A barn: the same body with walls of planks and a large door with crossed braces.
  ///
  /// - Varies: red or wooden planks; white or dark braces; a hatch under the gable.
  static func barn(_ brush: inout Brush) {
    let wood =
      brush.chance(0.55) ? brush.near(Color(0.62, 0.18, 0.14), by: 0.2) : brush.wood()
    let wall = Planks(wood, width: 0.115, length: 3, contrast: 0.5, seed: brush.seed()).turned(0.25)
    let frame = brush.chance(0.7) ? Color(0.93, 0.91, 0.86) : wood.lit(by: 0.55)
    let glass = brush.glass(lit: 0.1)
    let body = Body(&brush)
    body.shell(&brush, wall, trim: frame)
    let leaf = brush.chance(0.5) ? wood : wood.lit(by: 0.75)
    body.onSide(&brush) { brush, width in
      if width > 1.2 {
        brush.bracedDoor(
          width / 2 - 0.34, body.eaves + 0.22, width / 2 + 0.34, 1, leaf, brace: frame)
        for x in [width * 0.14, width * 0.86] {
          Self.window(&brush, x, body.eaves + 0.42, 0.1, glass, frame, nil)
        }
      } else {
        for x in [width * 0.28, width * 0.72] {
          Self.window(&brush, x, body.eaves + 0.42, 0.09, glass, frame, nil)
        }
      }
    }
    guard let center = body.center else { return }
    brush.bracedDoor(center - 0.32, 0.34, center + 0.32, 1, leaf, brace: frame)
    let top = body.eaves - 0.2
    brush.fill(.rectangle(center - 0.13, top, center + 0.13, top + 0.26), frame)
    brush.fill(.rectangle(center - 0.09, top + 0.04, center + 0.09, top + 0.26), Color(gray: 0.1))
  }

  /// A window with a sill and, if wanted, shutters.
  ///
  /// - `x`, `y`: its center. Its half width is `half`, its height a seventh more.
  /// - Shutters, if there are any, stand on both sides with slats.
  private static func window(
    _ brush: inout Brush, _ x: Float, _ y: Float, _ half: Float, _ glass: Glass, _ frame: Color,
    _ shutters: Color?
  ) {
    if let shutters {
      let slats = Stripes(shutters, shutters.lit(by: 0.6), period: 0.06, fraction: 0.35)
      for left in [x - half * 1.85, x + half * 1.15] {
        brush.fill(.rectangle(left, y - half * 1.25, left + half * 0.7, y + half * 1.25), slats)
      }
    }
    let (top, bottom) = (y - half * 1.15, y + half * 1.15)
    brush.window(x - half, top, x + half, bottom, glass, frame: frame)
    brush.sill(x - half, x + half, bottom, frame.lit(by: 0.85))
  }
}

extension Buildings {
  /// The walls and the roof that house and barn share: with a gable in front and a side that recedes, or
  /// seen from the long side.
  ///
  /// - `isGabled`: the gable is in front and the long side recedes to the right; else the long side
  ///   is in front.
  /// - `eaves`, `ridge`: their heights; y points down, so the ridge is the smaller number.
  /// - `corner`: the x where the gable ends and the side begins.
  struct Body {
    let isGabled: Bool
    let (eaves, ridge, corner): (Float, Float, Float)
    let roof: Color

    /// A body at random.
    ///
    /// - Varies: 65 % show the gable; heights of eaves and ridge; the corner; the roof's color.
    init(_ brush: inout Brush) {
      isGabled = brush.chance(0.65)
      eaves = brush.number(-0.12...0.12)
      ridge = eaves - brush.number(0.5...0.72)
      corner = brush.number(-0.02...0.16)
      roof = brush.roofColor()
    }

    /// The center of the gable; nil if the long side is in front.
    var center: Float? { isGabled ? (corner - 0.9) / 2 : nil }

    /// From the side wall, whose x begins at 0 at the corner, to the image.
    private var view: Projection {
      isGabled
        ? .move(corner, 0.3).after(.perspective([0.28, 0])).after(.move(0, -0.3))
        : .move(-0.84, 0)
    }

    /// The side's length in its own units, before perspective shortens it.
    private var width: Float { isGabled ? (0.9 - corner) * 1.3 : 1.68 }

    /// Draws on the side wall, given its width.
    ///
    /// Perspective shortens a receding side; its x runs from 0 at the corner to the width given.
    func onSide(_ brush: inout Brush, _ draw: (inout Brush, Float) -> Void) {
      brush.within(view) { draw(&$0, width) }
    }

    /// The walls with a foot of stone, the roof of shingles.
    ///
    /// Drawn from back to front: side wall, gable wall, roof, the board along the gable's edge.
    func shell(
      _ brush: inout Brush, _ wall: any Texture, trim: Color
    ) {
      let stone = brush.near(Color(0.5, 0.48, 0.46))
      onSide(&brush) { brush, width in
        brush.fill(
          .rectangle(0, eaves - 0.04, width, 1), wall, .slope(isGabled ? 0.45 : 0, 0), edge: 0.4)
        brush.fill(.rectangle(0, 0.92, width, 1), stone, .slope(isGabled ? 0.45 : 0, 0))
        // The eave's shadow.
        brush.wash(.rectangle(0, eaves - 0.04, width, eaves + 0.1), Color(gray: 0, opacity: 0.3))
      }
      let shingles = brush.shingles(roof, size: brush.number(0.09...0.13))
      guard let center else {
        let slab = Path.polygon([
          [-0.74, ridge], [0.74, ridge], [0.97, eaves + 0.06], [-0.97, eaves + 0.06],
        ])
        brush.fill(slab, shingles, .slope(0, -0.4), edge: 0.45)
        brush.rod(.lines([[-0.75, ridge], [0.75, ridge]]), width: 0.06, roof.lit(by: 0.8))
        return
      }
      brush.fill(
        .polygon([
          [-0.9, 1], [-0.9, eaves], [center, ridge + 0.04], [corner, eaves], [corner, 1],
        ]),
        wall, .slope(-0.35, 0), edge: 0.4)
      brush.fill(.rectangle(-0.9, 0.92, corner, 1), stone, .slope(-0.35, 0))
      // The roof's side, a little beyond the walls.
      let lean = (eaves - ridge) / (corner - center)
      let eave = SIMD2(corner + 0.07, eaves + 0.07 * lean)
      let back = view(SIMD2(width + 0.05, eaves)) + [0.03, 0.05]
      let end = SIMD2(back.x - (corner - center) * 0.72, ridge + 0.06)
      brush.fill(
        .polygon([[center, ridge - 0.02], end, back, eave]), shingles.turned(-0.01),
        .slope(0.3, -0.4), edge: 0.45)
      // The roof's edge before the gable.
      let edge = Path.lines([
        [-0.97, eaves + 0.07 * lean], [center, ridge - 0.02], eave,
      ])
      brush.stroke(edge, width: 0.11, roof.lit(by: 0.35))
      brush.stroke(edge, width: 0.075, trim)
    }

    /// A chimney behind the ridge, sometimes with smoke.
    ///
    /// - Varies: its place and height; smoke in 45 %.
    func chimney(_ brush: inout Brush, _ wall: any Texture) {
      let x = (center ?? -0.1) + brush.number(0.25...0.5)
      let top = ridge - brush.number(0.14...0.22)
      if brush.chance(0.45) {
        brush.smoke(x, top, height: 0.42, drift: brush.number(-0.5...0.5))
      }
      brush.fill(.rectangle(x - 0.09, top, x + 0.09, eaves), wall, .column(x, 0.16), edge: 0.45)
      brush.fill(.rectangle(x - 0.12, top - 0.04, x + 0.12, top + 0.03), roof.lit(by: 0.8))
    }
  }
}
