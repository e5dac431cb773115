public import ArgumentParser
internal import ParallelLoops

/// The options that every program has.
public struct CommonArguments: ParsableArguments {
  @OptionGroup var settings: Settings<CommonSettings>
  @Flag(help: "Report errors and warnings only.")
  var quiet = false

  /// Made by the argument parser.
  public init() {}

  /// Runs a program's work as the options ask: on so many threads, quiet or not.
  func apply<Result>(to work: () throws -> Result) rethrows -> Result {
    Diagnostics.isQuiet = quiet
    let threads = settings.parameters.threadCount
    return threads > 0 ? try Parallelism.withThreadCount(threads, work) : try work()
  }
}

/// The settings that every program has.
enum CommonSettings: SettingsTable {
  struct Parameters: Sendable {
    var threadCount = 0
  }

  static var defaults: Parameters { Parameters() }
  static let settings = [
    Setting(
      "threads", \Parameters.threadCount, .number(in: 0...4096), make: "THREADS", role: .operates,
      "Threads; 0 stands for all processors; results do not depend on it")
  ]
}
