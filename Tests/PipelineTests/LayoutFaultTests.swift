import ArrayStore
import Artifacts
import Foundation
import Matrices
import TestSupport
import TestTags
import Testing

/// Neighbours, layouts and rows that do not belong together, or are damaged: one line, and nothing
/// made.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct LayoutFaultTests {
  let folder: TemporaryFolder
  /// 200 rows, their neighbors and their layout.
  let rows: String
  let graph: String
  let layout: String

  static let few = [
    "--method", "umap", "--neighbors", "10", "--epochs", "5", "--report", "none",
  ]

  init() throws {
    folder = try TemporaryFolder()
    (rows, graph) = (folder.file("rows.h5"), folder.file("neighbors.h5"))
    layout = folder.file("layout.h5")
    try SyntheticSamples(count: 200).write(rows)
    try Program.neighbors.succeed([
      "--activations", rows, "--neighbors", "12", "--output", graph, "--quiet",
    ])
    try Program.embed.succeed(
      ["--activations", rows, "--neighbor-graph", graph, "--output", layout, "--quiet"] + Self.few)
  }

  private func expectFailure(
    _ program: Program, _ arguments: [String], _ words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    // A folder for the result may be made, and stays.
    let before = folder.content.filter { $0 != "new" }
    let outcome = try program.run(
      arguments + ["--quiet", "--output", folder.file("new/result.h5")])
    #expect(outcome.status == 1, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.messages.count == 1, "\(outcome)", sourceLocation: sourceLocation)
    let line = outcome.errors.first ?? ""
    for word in words {
      #expect(line.contains(word), "\(line)", sourceLocation: sourceLocation)
    }
    #expect(outcome.results.isEmpty, sourceLocation: sourceLocation)
    #expect(
      folder.content.filter { $0 != "new" } == before, sourceLocation: sourceLocation)
  }

  private func embed(_ rows: String, _ options: String...) -> [String] {
    ["--activations", rows] + Self.few + options
  }

  @Test("a graph of other rows, with the same number of them or another")
  func otherRows() throws {
    for (name, other) in [
      ("a", SyntheticSamples(count: 200, seed: 2)), ("b", SyntheticSamples(count: 90)),
    ] {
      let path = folder.file("\(name).h5")
      try other.write(path)
      try expectFailure(
        .embed, embed(path, "--neighbor-graph", graph), graph, path,
        "it holds the neighbors of other samples; run atlas-neighbors on these")
    }
  }

  @Test("a graph of too few neighbors names the number that is needed")
  func tooFewNeighbors() throws {
    try expectFailure(
      .embed, ["--activations", rows, "--neighbor-graph", graph, "--method", "umap"], graph,
      "it has 12 neighbors per sample, 50 are needed; run atlas-neighbors with --neighbors 50")
    try expectFailure(
      .embed,
      [
        "--activations", rows, "--neighbor-graph", graph, "--method", "tsne", "--perplexity", "9.5",
      ],
      graph, "--neighbors 29")
  }

  @Test("one row, no row, and rows that are not finite", arguments: [Program.neighbors, .embed])
  func badRows(program: Program) throws {
    let made = SyntheticSamples(count: 60)
    for (name, value) in [("nan", Float.nan), ("inf", -.infinity)] {
      var matrix = made.matrix
      matrix[17, 3] = value
      let path = folder.file("\(name).h5")
      try made.write(path, rows: matrix)
      for start in program == .embed ? ["pca", "random", "sample"] : [""] {
        try expectFailure(
          program, ["--activations", path] + (start.isEmpty ? [] : ["--start", start]), path,
          "sample 17", "NaN")
      }
    }
    let path = folder.file("one.h5")
    try SyntheticSamples(count: 1).write(path)
    try expectFailure(
      program, ["--activations", path], path, "one sample", "sample more positions")
  }

  /// Writes a graph that says it is of these rows.
  private func damaged(
    _ name: String, neighbors: [Int32], distances: [Float], count: Int, metric: String? = "cosine",
    distanceShape: [Int]? = nil
  ) throws -> String {
    let path = folder.file("\(name).h5")
    let writer = try ArrayFileWriter(path: path, kind: "neighbors")
    try writer.write(
      Provenance(
        program: "atlas-neighbors", version: "0",
        inputs: [(name: "rows.h5", sha256: sha256(ofFile: rows))]))
    try writer.write("neighbors", neighbors, shape: [200, count])
    try writer.write("distances", distances, shape: distanceShape ?? [200, count])
    if let metric { try writer.setAttribute("metric", .string(metric)) }
    try writer.finish()
    return path
  }

  @Test("a damaged graph")
  func damagedGraph() throws {
    let file = try ArrayFileReader(path: graph, kind: "neighbors")
    let (neighbors, distances) = (try file.int32s("neighbors"), try file.floats("distances"))
    for value in [200, -1, Int32.max, .min] {
      var changed = neighbors
      changed[777] = value
      let path = try damaged("index", neighbors: changed, distances: distances, count: 12)
      try expectFailure(
        .embed, embed(rows, "--neighbor-graph", path), path, "not samples; make it anew")
    }
    for value in [Float.nan, .infinity, -1] {
      var changed = distances
      changed[777] = value
      let path = try damaged("distance", neighbors: neighbors, distances: changed, count: 12)
      try expectFailure(.embed, embed(rows, "--neighbor-graph", path), path, "not all finite")
    }
    for metric in ["miles", nil] {
      let path = try damaged(
        "metric", neighbors: neighbors, distances: distances, count: 12, metric: metric)
      try expectFailure(.embed, embed(rows, "--neighbor-graph", path), path, "make it anew")
    }
    let path = try damaged(
      "shape", neighbors: neighbors, distances: distances, count: 12, distanceShape: [100, 24])
    try expectFailure(
      .embed, embed(rows, "--neighbor-graph", path), path, "distances has the shape 100 × 24",
      "n × k is expected with n = 200")
  }

  @Test("a graph of rows that are their own neighbors, twice, in no order, ends in a layout")
  func strangeGraph() throws {
    let places = 0..<2400
    let tables: [(String, [Int32])] = [
      ("own", places.map { Int32($0 / 12) }), ("same", places.map { _ in 3 }),
      ("ring", places.map { place in Int32((place / 12 + place % 12) % 200) }),
    ]
    let falling: [Float] = places.map { place in Float(12 - place % 12) }
    let lengths: [[Float]] = [falling, places.map { _ in 0 }, places.map { _ in 3e38 }]
    for (name, neighbors) in tables {
      for distances in lengths {
        let path = try damaged(name, neighbors: neighbors, distances: distances, count: 12)
        for method in [[], ["--method", "tsne", "--perplexity", "4", "--iterations", "10"]] {
          for start in ["pca", "spectral"] {
            try Program.embed.succeed(
              embed(rows, "--neighbor-graph", path) + method
                + ["--start", start, "--output", folder.file("strange.h5"), "--quiet"])
            let layout = try ArrayFileReader(path: folder.file("strange.h5"), kind: "layout")
              .matrix("layout")
            #expect(layout.elements.allSatisfy { $0.isFinite }, "\(name) \(method) \(start)")
          }
        }
      }
    }
  }

  @Test("too low a --memory-limit: nothing begins", arguments: [Program.neighbors, .embed])
  func memoryLimit(program: Program) throws {
    for limit in ["1M", "0.5KiB", "7"] {
      try expectFailure(
        program, ["--activations", rows, "--memory-limit", limit], "Cannot begin",
        "200 × 8 numbers may take", "--memory-limit is", "take fewer samples")
    }
    let enough = folder.file("enough.h5")
    try Program.neighbors.succeed([
      "--activations", rows, "--memory-limit", "1.5GiB", "--output", enough, "--quiet",
    ])
  }

  @Test("a layout to align to that has other images, none, or another dimension")
  func align() throws {
    let other = folder.file("other.h5")
    try SyntheticSamples(count: 200, images: "other").write(other)
    try expectFailure(
      .embed, embed(other, "--align-to", layout), other, layout, "they have no image in common"
    )
    let nameless = folder.file("nameless.h5")
    try SyntheticSamples(count: 200, images: nil).write(nameless)
    try expectFailure(
      .embed, embed(nameless, "--align-to", layout), nameless, layout,
      "does not say which images")
    try expectFailure(
      .embed, embed(rows, "--align-to", layout, "--method", "tsne", "--dimensions", "1"), layout,
      "that layout has 2 dimensions, this one 1")

    // Layouts with coordinates that are not finite, or so large that their squares are not.
    for (value, words) in [(Float.nan, "not finite"), (2e12, "is not within"), (-3e38, "sample 0")]
    {
      let bad = folder.file("bad.h5")
      try writeLayout(to: bad, [Float](repeating: value, count: 400))
      try expectFailure(.embed, embed(rows, "--align-to", bad), bad, words)
    }
  }

  /// Writes coordinates as a layout of the rows.
  private func writeLayout(to path: String, _ coordinates: [Float]) throws {
    let writer = try ArrayFileWriter(path: path, kind: "layout")
    try writer.setAttribute("format", .integer(LayoutFile.schema.format))
    let source = try ArrayFileReader(path: rows, kind: "activations")
    for name in ["image", "y", "x", "images/class"] {
      let values = try source.int32s(name)
      try writer.write(name, values, shape: [values.count])
    }
    for name in ["images/name", "classes/name"] {
      try writer.write(name, try source.strings(name))
    }
    try writer.setAttribute("layer_height", .integer(7))
    try writer.setAttribute("layer_width", .integer(10))
    try writer.write("layout", coordinates, shape: [200, 2])
    try writer.finish()
  }

  @Test("a grid over any finite layout; samples far outside are counted and in no cell")
  func gridOverOutliers() throws {
    let path = folder.file("strange.h5")
    // On the points of a square grid.
    let even = (0..<200).flatMap { sample -> [Float] in
      [Float(sample % 20), Float(sample * 7 % 20)]
    }
    let cases: [(scale: Float, strays: [Int])] = [
      (1, [17]), (1, []), (1e-40, [0, 199]), (1e12, [3, 4, 5]), (1e37, [8]),
    ]
    for (scale, strays) in cases {
      var coordinates = even.map { $0 * scale }
      for (index, sample) in strays.enumerated() {
        coordinates[2 * sample + index % 2] = index == 1 ? -.greatestFiniteMagnitude : 3e38
      }
      try writeLayout(to: path, coordinates)
      let outcome = try Program.grid.succeed([
        "--activations", rows, "--layout", path, "--grid", "4", "--minimum-count", "1", "--output",
        folder.file("cells.h5"),
      ])
      let file = try ArrayFileReader(path: folder.file("cells.h5"), kind: "cells")
      #expect(try file.attribute("clipped_samples") == .integer(strays.count))
      let cells = try file.int32s("4/cell_of_sample")
      #expect(cells.indices.filter { cells[$0] < 0 } == strays)
      #expect(outcome.says("beyond its borders") == !strays.isEmpty)
    }
  }

  @Test("new rows of another width, and layouts of other rows, cannot be placed")
  func place() throws {
    let (wide, other) = (folder.file("wide.h5"), folder.file("other.h5"))
    try SyntheticSamples(count: 30, columnCount: 9).write(wide)
    try SyntheticSamples(count: 200, seed: 2).write(other)
    try expectFailure(
      .place, ["--layout", layout, "--activations", rows, "--new", wide], wide, rows,
      "its samples have 9 channels", "have 8; extract the same layer")
    try expectFailure(
      .place, ["--layout", layout, "--activations", other, "--new", rows], layout, other,
      "it is not a layout of these samples")
    var matrix = SyntheticSamples(count: 30).matrix
    matrix[4, 4] = .nan
    try SyntheticSamples().write(wide, rows: matrix)
    try expectFailure(
      .place, ["--layout", layout, "--activations", rows, "--new", wide], wide, "sample 4")
  }
}
