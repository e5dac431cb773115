import ArrayStore
import Foundation
import Images
import TestSupport
import Testing

/// Input that cannot be used: one line says what is wrong with which file, and nothing is left over.
@Suite struct BadInputTests {
  private let chain: Chain
  private let folder: TemporaryFolder
  private let workshop: Workshop

  init() throws {
    chain = try .finished()
    folder = try TemporaryFolder()
    workshop = chain.workshop
  }

  private var output: String { folder.file("result.h5") }

  /// The chain's arguments, with the result in this test's folder.
  private func arguments(_ program: Program, _ changes: [String: String?] = [:]) -> [String] {
    let name = program == .assemble ? folder.file("result") : output
    return chain.arguments(
      of: program, changes.merging(["--output": name]) { given, _ in given })
  }

  /// Expects a failure: one line with the given words, nothing made, nothing left over.
  private func expectFailure(
    _ program: Program, _ arguments: [String], _ words: String..., maximumFileBlocks: Int? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = folder.content
    let outcome = try program.run(arguments, maximumFileBlocks: maximumFileBlocks)
    #expect(outcome.status == 1, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.errors.count == 1, "\(outcome)", sourceLocation: sourceLocation)
    let line = outcome.errors.first ?? ""
    for word in words {
      #expect(line.contains(word), "\(line)", sourceLocation: sourceLocation)
    }
    let rest = outcome.messages.filter { !$0.hasPrefix("Error:") && !$0.hasPrefix("warning:") }
    #expect(rest.isEmpty, sourceLocation: sourceLocation)
    #expect(outcome.results.isEmpty, sourceLocation: sourceLocation)
    let left = folder.content.filter { !before.contains($0) && !$0.hasSuffix(".parts") }
    #expect(left.isEmpty, "left over: \(left)", sourceLocation: sourceLocation)
  }

  // MARK: Photographs

  @Test("folders without pictures, or that are not there")
  func folders() throws {
    try folder.write("empty/notes.txt", "no picture")
    let (empty, missing) = (folder.file("empty"), folder.file("missing"))
    try expectFailure(
      .extract, arguments(.extract, ["--images": empty]), empty,
      "it holds no .jpg, .jpeg or .png file; give a folder of pictures")
    try expectFailure(
      .extract, arguments(.extract, ["--images": missing]), missing, "check --images")
    try expectFailure(
      .extract, arguments(.extract, ["--images": workshop.model]), workshop.model,
      "check --images")
    try expectFailure(
      .extract, arguments(.extract, ["--classes": missing]), missing, "check --classes")
  }

  @Test("a folder of which no picture can be read is an error that shows the first reason")
  func allBroken() throws {
    for name in ["a.jpg", "b.png", "c.jpeg"] { try folder.write("broken/\(name)", "no picture") }
    try expectFailure(
      .extract, arguments(.extract, ["--images": folder.file("broken")]), folder.file("broken"),
      "none of its 3 pictures", "a.jpg: neither a JPEG nor a PNG file; convert it")
    #expect(!folder.content.contains("result.h5.parts"))
  }

