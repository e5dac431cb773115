import Drawing

/// Where the light comes from and what colour it has.
struct Light: Sendable {
  /// Towards the light: x right, y down, z to the viewer; of length 1.
  var direction: SIMD3<Float>
  /// The colour of light from everywhere.
  var ambient: SIMD3<Float>
  /// The colour of light from `direction`.
  var sun: SIMD3<Float>

  /// Light that shows every colour as it is.
  static let still = Light(direction: SIMD3(0, 0, 1), ambient: .one, sun: .zero)

  /// What a surface reflects of white, by its normal (Lambert's cosine law).
  func reflected(by normal: SIMD3<Float>) -> SIMD3<Float> {
    ambient + sun * max(0, (direction * normal).sum())
  }

  /// The light as something that `map` moves sees it: turned and mirrored against the map.
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
enum Form {
  /// A flat surface that faces the viewer.
  case flat
  /// A ball, or a part of one: its middle and radii.
  case ball(Float, Float, Float, Float)
  /// An upright cylinder: the x of its axis and its radius.
  case column(Float, Float)
  /// A level cylinder: the y of its axis and its radius.
  case roller(Float, Float)
  /// A surface that leans: its slope to the right and downwards, from −1 to 1.
  case slope(Float, Float)

  /// The direction that the surface faces at a point.
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
    // Towards the rim a normal would lie in the picture; 0.95 keeps rims from turning black.
    let squared = min((lean * lean).sum(), 0.9)
    let scale = squared < 0.9 ? 1 : (0.9 / (lean * lean).sum()).squareRoot()
    return SIMD3(lean.x * scale, lean.y * scale, (1 - squared).squareRoot())
  }
}
