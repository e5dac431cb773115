import Drawing
import Textures

extension Buildings {
  /// The walls and the roof that houses share: with a gable in front and a side that recedes, or
  /// seen from the long side.
  struct Body {
    let isGabled: Bool
    let (eaves, ridge, corner): (Float, Float, Float)
    let roof: Color

    /// A body by chance.
    init(_ brush: inout Brush) {
      isGabled = brush.chance(0.65)
      eaves = brush.number(-0.12...0.12)
      ridge = eaves - brush.number(0.5...0.72)
      corner = brush.number(-0.02...0.16)
      roof = brush.roofColor()
    }

    /// The middle of the gable; nil if the long side is in front.
    var middle: Float? { isGabled ? (corner - 0.9) / 2 : nil }

    /// From the side wall, whose x begins at 0 at the corner, to the picture.
    private var view: Projection {
      isGabled
        ? .move(corner, 0.3).after(.perspective([0.28, 0])).after(.move(0, -0.3))
        : .move(-0.84, 0)
    }

    private var width: Float { isGabled ? (0.9 - corner) * 1.3 : 1.68 }

    /// Draws on the side wall, given its width.
    func onSide(_ brush: inout Brush, _ draw: (inout Brush, Float) -> Void) {
      brush.within(view) { draw(&$0, width) }
    }

    /// The walls with a foot of stone, the roof of shingles.
    func shell(
      _ brush: inout Brush, _ wall: any Texture, trim: Color
    ) {
      let stone = brush.near(Color(0.5, 0.48, 0.46))
      onSide(&brush) { brush, width in
        brush.fill(
          .rectangle(0, eaves - 0.04, width, 1), wall, .slope(isGabled ? 0.45 : 0, 0), edge: 0.4)
        brush.fill(.rectangle(0, 0.92, width, 1), stone, .slope(isGabled ? 0.45 : 0, 0))
        brush.wash(.rectangle(0, eaves - 0.04, width, eaves + 0.1), Color(gray: 0, opacity: 0.3))
      }
      let shingles = brush.shingles(roof, size: brush.number(0.09...0.13))
      guard let middle else {
        let slab = Path.polygon([
          [-0.74, ridge], [0.74, ridge], [0.97, eaves + 0.06], [-0.97, eaves + 0.06],
        ])
        brush.fill(slab, shingles, .slope(0, -0.4), edge: 0.45)
        brush.rod(.lines([[-0.75, ridge], [0.75, ridge]]), width: 0.06, roof.lit(by: 0.8))
        return
      }
      brush.fill(
        .polygon([
          [-0.9, 1], [-0.9, eaves], [middle, ridge + 0.04], [corner, eaves], [corner, 1],
        ]),
        wall, .slope(-0.35, 0), edge: 0.4)
      brush.fill(.rectangle(-0.9, 0.92, corner, 1), stone, .slope(-0.35, 0))
      // The roof's side, a little beyond the walls.
      let lean = (eaves - ridge) / (corner - middle)
      let eave = SIMD2(corner + 0.07, eaves + 0.07 * lean)
      let back = view(SIMD2(width + 0.05, eaves)) + [0.03, 0.05]
      let end = SIMD2(back.x - (corner - middle) * 0.72, ridge + 0.06)
      brush.fill(
        .polygon([[middle, ridge - 0.02], end, back, eave]), shingles.turned(-0.01),
        .slope(0.3, -0.4), edge: 0.45)
      // The roof's edge before the gable.
      let edge = Path.lines([
        [-0.97, eaves + 0.07 * lean], [middle, ridge - 0.02], eave,
      ])
      brush.stroke(edge, width: 0.11, roof.lit(by: 0.35))
      brush.stroke(edge, width: 0.075, trim)
    }

    /// A chimney behind the ridge, sometimes with smoke.
    func chimney(_ brush: inout Brush, _ wall: any Texture) {
      let x = (middle ?? -0.1) + brush.number(0.25...0.5)
      let top = ridge - brush.number(0.14...0.22)
      if brush.chance(0.45) {
        brush.smoke(x, top, height: 0.42, drift: brush.number(-0.5...0.5))
      }
      brush.fill(.rectangle(x - 0.09, top, x + 0.09, eaves), wall, .column(x, 0.16), edge: 0.45)
      brush.fill(.rectangle(x - 0.12, top - 0.04, x + 0.12, top + 0.03), roof.lit(by: 0.8))
    }
  }
}
