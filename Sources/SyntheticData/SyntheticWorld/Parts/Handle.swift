import Drawing
import Textures

extension Brush {
  /// An arched handle of twisted strands, from (−1, 0) over (0, −1) to (1, 0).
  mutating func archedHandle(_ color: Color, width: Float) {
    let arch = Path.arc(0, 0, 1, 1, from: 0.5, to: 1)
    stroke(arch, width: width * 1.25, color.lit(by: 0.35))
    stroke(arch, width: width, color)
    // Strands wind about it.
    var strands = Path()
    for step in 0..<26 {
      let at = 0.5 + (Float(step) + 0.5) / 52
      let (from, to) = (direction(turns: at - 0.008), direction(turns: at + 0.008))
      let (inner, outer) = (from * (1 - width * 0.45), to * (1 + width * 0.45))
      strands.move(inner.x, inner.y)
      strands.line(outer.x, outer.y)
    }
    stroke(strands, width: width * 0.22, color.lit(by: 0.5))
  }

  /// A bent handle as of an umbrella: a shaft from the origin to (0, 1) that ends in a hook.
  mutating func hookedHandle(_ shaft: Color, _ grip: Color, width: Float, hook: Float = 0.12) {
    rod(.lines([[0, 0], [0, 1 - hook]]), width: width, shaft)
    let bend = direction(turns: 0.04) * hook
    rod(
      .smoothLine([
        [0, 0.78], [0, 1 - hook], [hook * 0.3, 1 - hook * 0.3], [hook, 1],
        [hook * 1.7, 1 - hook * 0.3], [hook * 2, 1 - hook - bend.y],
      ]), width: width * 1.9, grip)
  }
}
