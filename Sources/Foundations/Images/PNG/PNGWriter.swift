internal import CPNG

/// Encodes pictures as PNG files.
public enum PNGWriter {
  /// Encodes a picture without loss; equal pictures give equal bytes.
  ///
  /// Beside the picture and its encoded bytes, only a few rows are in memory. The corresponding
  /// libpng function is `png_image_write_to_memory`.
  ///
  /// - Parameter image: The picture, of at most 2²⁸ pixels.
  /// - Returns: The bytes of a PNG file.
  /// - Throws: `ImageError` if libpng refuses the picture.
  public static func encode(_ image: RGBImage) throws(ImageError) -> [UInt8] {
    let name = "\(image.width) × \(image.height)"
    try ImageReader.check(width: image.width, height: image.height, name: name)
    var target = png_image()
    target.version = png_uint_32(PNG_IMAGE_VERSION)
    target.width = png_uint_32(image.width)
    target.height = png_uint_32(image.height)
    target.format = png_uint_32(PNG_FORMAT_RGB)
    defer { png_image_free(&target) }
    var status: Int32 = 0
    let capacity = png_largest_file_size(target)
    // Memory that is not written to is not used, so the capacity may be generous.
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(capacity)) { buffer, count in
      var byteCount = capacity
      status = png_image_write_to_memory(
        &target, buffer.baseAddress, &byteCount, 0, image.pixels, 0, nil)
      count = status == 0 ? 0 : Int(byteCount)
    }
    try check(status, target, name)
    return bytes
  }
}
