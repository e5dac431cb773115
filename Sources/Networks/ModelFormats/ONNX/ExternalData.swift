import Glibc
import Models
import NeuralNetworks

/// The files beside a network that hold its large tensors (ONNX's external data).
///
/// A protocol buffer ends at 2 GiB, so exporters write large weights into files of their own;
/// PyTorch's dynamo exporter does for smaller ones too (`network.onnx.data`). They must lie in the
/// network's own folder, or in the place where a cache of Hugging Face keeps what is linked from there:
/// no other path and no other symbolic link is followed. A file's tensors together may not be larger
/// than the file, so that few bytes cannot ask for much memory.
struct ExternalData {
  private let folder: String?
  private var files: [String: FileAllowance] = [:]

  /// The files that tensors were read from, ordered by their names: with the network's own file, all
  /// that its weights depend on.
  var paths: [String] {
    let prefix = folder.map { $0 == "." ? "" : $0 } ?? ""
    return files.keys.sorted().map { prefix + $0 }
  }

  /// A file's size in bytes, and how many bytes may still be read from it.
  private struct FileAllowance {
    let size: Int
    var unread: Int
  }

  /// The files beside a network; for `nil`, there are none.
  init(besides path: String?) {
    folder = path.map { path in
      let folder = path.dropLast(fileName(path).count)
      return folder.isEmpty ? "." : String(folder)
    }
  }

