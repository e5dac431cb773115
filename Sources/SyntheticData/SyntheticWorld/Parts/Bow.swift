import Drawing
import Textures

extension Brush {
  /// A ribbon tied to a bow, of radius 1: two loops, two ends, a knot.
  mutating func bow(_ color: Color) {
    mirrored { brush in
      brush.fill(.polygon([[0, 0], [0.25, 0.9], [0.55, 0.75], [0.15, 0]]), color.lit(by: 0.7))
      brush.fill(
        .smooth([[0, 0], [0.5, -0.55], [1, -0.6], [1, 0.35], [0.5, 0.3]]), color, .slope(0.3, 0.2))
    }
    fill(.circle(0, 0, 0.22), color.lit(by: 0.75), .ball(0, 0, 0.3, 0.3))
  }
}
