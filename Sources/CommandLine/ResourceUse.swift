internal import ArrayStore
internal import FoundationEssentials
internal import Glibc
internal import ParallelLoops

/// What a run of a program has taken, as a line of JSON in the file that `ATLAS_USAGE` names.
///
/// make sets the variable, and `make estimate` holds forecasts against these lines. Results say nothing of time, so that
/// runs can be compared byte by byte.
struct ResourceUse: Encodable {
  let program: String
  /// The first file that it was to write.
  let output: String
  /// Whether the work was done, not interrupted.
  let isFinished: Bool
  /// The time that passed, and that of all threads and child processes, user and system together.
  let seconds, cpuSeconds: Double
  /// The largest resident size in bytes.
  let peakBytes: Int
  let threadCount: Int

  /// What this process has taken by now.
  init(program: String, output: String, isFinished: Bool, seconds: Double) {
    self.program = program
    self.output = output
    self.isFinished = isFinished
    self.seconds = seconds
    let (own, others) = (Self.usage(of: RUSAGE_SELF), Self.usage(of: RUSAGE_CHILDREN))
    cpuSeconds = [own.ru_utime, own.ru_stime, others.ru_utime, others.ru_stime].reduce(0) {
      $0 + Double($1.tv_sec) + 1e-6 * Double($1.tv_usec)
    }
    // In kilobytes on Linux.
    peakBytes = max(own.ru_maxrss, others.ru_maxrss) * 1024
    threadCount = Parallelism.threadCount
  }

  private static func usage(of who: __rusage_who) -> rusage {
    var usage = rusage()
    getrusage(__rusage_who_t(Int32(who.rawValue)), &usage)
    return usage
  }

  /// Appends the line, if the environment names a file; a file that cannot be written costs no result.
  func record() {
    guard let path = getenv("ATLAS_USAGE").map({ String(cString: $0) }), !path.isEmpty,
      let json = try? JSONEncoder().encode(self)
    else { return }
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // One call: lines of several programs do not mix.
    let line = Array(json) + [UInt8(ascii: "\n")]
    _ = write(descriptor, line, line.count)
  }
}
