import Glibc

/// An error of a network, a model card or a labels file that cannot be used.
public struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One line: the operation, the file, the cause and a remedy.
  public let description: String
  /// Why it failed, without the file and the remedy.
  package let cause: String

  /// Makes an error of its parts.
  ///
  /// - Parameters:
  ///   - operation: What was attempted, for instance `read network`.
  ///   - path: The file.
  ///   - cause: Why it failed.
  ///   - remedy: What the user can do.
  package init(_ operation: String, _ path: String, _ cause: String, remedy: String) {
    description = "Cannot \(operation) \(path): \(cause); \(remedy)"
    self.cause = cause
  }
}

/// The bytes of a regular file, whose size is checked before anything is allocated.
///
/// - Parameters:
///   - path: The file.
///   - what: What it is, for messages, for instance `model card`.
///   - limit: The largest size in bytes.
/// - Returns: All its bytes.
/// - Throws: `ModelError` when the file cannot be opened, is not a regular file, is empty, has more
///   than `limit` bytes or ends early.
/// - Complexity: O(size of the file).
package func fileBytes(_ path: String, what: String, limit: Int) throws(ModelError) -> [UInt8] {
  // Without `O_NONBLOCK` opening a named pipe would wait for a writer that may never come; a device
  // without an end is refused below, as it is no regular file.
  let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard file >= 0 else {
    throw ModelError("read \(what)", path, systemMessage(), remedy: "check the path")
  }
  defer { _ = close(file) }
  var status = stat()
  guard fstat(file, &status) == 0 else {
    throw ModelError("read \(what)", path, systemMessage(), remedy: "check the disk")
  }
  guard status.st_mode & S_IFMT != S_IFDIR else {
    let isSaved = access(path + "/saved_model.pb", F_OK) == 0
    throw ModelError(
      "read \(what)", path, isSaved ? "it is a SavedModel's folder" : "it is a folder",
      remedy: isSaved
        ? "convert it to ONNX (python -m tf2onnx.convert --saved-model)"
        : "give a file's path")
  }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw ModelError("read \(what)", path, "it is not a file", remedy: "give a file's path")
  }
  let size = Int(status.st_size)
  guard size > 0 else {
    throw ModelError(
      "read \(what)", path, "it is empty (0 bytes)", remedy: "copy, download or export it again")
  }
  guard (1...limit).contains(size) else {
    throw ModelError(
      "read \(what)", path, "it has \(size) bytes, at least 1 and at most \(limit) are expected",
      remedy: "check that it is the right file")
  }
  let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    while count < size {
      let step = read(file, buffer.baseAddress.map { $0 + count }, size - count)
      guard step > 0 else { break }
      count += step
    }
  }
  guard bytes.count == size else {
    throw ModelError(
      "read \(what)", path, "it ended after \(bytes.count) of \(size) bytes",
      remedy: "wait until it is written, then try again")
  }
  return bytes
}

/// The operating system's words for the call that just failed.
private func systemMessage() -> String { String(cString: strerror(errno)) }

/// The last component of a path.
package func fileName(_ path: String) -> String {
  path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
}
