import ArrayStore
import Artifacts
import TestSupport
import Testing

/// Results of other stages that are damaged, strange, or do not belong together.
extension BadInputTests {
  /// The option of each program that names an artifact, and what it wants.
  static let readers: [(Program, String, String)] = [
    (.reduce, "--activations", "activations"), (.neighbors, "--components", "components"),
    (.embed, "--components", "components"), (.embed, "--neighbor-graph", "neighbors"),
    (.embed, "--align-to", "layout"), (.place, "--layout", "layout"),
    (.place, "--components", "components"), (.place, "--new", "activations"),
    (.grid, "--activations", "activations"), (.grid, "--layout", "layout"),
    (.render, "--cells-file", "cells"), (.render, "--components", "components"),
    (.assemble, "--icons", "icons"),
  ]

  @Test("artifacts that are missing, cut off, no HDF5, or of another stage", arguments: readers)
  func artifacts(program: Program, option: String, kind: String) throws {
    func expectRefusal(_ path: String, _ words: String) throws {
      try expectFailure(program, arguments(program, [option: path]), path, words)
    }
    try expectRefusal(folder.file("missing.h5"), "No such file")
    let whole = try chain.folder.bytes("\(kind).h5")
    let cut = try folder.write("cut.h5", Array(whole[..<(whole.count / 2)]))
    try expectRefusal(cut, "no complete HDF5 file")
    try expectRefusal(cut, "make it again")
    try expectRefusal(try folder.write("text.h5", "no HDF5"), "make it again")
    let (other, otherKind) =
      kind == "layout" ? (chain.cells, "cells") : (chain.layout, "layout")
    try expectRefusal(
      other, "it holds \(otherKind) (made by atlas-\(kind == "layout" ? "grid" : "embed")), ")
    try expectRefusal(other, "expected \(kind)")
  }

  /// Writes an artifact whose arrays have other shapes than the pipeline makes.
  private func strange(_ kind: String, _ arrays: [(String, [Int])]) throws -> String {
    let path = folder.file("strange-\(kind).h5")
    let writer = try ArrayFileWriter(path: path, kind: kind)
    let schema = try #require(FileSchema.all.first { $0.kind == kind })
    try writer.setAttribute("format", .integer(schema.format))
    for (name, shape) in arrays {
      try writer.write(name, [Float](repeating: 1, count: shape.reduce(1, *)), shape: shape)
    }
    try writer.finish()
    return path
  }

  @Test("artifacts whose arrays have other shapes are errors, never a crash")
  func strangeShapes() throws {
    for shape in [[], [6], [0, 4], [4, 0], [2, 2, 2]] {
      let activations = try strange("activations", [("activations", shape)])
      try expectFailure(
        .reduce, arguments(.reduce, ["--activations": activations, "--components": "0"]),
        activations)
      let layout = try strange("layout", [("layout", [4, 2])])
      try expectFailure(
        .grid, arguments(.grid, ["--activations": activations, "--layout": layout]))
    }
    let rowCount = Chain.sampleCount
    for shape in [[], [rowCount], [rowCount, 1], [rowCount, 3], [rowCount, 0]] {
      let layout = try strange("layout", [("layout", shape)])
      try expectFailure(.grid, arguments(.grid, ["--layout": layout]), layout)
      try expectFailure(.place, arguments(.place, ["--layout": layout]), layout)
      try expectFailure(.embed, arguments(.embed, ["--align-to": layout]), layout)
    }
    for shape in [[], [rowCount], [rowCount, 0], [0, 20], [rowCount, 20, 1], [4, 4]] {
      let graph = try strange("neighbors", [("neighbors", shape), ("distances", shape)])
      try expectFailure(.embed, arguments(.embed, ["--neighbor-graph": graph]), graph)
    }
    for shape in [[], [6], [0, 4], [1, 4], [4, 0]] {
      let components = try strange(
        "components", [("second_moment", [3, 3]), ("scores", shape)])
      for program in [Program.neighbors, .embed] {
        try expectFailure(program, arguments(program, ["--components": components]), components)
      }
    }
  }

  @Test("numbers that are not finite are reported with their sample")
  func notFinite() throws {
    var values = [Float](repeating: 1, count: 80)
    values[17] = .nan
    let path = folder.file("nan.h5")
    let writer = try ArrayFileWriter(path: path, kind: "activations")
    try writer.write("activations", values, shape: [20, 4])
    try writer.finish()
    try expectFailure(
      .reduce, arguments(.reduce, ["--activations": path, "--components": "2"]), path, "sample 4")
    let raw: [String: String?] = ["--components": nil, "--activations": path]
    try expectFailure(.neighbors, arguments(.neighbors, raw), path, "sample 4")
    try expectFailure(
      .embed, arguments(.embed, raw.merging(["--neighbor-graph": nil]) { $1 }), path, "sample 4")
  }

