/// A rectangle of pixels.
public struct PixelRectangle: Sendable, Hashable {
  /// The first column and the first row.
  public var x, y: Int
  /// How many columns and rows.
  public var width, height: Int

  /// Makes a rectangle.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

extension RGBImage {
  /// The image at another size, with the bytes that Pillow's `resize` gives.
  ///
  /// Rows are resampled first, then columns; the colors are rounded to bytes after each. Pixel
  /// centers lie at half-integers. Where the image shrinks, filters grow so that no old pixel is
  /// left out.
  ///
  /// - Parameters:
  ///   - newWidth: The pixels in a row.
  ///   - newHeight: The rows.
  ///   - part: The part of the new image that is wanted; nil for all of it.
  ///   - filter: How colors are mixed.
  ///   - antialias: Without it, filters keep their size where the image shrinks, and colors are
  ///     those of PyTorch's `interpolate` and of OpenCV, to one level: quicker, and rough.
  /// - Returns: The new image, or its part.
  /// - Precondition: The sides are positive, and the part lies within them.
  /// - Complexity: O(part · taps) beside the rows that the part depends on.
  public func resized(
    toWidth newWidth: Int, height newHeight: Int, part: PixelRectangle? = nil,
    filter: ResamplingFilter = .bilinear, antialias: Bool = true
  ) -> RGBImage {
    let part = part ?? PixelRectangle(x: 0, y: 0, width: newWidth, height: newHeight)
    precondition(
      part.x >= 0 && part.y >= 0 && part.width > 0 && part.height > 0
        && part.x + part.width <= newWidth && part.y + part.height <= newHeight,
      "no part \(part.width) × \(part.height) at (\(part.x), \(part.y)) of an image of \(newWidth) × \(newHeight)"
    )
    if newWidth == width && newHeight == height {
      return cropped(x: part.x, y: part.y, width: part.width, height: part.height)
    }
    let columns = ResamplingTaps(
      from: width, to: newWidth, part: part.x..<part.x + part.width, filter: filter,
      antialias: antialias)
    let rows = ResamplingTaps(
      from: height, to: newHeight, part: part.y..<part.y + part.height, filter: filter,
      antialias: antialias)
    let used = rows.used
    // Four bytes a pixel between the two passes: whole words are stored, and registers are filled.
    let words = [UInt32](unsafeUninitializedCapacity: used.count * part.width) { buffer, count in
      var target = MutableSpan(_unsafeElements: buffer)
      resampleRows(pixels.span, rows: used, columns, into: &target)
      count = used.count * part.width
    }
    return RGBImage(
      width: part.width, height: part.height,
      pixels: resampleColumns(words.span, width: part.width, firstRow: used.lowerBound, rows))
  }
}
