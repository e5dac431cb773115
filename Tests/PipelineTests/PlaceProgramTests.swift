import ArrayStore
import Foundation
import Matrices
import TestSupport
import TestTags
import Testing

/// New rows on a finished layout, by the programs.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct PlaceProgramTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func layout(_ path: String) throws -> Matrix {
    try ArrayFileReader(path: path, kind: "layout").matrix("layout")
  }

  @Test(
    "rows that are in the layout come to lie near themselves",
    arguments: [
      ["--method", "umap", "--neighbors", "12", "--epochs", "200"],
      ["--method", "tsne", "--perplexity", "6"],
      ["--method", "tsne", "--perplexity", "6", "--dimensions", "1"],
    ])
  func again(method: [String]) throws {
    let (rows, finished) = (folder.file("rows.h5"), folder.file("layout.h5"))
    let new = folder.file("new.h5")
    try SyntheticSamples().write(rows)
    try Program.embed.succeed(
      ["--activations", rows, "--output", finished, "--quiet", "--report", "none"] + method)
    let old = try layout(finished)
    try SyntheticSamples(count: 90).write(new)
    let outcome = try Program.place.succeed([
      "--layout", finished, "--activations", rows, "--new", new, "--output",
      folder.file("placed.h5"),
    ])
    #expect(outcome.results == [folder.file("placed.h5")])
    #expect(outcome.says("place: 90 samples on a layout of 400"))
    let placed = try layout(folder.file("placed.h5"))
    #expect(placed.rowCount == 90 && placed.columnCount == old.columnCount)
    let extents = (0..<old.columnCount).map { axis in
      let values = (0..<400).map { old[$0, axis] }
      return (values.max() ?? 0) - (values.min() ?? 0)
    }
    // On a line a cluster is not connected, so that neighbors may be far apart.
    let near = (0..<90).count { row in
      extents.indices.allSatisfy { abs(placed[row, $0] - old[row, $0]) < 0.1 * extents[$0] }
    }
    #expect(near >= (old.columnCount == 2 ? 86 : 76))

    // The first ten by themselves, on one thread, go where they went.
    let few = folder.file("few.h5")
    try SyntheticSamples(count: 10).write(few)
    try Program.place.succeed([
      "--layout", finished, "--activations", rows, "--new", few, "--output",
      folder.file("ten.h5"), "--threads", "1",
    ])
    #expect(
      try layout(folder.file("ten.h5")).elements
        == Array(placed.elements.prefix(10 * placed.columnCount)))
  }

  @Test("activations are projected to the components that were laid out")
  func components() throws {
    let chain = try Chain.finished()
    let (first, second) = (folder.file("a.h5"), folder.file("b.h5"))
    for (path, threads) in [(first, "1"), (second, "2")] {
      try Program.place.succeed(
        chain.arguments(of: .place, ["--output": path, "--threads": threads])
          .dropLast(3) + ["--quiet"])
    }
    #expect(try folder.bytes("a.h5") == folder.bytes("b.h5"))
    let (placed, old) = (try layout(first), try layout(chain.layout))
    #expect(placed.rowCount == Chain.sampleCount)
    let extent = old.elements.map(abs).max() ?? 0
    let near = (0..<Chain.sampleCount).count { row in
      hypot(placed[row, 0] - old[row, 0], placed[row, 1] - old[row, 1]) < 0.2 * extent
    }
    #expect(Double(near) > 0.9 * Double(Chain.sampleCount))
    // What is placed is a layout: it can be binned.
    try Program.grid.succeed(
      chain.arguments(of: .grid, ["--layout": first, "--output": folder.file("cells.h5")]))
    let provenance = try ArrayFileReader(path: first, kind: "layout").provenance
    #expect(
      provenance?.inputs.map(\.name) == ["layout.h5", "components.h5", "activations.h5"])
  }
}
