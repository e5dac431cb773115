import Glibc

/// An open file, closed with its owner.
///
/// Calls that a signal interrupted (`EINTR`) are repeated, and partial writes
/// continued.
struct FileDescriptor: ~Copyable {
  private let number: Int32

  /// Opens a file with the flags of `open(2)`; the programs that this one starts do not inherit it.
  init(_ path: String, _ flags: Int32) throws(SystemFailure) {
    number = open(path, flags | O_CLOEXEC, 0o666)
    guard number >= 0 else { throw .latest }
  }

  /// Opens a regular file for reading; anything else, such as a pipe that would be waited for, is
  /// refused.
  static func regular(_ path: String) throws(SystemFailure) -> FileDescriptor {
    // Without `O_NONBLOCK` opening a named pipe would wait for a writer that may never come.
    let file = try FileDescriptor(path, O_RDONLY | O_NONBLOCK)
    switch try file.status().st_mode & S_IFMT {
    case S_IFREG: return file
    case S_IFDIR: throw SystemFailure(code: EISDIR)
    default: throw SystemFailure(code: EINVAL, words: "it is not a regular file")
    }
  }

  /// Writes all the bytes from the current offset on.
  func write(_ bytes: [UInt8]) throws(SystemFailure) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(number, $0.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .latest }
      written += count
    }
  }

  /// Reads into `buffer` from the current offset on and returns the number of bytes read, 0 at the
  /// end of the file.
  func read(into buffer: inout [UInt8]) throws(SystemFailure) -> Int {
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(number, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .latest }
      return count
    }
  }

  /// Writes all the bytes at an offset in the file, which becomes longer where needed.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemFailure) {
    var written = 0
    while written < bytes.count {
      let count = pwrite(
        number, bytes.baseAddress.map { $0 + written }, bytes.count - written, offset + written)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .latest }
      written += count
    }
  }

  /// Fills a buffer from an offset in the file; a file that ends before that is an error.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemFailure) {
    var done = 0
    while done < buffer.count {
      let count = pread(
        number, buffer.baseAddress.map { $0 + done }, buffer.count - done, offset + done)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .latest }
      // The system reports no error at the end of a file, but the caller counts on these bytes.
      guard count > 0 else { throw SystemFailure(code: ENODATA) }
      done += count
    }
  }

  /// Cuts the file, or extends it by zeros that take no space on disk.
  func truncate(to size: Int) throws(SystemFailure) {
    guard ftruncate(number, size) == 0 else { throw .latest }
  }

  /// Keeps other processes from locking the file while this one has it open.
  ///
  /// - Returns: Whether no other process had locked it; nil on file systems without locks, where a
  ///   run should not fail for that.
  func lock() -> Bool? {
    if flock(number, LOCK_EX | LOCK_NB) == 0 { return true }
    return errno == EWOULDBLOCK ? false : nil
  }

  /// Lets other processes lock the file.
  func unlock() { _ = flock(number, LOCK_UN) }

  /// Waits until what was written is on disk (`fsync(2)`).
  func synchronize() throws(SystemFailure) {
    guard fsync(number) == 0 else { throw .latest }
  }

  /// The size in bytes.
  func size() throws(SystemFailure) -> Int { Int(try status().st_size) }

  /// What the system knows of the file.
  func status() throws(SystemFailure) -> stat {
    var status = stat()
    guard fstat(number, &status) == 0 else { throw .latest }
    return status
  }

  deinit { close(number) }
}

/// The name of this machine, for names of temporary files; `localhost` if it has none.
package func hostName() -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
  let name = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return String(decoding: name, as: UTF8.self)
}
