import ArrayStore
import Artifacts
import Foundation
import Matrices
import TestSupport
import TestTags
import Testing

/// What cells argue for, and the atlases of classes, by the programs.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct AttributionProgramTests {
  let chain: Chain
  let folder: TemporaryFolder

  init() throws {
    chain = try .finished()
    folder = try TemporaryFolder()
  }

  private func attribute(
    _ name: String = "attribution.h5", _ changes: [String: String?] = [:], further: [String] = []
  ) throws -> AttributionFile {
    let path = folder.file(name)
    try Program.attribute.succeed(
      chain.arguments(of: .attribute, changes.merging(["--output": path]) { $1 }) + further)
    return try AttributionFile(path: path)
  }

  @Test("cells have means, errors and trust; the samples are those of cells")
  func cells() throws {
    let file = try attribute()
    let cells = try CellsFile(path: chain.cells)
    let activations = try ActivationsFile(path: chain.activations)
    let samples = try file.samples(below: activations.sampleCount)
    let images = try #require(try activations.origins()).image
    #expect(samples.map { images[Int($0)] } == samples.map { images[Int($0)] }.sorted())
    for side in Chain.gridSides {
      let (level, own) = (try file.level(side: side), try cells.level(side: side))
      #expect(level.row == own.row && level.column == own.column)
      let cellOfSample = try cells.cellOfSample(side: side)
      let effects = try file.effects()
      for cell in own.row.indices {
        let rows = samples.indices.filter { cellOfSample[Int(samples[$0])] == Int32(cell) }
        #expect(level.sampleCount[cell] == Int32(rows.count))
        #expect(rows.count >= min(6, Int(own.count[cell])))
        for index in 0..<file.classCount {
          let mean = rows.reduce(0.0) { $0 + Double(effects[$1, index]) } / Double(rows.count)
          #expect(abs(Double(level.mean[cell, index]) - mean) < 1e-5)
        }
      }
    }
    #expect(try file.trust("samples") == 5)
    #expect(try file.trust("pearson_zero") != nil)
    #expect(try file.trust("missed_limit") != nil)
  }

  @Test(
    "the same bytes on one thread and two, by either way for a class, and after a run was killed")
  func bytes() throws {
    _ = try attribute()
    _ = try attribute("alone.h5", ["--threads": "1"])
    #expect(try folder.bytes("attribution.h5") == folder.bytes("alone.h5"))
    // Half of the journal and more rows than it vouches for: what a killed run leaves.
    let part = folder.file("part.h5")
    let running = try Program.attribute.start(
      chain.arguments(
        of: .attribute, ["--output": part, "--rows": "all", "--trust-samples": "200"]))
    while running.isRunning, !FileManager.default.fileExists(atPath: part + ".progress") {
      usleep(200)
    }
    running.kill()
    _ = try running.outcome()
    _ = try attribute("part.h5", ["--rows": "all", "--trust-samples": "200"])
    _ = try attribute("whole.h5", ["--rows": "all", "--trust-samples": "200"])
    #expect(try folder.bytes("part.h5") == folder.bytes("whole.h5"))
    let one = try attribute("one.h5", ["--rows": "all", "--class": "1"])
    let all = try AttributionFile(path: folder.file("whole.h5"))
    let (single, every) = (try one.effects(), try all.effects())
    let largest = every.elements.reduce(0) { max($0, abs($1)) }
    for row in 0..<every.rowCount {
      #expect(abs(single[row, 0] - every[row, 1]) <= 2e-3 * largest)
    }
  }

  @Test("a class's samples go through all stages, and two classes lie at their ends")
  func selection() throws {
    let effects = try attribute("effects.h5", ["--cells-file": nil, "--rows": "all"])
    let values = try effects.effects()
    // The classes with the largest effects have samples for sure.
    let sums = (0..<effects.classCount).map { index in
      (0..<values.rowCount).reduce(Float(0)) { $0 + max(0, values[$1, index]) }
    }
    let order = sums.indices.sorted { sums[$0] > sums[$1] }
    let (left, right) = ("\(order[0])", "\(order[1])")
    let selected = folder.file("selected.h5")
    func select(_ further: [String]) throws -> ActivationsFile {
      try Program.select.succeed(
        chain.arguments(
          of: .select,
          ["--attribution": folder.file("effects.h5"), "--output": selected]) + further)
      return try ActivationsFile(path: selected)
    }
    let alone = try select(["--class", left, "--filter", "magnitude", "--most", "40"])
    let chosen = try #require(try alone.selection())
    #expect(alone.sampleCount <= 40 && chosen.effects.elements.allSatisfy { $0 > 0 })
    let source = try ActivationsFile(path: chain.activations)
    for (row, sample) in chosen.samples.enumerated() {
      #expect(
        try alone.activations(row..<row + 1)
          == source.activations(Int(sample)..<Int(sample) + 1))
    }
    let both = try select(["--class", left, "--class", right])
    let pair = try #require(try both.selection())
    #expect(pair.classNames.count == 2)
    let layout = folder.file("layout.h5")
    try Program.embed.succeed(
      [
        "--activations", selected, "--dimensions", "1", "--perplexity", "5", "--iterations", "50",
        "--contrast", selected, "--output", layout, "--quiet",
      ])
    let file = try LayoutFile(path: layout)
    let contrast = try #require(try file.contrast())
    let positions = try file.positions()
    #expect(contrast.left == pair.classNames[0] && positions.columnCount == 2)
    for row in 0..<positions.rowCount {
      let difference = Double(pair.effects[row, 1] - pair.effects[row, 0]) / contrast.scale
      #expect(abs(Double(positions[row, 0]) - min(1, max(-1, difference))) < 1e-5)
    }
    try Program.grid.succeed(
      [
        "--activations", selected, "--layout", layout, "--grid", "4", "--minimum-count", "2",
        "--output", folder.file("cells.h5"), "--quiet",
      ])
    let grid = try ArrayFileReader(path: folder.file("cells.h5"), kind: "cells")
    #expect(try grid.attribute("left") == .number(-1) && grid.attribute("right") == .number(1))
  }
}

/// Input of the programs of attribution that cannot be used.
extension BadInputTests {
  @Test("no class of a name, no effects on it, no samples, no logits: one line each")
  func attribution() throws {
    try expectFailure(
      .attribute, arguments(.attribute) + ["--class", "no such class"], "no such class")
    try expectFailure(.attribute, arguments(.attribute) + ["--class", "999999"], "999999")
    try expectFailure(
      .attribute, arguments(.attribute) + ["--class", "1", "--class", "1"], "twice")
    let cells = try folder.write("cells.h5", "no cells")
    try expectFailure(.attribute, arguments(.attribute, ["--cells-file": cells]), cells)
    try expectFailure(
      .attribute, arguments(.attribute, ["--images": folder.path]), folder.path)
    try expectFailure(
      .attribute, arguments(.attribute), "result.h5", maximumFileBlocks: 1)
    let effects = folder.file("effects.h5")
    try Program.attribute.succeed(
      chain.arguments(of: .attribute, ["--output": effects]) + ["--class", "0"])
    let select = arguments(.select, ["--attribution": effects])
    try expectFailure(.select, select + ["--class", "0"], "Cannot rank classes", "--class")
    try expectFailure(
      .select, select + ["--class", "1", "--filter", "magnitude"], "no effects on")
    try expectFailure(
      .select, select + ["--class", "0", "--filter", "magnitude"], "--rows all")
    try expectFailure(
      .embed,
      [
        "--activations", chain.activations, "--dimensions", "1", "--contrast", chain.activations,
        "--output", output, "--quiet",
      ], "no selection")
  }
}
