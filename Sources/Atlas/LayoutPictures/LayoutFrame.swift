internal import Drawing
internal import Glibc
internal import Grids
internal import Images
internal import Matrices
internal import Numerics
internal import ParallelLoops

/// Where the samples of a layout lie in its picture.
///
/// A plane is framed as the grids over it are, each axis stretched on its own (`NormalizedLayout`),
/// so that a picture lies exactly over an atlas. A line is shown from end to end.
struct LayoutFrame {
  /// The positions in the unit square, n × 2; x to the right, y upward.
  private let points: [SIMD2<Float>]
  /// Whether each sample lies within the frame.
  private let isInside: [Bool]
  private let side: Float
  /// The number of samples beyond the frame.
  let clippedCount: Int

  /// The fraction of the picture left free at the ends of a line.
  static let margin = 0.03

  /// Frames a layout in a picture of a side in pixels; `horizontal` is the part of the first axis that is
  /// shown, where that has a scale of its own.
  ///
  /// - Throws: `GridError` if there are no samples, or one has no finite position.
  init(
    _ layout: Matrix, side: Int, horizontal: ClosedRange<Double>? = nil
  ) throws(GridError) {
    self.side = Float(side)
    guard layout.columnCount == 1 else {
      let normalized = try NormalizedLayout(layout, horizontal: horizontal)
      points = (0..<layout.rowCount).map {
        SIMD2(normalized.points[$0, 0], normalized.points[$0, 1])
      }
      var isInside = [Bool](repeating: true, count: layout.rowCount)
      for sample in normalized.clipped { isInside[sample] = false }
      self.isInside = isInside
      clippedCount = normalized.clipped.count
      return
    }
    guard layout.rowCount > 0 else { throw .noPoints }
    if let sample = layout.firstNonFiniteRow() { throw .nonFiniteSample(sample) }
    // In double precision no difference of two floats overflows.
    let values = layout.elements.map(Double.init)
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    let scale = high > low ? (1 - 2 * Self.margin) / (high - low) : 0
    points = values.map { value in
      SIMD2(Float(0.5 + scale * (value - low - (high - low) / 2)), 0.5)
    }
    isInside = [Bool](repeating: true, count: layout.rowCount)
    clippedCount = 0
  }

  /// The number of samples.
  var sampleCount: Int { points.count }

  /// A sample's position in the picture in pixels; nil for one beyond the frame.
  @inline(__always)
  func pixelPosition(of sample: Int) -> SIMD2<Float>? {
    guard isInside[sample] else { return nil }
    // Pixel rows count from the top.
    return SIMD2(side * points[sample].x, side * (1 - points[sample].y))
  }
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
func byte(linear value: Float) -> UInt8 {
  let clamped = min(max(value, 0), 1)
  let encoded = clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * powf(clamped, 1 / 2.4) - 0.055
  return UInt8(encoded * 255 + 0.5)
}

/// A component of sRGB in linear light, in which colors are mixed as light is.
func linear(_ value: Float) -> Float {
  value <= 0.04045 ? value / 12.92 : powf((value + 0.055) / 1.055, 2.4)
}
