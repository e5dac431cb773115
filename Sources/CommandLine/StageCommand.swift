public import ArgumentParser
internal import ArrayStore
internal import FoundationEssentials
internal import Glibc
internal import ParallelLoops

/// A program of the pipeline: it reads files, writes files, and names on standard output what it
/// wrote.
public protocol StageCommand: ParsableCommand {
  /// What all settings of the stage are parsed into.
  associatedtype AllSettings: StageSettings = NoSettings
  /// The options that every program has.
  var common: CommonArguments { get }
  /// The files and folders that it reads, as far as its arguments name them.
  var inputs: [String] { get }
  /// The files that it writes, also those whose names follow from others.
  var outputs: [String] { get }
  /// Does the work and returns the paths of what it made.
  func perform() throws -> [String]
}

extension StageCommand {
  /// None.
  public var inputs: [String] { [] }
  /// None.
  public var outputs: [String] { [] }

  /// Does the work; the paths of the results go to standard output, all else to standard error.
  public func run() throws {
    prepareProcess()
    let start = ContinuousClock.now
    func recordUse(isFinished: Bool) {
      guard let output = outputs.first else { return }
      ResourceUse(
        program: Self._commandName, output: output, isFinished: isFinished,
        seconds: (ContinuousClock.now - start) / .seconds(1)
      ).record()
    }
    do {
      try requireDistinct(outputs: outputs, inputs: inputs)
      try AtomicFile.reserving(outputs) {
        try common.apply {
          for path in try perform() { print(path) }
          recordUse(isFinished: true)
        }
      }
    } catch {
      // The argument parser prints the error, and would print it behind the progress line.
      Diagnostics.clearProgress()
      if error is Interrupted {
        recordUse(isFinished: false)
        Diagnostics.writeLine("\(error)")
        throw ExitCode(EX_TEMPFAIL)
      }
      throw Diagnostics.printable(error)
    }
  }

  /// Runs the program.
  ///
  /// Make and documents ask for settings before there are files: `--describe-settings` prints them
  /// all as JSON; `--record-settings`, followed by options, prints those that decide the result, or
  /// says what is wrong with them in make's words. Both are looked for before the arguments are
  /// parsed, since options that are required may be missing.
  public static func main() {
    let arguments = Array(Swift.CommandLine.arguments.dropFirst())
    inspectIfAsked(arguments)
    switch arguments.first {
    case "--describe-settings": describeSettings()
    case "--record-settings": recordSettings(Array(arguments.dropFirst()))
    default: main(arguments)
    }
  }

  private static func describeSettings() {
    let groups =
      AllSettings.descriptions + [Settings<CommonSettings>.description(title: commonTitle)]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Strings and truth values alone: only a mistake in the code could fail.
    guard let json = try? encoder.encode(groups) else { fatalError("settings are not JSON") }
    print(String(decoding: json, as: UTF8.self))
  }

  private static func recordSettings(_ arguments: [String]) {
    do {
      for (name, value) in try AllSettings.parse(arguments).record { print("\(name)=\(value)") }
    } catch {
      // Whoever runs make gave STEPS, not --steps.
      var message = AllSettings.message(for: error)
      for setting in AllSettings.descriptions.flatMap(\.settings) {
        guard let variable = setting.variable else { continue }
        message = message.replacingOption(setting.option, by: variable)
      }
      Diagnostics.writeLine("Error: " + message)
      Glibc.exit(EX_USAGE)
    }
  }
}

// MARK: - The options of every program

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

/// The title of the settings that every program has.
let commonTitle = "every program"

extension String {
  /// The text with another word for each `--name`, where that is not the beginning of a longer
  /// name.
  fileprivate func replacingOption(_ name: String, by word: String) -> String {
    var result = ""
    var rest = self[...]
    while let range = rest.firstRange(of: "--" + name) {
      result += rest[..<range.lowerBound]
      rest = rest[range.upperBound...]
      let isWhole = rest.first.map { !$0.isLetter && $0 != "-" } ?? true
      result += isWhole ? word : "--" + name
    }
    return result + rest
  }
}

/// Inspects a file and ends the process, where another process of this program has asked for that.
///
/// Every program that reads files of arrays answers, before it parses its arguments.
public func inspectIfAsked(_ arguments: [String]) {
  guard arguments.first == FileInspection.option, let path = arguments.dropFirst().first else {
    return
  }
  FileInspection.run(on: path)
}

/// The project's version, recorded in every file.
public let projectVersion = "0.1.0"

/// Makes a full disk, a size limit and a closed pipe into errors that a write returns, instead of
/// signals that kill the process; and files of arrays are inspected before they are read.
private func prepareProcess() {
  signal(SIGXFSZ, SIG_IGN)
  signal(SIGPIPE, SIG_IGN)
  FileInspection.begin()
}
