package import Drawing

/// A pattern that covers the plane.
///
/// A texture is a function, not an image: it has any resolution, and two uses of it with the same
/// seed show the same.
package protocol Texture: Sendable {
  /// The color at a point, given in the units of the object that wears the texture.
  ///
  /// `footprint` is the side of a pixel in those units; what is smaller is averaged or faded.
  func color(at point: SIMD2<Float>, footprint: Float) -> Color
}

/// A texture that lies otherwise in the plane: turned, scaled, in perspective.
///
/// - Complexity: One inverse map per pixel.
package struct Mapped: Texture {
  private let texture: any Texture
  private let inverse: Projection

  /// Shows a texture through a map.
  package init(_ texture: any Texture, through map: Projection) {
    self.texture = texture
    inverse = map.inverse
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    texture.color(at: inverse(point), footprint: footprint * inverse.magnification(at: point))
  }
}

extension Texture {
  /// The texture turned clockwise.
  ///
  /// - Parameter turns: In turns; a quarter makes level stripes upright.
  /// - Returns: The turned texture.
  package func turned(_ turns: Float) -> Mapped { Mapped(self, through: .turn(turns)) }

  /// The texture made larger.
  ///
  /// - Parameter factor: Above 1, patterns are larger.
  /// - Returns: The scaled texture.
  package func scaled(_ factor: Float) -> Mapped { Mapped(self, through: .scale(factor)) }

  /// The texture moved.
  ///
  /// - Parameters:
  ///   - x: To the right.
  ///   - y: Downwards.
  /// - Returns: The moved texture.
  package func moved(_ x: Float, _ y: Float) -> Mapped { Mapped(self, through: .move(x, y)) }
}

/// How much of a pixel lies inside an edge, whose `distance` from the pixel's center is negative
/// outside: 0 outside, 1 inside, between within half a footprint.
///
/// - Parameters:
///   - distance: From the edge, positive inside, in the texture's units.
///   - footprint: The side of a pixel in these units.
/// - Returns: From 0 to 1.
func coverage(_ distance: Float, _ footprint: Float) -> Float {
  min(max(distance / max(footprint, 1e-6) + 0.5, 0), 1)
}

/// A coverage that goes over to its mean where a pattern's period shrinks to a pixel.
///
/// Without it fine patterns would show moiré rings where a pixel covers more than a period.
///
/// - Parameters:
///   - coverage: The pattern's value at a pixel.
///   - mean: Its mean over a period.
///   - period: The length of one.
///   - footprint: The side of a pixel.
/// - Returns: The value from three pixels per period on, the mean below one.
func settled(_ coverage: Float, to mean: Float, period: Float, _ footprint: Float) -> Float {
  mean + (coverage - mean) * smooth(period / max(footprint, 1e-6), from: 1, to: 3)
}

/// 0 below the first bound, 1 above the second, smooth between.
///
/// - Parameters:
///   - value: The argument.
///   - low: Where it is still 0.
///   - high: Where it has become 1; not `low`.
/// - Returns: 3t² − 2t³, whose slope is 0 at both ends.
func smooth(_ value: Float, from low: Float, to high: Float) -> Float {
  let fraction = min(max((value - low) / (high - low), 0), 1)
  return fraction * fraction * (3 - 2 * fraction)
}

/// How far a number lies above the next whole number below it: from 0 to 1.
func fractionalPart(_ value: Float) -> Float { value - value.rounded(.down) }

/// A texture laid around a point: its x is the distance from there, its y the way around.
///
/// Petals, wings and shells: stripes of the texture become rays.
package struct Radial: Texture {
  /// How long the way around is in the texture's y: about the length of the unit circle.
  package static let around: Float = 6.28

  let texture: any Texture
  let center: SIMD2<Float>

  /// Lays a texture around a point; where its ends meet, straight below the point, is a seam.
  package init(_ texture: any Texture, _ x: Float = 0, _ y: Float = 0) {
    (self.texture, center) = (texture, SIMD2(x, y))
  }

  /// The color at a point.
  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let offset = point - center
    let reach = (offset * offset).sum().squareRoot()
    // The way around a square instead of a circle: from below, clockwise, without trigonometry.
    let fraction = offset.y / max(abs(offset.x) + abs(offset.y), 1e-6)
    let turn = offset.x < 0 ? 0.25 * (1 - fraction) : 0.75 + 0.25 * fraction
    return texture.color(at: SIMD2(reach, turn * Self.around), footprint: footprint)
  }
}

/// A texture wrapped about an upright cylinder, seen a little from above.
///
/// It shows half of the cylinder; patterns become narrower towards its sides.
package struct Wrapped: Texture {
  private let texture: any Texture
  private let (axis, radius, sag): (Float, Float, Float)

  /// Wraps a texture about the axis x = `axis`; level lines hang by `sag` in the center.
  package init(_ texture: any Texture, axis: Float = 0, radius: Float, sag: Float = 0) {
    (self.texture, self.axis, self.radius, self.sag) = (texture, axis, radius, sag)
  }

  /// The color at a point.
  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let across = min(max((point.x - axis) / radius, -0.99), 0.99)
    let depth = (1 - across * across).squareRoot()
    // The arc sine, within 7·10⁻⁵ (Abramowitz and Stegun, 4.4.45).
    let size = abs(across)
    let series = 1.5707288 + size * (-0.2121144 + size * (0.074261 - size * 0.0187293))
    let angle = 1.5707963 - (1 - size).squareRoot() * series
    let around = (across < 0 ? -angle : angle) * radius
    // Towards the rim a pixel sees more of the surface.
    return texture.color(
      at: SIMD2(around, point.y - sag * depth), footprint: footprint / max(depth, 0.35))
  }
}
