internal import CPNG

/// A PNG file of any kind, to be decoded to RGB as Pillow's `convert("RGB")` does, but for gray of 16 bits.
///
/// Values are taken as they are, whatever gamma and profile are noted; transparency is dropped, and
/// the colors under it show; of 16 bits the higher eight count. Pillow does the same with color, but cuts
/// gray of 16 bits off at 255, which leaves a white image. The corresponding libpng function is
/// `png_read_row`.
func preparePNG(_ bytes: [UInt8], name: String) throws(ImageError) -> PreparedImage {
  var summary = png_summary()
  guard png_summarize(bytes, bytes.count, &summary) != 0 else { throw fault(summary, name) }
  let (width, height) = (Int(summary.width), Int(summary.height))
  try ImageReader.check(width: width, height: height, name: name)
  let byteCount = 3 * width * height
  return PreparedImage(fullWidth: width, fullHeight: height, byteCount: byteCount) {
    () throws(ImageError) in
    var summary = summary
    var isWhole: Int32 = 0
    let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      isWhole = png_decode(bytes, bytes.count, buffer.baseAddress, &summary)
      count = isWhole == 0 ? 0 : byteCount
    }
    guard isWhole != 0 else { throw fault(summary, name) }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}

private func fault(_ summary: png_summary, _ name: String) -> ImageError {
  let message = withUnsafeBytes(of: summary.message) { bytes in
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
  return ImageError(name, cause: "libpng: \(message)")
}

/// Turns a status of libpng's simplified functions, 0 for failure, into an error.
private func check(_ status: Int32, _ image: png_image, _ name: String) throws(ImageError) {
  guard status == 0 else { return }
  let message = withUnsafeBytes(of: image.message) { bytes in
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
  throw ImageError(name, cause: "libpng: \(message)")
}

/// Encodes images as PNG files.
public enum PNGWriter {
  /// Encodes an image without loss; equal images give equal bytes.
  ///
  /// Beside the image and its encoded bytes, only a few rows are in memory. The corresponding
  /// libpng function is `png_image_write_to_memory`.
  ///
  /// - Parameter image: The image, of at most 2²⁸ pixels.
  /// - Returns: The bytes of a PNG file.
  /// - Throws: `ImageError` if libpng refuses the image.
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
