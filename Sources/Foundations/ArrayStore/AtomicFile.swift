import Glibc

/// Writes files that appear under their name only when they are complete.
///
/// A program that is killed, or a full disk, never leaves half a file under a name that `make` or
/// another program would take for a result.
public enum AtomicFile {
  /// Writes the bytes as the whole content of a file, in place of a former one; missing folders are
  /// made.
  ///
  /// - Throws: `ArrayStoreError`; a former file of this name is then still there.
  public static func write(_ bytes: [UInt8], to path: String) throws(ArrayStoreError) {
    let partial = try PartialFile.begin(path)
    do throws(SystemFailure) {
      try FileDescriptor(partial.path, O_WRONLY | O_CREAT | O_TRUNC).write(bytes)
    } catch {
      partial.discard()
      throw ArrayStoreError("Cannot write", path, cause: error.cause)
    }
    try partial.commit()
  }

  /// Claims the names of files that will be written while `body` runs: no other process gets them
  /// meanwhile, and what another one wrote nevertheless is not replaced.
  ///
  /// - Parameters:
  ///   - paths: The files; those whose folder is not there yet are claimed when they are written.
  ///   - body: The work.
  /// - Returns: What the work returns.
  /// - Throws: `ArrayStoreError` if another process is writing one of them; else what `body` throws.
  public static func reserving<Result>(
    _ paths: [String], _ body: () throws -> Result
  ) throws -> Result {
    var reserved: [String] = []
    defer { for path in reserved { PartialFile.release(path) } }
    for path in paths where isInFolder(path) {
      try PartialFile.reserve(path)
      reserved.append(path)
    }
    return try body()
  }

  /// Whether the folder of a path is there: none is made for work that may be refused yet.
  private static func isInFolder(_ path: String) -> Bool {
    guard let slash = path.lastIndex(of: "/") else { return true }
    var status = stat()
    return stat(String(path[...slash]), &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Removes what killed processes left of files in a folder; what another process of this machine
  /// is writing stays.
  public static func removeAbandoned(in folder: String) {
    let ending = ".\(hostName())\(partialEnding)"
    for name in folderNames(folder) where name.hasPrefix(".") && name.hasSuffix(ending) {
      let path = folder + "/" + name
      guard let file = try? FileDescriptor(path, O_RDWR), file.lock() == true else { continue }
      unlink(path)
      file.unlock()
    }
  }
}

/// Whether a file is there, as its folder lists it.
///
/// On network file systems what another machine has made may stay unseen for up to a minute, until the folder is
/// read: the client remembers that there was no such file (`lookupcache` in nfs(5)).
///
/// - Complexity: Reads the folder.
public func isListed(_ path: String) -> Bool {
  let parts = path.split(separator: "/", omittingEmptySubsequences: false)
  let folder = parts.dropLast().joined(separator: "/")
  return folderNames(folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder)
    .contains(String(parts.last ?? ""))
}

/// The names in a folder; none if it cannot be read.
private func folderNames(_ folder: String) -> [String] {
  guard let directory = opendir(folder) else { return [] }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    names.append(
      withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      })
  }
  return names
}
