import Drawing
import Textures

extension Brush {
  /// A branch that crosses the picture at a height, with bark, twigs and leaves.
  mutating func perch(_ y: Float, thickness: Float = 0.16) {
    let bark = near(Color(0.42, 0.32, 0.23), by: 0.2)
    let green = near(Color(0.32, 0.52, 0.18), by: 0.25)
    let slope = number(-0.06...0.06)
    var (upper, lower): ([SIMD2<Float>], [SIMD2<Float>]) = ([], [])
    for x: Float in [-3, -2, -1, -0.3, 0.3, 1, 2, 3] {
      let middle = y + slope * x
      let half = thickness / 2 * (1 - 0.1 * x)
      upper.append([x, middle - half * number(0.85...1.15)])
      lower.append([x, middle + half * number(0.85...1.15)])
    }
    for _ in 0..<count(2...5) {
      let side: Float = chance(0.5) ? 1 : -1
      let x = side * number(0.7...1.6)
      let up = number(-0.35...0.3)
      let tip = SIMD2(x + side * 0.3, y + slope * x + up)
      rod(
        .smoothLine([[x, y + slope * x], [x + side * 0.12, y + slope * x + up * 0.6], tip]),
        width: 0.04, bark.lit(by: 0.8))
      for turn: Float in [-0.12, 0.05] {
        at(tip.x, tip.y, turn: (side > 0 ? 0 : 0.5) + turn) {
          $0.leaf(green, length: 0.3, width: 0.16)
        }
      }
    }
    let texture = Bark(bark, furrow: bark.lit(by: 0.4), size: 0.05, seed: seed())
    fill(
      .smooth(upper + lower.reversed()), texture.turned(0.25), .roller(y, thickness * 0.75),
      edge: 0.4)
  }
}
