import Evidence
import Foundation
import Images
import Mosaics
import TestSupport
import TestTags
import Testing

/// Patches of photographs for the cells of a grid, by the program.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct EvidenceProgramTests {
  let chain: Chain
  let folder: TemporaryFolder

  init() throws {
    chain = try .finished()
    folder = try TemporaryFolder()
  }

  private var output: String { folder.file("evidence") }

  private func arguments(_ changes: [String: String?] = [:]) -> [String] {
    chain.arguments(of: .evidence, changes.merging(["--output": output]) { given, _ in given })
  }

  private func manifest() throws -> EvidenceManifest {
    try EvidenceManifest(json: folder.bytes("evidence/evidence.json"))
  }

  @Test("every cell has a row of patches, each of another photograph, and what they show is said")
  func content() throws {
    let outcome = try Program.evidence.succeed(
      arguments(["--size": "32", "--cells-per-sprite": "7"]).filter { $0 != "--quiet" })
    let manifest = try manifest()
    #expect(
      outcome.says("evidence: patches of \(manifest.extent.pixels ?? 0) pixels of the input's 48"))
    #expect(manifest.network == "A small network" && manifest.layer == "mixed")
    #expect(manifest.gridSide == 5 && manifest.patchSidePixels == 32)
    #expect(manifest.extent.part == 0.9 && manifest.extent.samples == 8)
    let field = try #require(manifest.extent.fieldPixels)
    #expect((1...field).contains(try #require(manifest.extent.pixels)))
    #expect(manifest.made.inputs["cells.h5"] != nil && manifest.made.inputs["net.onnx"] != nil)
    #expect(manifest.made.parameters["size"] == "32" && manifest.made.parameters["grid"] == "5")
    #expect(manifest.unreadable.isEmpty)
    #expect(manifest.sprites.count == (manifest.cells.count + 6) / 7)
    #expect(
      outcome.results == (manifest.sprites + ["evidence.json"]).map { output + "/" + $0 })
    for (index, name) in manifest.sprites.enumerated() {
      let sprite = try ImageReader.read(output + "/" + name)
      let rows = manifest.cells.count { $0.sprite == index }
      #expect(sprite.width == 32 * manifest.patchesPerCell && sprite.height == 32 * rows)
    }
    for cell in manifest.cells {
      #expect(!cell.patches.isEmpty && cell.patches.count <= manifest.patchesPerCell)
      #expect(Set(cell.patches.map(\.image)).count == cell.patches.count)
      for patch in cell.patches {
        #expect(Workshop.names.contains(patch.image))
        // The folder's last digit is the number of the network's class.
        #expect(patch.kind == "class \(patch.image.prefix(9).suffix(1))")
        let rectangle = try #require(patch.rectangle)
        #expect(rectangle[0] < rectangle[2] && rectangle[1] < rectangle[3])
        let inside = try #require(patch.fieldInPatch)
        #expect(inside.allSatisfy { (0...32).contains($0) })
        #expect(patch.center?.count == 2 && patch.field?.count == 4)
      }
    }
  }

  @Test("the same bytes on any number of threads; nothing of a former run is left")
  func threads() throws {
    try Program.evidence.succeed(arguments(["--cells-per-sprite": "1"]))
    let many = try manifest().sprites.count
    #expect(many > 2)
    try folder.write("evidence/evidence-x.jpg", "another file")
    try Program.evidence.succeed(arguments())
    let sprites = try manifest().sprites
    #expect(
      folder.content.filter { $0.hasPrefix("evidence/") }.count == sprites.count + 2,
      "\(folder.content)")
    let alone = folder.file("alone")
    try Program.evidence.succeed(
      Array(arguments(["--output": alone]).dropLast(3)) + ["--threads", "1", "--quiet"])
    for name in sprites + ["evidence.json"] {
      #expect(try folder.bytes("alone/" + name) == folder.bytes("evidence/" + name), "\(name)")
    }
  }

  @Test("photographs that are gone give gray patches, counted and named; none at all is an error")
  func gone() throws {
    let images = folder.file("images")
    try FileManager.default.copyItem(atPath: chain.workshop.images, toPath: images)
    try FileManager.default.removeItem(atPath: images + "/n00000000/a.jpg")
    try folder.write("images/n00000001/b.JPG", "no image")
    let outcome = try Program.evidence.succeed(arguments(["--images": images]))
    #expect(outcome.says("are gray, since their photographs cannot be read; the first: Image"))
    let manifest = try manifest()
    #expect(
      Set(manifest.unreadable.map(\.image)) == ["n00000000/a.jpg", "n00000001/b.JPG"])
    let lost = Set(manifest.unreadable.map(\.image))
    for cell in manifest.cells {
      for (index, patch) in cell.patches.enumerated() {
        #expect((patch.rectangle == nil) == lost.contains(patch.image))
        guard patch.rectangle == nil else { continue }
        let sprite = try ImageReader.read(output + "/" + manifest.sprites[cell.sprite])
        let side = manifest.patchSidePixels
        let place = 3 * ((cell.y + side / 2) * sprite.width + index * side + side / 2)
        #expect(sprite.pixels[place..<place + 3].allSatisfy { abs(Int($0) - 128) < 4 })
      }
    }
    let none = try Program.evidence.run(arguments(["--images": folder.file("none")]))
    #expect(none.status == 1 && none.errors.count == 1, "\(none)")
    #expect(none.says("none of its photographs can be read") && none.says("--images"))
  }

  @Test("what does not belong together, and a result among the images, is refused")
  func refusals() throws {
    for (changes, words) in [
      (["--layer": "early"], "their layers are"), (["--grid": nil], "choose one with --grid"),
      (["--grid": "4"], "it has no grid 4"), (["--layer": "mixd"], "mixd"),
      (["--output": chain.workshop.images + "/evidence"], "choose another --output"),
      (["--cells-file": chain.layout], chain.layout),
    ] as [([String: String?], String)] {
      let outcome = try Program.evidence.run(arguments(changes))
      #expect(outcome.status == 1 && outcome.errors.count == 1, "\(outcome)")
      #expect(outcome.says(words), "\(outcome)")
      #expect(folder.content.allSatisfy { $0 == "evidence" }, "\(folder.content)")
    }
    // Cells without exemplars.
    let cells = folder.file("cells.h5")
    try Program.grid.succeed(
      chain.arguments(of: .grid, ["--output": cells, "--exemplars": "0"]))
    let empty = try Program.evidence.run(arguments(["--cells-file": cells]))
    #expect(empty.status == 1 && empty.says("its cells have no exemplars"))
  }

  @Test("a full disk is an error in one line, and no manifest tells of what is not there")
  func fullDisk() throws {
    try folder.write("evidence/evidence.json", "what was there before")
    for blocks in [0, 3] {
      let outcome = try Program.evidence.run(arguments(), maximumFileBlocks: blocks)
      #expect(outcome.status == 1 && outcome.errors.count == 1, "\(outcome)")
      #expect(outcome.says("File too large"), "\(outcome)")
      #expect(!folder.content.contains { $0.hasSuffix(".partial") || $0.hasSuffix(".json") })
    }
  }

  @Test("layers without positions have patches of the whole input")
  func vectors() throws {
    let chain = try Chain()
    for (program, changes) in [
      (.extract, ["--layer": "fc", "--positions": "1"]), (.reduce, ["--components": "0"]),
    ] as [(Program, [String: String?])] {
      try program.succeed(chain.arguments(of: program, changes))
    }
    try Program.embed.succeed(
      chain.arguments(
        of: .embed,
        [
          "--components": nil, "--neighbor-graph": nil, "--activations": chain.activations,
          "--neighbors": "4",
        ]))
    try Program.grid.succeed(
      chain.arguments(of: .grid, ["--grid": "2", "--minimum-count": "1"]))
    let outcome = try Program.evidence.succeed(
      chain.arguments(of: .evidence, ["--grid": nil, "--output": output])
        .filter { $0 != "--quiet" })
    #expect(outcome.says("whole input"))
    let manifest = try manifest()
    #expect(manifest.extent.pixels == nil && manifest.extent.part == nil)
    let patch = try #require(manifest.cells.first?.patches.first)
    // To a pixel, as edges are rounded.
    let field = try #require(patch.fieldInPatch)
    #expect(zip(field, [0, 0, 64, 64]).allSatisfy { abs($0 - $1) < 1 } && patch.rectangle != nil)
  }
}
