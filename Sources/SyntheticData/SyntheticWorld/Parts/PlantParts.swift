import Drawing
import Textures

extension Brush {
  /// A trunk of bark with roots, standing on y = 1, up to a height, with its center at x = 0 there.
  ///
  /// - Parameters:
  ///   - bark: Its color; furrows are darker.
  ///   - top: The y where it ends.
  ///   - width: Its width in the middle; the roots are twice as wide.
  ///   - lean: How far its foot is moved to the right.
  mutating func trunk(_ bark: Color, top: Float, width: Float, lean: Float = 0) {
    let half = width / 2
    let outline = Path.smooth([
      [-half * 2.1 + lean, 1], [-half * 1.15 + lean, 0.8], [-half * 0.9 + lean * 0.5, 0.4],
      [-half * 0.75, top], [half * 0.75, top], [half * 0.9 + lean * 0.5, 0.4],
      [half * 1.15 + lean, 0.8], [half * 2.1 + lean, 1], [half * 0.9 + lean, 0.97],
      [lean, 1.01], [-half * 0.9 + lean, 0.97],
    ])
    fill(
      outline, Bark(bark, furrow: bark.lit(by: 0.3), size: 0.055, seed: seed()),
      .column(lean * 0.5, half * 1.5), edge: 0.5)
  }

  /// A lump of leaves about the origin, of radius 1, whose light is that of a ball.
  ///
  /// - Parameters:
  ///   - leaf: The leaves' color.
  ///   - size: The size of a leaf.
  ///   - seed: Which leaves.
  mutating func leafLump(_ leaf: Color, _ size: Float, seed: UInt32) {
    let outline = Path.smooth(
      (0..<11).map { index in
        direction(turns: Float(index) / 11) * number(0.84...1.1)
      })
    fill(
      outline, Foliage(leaf, shade: leaf.lit(by: 0.28), size: size, seed: seed),
      .ball(0, 0.1, 1.15, 1.15), edge: 0.4)
  }

  /// A leafy crown about a center: lumps of leaves in light and shade, the far ones first.
  ///
  /// - Returns: Where the near lumps are, and their radii.
  ///
  /// - Parameters:
  ///   - leaf: The leaves' color.
  ///   - x: The center's x.
  ///   - y: The center's y.
  ///   - radiusX: Half of its width.
  ///   - radiusY: Half of its height.
  mutating func crown(
    _ leaf: Color, x: Float, y: Float, radiusX: Float, radiusY: Float
  ) -> [(at: SIMD2<Float>, radius: Float)] {
    var near: [(at: SIMD2<Float>, radius: Float)] = []
    let count = count(6...8)
    let start = number(0...1)
    for ring in 0..<2 {
      for index in 0..<(ring == 0 ? count : 4) {
        let turn = start + Float(index) / Float(ring == 0 ? count : 4) + number(-0.04...0.04)
        let reach: Float = ring == 0 ? number(0.56...0.68) : number(0.22...0.36)
        let at = SIMD2(x, y) + direction(turns: turn) * reach * SIMD2(radiusX, radiusY)
        let radius = (ring == 0 ? number(0.34...0.46) : number(0.36...0.46)) * min(radiusX, radiusY)
        // What is low lies in the shade of what is above.
        let height = (y - at.y) / radiusY
        let tone = (ring == 0 ? 0.8 : 1.12) + 0.4 * height
        let leaves = seed()
        self.at(at.x, at.y, scale: radius) {
          $0.leafLump(leaf.lit(by: tone), 0.11 / radius, seed: leaves)
        }
        near.append((at, radius))
      }
    }
    return near
  }

