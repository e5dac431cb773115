internal import Glibc
package import Grids
package import Images
package import Matrices

/// A density picture and what its colors mean.
package struct DensityMap {
  /// The picture.
  package let image: RGBImage
  /// The number of samples beyond the frame.
  package let clippedCount: Int
  /// The scale of the colors; nil for bars.
  let scale: DensityScale?
}

/// The density of a layout, on a logarithmic scale.
///
/// From black for no sample through violet and orange to light yellow for the densest thousandth of
/// the pixels; a single sample is still visible. A plane is framed as the grids over it are;
/// samples beyond are not shown. A layout on a line becomes a strip of bars. The bytes are the same
/// for any number of threads.
///
/// - Parameters:
///   - layout: The positions, n × 2 or n × 1.
///   - horizontal: The part of the first axis that is shown, where that has a scale of its own.
///   - side: The side in pixels, at most 16,384.
/// - Returns: An image of side × side; for n × 1 a third as high.
/// - Throws: `GridError` if there are no samples, or one has no finite position.
/// - Complexity: O(n log n + side²) and more for few samples (`DensityField`).
package func densityMap(
  _ layout: Matrix, horizontal: ClosedRange<Double>? = nil, side: Int
) throws(GridError) -> DensityMap {
  checkArguments(layout, side)
  let frame = try LayoutFrame(layout, side: side, horizontal: horizontal)
  let background = DensityScale.linearColor(0)
  guard layout.columnCount > 1 else {
    let bars = LayoutBars(frame, side: side, groupCount: 1) { _ in 0 }
    let image = bars.picture(background: background) { fraction, _ in
      DensityScale.linearColor(0.25 + 0.7 * fraction)
    }
    return DensityMap(image: image, clippedCount: 0, scale: nil)
  }
  let field = DensityField(frame, side: side)
  let scale = DensityScale(field)
  let image = picture(width: side, height: side) { pixel in
    DensityScale.linearColor(scale.fraction(of: field.values[pixel]))
  }
  return DensityMap(image: image, clippedCount: frame.clippedCount, scale: scale)
}

/// Colors for few to many: matplotlib's magma, whose lightness rises evenly (Smith and van der
/// Walt, CC0), over the logarithm of a density.
struct DensityScale {
  /// The densities at the ends of the scale, in samples per cell of a grid of 100 × 100.
  let low, high: Float

  /// The scale of a field.
  init(_ field: DensityField) {
    // An eighth of a lone sample's density, so that it stands out of the black.
    low = field.loneSample / 8
    // Not the greatest density: one pile of duplicates would leave everything else dark.
    let some = field.values.lazy.filter { [low] in $0 > low }.sorted()
    high = max(8 * low, some.isEmpty ? 0 : some[min(some.count - 1, some.count * 999 / 1000)])
  }

  /// Where a density stands on the scale, from 0 to 1.
  func fraction(of density: Float) -> Float {
    density > low ? min(logf(density / low) / logf(high / low), 1) : 0
  }

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

  /// The color at a fraction of the scale, in linear light.
  static func linearColor(_ fraction: Float) -> SIMD3<Float> {
    let color = color(fraction)
    return SIMD3(linear(color.x), linear(color.y), linear(color.z))
  }
}
