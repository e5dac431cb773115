import ArrayStore
import Artifacts
import Foundation
import Images
import Matrices
import Mosaics
import TestSupport
import TestTags
import Testing

/// Posters, by the program.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct PosterProgramTests {
  let chain: Chain
  let folder: TemporaryFolder

  init() throws {
    chain = try .finished()
    folder = try TemporaryFolder()
  }

  private static let names = [
    "albatross", "tench, or \u{202E}\nnot", String(repeating: "w", count: 90),
  ]

  /// Writes attribution of the chain's cells: class `cell % 3` has the largest effect, and is sure of
  /// every second cell.
  private func attribution(
    side: Int = 5, sha256: String? = nil, shift: Int32 = 0, in name: String = "attribution.h5"
  ) throws -> String {
    let path = folder.file(name)
    let cells = try CellsFile(path: chain.cells)
    let level = try cells.level(side: side)
    let count = level.row.count
    let rows = try GrowingRows(for: path, columnCount: 3, of: .float16, keeping: 0)
    try rows.append([Float16](repeating: 0, count: 3))
    try rows.synchronize()
    let digest = try sha256 ?? ArrayStore.sha256(ofFile: chain.cells)
    let writer = try AttributionWriter(
      path: path, subject: cells.subject,
      provenance: Provenance(
        program: "atlas-attribute", version: "1", inputs: [("cells.h5", digest)]),
      rows: rows, samples: [0], isOfAll: false, classes: ([7, 8, 9], Self.names),
      logits: ("logits", 10))
    func matrix(_ value: (Int, Int) -> Float) -> Matrix {
      Matrix(
        rowCount: count, columnCount: 3,
        elements: (0..<count).flatMap { cell in (0..<3).map { value(cell, $0) } })
    }
    try writer.write(
      AttributionFile.Level(
        side: side, row: level.row, column: level.column.map { ($0 + shift) % Int32(side) },
        sampleCount: [Int32](repeating: 4, count: count),
        imageCount: [Int32](repeating: 2, count: count),
        mean: matrix { cell, index in index == cell % 3 ? 2 : Float(index) - 1 },
        standardError: matrix { cell, _ in cell % 2 == 0 ? 0.5 : 3 },
        agreement: matrix { _, _ in 0.75 }))
    try writer.finish()
    return path
  }

  private func arguments(_ changes: [String: String?] = [:]) throws -> [String] {
    let attribution = try changes["--attribution"] ?? attribution()
    let options = [
      "--attribution": attribution, "--cells-file": chain.cells, "--layout": chain.layout,
      "--activations": chain.activations, "--output": folder.file("poster"),
    ].merging(changes) { $1 }
    return chain.arguments(of: .assemble, options) + ["--labels"]
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: folder.file(name))))
  }

  @Test("a poster is an image, a page with letters, and a description of every cell's classes")
  func content() throws {
    let outcome = try Program.assemble.succeed(arguments())
    #expect(outcome.results == ["png", "pdf", "json"].map { folder.file("poster." + $0) })
    let manifest = try AtlasManifest(json: bytes("poster.json"))
    let image = try ImageReader.decode(bytes("poster.png"), name: "poster.png")
    #expect(manifest.cells.count == (try CellsFile(path: chain.cells).level(side: 5).row.count))
    for (index, cell) in manifest.cells.enumerated() {
      let classes = try #require(cell.classes)
      #expect(classes.for.first?.name == Self.names[index % 3])
      #expect(classes.for.first?.index == 7 + index % 3)
      #expect(classes.for.first?.isClear == (index % 2 == 0))
      #expect(classes.for.allSatisfy { $0.mean > 0 } && classes.against.allSatisfy { $0.mean < 0 })
      #expect(classes.samples == 4 && classes.images == 2)
      #expect(cell.x + manifest.iconSidePixels <= image.width)
      #expect(cell.y + manifest.iconSidePixels <= image.height)
    }
    let facts = try #require(manifest.facts)
    #expect(facts.samples == Chain.sampleCount && facts.images == 12 && facts.classes == 3)
    #expect(facts.failedImages == 0 && facts.cellsWithoutIcon == 0 && facts.minimumCount == 4)
    let shown = manifest.cells.reduce(0) { $0 + $1.count }
    let (clipped, sparse) = (
      try #require(facts.clippedSamples), try #require(facts.samplesInSparseCells)
    )
    #expect(shown + clipped + sparse == Chain.sampleCount)
    #expect(facts.emptyPlaces == 25 - manifest.cells.count)
    #expect(
      try facts.trustworthiness == LayoutFile(path: chain.layout).measure("trustworthiness_15"))
    // Every file that it was made of is known by its digest.
    let made = try #require(manifest.made)
    for path in [
      chain.file("icons.h5"), folder.file("attribution.h5"), chain.cells, chain.layout,
      chain.activations,
    ] {
      let name = (path as NSString).lastPathComponent
      #expect(try made.inputs[name] == sha256(ofFile: path))
    }
    #expect(made.parameters["labels"] == "true" && made.inputs.count == 5)
  }

  @Test("the page has the names as text")
  func text() throws {
    try Program.assemble.succeed(arguments())
    let bytes = try bytes("poster.pdf")
    #expect(bytes.starts(with: Array("%PDF".utf8)))
    // Streams are compressed; Python has what it takes.
    let script = """
      import re, sys, zlib
      data = open(sys.argv[1], "rb").read()
      with open(sys.argv[1] + ".txt", "wb") as text:
          for stream in re.findall(rb"stream\\r?\\n(.*?)\\r?\\nendstream", data, re.S):
              try: content = zlib.decompress(stream)
              except zlib.error: continue
              if b"Tj" in content: text.write(content)
      """
    let outcome = try Running(
      "/usr/bin/env", ["python3", "-c", script, folder.file("poster.pdf")]
    ).outcome()
    guard outcome.status == 0 else {
      print("skipped: the text of a page needs python3")
      return
    }
    let content = String(decoding: try self.bytes("poster.pdf.txt"), as: UTF8.self)
    #expect(content.contains("albatross") && content.contains("mixed of "))
    #expect(content.contains("Left out: "))
    // Signs that turn text around are written as such.
    #expect(content.contains("u{202E}"))
  }

  @Test("the same poster has the same bytes, on any number of threads")
  func sameBytes() throws {
    try Program.assemble.succeed(arguments())
    let others = try arguments(["--output": folder.file("again"), "--threads": "1"])
    try Program.assemble.succeed(others)
    for ending in ["png", "pdf", "json"] {
      #expect(try bytes("poster.\(ending)") == bytes("again.\(ending)"))
    }
  }

  @Test("with attribution alone, nothing is said of the rest")
  func less() throws {
    try Program.assemble.succeed(
      arguments(["--cells-file": nil, "--layout": nil, "--activations": nil, "--report": nil]))
    let manifest = try AtlasManifest(json: bytes("poster.json"))
    #expect(manifest.facts?.samples == nil && manifest.facts?.trustworthiness == nil)
    #expect(manifest.made?.inputs.count == 2)
    #expect(manifest.cells.allSatisfy { $0.classes != nil && $0.doubts == nil })
  }

  @Test("files that are not there or not of these cells are refused in a line, and nothing is left")
  func refusals() throws {
    func refused(_ changes: [String: String?], _ words: String...) throws {
      let outcome = try Program.assemble.run(arguments(changes))
      #expect(outcome.status == 1 && outcome.errors.count == 1, "\(outcome)")
      for word in words { #expect(outcome.says(word), "\(outcome.messages)") }
      #expect(!folder.content.contains { $0.hasPrefix("poster") })
    }
    for option in ["--attribution", "--cells-file", "--layout", "--activations"] {
      let missing = folder.file("no.h5")
      try refused([option: missing], missing)
      // A file of another kind.
      try refused([option: chain.components], chain.components)
    }
    try refused(
      ["--attribution": attribution(side: 3, in: "three.h5")], "three.h5", "grids 3, and not 5")
    try refused(
      ["--attribution": attribution(shift: 1, in: "shifted.h5")], "shifted.h5",
      "not those of the icons"
    )
    try refused(
      ["--attribution": attribution(sha256: "12", in: "other.h5")], "other.h5", "other cells")
    try refused(["--layout": otherLayout()], "layout.h5", "another file")
  }

  /// A layout of the same samples by another seed.
  private func otherLayout() throws -> String {
    let path = folder.file("other-layout.h5")
    try Program.embed.succeed(
      chain.arguments(of: .embed, ["--seed": "1", "--report": "none", "--output": path]))
    return path
  }

  @Test("a contrast's ends are named, whatever they are called")
  func contrast() throws {
    // The cells do not say which layout they are of where they are not given.
    let path = folder.file("contrast.h5")
    let source = try LayoutFile(path: chain.layout)
    let writer = try LayoutWriter(
      path: path, subject: source.subject,
      provenance: Provenance(program: "atlas-embed", version: "1"), origins: source.origins())
    try writer.write(positions: source.positions())
    try writer.write(
      LayoutFile.Contrast(left: "a\n\u{202E}", right: String(repeating: "b", count: 500), scale: 1))
    try writer.finish()
    try Program.assemble.succeed(arguments(["--cells-file": nil, "--layout": path]))
    let facts = try AtlasManifest(json: bytes("poster.json")).facts
    #expect(facts?.leftClass == "a\n\u{202E}" && facts?.rightClass?.count == 500)
  }
}