  /// A feathered frond from the origin: a midrib that goes off at an angle and droops, with leaflets.
  ///
  /// - Parameters:
  ///   - color: The leaflets' color.
  ///   - turn: The direction in which it starts, in turns.
  ///   - length: Its length.
  ///   - droop: How far its tip hangs below that direction.
  mutating func frond(_ color: Color, turn: Float, length: Float, droop: Float) {
    let away = direction(turns: turn) * length
    func center(_ t: Float) -> SIMD2<Float> { away * t * (1 - 0.15 * t) + [0, droop * t * t] }
    var leaflets = Path()
    for step in 1...13 {
      let t = Float(step) / 13.5
      let (at, next) = (center(t), center(t + 0.1))
      let along = (next - at) * 10
      let across = SIMD2(-along.y, along.x)
      let reach = 0.34 * (1 - 0.75 * abs(t - 0.35)) * (1.05 - t * t * 0.6)
      for side: Float in [-1, 1] {
        let tip = at + along * (0.26 * reach * 2) + across * side * reach + [0, 0.1 * reach]
        let foot = center(t - 0.045)
        leaflets.move(foot.x, foot.y)
        leaflets.line(tip.x, tip.y)
        leaflets.line(next.x * 0.35 + at.x * 0.65, next.y * 0.35 + at.y * 0.65)
        leaflets.close()
      }
    }
    let end = center(1)
    fill(leaflets, color, edge: 0.3)
    stroke(
      .smoothLine([[0, 0], center(0.33), center(0.67), end]), width: 0.035, color.lit(by: 1.35))
  }
}

extension Brush {
  /// A leaf with a midrib, from the origin to the right.
  ///
  /// - Parameters:
  ///   - color: The blade's color.
  ///   - length: Its length.
  ///   - width: Its width.
  mutating func leaf(_ color: Color, length: Float, width: Float) {
    let blade = Path.smooth([
      [0, 0], [0.3, -0.5], [0.7, -0.36], [1, 0], [0.7, 0.36], [0.3, 0.5],
    ]).stretched(length, width)
    fill(blade, Plain(color, unevenness: 0.15, seed: seed()), .roller(0, width))
    stroke(.lines([[0, 0], [length, 0]]), width: 0.02, color.lit(by: 0.6))
  }
}

extension Brush {
  /// A round fruit of radius 1 about the origin: a dent with a stalk, shine.
  ///
  /// - Parameter color: The skin's color.
  mutating func fruit(_ color: Color) {
    let body = Path.smooth([
      [0, -0.84], [0.5, -0.98], [0.98, -0.45], [0.95, 0.3], [0.5, 0.95], [0, 0.9], [-0.5, 0.95],
      [-0.95, 0.3], [-0.98, -0.45], [-0.5, -0.98],
    ])
    fill(body, color, .ball(0, 0, 1.1, 1.1), edge: 0.45)
    stroke(
      .smoothLine([[0, -0.7], [0.08, -1.05], [0.25, -1.3]]), width: 0.16, Color(0.3, 0.2, 0.1))
    wash(.ellipse(-0.38, -0.4, 0.24, 0.2), Color(gray: 1, opacity: 0.55))
  }

  /// A color of ripe fruit.
  ///
  /// Three reds, an orange and a yellow, each as often.
  mutating func ripe() -> Color {
    near(
      pick([
        Color(0.85, 0.14, 0.1), Color(0.8, 0.1, 0.12), Color(0.95, 0.55, 0.1),
        Color(0.95, 0.8, 0.2), Color(0.9, 0.3, 0.2),
      ]), by: 0.15)
  }
}

extension Brush {
  /// A branch that crosses the image at a height, with bark, twigs and leaves.
  ///
  /// - Parameters:
  ///   - y: Its height at x = 0; it slopes by up to 0.06.
  ///   - thickness: Its thickness there.
  /// - Varies: bark, leaves, slope, two to five twigs.
  mutating func perch(_ y: Float, thickness: Float = 0.16) {
    let bark = near(Color(0.42, 0.32, 0.23), by: 0.2)
    let green = near(Color(0.32, 0.52, 0.18), by: 0.25)
    let slope = number(-0.06...0.06)
    var (upper, lower): ([SIMD2<Float>], [SIMD2<Float>]) = ([], [])
    for x: Float in [-3, -2, -1, -0.3, 0.3, 1, 2, 3] {
      let center = y + slope * x
      let half = thickness / 2 * (1 - 0.1 * x)
      upper.append([x, center - half * number(0.85...1.15)])
      lower.append([x, center + half * number(0.85...1.15)])
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
