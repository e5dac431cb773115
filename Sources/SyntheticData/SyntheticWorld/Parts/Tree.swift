import Drawing
import Textures

extension Brush {
  /// A trunk of bark with roots, standing on y = 1, up to a height, with its middle at x = 0 there.
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
  mutating func leafLump(_ leaf: Color, _ size: Float, seed: UInt32) {
    let outline = Path.smooth(
      (0..<11).map { index in
        direction(turns: Float(index) / 11) * number(0.84...1.1)
      })
    fill(
      outline, Foliage(leaf, shade: leaf.lit(by: 0.28), size: size, seed: seed),
      .ball(0, 0.1, 1.15, 1.15), edge: 0.4)
  }

  /// A leafy crown about a middle: lumps of leaves in light and shade, the far ones first.
  ///
  /// - Returns: Where the near lumps are, and their radii.
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
  mutating func frond(_ color: Color, turn: Float, length: Float, droop: Float) {
    let away = direction(turns: turn) * length
    func middle(_ t: Float) -> SIMD2<Float> { away * t * (1 - 0.15 * t) + [0, droop * t * t] }
    var leaflets = Path()
    for step in 1...13 {
      let t = Float(step) / 13.5
      let (at, next) = (middle(t), middle(t + 0.1))
      let along = (next - at) * 10
      let across = SIMD2(-along.y, along.x)
      let reach = 0.34 * (1 - 0.75 * abs(t - 0.35)) * (1.05 - t * t * 0.6)
      for side: Float in [-1, 1] {
        let tip = at + along * (0.26 * reach * 2) + across * side * reach + [0, 0.1 * reach]
        let foot = middle(t - 0.045)
        leaflets.move(foot.x, foot.y)
        leaflets.line(tip.x, tip.y)
        leaflets.line(next.x * 0.35 + at.x * 0.65, next.y * 0.35 + at.y * 0.65)
        leaflets.close()
      }
    }
    let end = middle(1)
    fill(leaflets, color, edge: 0.3)
    stroke(
      .smoothLine([[0, 0], middle(0.33), middle(0.67), end]), width: 0.035, color.lit(by: 1.35))
  }
}
