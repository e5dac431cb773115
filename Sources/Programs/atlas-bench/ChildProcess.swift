import CommandLine
import FoundationEssentials
import Glibc
import ParallelLoops

/// What a program used.
struct Usage {
  /// Seconds from start to end.
  let seconds: Double
  /// The most memory it held, in MiB.
  let peakMebibytes: Double
}

/// Runs a program of this project to its end and measures it.
///
/// - Throws: `StageError` when it cannot be started or fails.
func measure(_ program: String, _ arguments: [String]) throws -> Usage {
  // A process of its own: its peak of memory is that of the stage alone, and start-up counts as it
  // does for whoever runs the pipeline.
  let path = programFolder() + "/" + program
  let start = ContinuousClock.now
  var process: pid_t = 0
  var words: [UnsafeMutablePointer<CChar>?] =
    ([path] + arguments + ["--quiet", "--threads", "\(Parallelism.threadCount)"]).map { strdup($0) }
  words.append(nil)
  defer { for word in words { free(word) } }
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
  guard posix_spawn(&process, path, &actions, nil, words, environ) == 0 else {
    throw StageError("Cannot start \(path): build the project first.")
  }
  var status: Int32 = 0
  var usage = rusage()
  while wait4(process, &status, 0, &usage) < 0 && errno == EINTR {}
  guard status == 0 else {
    throw StageError("\(program) failed while it was measured; its message stands above.")
  }
  return Usage(
    seconds: (ContinuousClock.now - start).seconds,
    peakMebibytes: Double(usage.ru_maxrss) / 1024)
}

/// Removes files and folders, if they are there.
func removeAll(_ paths: [String]) {
  for path in paths { try? FileManager.default.removeItem(atPath: path) }
}

/// The most memory that this process has held so far, in MiB.
func peakMebibytes() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Double(usage.ru_maxrss) / 1024
}
