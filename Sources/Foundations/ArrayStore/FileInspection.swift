import Glibc
import Synchronization

/// Reading a file's structure once in a process of its own, before this one reads the file.
///
/// The HDF5 library believes what a file's metadata say: altered ones make it end the process, ask
/// for gigabytes, or never return. The other process has limits of memory and time; if it comes
/// through, this one will, since it makes the same calls. It costs about as long as starting the
/// program.
public enum FileInspection {
  /// The option by which a program is asked to inspect a file, which follows.
  public static let option = "--inspect-file"

  /// Whether files are inspected, and those that need not be: this process wrote or inspected them.
  private static let state = Mutex<(isOn: Bool, known: Set<Version>)>((false, []))

  /// Begins to inspect files before they are read.
  ///
  /// - Precondition: The program answers to `option` with `run`.
  public static func begin() { state.withLock { $0.isOn = true } }

  /// Reads the structure of a file in this process, under limits, and ends the process.
  ///
  /// The status is 0 for a file that can be read; else it is 1, with the cause on standard output.
  public static func run(on path: String) -> Never {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    do throws(HDF5Failure) {
      let size: Int
      do throws(SystemFailure) { size = try FileDescriptor.regular(path).size() } catch {
        throw HDF5Failure(cause: error.cause)
      }
      limitMemory(to: 512 << 20)
      // 15 seconds, and those that decompressing takes, for which 20 MB/s is slow.
      alarm(UInt32(clamping: 15 + size / 20_000_000))
      try inspectStructure(of: path, fileSize: size)
    } catch {
      let bytes = Array(error.cause.utf8.prefix(1000))
      _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      exit(1)
    }
    exit(0)
  }

  /// Limits what this process may have, beyond what the program itself takes.
  private static func limitMemory(to byteCount: Int) {
    // The size of the program in pages is the first number of this file (proc(5)).
    var text = [UInt8](repeating: 0, count: 64)
    _ = try? FileDescriptor("/proc/self/statm", O_RDONLY).read(into: &text)
    let digits = text.prefix { $0 != UInt8(ascii: " ") }
    let pages = Int(String(decoding: digits, as: UTF8.self)) ?? 0
    let limit = rlim_t(pages * sysconf(Int32(_SC_PAGESIZE)) + byteCount)
    var limits = rlimit(rlim_cur: limit, rlim_max: limit)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limits)
  }

  // MARK: - The asking process

  /// Inspects a file that is about to be read, if inspections have begun.
  ///
  /// - Throws: `HDF5Failure` with the cause, if it cannot be read.
  static func admit(_ path: String) throws(HDF5Failure) {
    let version = Version(path)
    let isKnown = state.withLock { state in
      !state.isOn || version.map(state.known.contains) ?? false
    }
    guard !isKnown else { return }
    if let cause = answer(on: path) { throw HDF5Failure(cause: cause) }
    trust(version)
  }

  /// Notes a file that need not be inspected, since this process wrote it.
  static func trust(_ path: String) { trust(Version(path)) }

  private static func trust(_ version: Version?) {
    guard let version else { return }
    state.withLock { state in
      if state.isOn { state.known.insert(version) }
    }
  }

  /// Starts this program again on the file; the cause if it cannot be read.
  private static func answer(on path: String) -> String? {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return SystemFailure.latest.cause }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    let arguments = ["inspection", option, path]
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    words.append(nil)
    var process: pid_t = 0
    let outcome = posix_spawn(&process, "/proc/self/exe", &actions, nil, words, environ)
    posix_spawn_file_actions_destroy(&actions)
    for word in words { free(word) }
    close(ends[1])
    guard outcome == 0 else { return SystemFailure(code: outcome).cause }
    var text = [UInt8](repeating: 0, count: 4096)
    var length = 0
    while length < text.count {
      let count = text.withUnsafeMutableBytes {
        read(ends[0], $0.baseAddress.map { $0 + length }, $0.count - length)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      length += count
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    // As `WIFSIGNALED` and `WEXITSTATUS` do, which Swift does not see.
    switch (status & 0x7F, status >> 8 & 0xFF) {
    case (0, 0): return nil
    case (0, 1): return String(decoding: text.prefix(length), as: UTF8.self)
    case (SIGALRM, _): return "its structure takes too long to read"
    default: return "its structure is damaged"
    }
  }

  /// A file as it stands: another one of its name, or more in it, is another version.
  private struct Version: Hashable, Sendable {
    let identity: FileIdentity
    let size, seconds, nanoseconds: Int

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      identity = FileIdentity(status)
      size = Int(status.st_size)
      seconds = Int(status.st_mtim.tv_sec)
      nanoseconds = Int(status.st_mtim.tv_nsec)
    }
  }
}
