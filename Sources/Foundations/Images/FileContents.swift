import Glibc

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
