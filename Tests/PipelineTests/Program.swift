import Foundation
import Testing

/// The built programs, run as anyone would run them: arguments, files, an exit status, two streams.
enum Program: String, CaseIterable, CustomTestStringConvertible {
  case synthesize, extract, reduce, neighbors, embed, place, grid, render, judge, assemble
  case attribute, evidence, select, explore, propose, patch, conclude
  case network
  case documentation, plan

  /// The stages from images to an atlas, in order.
  static let stages: [Program] = [
    .extract, .reduce, .neighbors, .embed, .grid, .render, .judge, .assemble,
  ]

  var name: String { "atlas-\(rawValue)" }
  var testDescription: String { name }

  struct MissingError: Error, CustomStringConvertible { let description: String }

  /// The folder of the package.
  static let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

  /// Where the program was built: beside the tests, else in the release folder of the package.
  var path: String {
    get throws {
      let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      let folders = [
        (tests as NSString).deletingLastPathComponent, Self.package + "/.build/release",
      ]
      for folder in folders {
        let path = "\(folder)/\(name)"
        if FileManager.default.isExecutableFile(atPath: path) { return path }
      }
      throw MissingError(
        description: "\(name) is in neither of \(folders); build it with: swift build -c release")
    }
  }

  /// Runs the program to its end.
  func run(_ arguments: [String], maximumFileBlocks: Int? = nil) throws -> Outcome {
    try start(arguments, maximumFileBlocks: maximumFileBlocks).outcome()
  }

  /// Runs the program and demands that it succeeds.
  @discardableResult
  func succeed(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws
    -> Outcome
  {
    let outcome = try run(arguments)
    try #require(
      outcome.status == 0, "\(name) \(arguments): \(outcome.messages)",
      sourceLocation: sourceLocation)
    return outcome
  }

  /// Runs the program, and kills it if it has not ended after a minute.
  func runWithinAMinute(_ arguments: [String]) throws -> Outcome {
    try Running("/usr/bin/timeout", ["--signal=KILL", "60", path] + arguments).outcome()
  }

  /// Starts the program; a limit on the size of files, in blocks of 512 bytes, plays a full disk.
  func start(_ arguments: [String], maximumFileBlocks: Int? = nil) throws -> Running {
    guard let maximumFileBlocks else { return try Running(path, arguments) }
    return try Running(
      "/bin/sh",
      ["-c", "ulimit -f \(maximumFileBlocks); exec \"$@\"", "sh", path] + arguments)
  }
}

/// How a program ended.
struct Outcome {
  /// The exit status, or 128 and the signal's number.
  let status: Int32
  /// The lines of standard output.
  let results: [String]
  /// The lines of standard error.
  let messages: [String]

  /// The lines that say what went wrong.
  var errors: [String] { messages.filter { $0.hasPrefix("Error:") } }

  func says(_ words: String) -> Bool { messages.contains { $0.contains(words) } }
}

/// A program under way.
struct Running {
  private let process = Process()
  private let output = Pipe()
  private let error = Pipe()

  init(_ path: String, _ arguments: [String]) throws {
    process.executableURL = URL(filePath: path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = error
    try process.run()
  }

  /// Asks the program to end, as a cluster does before it takes the processors away.
  func terminate() { Foundation.kill(process.processIdentifier, SIGTERM) }

  /// Ends the program at once, as a cluster does.
  func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

  /// Waits for the end, and sees how much memory the program had at most, in bytes.
  ///
  /// The system keeps the greatest amount so far; it is read until there is no process any more.
  func outcomeAndPeak() throws -> (outcome: Outcome, peak: Int) {
    var peak = 0
    while process.isRunning {
      let status = try? String(
        contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
      let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      let words = line?.split { $0 == " " || $0 == "\t" } ?? []
      if words.count > 1, let kibibytes = Int(words[1]) { peak = max(peak, kibibytes * 1024) }
      usleep(2000)
    }
    return (try outcome(), peak)
  }

  var isRunning: Bool { process.isRunning }

  /// Waits for the end.
  ///
  /// Messages are read while the program runs; results are few and fit into the pipe.
  func outcome() throws -> Outcome {
    let messages = try lines(error)
    let results = try lines(output)
    process.waitUntilExit()
    let signal: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
    return Outcome(
      status: signal + process.terminationStatus, results: results, messages: messages)
  }

  private func lines(_ pipe: Pipe) throws -> [String] {
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }
}
