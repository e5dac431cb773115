import ArrayStore
import CommandLine
import Explorer
import FoundationEssentials
import Glibc

/// The folder of an explorer, written beside its final place and put there when it is complete.
struct ExplorerFolder: Sendable {
  let path: String
  private let partial: String

  /// What is in every explorer: a folder with this file may be replaced.
  private static let sign = "data/atlas.js"

  /// Begins a folder.
  ///
  /// - Throws: When there is something at its place that is no explorer, or nothing can be written there.
  init(_ path: String) throws {
    self.path = path
    partial = path + ".explorer-partial"
    let files = FileManager.default
    if let names = try? files.contentsOfDirectory(atPath: path) {
      guard names.isEmpty || files.fileExists(atPath: path + "/" + Self.sign) else {
        throw StageError(
          "Cannot write \(path): it is a folder with other files than an explorer's; choose another --output."
        )
      }
    } else if files.fileExists(atPath: path) {
      throw StageError("Cannot write \(path): it is a file; choose another --output.")
    }
    try? files.removeItem(atPath: partial)
    try make(partial)
  }

  /// Writes a file.
  ///
  /// - Parameters:
  ///   - bytes: Its content.
  ///   - name: Its path in the folder; folders on the way are made.
  /// - Throws: When it cannot be written.
  func write(_ bytes: [UInt8], to name: String) throws(StageError) {
    let file = partial + "/" + name
    if let slash = file.lastIndex(of: "/") { try make(String(file[..<slash])) }
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(file) }
    var isClosed = false
    defer { if !isClosed { close(descriptor) } }
    var rest = bytes.span.bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(file) }
      rest = rest.extracting(count..<rest.byteCount)
    }
    isClosed = true
    guard close(descriptor) == 0 else { throw failure(file) }
  }

  /// Puts the folder in its place; a former explorer there goes.
  ///
  /// - Throws: When it cannot be put there; a former one is then still there.
  func finish() throws {
    let former = path + ".explorer-former"
    let files = FileManager.default
    try? files.removeItem(atPath: former)
    let isReplaced = rename(path, former) == 0
    guard rename(partial, path) == 0 else {
      let error = failure(path)
      if isReplaced { rename(former, path) }
      throw error
    }
    if isReplaced { try? files.removeItem(atPath: former) }
  }

  /// Removes what was written so far.
  func discard() { try? FileManager.default.removeItem(atPath: partial) }

  private func make(_ folder: String) throws(StageError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch { throw failure(folder) }
  }

  private func failure(_ file: String) -> StageError {
    StageError("Cannot write \(file): \(String(cString: strerror(errno))).")
  }
}
