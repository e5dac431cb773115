internal import CPNG

/// Decodes a PNG file of any kind to RGB, what is transparent over white.
///
/// The corresponding libpng functions are `png_image_begin_read_from_memory` and
/// `png_image_finish_read`.
func decodePNG(_ bytes: [UInt8], name: String) throws(ImageError) -> RGBImage {
  var image = png_image()
  image.version = png_uint_32(PNG_IMAGE_VERSION)
  // libpng keeps the addresses of the image and of the bytes between the two calls.
  return try withUnsafeMutablePointer(to: &image) { image throws(ImageError) in
    try bytes.span.bytes.withUnsafeBytes { bytes throws(ImageError) in
      try decode(bytes, with: image, name)
    }
  }
}

private func decode(
  _ bytes: UnsafeRawBufferPointer, with image: UnsafeMutablePointer<png_image>, _ name: String
) throws(ImageError) -> RGBImage {
  defer { png_image_free(image) }
  try check(
    png_image_begin_read_from_memory(image, bytes.baseAddress, bytes.count), image.pointee, name)
  let (width, height) = (Int(image.pointee.width), Int(image.pointee.height))
  try ImageReader.check(width: width, height: height, name: name)
  image.pointee.format = png_uint_32(PNG_FORMAT_RGB)
  // 16-bit files hold sRGB values too; libpng would take them as linear light.
  image.pointee.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
  // What is transparent is most often a cut-out, meant for a page.
  var white = png_color(red: 255, green: 255, blue: 255)
  var status: Int32 = 0
  let byteCount = 3 * width * height
  let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
    status = png_image_finish_read(image, &white, buffer.baseAddress, 0, nil)
    count = status == 0 ? 0 : byteCount
  }
  try check(status, image.pointee, name)
  return RGBImage(width: width, height: height, pixels: pixels)
}

/// Turns a status of libpng's simplified functions, 0 for failure, into an error.
func check(_ status: Int32, _ image: png_image, _ name: String) throws(ImageError) {
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
