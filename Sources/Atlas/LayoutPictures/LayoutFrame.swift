internal import Drawing
internal import Glibc
internal import Images
internal import Matrices
internal import Numerics
internal import ParallelLoops

/// Where the positions of a layout lie in a square image: as large as fits, with one scale for both
/// axes, y upward.
struct LayoutFrame {
  private let center: SIMD2<Double>
  private let scale: Double
  private let side: Double

  /// The fraction of the image left free at each edge.
  static let margin = 0.03

  /// Fits all finite positions of a layout into an image.
  init(_ layout: Matrix, side: Int) {
    var box = BoundingBox()
    for sample in 0..<layout.rowCount {
      if let position = finitePosition(sample, in: layout) { box.include(position) }
    }
    // In double precision no difference of two floats overflows.
    let (low, high) = (SIMD2<Double>(box.low), SIMD2<Double>(box.high))
    let extent = box.isEmpty ? 0 : (high - low).max()
    center = box.isEmpty ? .zero : low + (high - low) / 2
    scale = extent > 0 ? Double(side) * (1 - 2 * Self.margin) / extent : 0
    self.side = Double(side)
  }

  /// A sample's position in the image in pixels; nil if its position in the layout is not finite.
  func pixelPosition(of sample: Int, in layout: Matrix) -> SIMD2<Float>? {
    guard let position = finitePosition(sample, in: layout) else { return nil }
    let offset = (SIMD2<Double>(position) - center) * scale
    // Pixel rows count from the top.
    return SIMD2(Float(side / 2 + offset.x), Float(side / 2 - offset.y))
  }
}

/// A sample's position, with y = 0 in a layout on a line; nil if it is not finite.
private func finitePosition(_ sample: Int, in layout: Matrix) -> SIMD2<Float>? {
  let x = layout[sample, 0]
  let y = layout.columnCount > 1 ? layout[sample, 1] : 0
  return x.isFinite && y.isFinite ? SIMD2(x, y) : nil
}

/// Stops at layouts and images that cannot be drawn.
func checkArguments(_ layout: Matrix, _ side: Int) {
  precondition(
    (1...2).contains(layout.columnCount), "a layout has 1 or 2 columns, got \(layout.columnCount)")
  precondition(
    (1...Canvas.largestSide).contains(side),
    "an image has 1 to \(Canvas.largestSide) pixels a side, got \(side)")
  precondition(layout.rowCount <= Int(Int32.max), "too many samples: \(layout.rowCount)")
}

/// An image from the colors of its pixels, given in linear light by their index.
func picture(
  width: Int, height: Int, color: @Sendable (Int) -> SIMD3<Float>
) -> RGBImage {
  var pixels = [UInt8](repeating: 0, count: 3 * width * height)
  pixels.withDisjointWrites { pixels in
    parallelFor(count: width * height, grain: 8192) { range in
      for pixel in range {
        let color = color(pixel)
        for component in 0..<3 {
          pixels[3 * pixel + component] = byte(linear: color[component])
        }
      }
    }
  }
  return RGBImage(width: width, height: height, pixels: pixels)
}

/// A component of linear light as a byte of sRGB (IEC 61966-2-1).
private func byte(linear value: Float) -> UInt8 {
  let clamped = min(max(value, 0), 1)
  let encoded = clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * powf(clamped, 1 / 2.4) - 0.055
  return UInt8(encoded * 255 + 0.5)
}

/// A component of sRGB in linear light, in which colors are mixed as light is.
func linear(_ value: Float) -> Float {
  value <= 0.04045 ? value / 12.92 : powf((value + 0.055) / 1.055, 2.4)
}
