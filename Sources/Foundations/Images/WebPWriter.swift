internal import CWebP

/// Encodes images as WebP files, which may be transparent.
///
/// The corresponding libwebp function is `WebPEncodeRGBA`: colors are lossy, opacity is kept exactly.
public enum WebPWriter {
  /// The most pixels of a side.
  public static let maximumSide = 16383

  /// Encodes an image.
  ///
  /// - Parameters:
  ///   - pixels: Red, green, blue and opacity of each pixel, rows from the top.
  ///   - width: The pixels in a row.
  ///   - height: The rows.
  ///   - quality: From 1 to 100.
  /// - Returns: The bytes of a WebP file; the same on any machine with the same libwebp.
  /// - Throws: `ImageError` if there is not the memory for it.
  /// - Precondition: Four bytes for each pixel, and sides of at most 16383.
  public static func encode(
    rgba pixels: [UInt8], width: Int, height: Int, quality: Int = 80
  ) throws(ImageError) -> [UInt8] {
    precondition((1...100).contains(quality), "quality must be from 1 to 100, got \(quality)")
    precondition(
      pixels.count == 4 * width * height && min(width, height) > 0
        && max(width, height) <= maximumSide,
      "\(pixels.count) bytes of \(width) × \(height) pixels")
    var output: UnsafeMutablePointer<UInt8>?
    let count = WebPEncodeRGBA(
      pixels, Int32(width), Int32(height), Int32(4 * width), Float(quality), &output)
    defer { WebPFree(output) }
    guard count > 0, let output else {
      throw ImageError(
        "\(width) × \(height)", cause: "there is not the memory to encode it as WebP")
    }
    return Array(UnsafeBufferPointer(start: output, count: count))
  }
}
