/// How the colour of a new pixel follows from old ones.
public enum ResamplingFilter: Sendable {
  /// A triangle about the new pixel's centre.
  ///
  /// It falls to 0 one old pixel away where the picture grows, one new pixel away where it shrinks,
  /// so that no old pixel is left out.
  case bilinear
}

extension RGBImage {
  /// The picture at another size.
  ///
  /// Rows are resampled first, then columns; the colours are rounded to bytes after each. Pixel
  /// centres lie at half-integers. Pillow's `resize` does the same, with columns first for
  /// some shapes.
  ///
  /// - Parameters:
  ///   - newWidth: The pixels in a row.
  ///   - newHeight: The rows.
  ///   - filter: How colours are mixed.
  /// - Returns: The new picture.
  /// - Precondition: The sides are positive.
  public func resized(
    toWidth newWidth: Int, height newHeight: Int, filter: ResamplingFilter = .bilinear
  ) -> RGBImage {
    precondition(newWidth > 0 && newHeight > 0, "no picture of \(newWidth) × \(newHeight)")
    var result = self
    if newWidth != width {
      let taps = ResamplingTaps(from: width, to: newWidth)
      var pixels = [UInt8](repeating: 0, count: 3 * newWidth * height)
      var target = pixels.mutableSpan
      resampleRows(result.pixels.span, taps, into: &target)
      result = RGBImage(width: newWidth, height: height, pixels: pixels)
    }
    if newHeight != height {
      let taps = ResamplingTaps(from: height, to: newHeight)
      var pixels = [UInt8](repeating: 0, count: 3 * newWidth * newHeight)
      var target = pixels.mutableSpan
      resampleColumns(result.pixels.span, rowLength: 3 * newWidth, taps, into: &target)
      result = RGBImage(width: newWidth, height: newHeight, pixels: pixels)
    }
    return result
  }
}
