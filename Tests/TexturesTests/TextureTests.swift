import Drawing
import TestTags
import Testing
import Textures

@Suite(.tags(.quick)) struct TextureTests {
  static let (light, dark) = (Color(0.9, 0.8, 0.6), Color(0.2, 0.1, 0.3))

  /// One of each kind.
  static let all: [(name: String, texture: any Texture)] = [
    ("plain", Plain(light, unevenness: 0.2, seed: 1)), ("stripes", Stripes(light, dark)),
    ("animal stripes", Stripes(light, dark, wobble: 0.5, seed: 1)), ("dots", Dots(light, dark)),
    ("spots", Dots(light, dark, scatter: 0.6, seed: 1)), ("checks", Checks(light, dark)),
    ("bricks", Bricks(light, mortar: dark, seed: 1)),
    ("cobbles", Cobbles(light, joint: dark, seed: 1)),
    ("scales", Scales(light, edge: dark, seed: 1)),
    ("planks", Planks(light, seed: 1)), ("board", Planks(light, width: 0, seed: 1)),
    ("fur", Fur(light, dark, seed: 1)), ("patches", Patches(light, line: dark, seed: 1)),
    ("foliage", Foliage(light, shade: dark, seed: 1)),
    ("grass", Grass(light, ground: dark, seed: 1)),
    ("needles", Needles(light, shade: dark, seed: 1)), ("brushed metal", Brushed(light, seed: 1)),
    ("bark", Bark(light, furrow: dark, seed: 1)), ("waves", Waves(dark, crest: light, seed: 1)),
    ("clouds", Clouds(dark, cloud: light, seed: 1)), ("marble", Marble(light, vein: dark, seed: 1)),
    ("sand", Sand(light, dark, seed: 1)), ("cloth", Cloth(light, dark, seed: 1)),
    ("honeycomb", Honeycomb(light, wall: dark, seed: 1)), ("wicker", Wicker(light, seed: 1)),
    ("hairy stripes", Hairy(Stripes(light, dark), seed: 1)),
    ("rays", Radial(Stripes(light, dark))),
    ("wrapped", Wrapped(Checks(light, dark), radius: 3, sag: 0.1)),
    ("turned", Stripes(light, dark).turned(0.2).scaled(2).moved(0.1, 0.3)),
  ]

  /// The mean red and its spread over a square of side 4, at a pixel size.
  private func redness(_ texture: any Texture, footprint: Float) -> (
    mean: Float, spread: Float
  ) {
    var (sum, squares): (Double, Double) = (0, 0)
    let steps = 80  // of a length that is no part of a period
    for y in 0..<steps {
      for x in 0..<steps {
        let point = SIMD2(Float(x), Float(y)) * (4 / 79.37) - 2
        let red = Double(texture.color(at: point, footprint: footprint).components.x)
        sum += red
        squares += red * red
      }
    }
    let count = Double(steps * steps)
    let mean = sum / count
    return (Float(mean), Float(max(0, squares / count - mean * mean).squareRoot()))
  }

  @Test("colors are finite and opaque everywhere", arguments: all.indices)
  func finite(index: Int) {
    let texture = Self.all[index].texture
    for far: Float in [0, 1, -37.5, 1e4, -1e9] {
      for footprint: Float in [0, 0.01, 0.5, 100] {
        let color = texture.color(at: [far + 0.123, 0.77 - far], footprint: footprint).components
        #expect(color.x.isFinite && color.y.isFinite && color.z.isFinite && color.w == 1)
        #expect(color.min() >= 0 && color.max() < 3, "\(Self.all[index].name): \(color)")
      }
    }
  }

  @Test("every texture can be seen near by", arguments: all.indices)
  func contrast(index: Int) {
    let near = redness(Self.all[index].texture, footprint: 0.01)
    #expect(near.spread > 0.02, "\(Self.all[index].name): \(near)")
  }

  @Test("regular patterns fade to their mean where a pixel covers many periods")
  func fading() {
    for texture in [Stripes(Self.light, Self.dark), Checks(Self.light, Self.dark)] as [any Texture]
    {
      let (near, far) = (redness(texture, footprint: 0.005), redness(texture, footprint: 2))
      #expect(far.spread < 1e-3)
      #expect(abs(near.mean - far.mean) < 0.03)
    }
  }

  @Test("patterns on the ground fade towards the horizon")
  func perspective() {
    let ground = Projection.ground(horizon: [0.5, 0.4], height: 0.9)
    let floor = Mapped(Checks(Self.light, Self.dark, side: 0.1), through: ground)
    func spread(y: Float) -> Float {
      let reds = (0..<200).map { x in
        floor.color(at: [Float(x) / 200, y], footprint: 1.0 / 128).components.x
      }
      return (reds.max() ?? 0) - (reds.min() ?? 0)
    }
    #expect(spread(y: 0.95) > 0.6)
    #expect(spread(y: 0.44) < 0.01)
  }

  @Test("noise is even: mean one half, no correlation between lattice points")
  func noise() {
    let noise = Noise(seed: 9)
    var (sum, product): (Float, Float) = (0, 0)
    for y in 0..<100 {
      for x in 0..<100 {
        let here = noise.lattice(Float(x), Float(y)) - 0.5
        sum += here
        product += here * (noise.lattice(Float(x + 1), Float(y)) - 0.5)
      }
    }
    // Standard errors: √(1/12) / 100 and (1/12) / 100.
    #expect(abs(sum / 10_000) < 4 * 0.0029)
    #expect(abs(product / 10_000) < 4 * 0.00084)
  }
}
