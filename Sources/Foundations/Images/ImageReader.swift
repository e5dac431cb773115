/// Reads images.
///
/// Files are not trusted: their size, their sides and their data are checked.
public enum ImageReader {
  /// The most bytes that a file may have.
  static let maximumByteCount = 512 << 20
  /// The most pixels that an image may have.
  static let maximumPixelCount = 1 << 28

  /// Reads an image file of any of `formats`; its first bytes tell which.
  ///
  /// Colors are those of Pillow's `Image.open(path).convert("RGB")`: gray, CMYK and palette images
  /// become RGB, 16-bit ones 8-bit, transparency is dropped; gamma, color profiles and a turn that a
  /// camera noted beside the image are not applied. Of several images the first is read.
  ///
  /// - Parameters:
  ///   - path: The file, of at most 512 MiB and 2²⁸ pixels.
  ///   - smallestSize: If given, a JPEG is decoded at 1/2, 1/4 or 1/8 of its size, whichever is the
  ///     smallest with both sides at least as long as these; it is quicker, and its pixels differ
  ///     from those of an image that is decoded as a whole and resized.
  /// - Returns: The image.
  /// - Throws: `ImageError` if the file cannot be read, is of another kind or is damaged.
  public static func read(
    _ path: String, atLeast smallestSize: (width: Int, height: Int)? = nil
  ) throws(ImageError) -> RGBImage {
    try withImage(at: path, atLeast: smallestSize) { image, _, _ in image }
  }

  /// Reads a file as `read` does, and keeps the memory of what is made of it within the bounds that
  /// all threads share: `DecodingMemory`.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - smallestSize: See `read`.
  ///   - body: What is made of the image; it is also told the width and height in the file.
  /// - Returns: What `body` returns.
  /// - Throws: As `read` does.
  public static func withImage<Result>(
    at path: String, atLeast smallestSize: (width: Int, height: Int)?,
    _ body: (_ image: RGBImage, _ fullWidth: Int, _ fullHeight: Int) -> Result
  ) throws(ImageError) -> Result {
    let bytes = try contents(of: path, maximumByteCount: maximumByteCount)
    let prepared = try prepare(bytes, name: path, atLeast: smallestSize)
    DecodingMemory.shared.reserve(prepared.byteCount)
    defer { DecodingMemory.shared.release(prepared.byteCount) }
    return body(try prepared.decode(), prepared.fullWidth, prepared.fullHeight)
  }

  /// Decodes the bytes of a file, as `read` does.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What errors call it.
  ///   - smallestSize: See `read`.
  /// - Returns: The image.
  /// - Throws: `ImageError` if the bytes are of another kind or damaged.
  public static func decode(
    _ bytes: [UInt8], name: String, atLeast smallestSize: (width: Int, height: Int)? = nil
  ) throws(ImageError) -> RGBImage {
    try prepare(bytes, name: name, atLeast: smallestSize).decode()
  }

  /// Reads the header of an image, by the format that its first bytes tell.
  private static func prepare(
    _ bytes: [UInt8], name: String, atLeast smallestSize: (width: Int, height: Int)?
  ) throws(ImageError) -> PreparedImage {
    switch ImageFormat(firstBytes: bytes.prefix(ImageFormat.signatureByteCount)) {
    case .jpeg: return try prepareJPEG(bytes, name: name, atLeast: smallestSize)
    case .png: return try preparePNG(bytes, name: name)
    case .webp: return try prepareWebP(bytes, name: name)
    case .bmp: return try prepareBMP(bytes, name: name)
    case .gif: return try prepareGIF(bytes, name: name)
    case nil:
      guard !bytes.isEmpty else { throw ImageError(name, cause: "the file is empty") }
      throw ImageError(
        name, cause: "not a \(ImageFormat.list) file", remedy: "convert it to one of them")
    }
  }

  /// Checks an image's sides, before memory is asked for.
  static func check(width: Int, height: Int, name: String) throws(ImageError) {
    guard width > 0 && height > 0 else {
      throw ImageError(name, cause: "it has no pixels", remedy: "the file is damaged, replace it")
    }
    // Divided instead of multiplied: the product of two sides from a file may overflow.
    guard width <= maximumPixelCount / height else {
      throw ImageError(
        name, cause: "\(width) × \(height) pixels are more than 2²⁸", remedy: "shrink it")
    }
  }
}

/// An image whose header is read, and that is yet to be decoded.
struct PreparedImage {
  /// The size that the image has in its file.
  let fullWidth, fullHeight: Int
  /// About the memory that decoding takes, the pixels among it.
  let byteCount: Int
  /// Decodes the pixels.
  let decode: () throws(ImageError) -> RGBImage

  init(
    fullWidth: Int, fullHeight: Int, byteCount: Int,
    decode: @escaping () throws(ImageError) -> RGBImage
  ) {
    self.fullWidth = fullWidth
    self.fullHeight = fullHeight
    self.byteCount = byteCount
    self.decode = decode
  }
}
