import Artifacts
import Foundation
import Images
import Patches
import TestSupport
import TestTags
import Testing

/// A small atlas of the planted world, and pictures that it was not made of.
private struct PlantedAtlas: Sendable {
  let folder: TemporaryFolder
  static let model = Program.package + "/Data/models/planted-world/planted-world.onnx"

  /// One for all tests.
  static func shared() throws -> PlantedAtlas { try made.get() }

  private static let made: Result<PlantedAtlas, any Error> = Result {
    let atlas = try PlantedAtlas()
    atexit { try? FileManager.default.removeItem(atPath: PlantedAtlas.shared().folder.path) }
    return atlas
  }

  var heldOut: String { folder.file("held") }

  private init() throws {
    folder = try TemporaryFolder()
    for (seed, name) in [("2", "images"), ("3", "held")] {
      try Program.synthesize.succeed([
        "--world", "planted", "--size", "96", "--count", "8", "--seed", seed, "--output",
        folder.file(name), "--quiet",
      ])
    }
    let network = ["--model", Self.model, "--layer", "mixed4c"]
    let samples = ["--activations", folder.file("activations.h5")]
    let cells = ["--cells-file", folder.file("cells.h5")]
    func run(_ program: Program, _ arguments: [String], _ output: String) throws {
      try program.succeed(arguments + ["--output", folder.file(output), "--quiet"])
    }
    try run(.extract, network + ["--images", folder.file("images")], "activations.h5")
    try run(.reduce, samples + ["--components", "32"], "components.h5")
    let components = ["--components", folder.file("components.h5")]
    try run(.neighbors, components, "neighbors.h5")
    try run(
      .embed, components + ["--neighbor-graph", folder.file("neighbors.h5"), "--stability", "0"],
      "layout.h5")
    try run(.grid, samples + ["--layout", folder.file("layout.h5"), "--grid", "8"], "cells.h5")
    try run(.render, network + cells + components + ["--size", "32", "--steps", "4"], "icons.h5")
    try run(
      .attribute,
      network + samples + cells + ["--rows", "24", "--path-steps", "2", "--trust-samples", "0"],
      "attribution.h5")
  }
}

