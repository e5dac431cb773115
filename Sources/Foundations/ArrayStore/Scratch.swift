import Glibc

/// A folder on the machine's own disk in which files are written before they are copied beside their final paths:
/// HDF5 goes back and forth in a file, which is slow on the shared file systems of clusters.
///
/// It is named by the variable `ATLAS_SCRATCH` of the environment. Rows that outlive the process (`GrowingRows`) are
/// written one after another, and lie beside the result.
enum Scratch {
  /// Where to write a file of a name; nil where no folder is named.
  static func path(of name: String) throws(SystemFailure) -> String? {
    guard let value = getenv("ATLAS_SCRATCH"), value[0] != 0 else { return nil }
    let folder = String(cString: value)
    guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
      throw SystemFailure(
        code: errno, words: "the folder for scratch, ATLAS_SCRATCH=\(folder), cannot be made")
    }
    // A name that no other process and no other file of this one has.
    var template = Array("\(folder)/atlas-\(sha256(of: name).prefix(8))-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw SystemFailure(
        code: errno, words: "no file can be made in the folder for scratch, ATLAS_SCRATCH=\(folder)"
      )
    }
    close(descriptor)
    return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Copies a complete file over an empty one.
  static func copy(_ source: String, to target: String) throws(SystemFailure) {
    let input = try FileDescriptor(source, O_RDONLY)
    let output = try FileDescriptor(target, O_WRONLY)
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try input.read(into: &block)
      guard count > 0 else { return }
      try output.write(count == block.count ? block : Array(block[..<count]))
    }
  }
}
