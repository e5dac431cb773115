/// Reads pictures.
///
/// Files are not trusted: their size, their sides and their data are checked.
public enum ImageReader {
  /// The most bytes that a file may have.
  static let maximumByteCount = 512 << 20
  /// The most pixels that a picture may have.
  static let maximumPixelCount = 1 << 28

  /// Reads a JPEG or PNG file; its first bytes tell which.
  ///
  /// Grey, CMYK and palette pictures become RGB, 16-bit ones 8-bit, and what is transparent lies
  /// over white, mixed as light. A turn that a camera noted beside the picture is not applied.
  ///
  /// - Parameters:
  ///   - path: The file, of at most 512 MiB and 2²⁸ pixels.
  ///   - smallestSize: If given, a JPEG is decoded at 1/2, 1/4 or 1/8 of its size, whichever is the
  ///     smallest with both sides at least as long as these; it is quicker.
  /// - Returns: The picture.
  /// - Throws: `ImageError` if the file cannot be read, is of another kind or is damaged.
  public static func read(
    _ path: String, atLeast smallestSize: (width: Int, height: Int)? = nil
  ) throws(ImageError) -> RGBImage {
    let bytes = try contents(of: path, maximumByteCount: maximumByteCount)
    return try decode(bytes, name: path, atLeast: smallestSize)
  }

  /// Decodes the bytes of a JPEG or PNG file, as `read` does.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What errors call it.
  ///   - smallestSize: See `read`.
  /// - Returns: The picture.
  /// - Throws: `ImageError` if the bytes are of another kind or damaged.
  public static func decode(
    _ bytes: [UInt8], name: String, atLeast smallestSize: (width: Int, height: Int)? = nil
  ) throws(ImageError) -> RGBImage {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      return try decodeJPEG(bytes, name: name, atLeast: smallestSize)
    }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      return try decodePNG(bytes, name: name)
    }
    guard !bytes.isEmpty else { throw ImageError(name, cause: "the file is empty") }
    throw ImageError(
      name, cause: "neither a JPEG nor a PNG file", remedy: "convert it to one of them")
  }

  /// Checks a picture's sides, before memory is asked for.
  static func check(width: Int, height: Int, name: String) throws(ImageError) {
    guard width > 0 && height > 0 else {
      throw ImageError(name, cause: "it has no pixels", remedy: "the file is damaged, replace it")
    }
    guard width <= maximumPixelCount / height else {
      throw ImageError(
        name, cause: "\(width) × \(height) pixels are more than 2²⁸", remedy: "shrink it")
    }
  }
}
