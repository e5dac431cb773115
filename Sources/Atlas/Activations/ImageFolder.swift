internal import FoundationEssentials
internal import Glibc
internal import Images

/// What a folder holds: its images, and what is passed over, so that nothing is left out unsaid.
struct ImageFolder {
  /// The images' paths below the folder, sorted by the bytes of their UTF-8, with the files' sizes and
  /// times of modification.
  private(set) var images: [(name: String, byteCount: Int, modified: String)] = []
  /// What is passed over, by its kind: how many, and the first of each.
  private(set) var passedOver: [String: (count: Int, first: String)] = [:]
  /// How many of the images are files that another one is as well, through a link.
  private(set) var duplicateCount = 0

  private let folder: String
  private var files: Set<FileIdentity> = []

  /// What tells one file or folder from all others, whatever its names.
  private struct FileIdentity: Hashable {
    var device: UInt
    var number: UInt
  }

  /// Walks over a folder and the folders in it; links are followed, but no folder is read twice.
  ///
  /// A file of a name that images have is one, and so is any other that begins as one.
  init(_ folder: String) throws(ActivationsError) {
    self.folder = folder
    // Folders that are still to be looked through, rather than a recursion as deep as a folder may
    // be. Links come last: what lies below the folder itself is known by its own path.
    var (open, linked) = ([""], [String]())
    var known: Set<FileIdentity> = []
    while let part = open.popLast() ?? linked.popLast() {
      let path = part.isEmpty ? folder : folder + "/" + part
      var status = stat()
      guard stat(path, &status) == 0 else { throw Self.fault(path, errno) }
      guard known.insert(Self.identity(status)).inserted else {
        pass(over: "link to a folder that is read already", part)
        continue
      }
      guard let entries = try entries(of: path, isRoot: part.isEmpty) else {
        pass(over: "folder that may not be read", part)
        continue
      }
      for entry in entries {
        let name = part.isEmpty ? entry : part + "/" + entry
        guard try isFolder(name, entry) else { continue }
        if isLink(name) { linked.append(name) } else { open.append(name) }
      }
    }
    images.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// What is passed over, in a line; nil if nothing is.
  var summary: String? {
    guard !passedOver.isEmpty else { return nil }
    let count = passedOver.values.reduce(0) { $0 + $1.count }
    let kinds = passedOver.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    // Where the kind is no ending, the name says more.
    let parts = kinds.map { kind, found in
      "\(found.count) \(kind)" + (kind.hasPrefix(".") ? "" : " (\(found.first))")
    }
    return "\(count) \(count == 1 ? "file" : "files") passed over: "
      + parts.joined(separator: ", ")
  }

  /// Takes an entry that is an image, passes over what is none; true if it is a folder.
  private mutating func isFolder(_ name: String, _ entry: String) throws(ActivationsError) -> Bool {
    let path = folder + "/" + name
    if entry.hasPrefix(".") {
      pass(over: "hidden", name)
      return false
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard [ENOENT, ELOOP, EACCES].contains(errno) else { throw Self.fault(path, errno) }
      pass(over: "link that leads nowhere", name)
      return false
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return true
    case S_IFREG:
      if try isImage(path, entry) {
        let time = status.st_mtim
        images.append((name, Int(status.st_size), "\(time.tv_sec).\(time.tv_nsec)"))
        if !files.insert(Self.identity(status)).inserted { duplicateCount += 1 }
      } else {
        pass(over: Self.ending(of: entry) ?? "without an ending", name)
      }
    default: pass(over: "no ordinary file", name)
    }
    return false
  }

  private func isLink(_ name: String) -> Bool {
    var status = stat()
    return lstat(folder + "/" + name, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// Whether a file has a name that images have, or begins as one.
  private func isImage(_ path: String, _ entry: String) throws(ActivationsError) -> Bool {
    if let ending = Self.ending(of: entry),
      ImageFormat.nameEndings.contains(String(ending.dropFirst()))
    {
      return true
    }
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      let error = errno
      guard [EACCES, EPERM, ENOENT].contains(error) else { throw Self.fault(path, error) }
      return false
    }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: ImageFormat.signatureByteCount)
    let count = read(file, &bytes, bytes.count)
    guard count >= 0 else { throw Self.fault(path, errno) }
    return ImageFormat(firstBytes: bytes.prefix(count)) != nil
  }

  private mutating func pass(over kind: String, _ name: String) {
    let name = printable(name)
    passedOver[kind] = ((passedOver[kind]?.count ?? 0) + 1, passedOver[kind]?.first ?? name)
  }

  /// The names in a folder; nil if it may not be read and is not the root.
  private mutating func entries(
    of path: String, isRoot: Bool
  ) throws(ActivationsError) -> [String]? {
    guard let stream = opendir(path) else {
      guard !isRoot && (errno == EACCES || errno == EPERM) else { throw Self.fault(path, errno) }
      return nil
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      // Only so can the end be told from an error.
      errno = 0
      guard let entry = readdir(stream) else { break }
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      guard bytes != [46] && bytes != [46, 46] else { continue }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        let shown = bytes.map {
          $0 < 0x80 ? String(UnicodeScalar($0)) : "\\x" + String($0, radix: 16)
        }
        pass(over: "of a name that is not UTF-8", shown.joined())
        continue
      }
      names.append(name)
    }
    guard errno == 0 else { throw Self.fault(path, errno) }
    // Sorted, so that the first of a kind is the same on every file system.
    return names.sorted { $1.utf8.lexicographicallyPrecedes($0.utf8) }
  }

  private static func identity(_ status: stat) -> FileIdentity {
    FileIdentity(device: UInt(status.st_dev), number: UInt(status.st_ino))
  }

  /// A name's ending, with its point.
  private static func ending(of entry: String) -> String? {
    guard let point = entry.lastIndex(of: "."), point > entry.startIndex else { return nil }
    let ending = printable(String(entry[point...]))
    return ending.count > 1 && ending.count <= 12 ? ending.lowercased() : nil
  }

  private static func fault(_ path: String, _ errorNumber: Int32) -> ActivationsError {
    ActivationsError(
      "Cannot read \(printable(path)): \(String(cString: strerror(errorNumber))); check --images.")
  }
}
