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

/// A file that is being written beside its final path.
///
/// Readers see the old file or the whole new one, even if the machine stops in between. The partial
/// file is called `.name.host.pid.partial`; what a process of this host left there when it was
/// killed is removed by the next one that writes the same file.
struct PartialFile {
  /// Where the complete file will be.
  let finalPath: String
  /// Where it is written.
  let path: String

  private let folder: String

  /// Chooses the name and makes the folders that are missing.
  init(for finalPath: String) throws(ArrayStoreError) {
    self.finalPath = finalPath
    let slash = finalPath.lastIndex(of: "/")
    let name = slash.map { String(finalPath[finalPath.index(after: $0)...]) } ?? finalPath
    let prefix = slash.map { String(finalPath[...$0]) } ?? ""
    folder = prefix.isEmpty ? "." : prefix
    // The host is part of the name because a process number means nothing on another machine that
    // shares the folder.
    let start = ".\(name).\(hostName())."
    path = "\(prefix)\(start)\(getpid())\(Self.ending)"
    guard !name.isEmpty && name != "." && name != ".." else {
      throw ArrayStoreError("Cannot write", finalPath, cause: "this names no file")
    }
    try makeFolders(of: finalPath)
    removeAbandoned(start)
  }

  private static let ending = ".partial"

  /// Removes partial files of this name whose process is no more.
  private func removeAbandoned(_ start: String) {
    guard let directory = opendir(folder) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      // `ESRCH` alone says that the process is gone; with `EPERM` it runs under another user.
      guard name.hasPrefix(start), name.hasSuffix(Self.ending),
        let process = pid_t(name.dropFirst(start.count).dropLast(Self.ending.count)), process > 0,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      unlink(folder == "." ? name : folder + name)
    }
  }

  /// Waits until the file, which is complete and closed, is on disk and gives it its final name.
  ///
  /// - Parameter other: A complete file in the same folder that takes the name instead of this one.
  /// - Throws: `ArrayStoreError`; a former file of this name is then still there.
  func commit(_ other: String? = nil) throws(ArrayStoreError) {
    let path = other ?? path
    do throws(SystemFailure) {
      // In this order: a name that reached the disk before its content would, after a power
      // failure, belong to a file of zeros. The folder is synchronized too, as the new name is its
      // content.
      try FileDescriptor(path, O_RDONLY).synchronize()
      guard rename(path, finalPath) == 0 else { throw .latest }
      try FileDescriptor(folder, O_RDONLY | O_DIRECTORY).synchronize()
    } catch {
      discard()
      throw ArrayStoreError("Cannot write", finalPath, cause: error.cause)
    }
    if other != nil { discard() }
  }

  /// Removes the partial file.
  func discard() { unlink(path) }
}

/// Makes the folders of a file's path that are missing.
func makeFolders(of path: String) throws(ArrayStoreError) {
  for end in path.indices where path[end] == "/" && end != path.startIndex {
    // Trying is the check: between a look and a `mkdir`, another process may have made the folder.
    guard mkdir(String(path[..<end]), 0o777) == 0 || errno == EEXIST || errno == EISDIR else {
      throw ArrayStoreError("Cannot make the folder of", path, cause: SystemFailure.latest.cause)
    }
  }
}
