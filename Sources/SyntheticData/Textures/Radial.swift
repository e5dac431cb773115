package import Drawing

/// A texture laid around a point: its x is the distance from there, its y the way around.
package struct Radial: Texture {
  /// How long the way around is in the texture's y: about the length of the unit circle.
  package static let around: Float = 6.28

  let texture: any Texture
  let middle: SIMD2<Float>

  /// Lays a texture around a point; where its ends meet, straight below the point, is a seam.
  package init(_ texture: any Texture, _ x: Float = 0, _ y: Float = 0) {
    (self.texture, middle) = (texture, SIMD2(x, y))
  }

  /// The colour at a point.
  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let offset = point - middle
    let reach = (offset * offset).sum().squareRoot()
    // The way around a square instead of a circle: from below, clockwise, without trigonometry.
    let share = offset.y / max(abs(offset.x) + abs(offset.y), 1e-6)
    let turn = offset.x < 0 ? 0.25 * (1 - share) : 0.75 + 0.25 * share
    return texture.color(at: SIMD2(reach, turn * Self.around), footprint: footprint)
  }
}
