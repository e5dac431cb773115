internal import Glibc

/// The formats of images that are read, each known by its first bytes.
public enum ImageFormat: String, Sendable, CaseIterable {
  case jpeg = "JPEG"
  case png = "PNG"
  case webp = "WebP"
  case bmp = "BMP"
  case gif = "GIF"

  /// How many bytes tell the format.
  public static let signatureByteCount = 18

  /// The formats in words.
  public static var list: String {
    allCases.dropLast().map(\.rawValue).joined(separator: ", ") + " or "
      + (allCases.last?.rawValue ?? "")
  }

  /// The format of a file that begins with these bytes; nil if it is none of these.
  public init?(firstBytes: some Collection<UInt8>) {
    let bytes = Array(firstBytes)
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: Array("RIFF".utf8))
      && bytes.dropFirst(8).starts(with: Array("WEBP".utf8))
    {
      self = .webp
    } else if bytes.count >= 18 && bytes.starts(with: Array("BM".utf8))
      && (bytes[14] == 12 || (40...124).contains(bytes[14])) && bytes[15...17] == [0, 0, 0]
    {
      // Many a text begins with these two letters; the length of the header follows further on.
      self = .bmp
    } else if bytes.starts(with: Array("GIF87a".utf8)) || bytes.starts(with: Array("GIF89a".utf8)) {
      self = .gif
    } else {
      return nil
    }
  }

  /// Endings of names that files of these formats have, in lower case.
  public static let nameEndings: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "dib", "gif",
  ]
}

/// All bytes of a file.
///
/// What the system may do better at a second try is tried three times.
func contents(of path: String, maximumByteCount: Int) throws(ImageError) -> [UInt8] {
  for pause in [100_000, 400_000] as [UInt32] {
    do {
      return try contentsAtOnce(of: path, maximumByteCount: maximumByteCount)
    } catch {
      guard error.isSystemFault else { throw error }
      usleep(pause)
    }
  }
  return try contentsAtOnce(of: path, maximumByteCount: maximumByteCount)
}

private func contentsAtOnce(
  of path: String, maximumByteCount: Int
) throws(ImageError) -> [UInt8] {
  func failure() -> ImageError { ImageError(path, errorNumber: errno) }
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
