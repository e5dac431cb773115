import FoundationEssentials
import Synchronization

/// How many threads the parallel loops use.
///
/// Results never depend on it: work is cut into ranges whose number and order are fixed by the
/// problem, and a range is computed by one thread.
public enum Parallelism {
  /// The number of threads that a parallel loop called here may use.
  ///
  /// By default the number of processors that this process may use. The value belongs to the
  /// calling task or thread, not to the process: a program sets it for its whole run with
  /// `withThreadCount(_:_:)`, a test for its own body alone, beside others that run at the same
  /// time.
  ///
  /// A loop reads it once, on the thread that calls it. The threads of the loop do not inherit the
  /// caller's value; each is given its part of it, so that a loop within a loop neither multiplies
  /// the threads nor falls back to all processors.
  @TaskLocal public static var threadCount: Int = availableProcessorCount()

  /// Runs `body` with a number of threads for the parallel loops in it.
  ///
  /// - Precondition: `count` is positive.
  public static func withThreadCount<Result>(
    _ count: Int, _ body: () throws -> Result
  ) rethrows -> Result {
    precondition(count > 0, "at least one thread is needed, got \(count)")
    return try $threadCount.withValue(count, operation: body)
  }

  /// The observer of the calling task, told of every loop.
  @TaskLocal static var observer: WorkerObserver?

  /// Runs `body` with a number of threads, and tells how many workers the widest of its parallel
  /// loops had.
  ///
  /// For tests that compare one thread with many: where the number of workers is not what the test
  /// asked for, the loop was too short to be shared out, and equal results would prove nothing.
  ///
  /// - Returns: What `body` returns, and the greatest number of workers among the loops that `body`
  ///   itself calls; 0 where it calls none.
  package static func observingWorkers<Result>(
    threadCount: Int, _ body: () throws -> Result
  ) rethrows -> (result: Result, workerCount: Int) {
    let observer = WorkerObserver()
    let result = try $observer.withValue(observer) {
      try withThreadCount(threadCount, body)
    }
    return (result, observer.greatest.load(ordering: .relaxed))
  }
}

/// The greatest number of workers among some loops.
final class WorkerObserver: Sendable {
  let greatest = Atomic<Int>(0)

  func record(_ workerCount: Int) { greatest.max(workerCount, ordering: .relaxed) }
}

/// The number of processors that this process may run on.
///
/// What a cluster's scheduler or `taskset` left to it, not what the machine has.
package func availableProcessorCount() -> Int {
  let total = max(1, ProcessInfo.processInfo.activeProcessorCount)
  // From text: the macros that read the sets of `sched_getaffinity` are not imported into Swift.
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
    let allowed = allowedProcessorCount(inStatus: status)
  else { return total }
  return min(allowed, total)
}

/// The number of processors that the text of `/proc/self/status` allows; nil if it names none.
///
/// Linux lists them as hexadecimal words, for instance `Cpus_allowed: 00000000,0000000f`.
package func allowedProcessorCount(inStatus status: String) -> Int? {
  let name = "Cpus_allowed:"
  guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else {
    return nil
  }
  let count = line.dropFirst(name.count).reduce(0) { count, digit in
    count + (digit.hexDigitValue?.nonzeroBitCount ?? 0)
  }
  return count > 0 ? count : nil
}
