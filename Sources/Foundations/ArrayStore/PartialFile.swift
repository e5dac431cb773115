import Glibc
import Synchronization

/// A file that is being written beside its final path.
///
/// Readers see the old file or the whole new one, even if the machine stops in between. The partial
/// file is called `.name.host.partial` and is locked: two processes of one machine cannot write the
/// same file, and what a killed one left is taken over by the next, since locks end with their
/// process. Processes of two machines write apart; the one that ends later finds the other's file
/// and gives up.
final class PartialFile: Sendable {
  /// Where the complete file will be.
  let finalPath: String
  /// Where it is written.
  let path: String

  /// The partial file beside the final path; `path` is another one where there is a folder for scratch.
  private let besidePath: String
  private let folder: String
  private let lock: FileDescriptor
  private let former: FormerFile?

  /// The files that a run will write and has not yet, by their final paths, and whether work on them
  /// has begun.
  private static let reserved = Mutex<[String: (file: PartialFile, isBegun: Bool)]>([:])

  /// The partial file that was reserved for a path, or a new one; missing folders are made.
  ///
  /// - Throws: `ArrayStoreError` if there can be none, or another process is writing it.
  static func begin(_ finalPath: String) throws(ArrayStoreError) -> PartialFile {
    let own = reserved.withLock { reserved -> PartialFile? in
      guard let (file, isBegun) = reserved[finalPath], !isBegun else { return nil }
      reserved[finalPath]?.isBegun = true
      return file
    }
    if let own { return own }
    return try PartialFile(for: finalPath)
  }

  /// Begins a file that will be written later.
  static func reserve(_ finalPath: String) throws(ArrayStoreError) {
    let file = try PartialFile(for: finalPath)
    reserved.withLock { $0[finalPath] = (file, false) }
  }

  /// Gives up a file that was reserved, and removes it if it was never begun.
  static func release(_ finalPath: String) {
    let own = reserved.withLock { $0.removeValue(forKey: finalPath) }
    if let own, !own.isBegun { own.file.discard() }
  }

  /// Whether the name, or another one that this run will take, has become another file's.
  private var isLate: Bool {
    // All of them are looked at, so that no half of a run's results joins those of another run.
    let others = Self.reserved.withLock { $0.values.map(\.file) }
    return ([self] + others).contains { FormerFile.isReplaced($0.former, at: $0.finalPath) }
  }

  private init(for finalPath: String) throws(ArrayStoreError) {
    self.finalPath = finalPath
    let place = Place(finalPath)
    guard !["", ".", ".."].contains(place.name) else {
      throw ArrayStoreError("Cannot write", finalPath, cause: "this names no file")
    }
    try makeFolders(of: finalPath)
    folder = place.folder
    var scratch: String?
    do throws(SystemFailure) {
      scratch = try Scratch.path(of: place.name)
      let opened = try LockedFile.open(place)
      besidePath = opened.path
      lock = opened.file
      path = scratch ?? besidePath
    } catch {
      if let scratch { unlink(scratch) }
      throw ArrayStoreError(
        "Cannot write", finalPath, cause: error.cause,
        remedy: error.code == EWOULDBLOCK ? "wait for it, or choose another result" : "")
    }
    former = FormerFile(finalPath)
  }

  /// Waits until the file, which is complete and closed, is on disk and gives it its final name.
  ///
  /// - Parameter other: A complete file in the same folder that takes the name instead of this one.
  /// - Throws: `ArrayStoreError`; a former file of this name is then still there.
  func commit(_ other: String? = nil) throws(ArrayStoreError) {
    let path = other ?? besidePath
    // A run may outlive the `make` that began it: what a later one has made meanwhile stays.
    guard !isLate else {
      discard()
      throw ArrayStoreError(
        "Cannot write", finalPath, cause: "another run has written it meanwhile",
        remedy: "run this again if it is to be replaced")
    }
    do throws(SystemFailure) {
      if other == nil, self.path != besidePath { try Scratch.copy(self.path, to: besidePath) }
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
    Self.reserved.withLock { reserved in
      if reserved[finalPath]?.file === self { reserved[finalPath] = nil }
    }
    FileInspection.trust(finalPath)
    if other != nil {
      discard()
    } else {
      removeScratch()
      lock.unlock()
    }
  }

  /// Removes the partial file.
  func discard() {
    removeScratch()
    // In this order: unlocked first, it might be another's by the time it is removed.
    unlink(besidePath)
    lock.unlock()
  }

  private func removeScratch() { if path != besidePath { unlink(path) } }
}

/// A partial file that is open, empty, and locked.
private struct LockedFile: ~Copyable {
  let file: FileDescriptor
  let path: String

  /// Opens and locks the partial file of a place.
  static func open(_ place: Place) throws(SystemFailure) -> LockedFile {
    while true {
      let file = try FileDescriptor(place.partialPath, O_RDWR | O_CREAT)
      guard let isLocked = file.lock() else { break }
      guard isLocked else {
        throw SystemFailure(code: EWOULDBLOCK, words: "another process is doing this work")
      }
      // Between the two calls, the process that had it may have given it its final name.
      guard FileIdentity(place.partialPath) == FileIdentity(try file.status()) else { continue }
      try file.truncate(to: 0)
      return LockedFile(file: file, path: place.partialPath)
    }
    // Without locks, each process writes apart; the one that ends later finds the other's file.
    unlink(place.partialPath)
    let path = place.partialPath.dropLast(partialEnding.count) + ".\(getpid())" + partialEnding
    return LockedFile(
      file: try FileDescriptor(String(path), O_RDWR | O_CREAT | O_TRUNC), path: String(path))
  }
}

/// The folder of a file, and the name of its partial file in it.
private struct Place {
  let name: String
  let folder: String
  let partialPath: String

  init(_ finalPath: String) {
    let slash = finalPath.lastIndex(of: "/")
    name = slash.map { String(finalPath[finalPath.index(after: $0)...]) } ?? finalPath
    let prefix = slash.map { String(finalPath[...$0]) } ?? ""
    folder = prefix.isEmpty ? "." : prefix
    // The host is part of the name because locks may not reach across machines that share the
    // folder. A name has at most 255 bytes (`NAME_MAX`); a long one is cut, and told from others
    // by a hash.
    let ending = ".\(hostName())\(partialEnding)"
    let room = Int(NAME_MAX) - 1 - ending.utf8.count
    let short =
      name.utf8.count <= room
      ? name
      : String(decoding: name.utf8.prefix(max(0, room - 20)), as: UTF8.self).filter {
        $0 != "\u{FFFD}"
      }
        + "-" + sha256(of: name).prefix(16)
    partialPath = "\(prefix).\(short)\(ending)"
  }
}

/// What names of partial files end in.
let partialEnding = ".partial"

/// Makes the folders of a file's path that are missing.
func makeFolders(of path: String) throws(ArrayStoreError) {
  for end in path.indices where path[end] == "/" && end != path.startIndex {
    // Trying is the check: between a look and a `mkdir`, another process may have made the folder.
    guard mkdir(String(path[..<end]), 0o777) == 0 || errno == EEXIST || errno == EISDIR else {
      throw ArrayStoreError("Cannot make the folder of", path, cause: SystemFailure.latest.cause)
    }
  }
}
