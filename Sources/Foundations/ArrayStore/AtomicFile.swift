import Glibc

/// Writes files that appear under their name only when they are complete.
public enum AtomicFile {
  /// Writes the bytes as the whole content of a file; missing folders are made.
  ///
  /// - Throws: `ArrayStoreError`; a former file of this name is then still there.
  public static func write(_ bytes: [UInt8], to path: String) throws(ArrayStoreError) {
    let partial = try PartialFile(for: path)
    do throws(SystemFailure) {
      try FileDescriptor(partial.path, O_WRONLY | O_CREAT | O_TRUNC).write(bytes)
    } catch {
      partial.discard()
      throw ArrayStoreError("Cannot write", path, cause: error.cause)
    }
    try partial.commit()
  }
}
