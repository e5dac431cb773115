import Drawing
import Textures

extension Brush {
  /// A wheel with spokes, of radius 1 about the origin.
  mutating func spokedWheel(_ color: Color, spokes: Int, rim: Float = 0.18, thickness: Float = 0.1)
  {
    let start = number(0...1)
    for spoke in 0..<spokes {
      let end = direction(turns: start + Float(spoke) / Float(spokes))
      rod(.lines([[0, 0], [end.x, end.y]]), width: thickness, color)
    }
    stroke(.circle(0, 0, 1 - rim / 2), width: rim, color.lit(by: 0.5))
    stroke(.circle(0, 0, 1 - rim / 2), width: rim * 0.6, color)
    fill(.circle(0, 0, 0.2), color.lit(by: 0.8), .ball(0, 0, 0.24, 0.24))
  }

  /// A wheel with a rubber tyre and a hub cap, of radius 1 about the origin.
  mutating func tyre(_ cap: Color) {
    fill(.circle(0, 0, 1), Color(gray: 0.13), .ball(0, 0, 1.4, 1.4))
    fill(.circle(0, 0, 0.56), cap, .ball(0, 0, 0.8, 0.8))
    fill(.circle(0, 0, 0.2), cap.lit(by: 0.6))
    for bolt in 0..<5 {
      let at = direction(turns: Float(bolt) / 5) * 0.38
      fill(.circle(at.x, at.y, 0.06), cap.lit(by: 0.4), edge: 0)
    }
  }
}
