package import Drawing

/// Brushed metal: fine scratches along x, and soft bands that mirror light and dark places.
package struct Brushed: Texture {
  let (bright, dull): (Color, Color)
  let (band, scratch): (Float, Float)
  let noise: Noise

  /// Metal with bands about `band` wide; `scratch` is the strength of the scratches.
  package init(_ color: Color, band: Float = 0.3, scratch: Float = 0.3, seed: UInt32 = 0) {
    bright = color.mixed(with: Color(gray: 1), by: 0.35)
    dull = color.lit(by: 0.55)
    (self.band, self.scratch) = (band, scratch)
    noise = Noise(seed: seed)
  }

  /// The colour at a point.
  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let mirror = noise.fractal(SIMD2(point.x / band, point.y * 0.4), octaves: 2)
    let line = noise(SIMD2(point.x * 2.5, point.y / max(0.012, footprint)))
    let fine = noise(SIMD2(point.x * 9, point.y / max(0.03, footprint) + 60))
    let value = 0.5 + 1.7 * (mirror - 0.5) + scratch * (line + fine - 1)
    return dull.mixed(with: bright, by: min(max(value, 0), 1))
  }
}
