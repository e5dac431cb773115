import Glibc

/// What a long run has finished, line by line, in a file that outlives the process.
///
/// A line counts once it is on disk. A run that was interrupted finds its lines and continues; the
/// lines of another run are discarded. While one process has the journal open, no other gets it.
/// The file is text: a header `journal 1` with the run, then the lines.
public final class RunJournal {
  /// The journal's file.
  public let path: String
  /// The lines, those of earlier processes first.
  public private(set) var entries: [String] = []

  private let file: FileDescriptor
  /// The offset at which each line ends, preceded by that of the header.
  private var ends: [Int] = []

  /// Opens the journal of a run, or begins it.
  ///
  /// - Parameters:
  ///   - path: The file; missing folders are made.
  ///   - run: What decides the run's results, in one line; another run's journal is started over.
  /// - Throws: `ArrayStoreError` if it cannot be written, or another process has it.
  /// - Precondition: `run` is one line.
  public init(path: String, run: String) throws(ArrayStoreError) {
    precondition(!run.contains { $0.isNewline }, "a run is described in one line, got \(run)")
    self.path = path
    try makeFolders(of: path)
    do throws(SystemFailure) {
      file = try FileDescriptor(path, O_RDWR | O_CREAT)
    } catch {
      throw ArrayStoreError("Cannot write", path, cause: error.cause)
    }
    // Two runs of one command, started by mistake, would write the same rows; the lock ends with
    // the process, however that ends.
    guard file.lock() != false else {
      throw ArrayStoreError(
        "Cannot write", path, cause: "another process is doing this work",
        remedy: "wait for it, or choose another result")
    }
    // The run is compared as text: whoever describes it decides what makes old lines worthless.
    let header = "journal 1 \(run)\n"
    if try !readEntries(behind: header) {
      try perform { file throws(SystemFailure) in try file.truncate(to: 0) }
      try write(header)
    }
  }

  /// Gives the lock back by a call of its own: closing the file would leave it to a child process
  /// that another thread has just forked, until that child starts its program.
  deinit { file.unlock() }

  /// Reads the lines, and returns whether they are of this run.
  ///
  /// What follows the last line feed was not finished; after a power failure it may be zeros.
  private func readEntries(behind header: String) throws(ArrayStoreError) -> Bool {
    var text: [UInt8] = []
    try perform { file throws(SystemFailure) in
      text = [UInt8](repeating: 0, count: try file.size())
      try text.withUnsafeMutableBufferPointer { text throws(SystemFailure) in
        try file.read(into: UnsafeMutableRawBufferPointer(text), at: 0)
      }
    }
    guard text.starts(with: header.utf8) else { return false }
    ends = [header.utf8.count]
    while let end = text[ends[entries.count]...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = text[ends[entries.count]..<end]
      // A file may have grown on disk before its content did: such a gap reads as zeros.
      guard !line.contains(0) else { break }
      entries.append(String(decoding: line, as: UTF8.self))
      ends.append(end + 1)
    }
    try keep(first: entries.count)
    return true
  }

  /// Keeps the first lines and removes later ones, for instance those whose rows did not reach the
  /// disk.
  ///
  /// - Throws: `ArrayStoreError` if the file cannot be shortened.
  /// - Precondition: There are at least `count` lines.
  public func keep(first count: Int) throws(ArrayStoreError) {
    precondition(
      (0...entries.count).contains(count), "\(count) of \(entries.count) lines cannot be kept")
    entries.removeLast(entries.count - count)
    ends.removeLast(ends.count - count - 1)
    let size = ends[count]
    try perform { file throws(SystemFailure) in try file.truncate(to: size) }
  }

  /// Appends lines and waits until they are on disk.
  ///
  /// - Throws: `ArrayStoreError`, for instance when the disk is full.
  /// - Precondition: None contains a line feed or U+0000.
  public func append(_ lines: [String]) throws(ArrayStoreError) {
    precondition(
      lines.allSatisfy { !$0.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "\n") } },
      "an entry must be one line")
    var end = ends[entries.count]
    let newEnds = lines.map { line in
      end += line.utf8.count + 1
      return end
    }
    // One write and one `fsync` for all: waiting for the disk is what costs.
    try write(lines.map { $0 + "\n" }.joined())
    entries += lines
    ends.removeLast()
    ends += newEnds
  }

  /// Removes the journal when the work is done.
  public func remove() { unlink(path) }

  /// Writes at the end of the file and waits until it is on disk.
  private func write(_ text: String) throws(ArrayStoreError) {
    let offset = ends.last ?? 0
    let bytes = Array(text.utf8)
    try perform { file throws(SystemFailure) in
      try bytes.withUnsafeBufferPointer { bytes throws(SystemFailure) in
        try file.write(UnsafeRawBufferPointer(bytes), at: offset)
      }
      try file.synchronize()
    }
    ends.append(offset + bytes.count)
  }

  private func perform(
    _ body: (borrowing FileDescriptor) throws(SystemFailure) -> Void
  ) throws(ArrayStoreError) {
    do throws(SystemFailure) { try body(file) } catch {
      throw ArrayStoreError("Cannot write", path, cause: error.cause)
    }
  }
}
