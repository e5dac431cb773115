import Images
import Randomness

/// What a camera does to a scene: exposure, colour cast, darker corners, grain.
struct Camera {
  private let gain: SIMD3<Float>
  private let contrast, vignetting, grain: Float
  private let seed: UInt64

  /// A camera by chance.
  init(random: inout RandomStream) {
    let exposure = random.uniform(in: 0.86..<1.12)
    let cast = random.uniform(in: -0.06..<0.06)
    gain = SIMD3(exposure + cast, exposure, exposure - cast)
    contrast = random.uniform(in: 0.85..<1.12)
    vignetting = random.uniform(in: 0..<0.25)
    grain = random.uniform(in: 0..<0.02)
    seed = random.nextBits64()
  }

  /// The picture that the camera takes.
  func photograph(_ scene: RGBImage) -> RGBImage {
    let (width, height) = (scene.width, scene.height)
    var pixels = scene.pixels
    var noise = RandomStream(seed: seed, purpose: .picture)
    let middle = SIMD2(Float(width), Float(height)) / 2
    for y in 0..<height {
      for x in 0..<width {
        let offset = (SIMD2(Float(x), Float(y)) + 0.5) / middle - 1
        let corner = 1 - vignetting * (offset * offset).sum() / 2
        // The sum of three bytes is nearly normal, from one draw.
        let bits = noise.nextBits()
        let bell = Float(bits & 255) + Float(bits >> 8 & 255) + Float(bits >> 16 & 255)
        let speck = (bell / 382.5 - 1) * grain * 2
        let at = 3 * (y * width + x)
        for channel in 0..<3 {
          let value = Float(pixels[at + channel]) / 255
          let exposed = (0.5 + contrast * (value - 0.5)) * gain[channel] * corner + speck
          pixels[at + channel] = UInt8(min(max(exposed, 0), 1) * 255 + 0.5)
        }
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}
