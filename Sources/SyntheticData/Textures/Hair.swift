package import Drawing

/// Hair over a pattern: strands along x that lighten, darken and fray what they show.
package struct Hairy: Texture {
  let pattern: any Texture
  let (length, width, contrast, fray): (Float, Float, Float, Float)
  let noise: Noise

  /// Strands of a length and width; `fray` is how far they pull the pattern along.
  package init(
    _ pattern: any Texture, length: Float = 0.14, width: Float = 0.02, contrast: Float = 0.5,
    fray: Float = 0.05, seed: UInt32 = 0
  ) {
    (self.pattern, self.length, self.width) = (pattern, length, width)
    (self.contrast, self.fray) = (contrast, fray)
    noise = Noise(seed: seed)
  }

  /// The colour at a point.
  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let bend = noise(point * 5) - 0.5
    let across = (point.y + bend * 0.09) / max(width, footprint)
    let strand = noise(SIMD2(point.x / length, across))
    let tuft = noise(point * 4 + 11)
    let place = point + SIMD2(fray * 2 * (strand - 0.5), 0)
    return pattern.color(at: place, footprint: footprint)
      .lit(by: 1 + contrast * (1.4 * (strand - 0.5) + 0.6 * (tuft - 0.5)))
  }
}
