package import Drawing

/// Needles of conifers: tufts of fine streaks that fan out downwards.
package struct Needles: Texture {
  let (needle, shade): (Color, Color)
  let size: Float
  let noise: Noise

  /// Tufts of about `size`; between the needles it is dark.
  package init(_ needle: Color, shade: Color, size: Float = 0.16, seed: UInt32 = 0) {
    (self.needle, self.shade, self.size) = (needle, shade, size)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let cell = noise.cell(point / size, scatter: 0.9)
    let axis = direction(turns: 0.25 + (cell.number - 0.5) * 0.3)
    let along = (cell.offset * axis).sum()
    let across = cell.offset.x * axis.y - cell.offset.y * axis.x
    // Needles leave one point above the tuft, so they spread.
    let fan = across / (along + 1.3)
    let strand = noise(SIMD2(fan * 6.5 + 40 * cell.other, along * 1.2))
    let clear = min(1, 0.2 * size / max(footprint, 1e-6))
    let relief = 0.5 + (strand - 0.5) * (0.6 + 1.2 * clear)
    let tip = smooth(along, from: -0.5, to: 0.45)
    let value = min(max(relief * 0.9 + 0.3 * tip - 0.03, 0), 1)
    return shade.mixed(with: needle, by: value).lit(by: 0.92 + 0.25 * cell.other)
  }
}
