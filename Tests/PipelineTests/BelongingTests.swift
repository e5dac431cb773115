import ArrayStore
import Foundation
import Images
import TestSupport
import TestTags
import Testing

/// Files of other networks, layers and images, of as many channels and samples: each pair that a
/// program reads together is refused by what the files say of themselves.
extension BadInputTests {
  /// Activations like the chain's, but for some of the options of atlas-extract.
  private func extracted(_ name: String, _ changes: [String: String?]) throws -> String {
    let path = folder.file(name)
    try Program.extract.succeed(
      chain.arguments(of: .extract, changes.merging(["--output": path]) { $1 }))
    return path
  }

  /// The chain's network with other weights, under its own name and that of its card.
  private func retrained() throws -> String {
    for name in ["net.json", "labels.txt"] {
      let path = (workshop.model as NSString).deletingLastPathComponent + "/" + name
      guard let bytes = FileManager.default.contents(atPath: path) else { continue }
      try folder.write("other/" + name, bytes)
    }
    var bytes = try Data(contentsOf: URL(filePath: workshop.model))
    // In the middle of the file lie weights; one bit of one of them is another network.
    let middle = bytes.count / 2
    bytes[middle] ^= 1
    return try folder.write("other/net.onnx", bytes)
  }

  @Test("results of another network, layer or collection of images are refused in every program")
  func belonging() throws {
    // As many images of the same sizes, one with another name.
    for name in Workshop.names {
      let data = try Data(contentsOf: URL(filePath: workshop.images + "/" + name))
      try folder.write("images/" + (name.hasSuffix("d.png") ? name + ".png" : name), data)
    }
    let variants: [(String, [String: String?], String)] = [
      ("network", ["--model": try retrained()], "but their weights are not the same"),
      ("layer", ["--layer": "mixed/1x1"], "their layers are "),
      ("images", ["--images": folder.file("images")], "they are of different images"),
    ]
    for (name, changes, words) in variants {
      let other = try extracted("\(name).h5", changes)
      let (scores, cells) = (folder.file("\(name)-c.h5"), folder.file("\(name)-cells.h5"))
      let (graph, plane) = (folder.file("\(name)-n.h5"), folder.file("\(name)-l.h5"))
      func made(_ program: Program, _ changes: [String: String?]) throws {
        try program.succeed(chain.arguments(of: program, changes))
      }
      try made(.reduce, ["--activations": other, "--output": scores])
      try made(.neighbors, ["--components": scores, "--output": graph])
      try made(
        .embed,
        ["--components": scores, "--neighbor-graph": graph, "--output": plane, "--report": "none"])
      try made(.grid, ["--activations": other, "--layout": plane, "--output": cells])
      func refused(_ program: Program, _ changes: [String: String?], _ paths: String...) throws {
        try expectFailure(program, arguments(program, changes), words, paths[0], paths[1])
      }
      try refused(.grid, ["--layout": plane], plane, chain.activations)
      try refused(.grid, ["--activations": other], chain.layout, other)
      try refused(.embed, ["--neighbor-graph": graph], graph, chain.components)
      try refused(.place, ["--layout": plane], plane, chain.components)
      try refused(
        .render, ["--components": scores], scores, name == "images" ? chain.cells : workshop.model)
      if name == "images" {
        // New images are what placing is for.
        try Program.place.succeed(arguments(.place, ["--new": other]))
        continue
      }
      try refused(.place, ["--new": other], other, chain.components)
      try refused(.render, ["--cells-file": cells], cells, workshop.model)
      let icons = folder.file("\(name)-icons.h5")
      try made(
        .render,
        changes.filter { $0.key != "--images" }.merging([
          "--cells-file": cells, "--components": scores, "--output": icons, "--cells": "0:1",
        ]) { $1 })
      try expectFailure(
        .assemble,
        ["--quiet", "--icons", chain.file("icons.h5"), icons, "--output", folder.file("result")],
        words, icons)
    }
    // Layers and networks may be aligned: that is what alignment is for.
    try Program.embed.succeed(
      arguments(.embed, ["--align-to": folder.file("layer-l.h5"), "--report": "none"]))
  }