  @Test("single broken pictures are reported, listed and passed over")
  func someBroken() throws {
    let picture = Workshop.picture(0, width: 90, height: 80)
    let whole = try JPEGWriter.encode(picture)
    try folder.write("some/a.jpg", whole)
    try folder.write("some/cut.jpg", Array(whole[..<(whole.count / 2)]))
    try folder.write("some/empty.jpg", "")
    try folder.write("some/text.png", "no picture")
    try folder.write("some/z.png", try PNGWriter.encode(picture))
    let images = folder.file("some")
    let outcome = try Program.extract.succeed(arguments(.extract, ["--images": images]))
    #expect(outcome.results == [output])
    for name in ["cut.jpg", "empty.jpg", "text.png"] {
      #expect(outcome.messages.count { $0.hasPrefix("warning: Picture \(images)/\(name): ") } == 1)
    }
    #expect(outcome.says("warning: 3 of 5 pictures could not be read"))
    let file = try ArrayFileReader(path: output, kind: "activations")
    #expect(
      try file.strings("images/name") == ["a.jpg", "cut.jpg", "empty.jpg", "text.png", "z.png"])
    #expect(try file.int32s("failures/image") == [1, 2, 3])
    let reasons = try file.strings("failures/reason")
    #expect(reasons.count == 3 && reasons[0].contains("some/cut.jpg: "))
    #expect(Set(try file.int32s("image")) == [0, 4])
    #expect(try file.shape(of: "activations") == [2 * Chain.positionCount, 48])
  }

  // MARK: Networks

  @Test("network files that are cut, random, missing or empty")
  func networkFiles() throws {
    let whole = InceptionModel.model.bytes
    let random = (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &+ $0 / 7) }
    for (name, bytes) in [
      ("cut", Array(whole[..<(whole.count * 2 / 3)])), ("random", random), ("empty", []),
    ] {
      let path = try folder.write("\(name).onnx", bytes)
      try expectFailure(.extract, arguments(.extract, ["--model": path]), path, "; ")
      try expectFailure(.render, arguments(.render, ["--model": path]), path, "; ")
    }
    let missing = folder.file("missing.onnx")
    try expectFailure(
      .extract, arguments(.extract, ["--model": missing]), missing, "No such file", "check the path"
    )
    let card = try folder.write("card.json", "{\"input\": {\"mean\": [1]}}")
    try expectFailure(
      .extract, arguments(.extract, ["--card": card]), card, "input.mean", "correct the card")
  }

  @Test("an operation that is not supported is named, with its node and what is supported")
  func unsupportedOperation() throws {
    var model = InceptionModel.model
    let place = try #require(model.nodes.indices.last)
    model.nodes[place] = SmallModel.node("GridSample", ["fc"], ["prob"], name: "the last one")
    let path = try folder.write("net.onnx", model.bytes)
    try expectFailure(
      .extract, arguments(.extract, ["--model": path]), path, "\"the last one\"", "\"GridSample\"",
      "not supported", "Conv", "Softmax")
  }

  @Test("what a card asks for in vain is said")
  func bicubic() throws {
    let card = InceptionModel.card.split(separator: "bilinear").joined(separator: "bicubic")
    let path = try folder.write("card.json", card)
    try folder.write("labels.txt", InceptionModel.labels)
    let outcome = try Program.extract.succeed(arguments(.extract, ["--card": path]))
    #expect(outcome.messages.count == 1 && outcome.says("asks for bicubic resizing"))
  }

  @Test("icons too small for the network are an error that names the file, the node and the option")
  func smallIcons() throws {
    let model = SmallModel.single(
      "MaxPool", SmallModel.attribute("kernel_shape", [7, 7]),
      SmallModel.attribute("strides", [1, 1]))
    var wide = model
    wide.inputs = [SmallModel.value("image", [1, 3, 48, 48])]
    wide.nodes.append(
      SmallModel.node(
        "MaxPool", ["result"], ["deeper"], name: "the deep one",
        SmallModel.attribute("kernel_shape", [11, 11]), SmallModel.attribute("strides", [1, 1])))
    let path = try folder.write("net.onnx", wide.bytes)
    try expectFailure(
      .render,
      [
        "--model", path, "--layer", "deeper", "--target", "channel", "--cells", "0:1", "--size",
        "16", "--output", output,
      ], path, "\"the deep one\"", "icons of 16 pixels", "use larger images", "--size")
  }

  @Test("a layer that is not there is answered with the nearest names")
  func wrongLayer() throws {
    for program in [Program.extract, .render] {
      try expectFailure(
        program, arguments(program, ["--layer": "mixed/outptu"]), workshop.model,
        "no layer \"mixed/outptu\"", "the nearest names are", "\"mixed/output\"")
    }
  }

  // MARK: Artefacts

  /// The option of each program that names an artefact, and what it wants.
  static let readers: [(Program, String, String)] = [
    (.reduce, "--activations", "activations"), (.neighbors, "--components", "components"),
    (.embed, "--components", "components"), (.embed, "--neighbor-graph", "neighbors"),
    (.embed, "--align-to", "layout"), (.place, "--layout", "layout"),
    (.place, "--components", "components"), (.place, "--new", "activations"),
    (.grid, "--activations", "activations"), (.grid, "--layout", "layout"),
    (.render, "--cells-file", "cells"), (.render, "--components", "components"),
    (.assemble, "--icons", "icons"),
  ]

  @Test("artefacts that are missing, cut off, no HDF5, or of another stage", arguments: readers)
  func artefacts(program: Program, option: String, kind: String) throws {
    func attempt(_ path: String, _ words: String) throws {
      try expectFailure(program, arguments(program, [option: path]), path, words)
    }
    try attempt(folder.file("missing.h5"), "No such file")
    let whole = try chain.folder.bytes("\(kind).h5")
    let cut = try folder.write("cut.h5", Array(whole[..<(whole.count / 2)]))
    try attempt(cut, "no complete HDF5 file")
    try attempt(cut, "make it again")
    try attempt(try folder.write("text.h5", "no HDF5"), "make it again")
    let (other, otherKind) =
      kind == "layout" ? (chain.cells, "cells") : (chain.layout, "layout")
    try attempt(
      other, "it holds \(otherKind) (made by atlas-\(kind == "layout" ? "grid" : "embed")), ")
    try attempt(other, "expected \(kind)")
  }

  /// Writes an artefact whose arrays have other shapes than the pipeline makes.
  private func strange(_ kind: String, _ arrays: [(String, [Int])]) throws -> String {
    let path = folder.file("strange-\(kind).h5")
    let writer = try ArrayFileWriter(path: path, kind: kind)
    for (name, shape) in arrays {
      try writer.write(name, [Float](repeating: 1, count: shape.reduce(1, *)), shape: shape)
    }
    try writer.finish()
    return path
  }

  @Test("artefacts whose arrays have other shapes are errors, never a crash")
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
    let rowCount = Chain.rowCount
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
      let components = try strange("components", [("scores", shape)])
      for program in [Program.neighbors, .embed] {
        try expectFailure(program, arguments(program, ["--components": components]), components)
      }
    }
  }

  @Test("numbers that are not finite are reported with their row")
  func notFinite() throws {
    var values = [Float](repeating: 1, count: 80)
    values[17] = .nan
    let path = folder.file("nan.h5")
    let writer = try ArrayFileWriter(path: path, kind: "activations")
    try writer.write("activations", values, shape: [20, 4])
    try writer.finish()
    try expectFailure(
      .reduce, arguments(.reduce, ["--activations": path, "--components": "2"]), path, "row 4")
    let raw: [String: String?] = ["--components": nil, "--activations": path]
    try expectFailure(.neighbors, arguments(.neighbors, raw), path, "row 4")
    try expectFailure(
      .embed, arguments(.embed, raw.merging(["--neighbor-graph": nil]) { $1 }), path, "row 4")
  }

  @Test("files that do not belong together say so")
  func mismatches() throws {
    let short = try strange("layout", [("layout", [50, 2])])
    try expectFailure(
      .grid, arguments(.grid, ["--layout": short]), short, chain.activations,
      "50 points of 2 coordinates for \(Chain.rowCount) rows; lay these activations out first")
    try expectFailure(
      .render, arguments(.render, ["--layer": "early"]), chain.cells,
      "its cells have 48 channels, the layer has 16")
    try expectFailure(
      .render, arguments(.render, ["--grid": "7"]), chain.cells, "no grid 7; it has 3, 5")
    try expectFailure(
      .render, arguments(.render, ["--grid": nil]), chain.cells, "choose one with --grid")
    try expectFailure(
      .render, arguments(.render, ["--cells": "2:900"]), "2..<900", chain.cells,
      "give a range within")
    try expectFailure(
      .grid, arguments(.grid, ["--minimum-count": "10000"]), "lower --minimum-count")
  }

  @Test("more components than channels are as many as there are")
  func manyComponents() throws {
    let path = folder.file("components.h5")
    try Program.reduce.succeed(arguments(.reduce, ["--components": "49", "--output": path]))
    let file = try ArrayFileReader(path: path, kind: "components")
    #expect(try file.shape(of: "scores") == [Chain.rowCount, 48])
  }

  @Test("components of no scores cannot be laid out, but whiten")
  func noScores() throws {
    let path = folder.file("whitening.h5")
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
    try writer.write(Provenance(program: "atlas-render", version: "1"))
    try writer.setAttribute("network", .string("n"))
    try writer.setAttribute("layer", .string("l"))
    try writer.setAttribute("grid_side", .integer(5000))
    try writer.setAttribute("cell_total", .integer(1))
    try writer.write("icons", [UInt8](repeating: 0, count: 12), shape: [1, 2, 2, 3])
    for name in ["cell", "row", "column", "count"] {
      try writer.write(name, [Int32(0)], shape: [1])
    }
    for name in ["fidelity", "dispersion"] { try writer.write(name, [Float(0)], shape: [1]) }
    try writer.finish()
    try expectFailure(
      .assemble, arguments(.assemble, ["--icons": path, "--gap": "1000"]), path, "pixels", "--gap")
  }

  // MARK: The disk

  @Test(
    "a result that cannot be written is an error before the work begins", .timeLimit(.minutes(1)),
    arguments: Program.stages)
  func unwritable(program: Program) throws {
    let file = try folder.write("a file", "")
    let path = file + "/result" + (program == .assemble ? "" : ".h5")
    var arguments = arguments(program, ["--output": path])
    // The work itself would take several minutes.
    if program == .render { arguments += ["--attempts", "100", "--steps", "100000"] }
    if program == .embed { arguments += ["--epochs", "100000"] }
    try expectFailure(program, arguments, path, "Not a directory")
    #expect(try folder.bytes("a file").isEmpty)
  }

  @Test(
    "a full disk is an error that says so, and a former result stays", arguments: Program.stages)
  func fullDisk(program: Program) throws {
    let name = program == .assemble ? "result.png" : "result.h5"
    try folder.write(name, "what was there before")
    for blocks in [0, 3] {
      try expectFailure(
        program, arguments(program), folder.file("result"), "File too large",
        maximumFileBlocks: blocks)
    }
    #expect(try folder.bytes(name) == Array("what was there before".utf8))
    #expect(!folder.content.contains { $0.hasSuffix(".partial") })
  }
}
