package import Drawing

/// A pattern that covers the plane.
package protocol Texture: Sendable {
  /// The colour at a point, given in the units of the thing that wears the texture.
  ///
  /// `footprint` is the side of a pixel in those units; what is smaller is averaged or faded.
  func color(at point: SIMD2<Float>, footprint: Float) -> Color
}

/// A texture that lies otherwise in the plane: turned, scaled, in perspective.
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
  package func turned(_ turns: Float) -> Mapped { Mapped(self, through: .turn(turns)) }

  /// The texture made larger.
  package func scaled(_ factor: Float) -> Mapped { Mapped(self, through: .scale(factor)) }

  /// The texture moved.
  package func moved(_ x: Float, _ y: Float) -> Mapped { Mapped(self, through: .move(x, y)) }
}

/// How much of a pixel lies inside an edge, whose `distance` from the pixel's middle is negative
/// outside: 0 outside, 1 inside, between within half a footprint.
func coverage(_ distance: Float, _ footprint: Float) -> Float {
  min(max(distance / max(footprint, 1e-6) + 0.5, 0), 1)
}

/// A coverage that goes over to its mean where a pattern's period shrinks to a pixel.
func settled(_ coverage: Float, to mean: Float, period: Float, _ footprint: Float) -> Float {
  mean + (coverage - mean) * smooth(period / max(footprint, 1e-6), from: 1, to: 3)
}

/// 0 below the first bound, 1 above the second, smooth between.
func smooth(_ value: Float, from low: Float, to high: Float) -> Float {
  let share = min(max((value - low) / (high - low), 0), 1)
  return share * share * (3 - 2 * share)
}

/// How far a number lies above the next whole number below it: from 0 to 1.
func fraction(_ value: Float) -> Float { value - value.rounded(.down) }