/// A search for patches by the programs: the same bytes however it runs, and what is told of bad input.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct PatchProgramTests {
  private let atlas: PlantedAtlas
  private let folder: TemporaryFolder

  init() throws {
    atlas = try .shared()
    folder = try TemporaryFolder()
  }

  /// The arguments of a program, with some options set otherwise, or left out where they are nil.
  private func arguments(
    _ program: Program, _ changes: [String: String?] = [:], _ more: [String] = []
  ) -> [String] {
    var options: [String: String?] = ["--model": PlantedAtlas.model, "--held-out": atlas.heldOut]
    switch program {
    case .propose:
      for (name, file) in [
        ("--activations", "activations.h5"), ("--cells-file", "cells.h5"),
        ("--attribution", "attribution.h5"), ("--icons", "icons.h5"),
      ] { options[name] = atlas.folder.file(file) }
      options["--from"] = "house"
      options["--pairs"] = "2"
      options["--patches"] = "3"
      options["--pictures-per-half"] = "3"
      options["--optimization-steps"] = "2"
      options["--output"] = folder.file("patches.h5")
    case .patch:
      options["--patches-file"] = folder.file("patches.h5")
      options["--output"] = folder.file("outcomes.h5")
    default:
      options["--patches-file"] = folder.file("patches.h5")
      options["--outcomes"] = folder.file("outcomes.h5")
      options["--output"] = folder.file("page")
    }
    options.merge(changes) { $1 }
    return options.sorted { $0.key < $1.key }.flatMap { name, value in
      value.map { [name, $0] } ?? []
    } + ["--quiet"] + more
  }

  private func fail(
    _ program: Program, _ arguments: [String], _ words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try program.runWithinAMinute(arguments)
    #expect(outcome.status == 1, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.errors.count == 1, "\(outcome)", sourceLocation: sourceLocation)
    for word in words {
      #expect(
        outcome.errors.first?.contains(word) == true, "\(outcome)", sourceLocation: sourceLocation)
    }
  }

  /// The grid rows and columns of the cells of a kind's patches.
  private func cells(
    _ kind: PatchKind, of pair: Int, _ table: PatchesFile.Table
  ) -> [SIMD2<Int32>] {
    table.patches.filter { Int($0.pair) == pair && $0.kind == kind.rawValue }
      .map { SIMD2($0.row, $0.column) }
  }

  @Test("a search gives the same bytes on any number of threads and shards, and says what it found")
  func search() throws {
    try Program.propose.succeed(arguments(.propose))
    let file = try PatchesFile(path: folder.file("patches.h5"))
    let table = file.table
    #expect(table.pairs.map(\.sourceName) == ["house", "house"])
    #expect(table.pairs.first?.targetName == "town_hall")
    let tried = table.pairs.indices.filter { table.pairs[$0].problem.isEmpty }
    #expect(!tried.isEmpty)
    for pair in tried {
      let own = table.patches.filter { Int($0.pair) == pair }
      func count(_ kind: PatchKind) -> Int { own.count { $0.kind == kind.rawValue } }
      #expect((1...3).contains(count(.candidate)))
      #expect(count(.noise) == 3 && count(.flat) == 3 && count(.optimized) == 1)
      #expect(own.allSatisfy { $0.kind != "candidate" || $0.score > 0 })
      #expect(cells(.icon, of: pair, table).count == 3)
      let trials = table.trials[table.trials(of: pair)]
      #expect(trials.contains { $0.isReported } && trials.contains { !$0.isReported })
      #expect(trials.allSatisfy { $0.source > $0.target })
      let names = trials.map { table.pictures[Int($0.picture)] }
      #expect(Set(names).count == names.count)
    }
    // Random cells are not the first ones of the grid, and no pair's are another's.
    let drawn = tried.map { cells(.icon, of: $0, table) }
    #expect(drawn.flatMap { $0 }.contains { $0.x > 1 })
    #expect(Set(drawn).count == drawn.count)
    try Program.propose.succeed(
      arguments(.propose, ["--output": folder.file("one.h5"), "--threads": "1"]))
    #expect(try folder.bytes("one.h5") == folder.bytes("patches.h5"))

    try Program.patch.succeed(arguments(.patch))
    for count in [1, 3, 80] {
      let result = folder.file("in-\(count).h5")
      for index in (0..<count).reversed() {
        try Program.patch.succeed(
          arguments(
            .patch, ["--output": result, "--threads": "1"], ["--shard", "\(index)/\(count)"]))
      }
      try Program.patch.succeed(arguments(.patch, ["--output": result], ["--merge", "\(count)"]))
      #expect(try folder.bytes("in-\(count).h5") == folder.bytes("outcomes.h5"), "\(count) shards")
    }

    let outcome = try Program.conclude.succeed(arguments(.conclude).filter { $0 != "--quiet" })
    #expect(outcome.says("at a false-discovery rate of 5 %"))
    #expect(outcome.results == [folder.file("page/index.html"), folder.file("page/patches.json")])
    let report = try JSONDecoder().decode(
      PatchReport.self, from: Data(contentsOf: URL(filePath: folder.file("page/patches.json"))))
    #expect(report.pairs.count == table.pairs.count)
    for (index, pair) in report.pairs.enumerated() where pair.problem == nil {
      let page = String(decoding: try folder.bytes("page/pair-\(index + 1).html"), as: UTF8.self)
      for match in page.matches(of: /src="([^"]+)"/) {
        #expect(FileManager.default.fileExists(atPath: folder.file("page/\(match.1)")))
      }
      let found = try #require(pair.kinds.first { $0.kind == "candidate" })
      #expect(found.scores["static"]?.tried == found.patches.count * pair.reporting)
      #expect(
        Set(pair.comparisons.flatMap(\.control))
          == Set(pair.kinds.map(\.kind)).intersection(PatchKind.controls.map(\.rawValue)))
    }
    try Program.conclude.succeed(arguments(.conclude, ["--output": folder.file("again")]))
    #expect(try folder.bytes("again/patches.json") == folder.bytes("page/patches.json"))
  }

  @Test("a run that was cut off goes on to the same bytes, and a finished one has nothing to do")
  func resumption() throws {
    try Program.propose.succeed(arguments(.propose))
    try Program.patch.succeed(arguments(.patch))
    let running = try Program.patch.start(
      arguments(.patch, ["--output": folder.file("part.h5"), "--threads": "1"]))
    usleep(300_000)
    running.kill()
    _ = try running.outcome()
    try Program.patch.succeed(arguments(.patch, ["--output": folder.file("part.h5")]))
    #expect(try folder.bytes("part.h5") == folder.bytes("outcomes.h5"))
    for program in [Program.propose, .patch] {
      let outcome = try program.succeed(arguments(program).filter { $0 != "--quiet" })
      #expect(outcome.says("the result is there from an earlier run"))
    }
  }

  @Test("bad input is named, with the remedy")
  func badInput() throws {
    try fail(.propose, arguments(.propose, ["--from": "no such class"]), "no such class", "nearest")
    try fail(.propose, arguments(.propose, ["--to": "house"]), "itself")
    try fail(.propose, arguments(.propose, ["--held-out": folder.file("none")]), "none")
    // A folder of no class of the network.
    try folder.write(
      "other/zebra/1.png", PNGWriter.encode(Workshop.picture(3, width: 40, height: 40)))
    try fail(
      .propose, arguments(.propose, ["--held-out": folder.file("other")]), "other",
      "names of its classes")
    // No picture that the network gets right: houses as bears.
    for name in try FileManager.default.contentsOfDirectory(atPath: atlas.heldOut + "/house") {
      try folder.write("wrong/bear/\(name)", atlas.folder.bytes("held/house/\(name)"))
    }
    var mistaken: [String: String?] = ["--held-out": folder.file("wrong"), "--from": "bear"]
    try fail(.propose, arguments(.propose, mistaken), "right on 0", "--from")
    mistaken["--from"] = .some(nil)
    try fail(.propose, arguments(.propose, mistaken), "Cannot search")
    // The atlas's own images are none to test on.
    try fail(
      .propose, arguments(.propose, ["--held-out": atlas.folder.file("images")]),
      "more of its pictures")
    // Every class is related to every other: no candidate.
    try fail(
      .propose, arguments(.propose, ["--related": "0.0000001"]), "no cell argues for", "RELATED")
    // Effects on two classes alone.
    try Program.attribute.succeed(
      [
        "--model", PlantedAtlas.model, "--layer", "mixed4c", "--activations",
        atlas.folder.file("activations.h5"), "--cells-file", atlas.folder.file("cells.h5"),
        "--rows", "4", "--trust-samples", "0", "--class", "bear", "--quiet", "--output",
        folder.file("few.h5"),
      ])
    try fail(
      .propose, arguments(.propose, ["--attribution": folder.file("few.h5")]), "few.h5", "--class")
    try Program.propose.succeed(arguments(.propose))
    // Other pictures than the file says.
    try fail(.patch, arguments(.patch, ["--held-out": atlas.folder.file("images")]), "others")
    try Program.patch.succeed(arguments(.patch))
    try Program.propose.succeed(
      arguments(.propose, ["--output": folder.file("fewer.h5"), "--patches": "2"]))
    try fail(
      .conclude, arguments(.conclude, ["--patches-file": folder.file("fewer.h5")]), "outcomes.h5",
      "atlas-patch")
    try fail(
      .conclude, arguments(.conclude, ["--outcomes": folder.file("patches.h5")]), "patches.h5")
  }
}
