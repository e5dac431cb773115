import Drawing
import Images
import Randomness

/// Where the light comes from and what color it has.
///
/// A point-like sun and light from everywhere, both colored; shadows on the ground are drawn by
/// `Scene`.
struct Light: Sendable {
  /// Towards the light: x right, y down, z to the viewer; of length 1.
  var direction: SIMD3<Float>
  /// The color of light from everywhere.
  var ambient: SIMD3<Float>
  /// The color of light from `direction`.
  var sun: SIMD3<Float>

  /// Light that shows every color as it is.
  static let still = Light(direction: SIMD3(0, 0, 1), ambient: .one, sun: .zero)

  /// What a surface reflects of white, by its normal (Lambert's cosine law).
  ///
  /// - Parameter normal: The direction the surface faces, of length 1.
  /// - Returns: A factor for red, green and blue.
  func reflected(by normal: SIMD3<Float>) -> SIMD3<Float> {
    ambient + sun * max(0, (direction * normal).sum())
  }

  /// The light as something that `map` moves sees it: turned and mirrored against the map.
  ///
  /// - Parameter map: From the object's units to the outer ones.
  /// - Returns: The same light in the object's units.
  ///
  /// How steeply it falls (z) stays as it is: maps move objects within the image's plane.
  func seen(within map: Projection) -> Light {
    let inverse = map.inverse
    let toLight = inverse(SIMD2(direction.x, direction.y)) - inverse(.zero)
    let length = (toLight * toLight).sum().squareRoot()
    guard length > 1e-6 else { return self }
    let level = (direction.x * direction.x + direction.y * direction.y).squareRoot()
    var light = self
    light.direction.x = toLight.x / length * level
    light.direction.y = toLight.y / length * level
    return light
  }
}

/// The shape of a surface, for its light and shade.
///
/// The normal is that of the ideal shape, whatever the outline: a few numbers make flat outlines
/// look round.
enum Form {
  /// A flat surface that faces the viewer.
  case flat
  /// A ball, or a part of one: its center and radii.
  case ball(Float, Float, Float, Float)
  /// An upright cylinder: the x of its axis and its radius.
  case column(Float, Float)
  /// A level cylinder: the y of its axis and its radius.
  case roller(Float, Float)
  /// A surface that leans: its slope to the right and downwards, from −1 to 1.
  case slope(Float, Float)

  /// The direction that the surface faces at a point.
  ///
  /// - Parameter point: A point, in the object's units.
  /// - Returns: A direction of length 1, z towards the viewer.
  func normal(at point: SIMD2<Float>) -> SIMD3<Float> {
    let lean: SIMD2<Float> =
      switch self {
      case .flat: .zero
      case .ball(let x, let y, let radiusX, let radiusY):
        SIMD2((point.x - x) / radiusX, (point.y - y) / radiusY)
      case .column(let x, let radius): SIMD2((point.x - x) / radius, 0)
      case .roller(let y, let radius): SIMD2(0, (point.y - y) / radius)
      case .slope(let right, let down): SIMD2(right, down)
      }
    // Towards the rim a normal would lie in the image; 0.95 keeps rims from turning black.
    let squared = min((lean * lean).sum(), 0.9)
    let scale = squared < 0.9 ? 1 : (0.9 / (lean * lean).sum()).squareRoot()
    return SIMD3(lean.x * scale, lean.y * scale, (1 - squared).squareRoot())
  }
}

/// What a camera does to a scene: exposure, color cast, darker corners, grain.
///
/// Its four effects vary independently of the scene and are the last step of an image, so that a
/// network cannot tell classes by them.
struct Camera {
  /// Exposure and cast, a factor for each channel.
  private let gain: SIMD3<Float>
  /// Factors about middle gray, towards the corners, and of the noise.
  private let contrast, vignetting, grain: Float
  private let seed: UInt64

  /// A camera at random.
  ///
  /// - Parameter random: The image's stream, at its start, so that the scene does not change a
  ///   camera.
  /// - Varies: exposure from 0.86 to 1.12, cast by 6 %, contrast from 0.85 to 1.12, vignetting up
  ///   to a quarter in the corners, grain up to 2 % of white.
  init(random: inout RandomStream) {
    let exposure = random.uniform(in: 0.86..<1.12)
    let cast = random.uniform(in: -0.06..<0.06)
    gain = SIMD3(exposure + cast, exposure, exposure - cast)
    contrast = random.uniform(in: 0.85..<1.12)
    vignetting = random.uniform(in: 0..<0.25)
    grain = random.uniform(in: 0..<0.02)
    seed = random.nextBits64()
  }

  /// The image that the camera takes.
  ///
  /// - Parameter scene: The drawn scene.
  /// - Returns: An image of the same size.
  /// - Complexity: O(pixels).
  func photograph(_ scene: RGBImage) -> RGBImage {
    let (width, height) = (scene.width, scene.height)
    var pixels = scene.pixels
    var noise = RandomStream(seed: seed, purpose: .picture)
    let center = SIMD2(Float(width), Float(height)) / 2
    for y in 0..<height {
      for x in 0..<width {
        let offset = (SIMD2(Float(x), Float(y)) + 0.5) / center - 1
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
