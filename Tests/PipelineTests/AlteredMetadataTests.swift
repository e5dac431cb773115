import Foundation
import TestSupport
import TestTags
import Testing

/// Files whose metadata were altered and have right checksums: the programs read them, or refuse them
/// in one line; they do not crash, hang, or take gigabytes.
///
/// Each reader gets a few files; `make fuzz` gives it some thousands (`ALTERED_FILES`, from
/// `ALTERED_FIRST` on).
@Suite(.tags(.slow), .leftOutOfQuickTests) struct AlteredMetadataTests {
  private let chain: Chain
  private let folder: TemporaryFolder

  init() throws {
    chain = try .finished()
    folder = try TemporaryFolder()
  }

  private static func number(_ variable: String) -> Int? {
    ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
  }

  @Test(
    "altered metadata are read or refused", arguments: Array(BadInputTests.readers.enumerated()))
  func altered(number: Int, reader: (Program, String, String)) throws {
    let (program, option, kind) = reader
    let metadata = HDF5Metadata(of: try chain.folder.bytes("\(kind).h5"))
    try #require(metadata.blockCount > 5)
    let (first, count) = (Self.number("ALTERED_FIRST") ?? 0, Self.number("ALTERED_FILES") ?? 6)
    var refusals = 0
    for index in first..<first + count {
      let bytes = metadata.changed(seed: UInt64(number), index: index)
      let outcome = try outcome(of: program, option, try folder.write("altered.h5", bytes))
      let isGood =
        outcome.status == 0 && outcome.errors.isEmpty
        || outcome.status == 1 && outcome.errors.count == 1
      if outcome.status == 1 { refusals += 1 }
      #expect(isGood, "\(program) \(option), change \(index): \(outcome)")
      if !isGood, let kept = ProcessInfo.processInfo.environment["ALTERED_FAILURES"] {
        try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: "\(kept)/\(program)-\(kind)-\(index).h5"))
      }
    }
    // Most changes make a file that cannot be read; a test whose changes do nothing would test nothing.
    #expect(refusals > 0)
  }

  /// Runs a program on a file, with little work, half a minute and two gigabytes.
  private func outcome(of program: Program, _ option: String, _ path: String) throws -> Outcome {
    var changes: [String: String?] = [option: path, "--output": folder.file("result.h5")]
    if program == .embed { changes.merge(["--epochs": "2", "--report": "none"]) { $1 } }
    if program == .render { changes.merge(["--cells": "0:1", "--steps": "1"]) { $1 } }
    return try Running(
      "/bin/sh",
      ["-c", "ulimit -v 4000000; exec timeout --signal KILL 30 \"$@\"", "sh", try program.path]
        + chain.arguments(of: program, changes)
    ).outcome()
  }
}
