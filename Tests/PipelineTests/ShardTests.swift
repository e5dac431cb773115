import ArrayStore
import Foundation
import TestSupport
import TestTags
import Testing

/// Stages in shards: the bytes of a run in one piece, and what is told of shards that do not fit.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct ShardTests {
  private let folder: TemporaryFolder
  private let chain: Chain

  init() throws {
    folder = try TemporaryFolder()
    chain = try .finished()
  }

  static let stages: [Program] = [.extract, .neighbors, .render, .attribute]

  private func arguments(
    _ program: Program, _ output: String, _ more: [String] = [], changes: [String: String?] = [:]
  ) -> [String] {
    chain.arguments(of: program, changes.merging(["--output": folder.file(output)]) { $1 }) + more
  }

  private func fail(
    _ program: Program, _ arguments: [String], status: Int32 = 1, _ words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try program.runWithinAMinute(arguments)
    #expect(outcome.status == status, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.errors.count == 1, "\(outcome)", sourceLocation: sourceLocation)
    for word in words {
      #expect(
        outcome.errors.first?.contains(word) == true, "\(outcome)", sourceLocation: sourceLocation)
    }
  }

  @Test("shards put together have the bytes of a run in one piece", arguments: stages)
  func bytes(_ program: Program) throws {
    try program.succeed(arguments(program, "whole.h5"))
    // Unequal ones, on another number of threads, in another order, and more than there are items.
    for count in [1, 3, 40] {
      let result = "in-\(count).h5"
      for index in (0..<count).reversed() {
        try program.succeed(
          arguments(program, result, ["--shard", "\(index)/\(count)", "--threads", "1"]))
      }
      #expect(!FileManager.default.fileExists(atPath: folder.file(result)))
      let missing = try program.succeed(arguments(program, result, ["--missing", "\(count)"]))
      #expect(missing.results.isEmpty)
      let outcome = try program.succeed(arguments(program, result, ["--merge", "\(count)"]))
      #expect(outcome.results == [folder.file(result)])
      #expect(try folder.bytes(result) == folder.bytes("whole.h5"), "\(count) shards")
      // A run that was killed behind it finds nothing left to do, though the shards are gone.
      let again = try program.succeed(arguments(program, result, ["--merge", "\(count)"]))
      #expect(again.results == [folder.file(result)])
      let gone = try program.succeed(arguments(program, result, ["--missing", "\(count)"]))
      #expect(gone.results.isEmpty)
    }
    // Nothing else stays.
    #expect(Set(folder.content) == ["whole.h5", "in-1.h5", "in-3.h5", "in-40.h5"])
  }

  @Test("a shard that is missing, of another run or damaged is named", arguments: stages)
  func misfits(_ program: Program) throws {
    func shard(_ index: Int, _ changes: [String: String?] = [:]) throws -> Outcome {
      try program.succeed(
        arguments(program, "r.h5", ["--shard", "\(index)/2"], changes: changes))
    }
    let merge = arguments(program, "r.h5", ["--merge", "2"])
    let missing = arguments(program, "r.h5", ["--missing", "2"])
    let files = try shard(0).results
    #expect(!files.isEmpty)
    try fail(program, merge, "r.h5", "--shard 1/2")
    #expect(try program.succeed(missing).results == ["1"])
    // Made with another seed.
    let other: [String: String?] =
      program == .neighbors ? ["--metric": "euclidean"] : ["--seed": "7"]
    _ = try shard(1, other)
    try fail(program, merge, "r.h5", "--shard 1/2")
    #expect(try program.succeed(missing).results == ["1"])
    _ = try shard(1)
    // What is there is not made again.
    let before = try files.map { try Data(contentsOf: URL(filePath: $0)) }
    let inode = {
      try FileManager.default.attributesOfItem(atPath: files[0])[.systemFileNumber] as? Int
    }
    let node = try inode()
    _ = try shard(0)
    #expect(try inode() == node)
    // A number of the rows is another.
    try Self.damage(files[0])
    try fail(program, merge, "r.h5", "shard")
    #expect(try program.succeed(missing).results == ["0"])
    _ = try shard(0)
    #expect(try files.map { try Data(contentsOf: URL(filePath: $0)) } == before)
    // Cut off.
    try Data(before[0].prefix(before[0].count / 2)).write(to: URL(filePath: files[0]))
    try fail(program, merge, "r.h5", "shard")
    #expect(try program.succeed(missing).results == ["0"])
    _ = try shard(0)
    try program.succeed(merge)
    try program.succeed(arguments(program, "whole.h5"))
    #expect(try folder.bytes("r.h5") == folder.bytes("whole.h5"))
  }

  /// Changes one bit of a file's rows or pixels.
  private static func damage(_ path: String) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let kinds = ["shard", "icons-part"]
    let file = try #require(
      kinds.compactMap { try? ArrayFileReader(path: path, kind: $0) }.first, "\(path)")
    // Some of the values as they lie in the file.
    var values: [UInt8] = []
    if file.contains("icons") { values = try file.bytes("icons") }
    if file.contains("rows") { values = try file.floats("rows").flatMap(littleEndian) }
    if file.contains("half_rows") {
      values = try file.floats("half_rows").flatMap { littleEndian(Float16($0)) }
    }
    let start = try #require(
      values.indices.first { values[$0...].prefix(16).count { $0 > 0 } > 8 })
    let place = try #require(
      bytes.firstRange(of: values[start..<min(start + 16, values.count)])?.lowerBound)
    bytes[place + 5] ^= 4
    try Data(bytes).write(to: URL(filePath: path))
  }

  private static func littleEndian<Value>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value) { Array($0) }
  }

  @Test("options that do not go together, and numbers that are none")
  func usage() throws {
    for words in [
      ["--shard", "2/2"], ["--shard", "-1/2"], ["--shard", "1"], ["--shard", "a/b"],
      ["--shard", "0/20000"], ["--merge", "0"], ["--missing", "-3"],
      ["--merge", "2", "--shard", "0/2"],
    ] {
      try fail(.neighbors, arguments(.neighbors, "r.h5", words), status: 64, words[0])
    }
  }

  @Test("a merge that is cut off goes on; an extraction in one piece goes on with what it left")
  func cutMerge() throws {
    for index in 0..<4 {
      try Program.extract.succeed(arguments(.extract, "r.h5", ["--shard", "\(index)/4"]))
    }
    // The third shard is damaged: the merge ends there, with the first two done.
    let third = folder.file("r.h5.parts/shard-00002-of-00004.h5")
    try Self.damage(third)
    try fail(.extract, arguments(.extract, "r.h5", ["--merge", "4"]), "shard-00002-of-00004.h5")
    #expect(folder.content.contains("r.h5.progress"))
    try Program.extract.succeed(arguments(.extract, "r.h5", ["--shard", "2/4"]))
    try Program.extract.succeed(arguments(.extract, "r.h5", ["--merge", "4"]))
    #expect(
      try folder.bytes("r.h5") == Array(try Data(contentsOf: URL(filePath: chain.activations))))
  }

  @Test("with a folder for scratch, files are written there, and have the same bytes beside")
  func scratch() throws {
    func run(_ program: Program, _ output: String, scratch: String) throws -> Outcome {
      try Running(
        "/usr/bin/env",
        ["ATLAS_SCRATCH=\(folder.file(scratch))", program.path] + arguments(program, output)
      ).outcome()
    }
    let known = [Program.extract: chain.activations, .reduce: chain.components, .grid: chain.cells]
    for (program, file) in known {
      let outcome = try run(program, "\(program.rawValue).h5", scratch: "scratch")
      #expect(outcome.status == 0, "\(outcome)")
      #expect(
        try folder.bytes("\(program.rawValue).h5")
          == Array(try Data(contentsOf: URL(filePath: file))))
    }
    // Nothing stays there, nor beside the results.
    #expect(
      Set(folder.content) == Set(known.keys.map { "\($0.rawValue).h5" } + ["scratch"]))
    // A file in the place of the folder.
    try folder.write("file", "mine")
    for scratch in ["file", "no/such"] {
      let outcome = try run(.reduce, "other.h5", scratch: scratch)
      #expect(outcome.status == 1 && outcome.errors.count == 1, "\(outcome)")
      #expect(outcome.errors.first?.contains("ATLAS_SCRATCH") == true, "\(outcome)")
    }
    #expect(!folder.content.contains { $0.contains("other.h5") })
  }

  @Test("SIGTERM: what is in hand is finished, the exit status is 75, and the same command goes on")
  func interruption() throws {
    // The journal has its first block of images.
    try interrupt(
      .extract, changes: ["--images": try manyImages(), "--threads": "1"], at: "x.h5.progress",
      largerThan: 1200)
    // The first part of two is there, and the second takes a second or more.
    try interrupt(
      .render, changes: ["--steps": "1000", "--minimum-gain": "0", "--threads": "1"],
      at: "x.h5.parts/part-000000.h5")
    try interrupt(
      .attribute, changes: ["--rows": "all", "--path-steps": "40", "--threads": "1"],
      at: "x.h5.growing")
  }

  private func manyImages() throws -> String {
    for name in Workshop.names {
      let bytes = try Data(contentsOf: URL(filePath: chain.workshop.images + "/" + name))
      for copy in 0..<60 {
        try folder.write("many/\(copy)/\(name.replacing("/", with: "-"))", bytes)
      }
    }
    return folder.file("many")
  }

  private func interrupt(
    _ program: Program, changes: [String: String?], at name: String, largerThan least: Int = 0,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let given = arguments(program, "x.h5", changes: changes)
    let running = try program.start(given)
    let path = folder.file(name)
    while running.isRunning {
      var status = stat()
      if stat(path, &status) == 0, status.st_size > least { break }
      usleep(500)
    }
    running.terminate()
    let outcome = try running.outcome()
    #expect(outcome.status == 75, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.says("interrupted"), "\(outcome)", sourceLocation: sourceLocation)
    #expect(!folder.content.contains("x.h5"), sourceLocation: sourceLocation)
    try program.succeed(given, sourceLocation: sourceLocation)
    try program.succeed(
      arguments(program, "y.h5", changes: changes), sourceLocation: sourceLocation)
    #expect(
      try folder.bytes("x.h5") == folder.bytes("y.h5"), sourceLocation: sourceLocation)
    for name in ["x.h5", "y.h5"] {
      try FileManager.default.removeItem(atPath: folder.file(name))
    }
  }
}