  @Test("samples at other positions of the same images are others")
  func otherPositions() throws {
    let other = try extracted("seed.h5", ["--seed": "7"])
    try expectFailure(
      .grid, arguments(.grid, ["--activations": other]), chain.layout, other,
      "it is of samples at other positions; lay these activations out first")
  }

  @Test("words out of files that a terminal would obey are escaped in errors")
  func escapes() throws {
    let path = folder.file("escape.h5")
    let writer = try ArrayFileWriter(path: path, kind: "\u{1B}[31mlayout\u{7}")
    try writer.finish()
    try expectFailure(
      .grid, arguments(.grid, ["--layout": path]), "it holds \\u{1B}[31mlayout\\u{7}, expected")
    let icons = folder.file("network.h5")
    let other = try ArrayFileWriter(path: icons, kind: "layout")
    try other.setAttribute("network", .string("\u{9B}2J\n\r"))
    try other.setAttribute("format", .integer(3))
    try other.write("layout", [Float](repeating: 0, count: 4), shape: [2, 2])
    try other.finish()
    try expectFailure(
      .grid, arguments(.grid, ["--layout": icons]), "\\u{9B}2J\\u{A}\\u{D}")
  }

  // MARK: Outputs

  @Test("a result that is an input is refused by any name, and the input stays")
  func outputIsInput() throws {
    let names = ["activations", "components", "neighbors", "layout", "cells", "icons"]
    for name in names { try folder.write("\(name).h5", try chain.folder.bytes("\(name).h5")) }
    let before = try names.map { try folder.bytes("\($0).h5") }
    func file(_ kind: String) -> String { folder.file("\(kind).h5") }
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.h5"), withDestinationPath: "activations.h5")
    try FileManager.default.linkItem(
      atPath: file("components"), toPath: folder.file("hard.h5"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("folder"), withDestinationPath: ".")
    let cases: [(Program, [String: String?])] = [
      (.reduce, ["--activations": file("activations"), "--output": file("activations")]),
      (
        .reduce,
        ["--activations": file("activations"), "--output": folder.file("./activations.h5")]
      ),
      (.reduce, ["--activations": file("activations"), "--output": folder.file("link.h5")]),
      (
        .reduce,
        ["--activations": folder.file("link.h5"), "--output": folder.file("folder/activations.h5")]
      ),
      (.neighbors, ["--components": file("components"), "--output": folder.file("hard.h5")]),
      (.embed, ["--neighbor-graph": file("neighbors"), "--output": file("neighbors")]),
      (.embed, ["--align-to": file("layout"), "--output": file("layout")]),
      (.place, ["--layout": file("layout"), "--output": file("layout")]),
      (.place, ["--new": file("activations"), "--output": file("activations")]),
      (.grid, ["--layout": file("layout"), "--output": file("layout")]),
      (.render, ["--cells-file": file("cells"), "--output": file("cells")]),
      (.render, ["--components": file("components"), "--output": file("components")]),
    ]
    for (program, changes) in cases {
      try expectFailure(
        program, chain.arguments(of: program, changes), "would be lost; choose another --output")
    }
    // Names that follow from others: the report of a layout, and the parts of an atlas.
    try folder.write("l.json", before[1])
    try expectFailure(
      .embed,
      chain.arguments(
        of: .embed, ["--components": folder.file("l.json"), "--output": folder.file("l.h5")]),
      folder.file("l.json"))
    try folder.write("a.png", before[5])
    try expectFailure(
      .assemble,
      chain.arguments(
        of: .assemble, ["--icons": folder.file("a.png"), "--output": folder.file("a")]),
      folder.file("a.png"))
    // A photograph, a network and its card.
    let images = folder.file("photos")
    try FileManager.default.copyItem(atPath: workshop.images, toPath: images)
    let photograph = images + "/" + Workshop.names[0]
    for output in [photograph, workshop.model] {
      try expectFailure(
        .extract, chain.arguments(of: .extract, ["--images": images, "--output": output]), output)
    }
    #expect(try names.map { try folder.bytes("\($0).h5") } == before)
  }
}
