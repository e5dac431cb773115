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
  /// Rows are resampled, then columns, and the colors are rounded to bytes after each; Pillow 13
  /// begins with the columns where they lose more than twice as many pixels as the rows. Pixel
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
    let pixels: [UInt8]
    if !antialias {
      pixels = interpolated(columns, rows)
    } else if newHeight < height && height - newHeight > 2 * (width - newWidth) {
      pixels = resampledByColumns(columns, rows)
    } else {
      pixels = resampledByRows(columns, rows)
    }
    return RGBImage(width: part.width, height: part.height, pixels: pixels)
  }

  /// Resamples within rows first, then across them.
  private func resampledByRows(_ columns: ResamplingTaps, _ rows: ResamplingTaps) -> [UInt8] {
    // Four bytes a pixel between the two passes: whole words are stored, and registers are filled.
    let width = columns.starts.count
    let used = rows.used
    var words = [UInt32](repeating: 0, count: used.count * width)
    var target = words.mutableSpan
    resampleRows(pixels.span, rows: used, columns, into: &target)
    var bytes = [UInt8](repeating: 0, count: 4 * width * rows.starts.count)
    var result = bytes.mutableSpan
    resampleColumns(
      words.span.bytes, stride: 4 * width, part: 0..<4 * width, firstRow: used.lowerBound, rows,
      into: &result)
    return packed(bytes.span.bytes)
  }

  /// Resamples across rows first, then within them.
  private func resampledByColumns(_ columns: ResamplingTaps, _ rows: ResamplingTaps) -> [UInt8] {
    let used = columns.used
    let rowCount = rows.starts.count
    var bytes = [UInt8](repeating: 0, count: 3 * used.count * rowCount)
    var target = bytes.mutableSpan
    resampleColumns(
      pixels.span.bytes, stride: 3 * width, part: 3 * used.lowerBound..<3 * used.upperBound,
      firstRow: 0, rows, into: &target)
    var words = [UInt32](repeating: 0, count: rowCount * columns.starts.count)
    var result = words.mutableSpan
    resampleRows(
      bytes.span, rows: 0..<rowCount, columns.shifted(by: -used.lowerBound, count: used.count),
      into: &result)
    return packed(words.span.bytes)
  }

  /// Sums over both sides at once, rounded once: PyTorch interpolates floating-point numbers.
  private func interpolated(_ columns: ResamplingTaps, _ rows: ResamplingTaps) -> [UInt8] {
    let source = pixels.span
    var result: [UInt8] = []
    result.reserveCapacity(3 * columns.starts.count * rows.starts.count)
    for row in rows.starts.indices {
      for column in columns.starts.indices {
        var sum = SIMD3<Float>(repeating: 0)
        for y in 0..<rows.tapCount {
          let rowWeight = rows.weight(row, tap: y)
          for x in 0..<columns.tapCount {
            let pixel = 3 * ((rows.starts[row] + y) * width + columns.starts[column] + x)
            let color = SIMD3<Float>(
              Float(source[pixel]), Float(source[pixel + 1]), Float(source[pixel + 2]))
            sum += rowWeight * columns.weight(column, tap: x) * color
          }
        }
        let rounded = sum.rounded(.toNearestOrEven)
          .clamped(lowerBound: SIMD3(repeating: 0), upperBound: SIMD3(repeating: 255))
        for channel in 0..<3 { result.append(UInt8(rounded[channel])) }
      }
    }
    return result
  }
}
