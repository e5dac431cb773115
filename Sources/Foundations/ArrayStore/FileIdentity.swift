import Glibc

/// Which file a path leads to, whatever its name: links to one file are the same.
public struct FileIdentity: Hashable, Sendable {
  private let device, inode: UInt64

  /// The file that a path leads to; nil if there is none.
  public init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

/// The path of a file or folder without links and without `..`; nil if it leads nowhere.
public func resolvedPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// `O_PATH` of Linux, which Swift does not see: the file is opened to be asked about, not read.
private let openForPath: Int32 = 0o10_000_000

/// The file that had a name when work on its successor began.
///
/// It is kept open, so that its number cannot go to another file while it is compared.
struct FormerFile: ~Copyable {
  private let file: FileDescriptor
  private let identity: FileIdentity

  /// The file of that name; nil if there is none.
  init?(_ path: String) {
    // It needs no right to read it; and not its target, where it is a link: that is what a
    // new file would replace.
    guard let file = try? FileDescriptor(path, openForPath | O_NOFOLLOW),
      let status = try? file.status()
    else { return nil }
    self.file = file
    identity = FileIdentity(status)
  }

  /// Whether the name leads to another file by now; not if to none.
  static func isReplaced(_ former: borrowing FormerFile?, at path: String) -> Bool {
    guard let now = FormerFile(path) else { return false }
    switch former {
    case .some(let former): return former.identity != now.identity
    case .none: return true
    }
  }
}
