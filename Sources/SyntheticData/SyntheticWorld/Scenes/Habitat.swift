import Drawing
import Textures

/// Where objects are found.
///
/// Twelve places, each with a background, a kind of light, and what lies about in it (`Clutter`).
enum Habitat: CaseIterable {
  case meadow, forest, garden, street, desert, snow, shore, sea, underwater, sky, room, table

  /// The light of the place: by day, in the evening, under clouds, indoors, under water.
  ///
  /// - Parameter brush: Gives the randomness.
  /// - Returns: The light in the image's units.
  /// - Varies: the side and the height it comes from; its colors by place and time; its strength by
  ///   12 %.
  func light(_ brush: inout Brush) -> Light {
    let side: Float = brush.chance(0.5) ? 1 : -1
    let across = side * brush.number(0.25...0.65)
    let up = -brush.number(0.3...0.65)
    // The three components make a direction of about length 1, never from behind.
    let towards = max(0.1, 1 - across * across - up * up).squareRoot()
    // By day in three of five.
    let kind = brush.pick([0, 0, 0, 1, 2])
    var (ambient, sun): (SIMD3<Float>, SIMD3<Float>) =
      switch (self, kind) {
      case (.underwater, _): ([0.42, 0.55, 0.62], [0.45, 0.6, 0.6])
      case (.room, _), (.table, _): ([0.5, 0.47, 0.43], [0.68, 0.62, 0.54])
      case (_, 1): ([0.44, 0.42, 0.48], [0.85, 0.66, 0.46])
      case (_, 2): ([0.72, 0.73, 0.76], [0.3, 0.3, 0.3])
      default: ([0.5, 0.52, 0.56], [0.68, 0.65, 0.58])
      }
    let strength = brush.number(0.88...1.12)
    ambient *= strength
    sun *= strength
    return Light(direction: SIMD3(across, up, towards), ambient: ambient, sun: sun)
  }

  /// Draws the place over the whole image, whose sides are 1 here, and says where its ground begins.
  ///
  /// - Returns: The y of the horizon: what stands has its foot below it.
  ///
  /// - Parameter brush: In the image's units, whose sides are 1.
  func drawBackground(_ brush: inout Brush) -> Float {
    switch self {
    case .meadow: meadow(&brush)
    case .forest: forest(&brush)
    case .garden: garden(&brush)
    case .street: street(&brush)
    case .desert: desert(&brush)
    case .snow: snow(&brush)
    case .shore: shore(&brush)
    case .sea: sea(&brush)
    case .underwater: underwater(&brush)
    case .sky: sky(&brush)
    case .room: room(&brush)
    case .table: table(&brush)
    }
  }
}

extension Brush {
  /// The whole image and a little more, in the image's units.
  ///
  /// The margin keeps antialiasing from leaving a rim.
  static let everywhere = Path.rectangle(-0.01, -0.01, 1.01, 1.01)

  /// Everything above a horizon.
  ///
  /// - Parameters:
  ///   - horizon: Where the sky ends.
  ///   - cover: The fraction under clouds; nil for a random one.
  mutating func sky(above horizon: Float, cover: Float? = nil) {
    let blue = near(pick([Color(0.45, 0.66, 0.9), Color(0.6, 0.76, 0.92), Color(0.75, 0.8, 0.86)]))
    let clouds = Clouds(
      blue, cloud: near(Color(0.97, 0.97, 0.98), by: 0.04), size: number(0.3...0.7),
      cover: cover ?? number(0.1...0.7), seed: seed())
    fill(.rectangle(-0.01, -0.01, 1.01, horizon + 0.01), clouds, edge: 0)
    // Haze towards the horizon.
    glow(
      .rectangle(-0.01, horizon * 0.5, 1.01, horizon + 0.01), Color(gray: 0.95, opacity: 0.35), 0.5,
      horizon, radiusX: 50, radiusY: horizon * 0.5)
  }

  /// Level ground below a horizon, in perspective.
  ///
  /// - Parameters:
  ///   - horizon: Where the ground begins.
  ///   - texture: What it shows, seen in perspective.
  ///   - height: The viewer's height; a texture looks smaller from higher.
  mutating func ground(below horizon: Float, _ texture: any Texture, height: Float = 0.9) {
    let slant = number(-0.5...0.5)
    let plane = Projection.ground(horizon: SIMD2(0.5, horizon - 0.04), height: height)
      .after(.turn(slant * 0.3))
    fill(
      .rectangle(-0.01, horizon, 1.01, 1.01), Mapped(texture, through: plane), edge: 0)
  }

  /// A range of hills on the horizon.
  ///
  /// - Parameters:
  ///   - horizon: Where they stand.
  ///   - height: The highest they may be.
  ///   - texture: What they show.
  mutating func hills(_ horizon: Float, height: Float, _ texture: any Texture) {
    var points: [SIMD2<Float>] = [[-0.1, horizon + 0.05]]
    for step in 0...6 {
      points.append([Float(step) / 6 * 1.1 - 0.05, horizon - height * number(0.15...1)])
    }
    points.append([1.1, horizon + 0.05])
    fill(.smooth(points), texture, edge: 0.12)
  }
}
