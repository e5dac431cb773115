public import ArgumentParser
internal import Glibc

/// A program of the pipeline: it reads files, writes files, and names on standard output what it
/// wrote.
public protocol StageCommand: ParsableCommand {
  /// The options that every program has.
  var common: CommonArguments { get }
  /// Does the work and returns the paths of what it made.
  func perform() throws -> [String]
}

extension StageCommand {
  /// Does the work; the paths of the results go to standard output, all else to standard error.
  public func run() throws {
    prepareProcess()
    try common.apply {
      for path in try perform() { print(path) }
    }
  }
}

/// The project's version, recorded in every file.
public let projectVersion = "0.1.0"

/// Makes a full disk, a size limit and a closed pipe into errors that a write returns, instead of
/// signals that kill the process.
private func prepareProcess() {
  signal(SIGXFSZ, SIG_IGN)
  signal(SIGPIPE, SIG_IGN)
}