  @Test("files that do not belong together say so")
  func mismatches() throws {
    let short = try strange("layout", [("layout", [50, 2])])
    try expectFailure(
      .grid, arguments(.grid, ["--layout": short]), short, chain.activations,
      "50 points of 2 coordinates for \(Chain.sampleCount) samples; lay these activations out first"
    )
    try expectFailure(
      .render, arguments(.render, ["--layer": "early"]), chain.cells, workshop.model,
      "their layers are mixed/output and conv1; give files that were made of the same layer")
    try expectFailure(
      .render, arguments(.render, ["--grid": "7"]), chain.cells, "no grid 7; it has 3, 5")
    try expectFailure(
      .render, arguments(.render, ["--grid": nil]), chain.cells, "choose one with --grid")
    try expectFailure(
      .render, arguments(.render, ["--cells": "2:900"]), "2..<900", chain.cells,
      "give a range within")
    try expectFailure(
      .grid, arguments(.grid, ["--minimum-count": "10000"]), "lower --minimum-count")
    // What it names works.
    try expectFailure(
      .grid, arguments(.grid, ["--grid": "2000"]), "a cell needs", "take --grid ", "GRID=")
  }

  @Test("more components than channels are as many as there are")
  func manyComponents() throws {
    let path = folder.file("components.h5")
    try Program.reduce.succeed(arguments(.reduce, ["--components": "49", "--output": path]))
    let file = try ArrayFileReader(path: path, kind: "components")
    #expect(try file.shape(of: "scores") == [Chain.sampleCount, 48])
  }

  @Test("components of no scores cannot be laid out, but whiten")
  func noScores() throws {
    let path = folder.file("moment.h5")
    try Program.reduce.succeed(arguments(.reduce, ["--components": "0", "--output": path]))
    try expectFailure(
      .embed, arguments(.embed, ["--components": path]), path, "--components 0", "--activations")
    try Program.render.succeed(
      arguments(.render, ["--components": path, "--cells": "0:1", "--steps": "1"]))
  }

  @Test("icons of different commands, or of the same cells, are no atlas")
  func foreignIcons() throws {
    func render(_ name: String, _ changes: [String: String?]) throws -> String {
      let path = folder.file(name)
      var changes = changes
      changes["--output"] = path
      changes["--steps"] = changes["--steps"] ?? "6"
      try Program.render.succeed(chain.arguments(of: .render, changes))
      return path
    }
    func assemble(_ files: String...) -> [String] {
      ["--quiet", "--icons"] + files + ["--output", folder.file("result")]
    }
    let first = try render("first.h5", ["--cells": "0:2"])
    let otherSteps = try render("steps.h5", ["--cells": "2:4", "--steps": "2"])
    try expectFailure(
      .assemble, assemble(first, otherSteps), first, otherSteps, "different commands",
      "render them alike")
    let overlapping = try render("overlapping.h5", ["--cells": "1:3"])
    try expectFailure(.assemble, assemble(first, overlapping), "cell 1 occurs twice")

    // The same command line, but other cells under the same name.
    let cells = folder.file("cells.h5")
    try Program.grid.succeed(
      chain.arguments(of: .grid, ["--minimum-count": "1", "--output": cells]))
    let otherCells = try render("other.h5", ["--cells": "2:4", "--cells-file": cells])
    try expectFailure(.assemble, assemble(first, otherCells), otherCells, "render them alike")

    // Blocks of channels are sheets of their own.
    let units: [String: String?] = [
      "--target": "channel", "--cells-file": nil, "--components": nil, "--grid": nil,
    ]
    let channels = try ["0:4", "4:8"].map { (range: String) in
      try render("channels \(range).h5", units.merging(["--cells": range]) { $1 })
    }
    try expectFailure(.assemble, assemble(channels[0], channels[1]), channels[1])
  }

  @Test("an atlas of too many pixels is refused before memory is asked for")
  func hugeAtlas() throws {
    let path = folder.file("huge.h5")
    let writer = try ArrayFileWriter(path: path, kind: "icons")
    try writer.setAttribute("format", .integer(IconsFile.schema.format))
    try writer.write(Provenance(program: "atlas-render", version: "1"))
    try writer.setAttribute("network", .string("n"))
    try writer.setAttribute("layer", .string("l"))
    try writer.setAttribute("grid_side", .integer(5000))
    try writer.setAttribute("cell_total", .integer(1))
    try writer.write("icons", [UInt8](repeating: 0, count: 12), shape: [1, 2, 2, 3])
    for name in ["cell", "row", "column", "count", "restart", "steps"] {
      try writer.write(name, [Int32(0)], shape: [1])
    }
    for name in ["fidelity", "transformed_fidelity", "objective", "dispersion"] {
      try writer.write(name, [Float(0)], shape: [1])
    }
    try writer.finish()
    try expectFailure(
      .assemble, arguments(.assemble, ["--icons": path, "--report": nil, "--gap": "1000"]), path,
      "pixels", "--gap")
  }
}