  /// Reads the values of a tensor that are stored in another file.
  ///
  /// ONNX's entries `location` (a relative path), `offset` (0 unless stated) and `length` (the
  /// tensor's size unless stated), in bytes, are read; `checksum` is not.
  ///
  /// - Parameters:
  ///   - tensor: The tensor, without values of its own.
  ///   - encoding: How each number is stored.
  ///   - count: The number of elements that its dimensions give.
  ///   - fault: Makes an error of a cause and a remedy.
  /// - Returns: The elements.
  /// - Throws: `ModelError` when the path leads elsewhere, or the file cannot be read or is shorter
  ///   than the tensor's offset and length.
  mutating func elements(
    of tensor: ONNXTensorProto, encoding: TensorEncoding, count: Int,
    fault: (_ cause: String, _ remedy: String) -> ModelError
  ) throws(ModelError) -> ConstantTensor.Elements {
    let name = quoted(tensor.name)
    func wrong(_ cause: String) -> ModelError {
      fault("its values \(name) are stored in another file: \(cause)", "keep the files together")
    }
    var entries: [String: String] = [:]
    // Four keys are defined; a damaged tensor may list millions.
    for entry in tensor.externalData.prefix(16) { entries[entry.key] = entry.value }
    guard let folder else { throw wrong("which is not supported here") }
    guard let location = entries["location"], location.utf8.count <= 4096 else {
      throw wrong("it has no name")
    }
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard Self.isInside(location) else {
      throw wrong("\(quoted(location)) is not a file in the network's folder")
    }
    let size = count * encoding.size
    guard let offset = Int(entries["offset"] ?? "0"), offset >= 0,
      let length = Int(entries["length"] ?? String(size)), length == size
    else {
      throw wrong(
        """
        offset \(quoted(entries["offset"] ?? "0")) and length \
        \(quoted(entries["length"] ?? "none")) do not fit its \(size) bytes
        """)
    }
    var file = Self.open(parts, in: folder)
    if file < 0, errno == ELOOP || errno == ENOTDIR {
      guard let target = Self.linked(location, in: folder) else {
        throw wrong(
          "\(quoted(location)) is a link out of the network's folder, which is not followed")
      }
      // Its path holds no links: none that somebody puts there meanwhile is followed.
      file = Self.open(target.split(separator: "/"), in: "/")
    }
    guard file >= 0 else {
      throw wrong("\(quoted(location)): \(String(cString: strerror(errno)))")
    }
    defer { _ = close(file) }
    var status = stat()
    // Checked on the open file, not on its path: the path could lead elsewhere a moment later.
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw wrong("\(quoted(location)) is not a file")
    }
    var allowance =
      files[location] ?? FileAllowance(size: Int(status.st_size), unread: Int(status.st_size))
    guard offset <= allowance.size, length <= allowance.size - offset else {
      throw wrong(
        "\(quoted(location)) has \(allowance.size) bytes, too few for \(length) at offset \(offset)"
      )
    }
    // Tensors of a real file do not overlap, so this sum bounds the memory of all of them.
    guard length <= allowance.unread else {
      throw wrong("\(quoted(location)) is smaller than its tensors together")
    }
    allowance.unread -= length
    files[location] = allowance
    guard let elements = Self.read(file, offset: offset, encoding: encoding, count: count) else {
      throw wrong("\(quoted(location)) cannot be read")
    }
    return elements
  }

  /// Whether a path stays within the folder that it begins in, as far as it tells.
  static func isInside(_ location: String) -> Bool {
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    // A zero byte would end the path for the system, but not for the check.
    return parts.allSatisfy { !["", ".", ".."].contains($0) } && !location.utf8.contains(0)
  }

  /// Where a link leads to, if that is within the network's folder or in the same download: a cache of
  /// Hugging Face keeps `models--…/blobs/…`, and in `models--…/snapshots/…` links to these.
  private static func linked(_ location: String, in folder: String) -> String? {
    guard let home = resolved(folder), let target = resolved(folder + "/" + location) else {
      return nil
    }
    var allowed = [home + "/"]
    let parts = home.split(separator: "/")
    if let index = parts.lastIndex(of: "snapshots"), index > 0,
      ["models--", "datasets--", "spaces--"].contains(where: parts[index - 1].hasPrefix)
    {
      allowed.append("/" + parts[..<index].joined(separator: "/") + "/blobs/")
    }
    return allowed.contains(where: target.hasPrefix) ? target : nil
  }

  /// A path without links; `nil` where it leads nowhere.
  private static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Opens a file below the folder, one path component at a time.
  ///
  /// - Returns: The file's descriptor, or a negative number with the cause in `errno`.
  private static func open(_ parts: [Substring], in folder: String) -> Int32 {
    var directory = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    for (index, part) in parts.enumerated() where directory >= 0 {
      let isLast = index == parts.count - 1
      let flags =
        // `O_NOFOLLOW` holds for the last component of a path only, hence a call for each. Without
        // `O_NONBLOCK`, a named pipe would wait for a writer.
        O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | (isLast ? 0 : O_DIRECTORY)
      let next = openat(directory, String(part), flags)
      let cause = errno
      _ = close(directory)
      errno = cause
      directory = next
    }
    return directory
  }

  /// Reads `count` numbers at an offset; `nil` when the file ends early.
  ///
  /// Single precision, the usual case, is read straight into its array: half the memory of decoding
  /// bytes.
  private static func read(
    _ file: Int32, offset: Int, encoding: TensorEncoding, count: Int
  ) -> ConstantTensor.Elements? {
    if encoding == .float, 1.littleEndian == 1 {
      return values(file, offset: offset, count: count, repeating: Float(0)).map { .floats($0) }
    }
    return values(file, offset: offset, count: count * encoding.size, repeating: UInt8(0)).map {
      encoding.elements($0.span.bytes)
    }
  }

  /// Reads `count` values as they lie in the file; `nil` when it ends early or cannot be read.
  private static func values<Element: BitwiseCopyable>(
    _ file: Int32, offset: Int, count: Int, repeating: Element
  ) -> [Element]? {
    let size = count * MemoryLayout<Element>.stride
    var readCount = 0
    let values = [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      while readCount < size, let start = bytes.baseAddress {
        let step = pread(file, start + readCount, size - readCount, off_t(offset + readCount))
        if step < 0, errno == EINTR { continue }
        guard step > 0 else { break }
        readCount += step
      }
      initializedCount = readCount / MemoryLayout<Element>.stride
    }
    return readCount == size ? values : nil
  }
}
