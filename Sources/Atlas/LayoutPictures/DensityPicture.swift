internal import Glibc
public import Images
public import Matrices

/// The density of a layout: how many samples lie on each pixel, on a logarithmic scale.
///
/// From black for no sample through violet and orange to light yellow for the densest thousandth of
/// the pixels; a single sample is still visible. A layout on a line becomes a strip of bars. The
/// bytes are the same for any number of threads.
///
/// - Parameters:
///   - layout: The positions, n × 2 or n × 1; samples whose position is not finite are left out.
///   - side: The side in pixels, at most 16,384.
/// - Returns: An image of side × side; for n × 1 a third as high.
/// - Complexity: O(n + side²), with 16 bytes per pixel.
public func densityPicture(_ layout: Matrix, side: Int) -> RGBImage {
  checkArguments(layout, side)
  let background = linearLight(DensityScale.color(0))
  guard layout.columnCount > 1 else {
    let bars = LayoutBars(layout, side: side, groupCount: 1) { _ in 0 }
    return bars.picture(background: background) { fraction, _ in
      linearLight(DensityScale.color(0.25 + 0.7 * fraction))
    }
  }
  let splat = PointSplat(layout, side: side) { _ in .zero }
  let counts = splat.sums.lazy.map(\.w).filter { $0 > 0 }.sorted()
  // Not the greatest count: one pile of duplicates would leave everything else dark.
  let top = counts.isEmpty ? 1 : max(1, counts[min(counts.count - 1, counts.count * 999 / 1000)])
  return picture(width: side, height: side) { pixel in
    let count = splat.sums[pixel].w
    guard count > 0 else { return background }
    // One sample is a quarter of the way up, at least eight the top; less than one, at the rim of a
    // disc, fades out.
    let fraction = count < 1 ? 0.25 * count : 0.25 + 0.75 * logf(count) / logf(max(top, 8))
    return linearLight(DensityScale.color(fraction))
  }
}

/// A color of sRGB in linear light.
private func linearLight(_ color: SIMD3<Float>) -> SIMD3<Float> {
  SIMD3(linear(color.x), linear(color.y), linear(color.z))
}

/// Colors for few to many: matplotlib's magma, whose lightness rises evenly (Smith and van der
/// Walt, CC0).
private enum DensityScale {
  /// Every tenth of the scale, in sRGB.
  private static let stops: [SIMD3<Float>] = [
    0x000004, 0x150E37, 0x3B0F70, 0x641A80, 0x8C2981, 0xB63679, 0xDE4968, 0xF76F5C, 0xFE9F6D,
    0xFECE91, 0xFCFDBF,
  ].map { (word: Int) in
    SIMD3(Float(word >> 16), Float(word >> 8 & 0xFF), Float(word & 0xFF)) / 255
  }

  /// The color at a fraction of the scale, in sRGB.
  static func color(_ fraction: Float) -> SIMD3<Float> {
    let position = min(max(fraction, 0), 1) * Float(stops.count - 1)
    let index = min(Int(position), stops.count - 2)
    let rest = position - Float(index)
    return stops[index] * (1 - rest) + stops[index + 1] * rest
  }
}
