package import Drawing

/// A texture wrapped about an upright cylinder, seen a little from above.
package struct Wrapped: Texture {
  private let texture: any Texture
  private let (axis, radius, sag): (Float, Float, Float)

  /// Wraps a texture about the axis x = `axis`; level lines hang by `sag` in the middle.
  package init(_ texture: any Texture, axis: Float = 0, radius: Float, sag: Float = 0) {
    (self.texture, self.axis, self.radius, self.sag) = (texture, axis, radius, sag)
  }

  /// The colour at a point.
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
