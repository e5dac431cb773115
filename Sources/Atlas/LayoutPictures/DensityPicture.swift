import Glibc
public import Images
public import Matrices

/// A layout as its density: how many rows lie on each pixel, on a logarithmic scale.
///
/// From black for no row through violet and orange to light yellow for the most crowded thousandth of
/// the pixels; a row alone is still seen. A layout on a line becomes a strip of bars. The bytes are
/// the same for any number of threads.
///
/// - Parameters:
///   - layout: The positions, n × 2 or n × 1; rows that are not finite are left out.
///   - side: The pixels of a side, at most 16,384.
/// - Returns: A picture of side × side; for n × 1 a third as high.
/// - Complexity: O(n + side²), with 16 bytes a pixel.
public func densityPicture(_ layout: Matrix, side: Int) -> RGBImage {
  checkArguments(layout, side)
  let background = linearLight(DensityScale.color(0))
  guard layout.columnCount > 1 else {
    let bars = LayoutBars(layout, side: side, groupCount: 1) { _ in 0 }
    return bars.picture(background: background) { share, _ in
      linearLight(DensityScale.color(0.25 + 0.7 * share))
    }
  }
  let splat = PointSplat(layout, side: side) { _ in .zero }
  let counts = splat.sums.lazy.map(\.w).filter { $0 > 0 }.sorted()
  let top = counts.isEmpty ? 1 : max(1, counts[min(counts.count - 1, counts.count * 999 / 1000)])
  return picture(width: side, height: side) { pixel in
    let count = splat.sums[pixel].w
    guard count > 0 else { return background }
    // One row is a quarter of the way up, at least eight the top; less than one, at the rim of a
    // disc, fades out.
    let share = count < 1 ? 0.25 * count : 0.25 + 0.75 * logf(count) / logf(max(top, 8))
    return linearLight(DensityScale.color(share))
  }
}

/// A colour of sRGB in linear light.
private func linearLight(_ color: SIMD3<Float>) -> SIMD3<Float> {
  SIMD3(linear(color.x), linear(color.y), linear(color.z))
}
