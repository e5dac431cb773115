import Drawing
import Textures

extension Brush {
  /// A flag on a pole that stands at a point: waving cloth of one or two colours, or a pennant.
  mutating func flag(_ x: Float, _ foot: Float, height: Float, _ color: Color) {
    let top = foot - height
    rod(.lines([[x, foot], [x, top]]), width: height * 0.07, Color(0.5, 0.42, 0.32))
    let (length, depth) = (height * number(0.6...0.85), height * number(0.35...0.5))
    let sag = depth * number(-0.2...0.3)
    let stripe = chance(0.5) ? color.lit(by: 0.8) : Color(gray: 0.93)
    let cloth = Stripes(color, stripe, period: depth * 0.55, share: 0.4).moved(x, top)
    var path = Path()
    path.move(x, top)
    if chance(0.4) {
      path.line(x + length * 1.15, top + depth / 2 + sag)
      path.line(x, top + depth)
    } else {
      path.curve(
        x + length * 0.35, top - depth * 0.3, x + length * 0.6, top + depth * 0.3, x + length,
        top + sag)
      path.line(x + length, top + depth + sag)
      path.curve(
        x + length * 0.6, top + depth * 1.3, x + length * 0.35, top + depth * 0.7, x, top + depth)
    }
    path.close()
    fill(path, cloth, edge: 0.4)
    fill(.circle(x, top, height * 0.055), Color(0.88, 0.74, 0.3), edge: 0.2)
  }
}
