import Drawing
import Textures

extension Brush {
  /// A house door between two corners: upright planks in a frame, panels or a pane, a knob.
  mutating func door(
    _ left: Float, _ top: Float, _ right: Float, _ bottom: Float, _ color: Color, frame: Color,
    isArched: Bool = false
  ) {
    let (width, height) = (right - left, bottom - top)
    let rim = width * 0.12
    let outer =
      isArched
      ? Path.arched(left - rim, top - rim, right + rim, bottom)
      : .rectangle(left - rim, top - rim, right + rim, bottom)
    fill(outer, frame, edge: 0.4)
    let leaf =
      isArched
      ? Path.arched(left, top, right, bottom) : .rectangle(left, top, right, bottom)
    fill(leaf, Planks(color, width: width / 4, contrast: 0.5, seed: seed()).turned(0.25))
    if chance(0.5), !isArched {
      let glass = glass()
      pane(
        .rectangle(left + rim, top + rim, right - rim, top + height * 0.32), glass)
    }
    fill(
      .circle(right - width * 0.18, top + height * 0.55, width * 0.075), Color(0.85, 0.7, 0.35))
  }

  /// A barn door: two leaves of planks with frames and crossed braces.
  mutating func bracedDoor(
    _ left: Float, _ top: Float, _ right: Float, _ bottom: Float, _ color: Color, brace: Color
  ) {
    let width = (right - left) / 2
    let beam = width * 0.17
    fill(
      .rectangle(left, top, right, bottom),
      Planks(color, width: width / 4, contrast: 0.5, seed: seed()).turned(0.25))
    for side: Float in [left, left + width] {
      let (inner, outer) = (side + beam / 2, side + width - beam / 2)
      rod(.lines([[inner, top], [outer, bottom]]), width: beam, brace)
      rod(.lines([[inner, bottom], [outer, top]]), width: beam, brace)
      let frame = Path.rectangle(inner, top + beam / 2, outer, bottom - beam / 2)
      rod(frame, width: beam, brace)
    }
  }
}
