public import ArgumentParser
internal import ParallelLoops

/// The options that every program has.
public struct CommonArguments: ParsableArguments {
  @Option(help: "Threads to use; 0 means all processors. Results do not depend on it.")
  var threads = 0

  @Flag(help: "Report errors and warnings only.")
  var quiet = false

  /// Made by the argument parser.
  public init() {}

  /// Checks the values.
  public func validate() throws {
    guard (0...4096).contains(threads) else {
      throw ValidationError("--threads must be from 0 to 4096, got \(threads).")
    }
  }

  /// Runs a program's work as the options ask: on so many threads, quiet or not.
  func apply<Result>(to work: () throws -> Result) rethrows -> Result {
    Diagnostics.isQuiet = quiet
    return threads > 0 ? try Parallelism.withThreadCount(threads, work) : try work()
  }
}
