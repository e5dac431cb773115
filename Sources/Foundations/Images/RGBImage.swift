/// An image of three bytes a pixel: red, green, blue, in sRGB.
///
/// Pixels lie row after row from the top, the colors of a pixel side by side: the red of
/// (x, y) is `pixels[3 * (y * width + x)]`.
public struct RGBImage: Sendable, Equatable {
  /// The pixels in a row; at least 1.
  public let width: Int
  /// The rows; at least 1.
  public let height: Int
  /// The colors; always `3 * width * height` of them.
  public var pixels: [UInt8] {
    didSet {
      precondition(
        pixels.count == 3 * width * height,
        "an image keeps its size: 3 × \(width) × \(height) bytes, got \(pixels.count)")
    }
  }

  /// Makes an image from its colors.
  ///
  /// - Precondition: The sides are positive and `pixels.count == 3 * width * height`.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0 && pixels.count == 3 * width * height,
      "\(pixels.count) bytes do not make an image of \(width) × \(height)")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The part of the image whose upper left pixel is (x, y).
  ///
  /// - Precondition: The part lies within the image and is not empty.
  ///
  /// - Parameters:
  ///   - x: The first column.
  ///   - y: The first row.
  ///   - newWidth: The part's columns.
  ///   - newHeight: The part's rows.
  /// - Returns: The part, as an image of its own.
  public func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> RGBImage {
    precondition(
      x >= 0 && y >= 0 && newWidth > 0 && newHeight > 0 && x + newWidth <= width
        && y + newHeight <= height,
      "no part \(newWidth) × \(newHeight) at (\(x), \(y)) in \(width) × \(height)")
    var part: [UInt8] = []
    part.reserveCapacity(3 * newWidth * newHeight)
    for row in y..<y + newHeight {
      let start = 3 * (row * width + x)
      part += pixels[start..<start + 3 * newWidth]
    }
    return RGBImage(width: newWidth, height: newHeight, pixels: part)
  }
}
