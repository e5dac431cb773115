import Glibc

/// Reads images.
///
/// Files are not trusted: their size, their sides and their data are checked.
public enum ImageReader {
  /// The most bytes that a file may have.
  static let maximumByteCount = 512 << 20
  /// The most pixels that an image may have.
  static let maximumPixelCount = 1 << 28

  /// Reads a JPEG or PNG file; its first bytes tell which.
  ///
  /// Gray, CMYK and palette images become RGB, 16-bit ones 8-bit, and what is transparent lies
  /// over white, mixed as light. A turn that a camera noted beside the image is not applied.
  ///
  /// - Parameters:
  ///   - path: The file, of at most 512 MiB and 2²⁸ pixels.
  ///   - smallestSize: If given, a JPEG is decoded at 1/2, 1/4 or 1/8 of its size, whichever is the
  ///     smallest with both sides at least as long as these; it is quicker.
  /// - Returns: The image.
  /// - Throws: `ImageError` if the file cannot be read, is of another kind or is damaged.
  public static func read(
    _ path: String, atLeast smallestSize: (width: Int, height: Int)? = nil
  ) throws(ImageError) -> RGBImage {
    let bytes = try contents(of: path, maximumByteCount: maximumByteCount)
    return try decode(bytes, name: path, atLeast: smallestSize)
  }

  /// Reads a file as `read` does, and tells the size that the image has in the file.
  public static func readScaled(
    _ path: String, atLeast smallestSize: (width: Int, height: Int)?
  ) throws(ImageError) -> ScaledImage {
    let bytes = try contents(of: path, maximumByteCount: maximumByteCount)
    return try decodeScaled(bytes, name: path, atLeast: smallestSize)
  }

  /// Decodes the bytes of a JPEG or PNG file, as `read` does.
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
    try decodeScaled(bytes, name: name, atLeast: smallestSize).image
  }

  private static func decodeScaled(
    _ bytes: [UInt8], name: String, atLeast smallestSize: (width: Int, height: Int)?
  ) throws(ImageError) -> ScaledImage {
    // By content rather than by name: many downloaded files have the wrong ending.
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      return try decodeJPEG(bytes, name: name, atLeast: smallestSize)
    }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      return ScaledImage(whole: try decodePNG(bytes, name: name))
    }
    guard !bytes.isEmpty else { throw ImageError(name, cause: "the file is empty") }
    throw ImageError(
      name, cause: "neither a JPEG nor a PNG file", remedy: "convert it to one of them")
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

/// An image as it was decoded, perhaps at a fraction of its size.
public struct ScaledImage: Sendable {
  /// What was decoded.
  public let image: RGBImage
  /// The size that the image has in its file.
  public let fullWidth, fullHeight: Int

  init(image: RGBImage, fullWidth: Int, fullHeight: Int) {
    self.image = image
    self.fullWidth = fullWidth
    self.fullHeight = fullHeight
  }

  /// An image that was decoded at its own size.
  init(whole image: RGBImage) {
    self.init(image: image, fullWidth: image.width, fullHeight: image.height)
  }
}

/// All bytes of a file.
func contents(of path: String, maximumByteCount: Int) throws(ImageError) -> [UInt8] {
  func failure() -> ImageError { ImageError(path, cause: String(cString: strerror(errno))) }
  let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard file >= 0 else { throw failure() }
  defer { close(file) }
  var status = stat()
  guard fstat(file, &status) == 0 else { throw failure() }
  let byteCount = Int(status.st_size)
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw ImageError(path, cause: "this is no ordinary file")
  }
  guard byteCount <= maximumByteCount else {
    throw ImageError(
      path, cause: "it has \(byteCount) bytes, at most \(maximumByteCount) are read",
      remedy: "shrink it")
  }
  var isRead = true
  let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
    while count < byteCount {
      let piece = Glibc.read(file, buffer.baseAddress.map { $0 + count }, byteCount - count)
      if piece < 0 && errno == EINTR { continue }
      isRead = piece >= 0
      guard piece > 0 else { return }
      count += piece
    }
  }
  guard isRead else { throw failure() }
  return bytes
}

/// An image that cannot be read or encoded.
public struct ImageError: Error, CustomStringConvertible, Equatable {
  /// The file, or the name given to the bytes.
  public let path: String
  /// What stood in the way.
  public let cause: String
  /// What helps; empty where the cause says it.
  public let remedy: String

  init(_ path: String, cause: String, remedy: String = "") {
    self.path = path
    self.cause = cause
    self.remedy = remedy
  }

  /// One line: image, cause and remedy.
  public var description: String {
    "Image \(path): \(cause)" + (remedy.isEmpty ? "" : "; \(remedy)")
  }
}
