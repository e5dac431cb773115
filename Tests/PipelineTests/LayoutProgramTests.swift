import ArrayStore
import Foundation
import Matrices
import Neighbors
import TestSupport
import TestTags
import Testing

/// Neighbors and layouts of synthetic samples, by the programs.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct LayoutProgramTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func file(_ name: String) -> String { folder.file(name) }

  static let methods = [
    ["--method", "umap", "--neighbors", "12", "--epochs", "30"],
    [
      "--method", "tsne", "--perplexity", "6", "--early-iterations", "30", "--iterations", "40",
    ],
  ]

  private func made(_ rows: SyntheticSamples = SyntheticSamples(), _ name: String = "rows") throws
    -> String
  {
    try rows.write(file("\(name).h5"))
    return file("\(name).h5")
  }

  private func layout(_ name: String) throws -> Matrix {
    try ArrayFileReader(path: file(name), kind: "layout").matrix("layout")
  }

  private func embed(_ rows: String, _ name: String, _ options: [String]) throws {
    try Program.embed.succeed(
      ["--activations", rows, "--output", file(name), "--quiet"] + options)
  }

  @Test("one thread, two and a second run make the same bytes", arguments: methods)
  func threads(method: [String]) throws {
    let rows = try made()
    let parts = ["n.h5", "l.h5", "l.json", "l-classes.png", "l-density.png", "l-loss.png"]
    var bytes: [[[UInt8]]] = []
    for threads in ["1", "2", "2", "3"] {
      try Program.neighbors.succeed([
        "--activations", rows, "--neighbors", "18", "--threads", threads, "--output", file("n.h5"),
      ])
      try embed(
        rows, "l.h5", method + ["--neighbor-graph", file("n.h5"), "--threads", threads])
      bytes.append(try parts.map(folder.bytes))
    }
    for index in 1..<4 {
      for (part, name) in parts.enumerated() {
        #expect(bytes[index][part] == bytes[0][part], "\(name) of run \(index)")
      }
    }
    #expect(folder.content == (parts + ["rows.h5"]).sorted())
  }

  @Test("one graph serves layouts of other settings; another --min-dist moves the rows")
  func oneGraph() throws {
    let rows = try made()
    try Program.neighbors.succeed(["--activations", rows, "--output", file("n.h5")])
    let graph = try folder.bytes("n.h5")
    let options = ["--neighbor-graph", file("n.h5"), "--report", "none"]
    try embed(rows, "a.h5", Self.methods[0] + options)
    try embed(rows, "b.h5", Self.methods[0] + options + ["--min-dist", "0.8"])
    try embed(rows, "c.h5", Self.methods[1] + options)
    #expect(try layout("a.h5") != layout("b.h5") && layout("a.h5") != layout("c.h5"))
    #expect(try folder.bytes("n.h5") == graph)
    // Searched on the way, the neighbors are the same.
    try embed(rows, "d.h5", Self.methods[0] + ["--report", "none"])
    #expect(try layout("d.h5") == layout("a.h5"))
  }

  @Test("--report none leaves the layout alone", arguments: methods)
  func noReport(method: [String]) throws {
    let rows = try made()
    let outcome = try Program.embed.succeed(
      ["--activations", rows, "--output", file("l.h5"), "--report", "none"] + method)
    #expect(outcome.results == [file("l.h5")])
    #expect(folder.content == ["l.h5", "rows.h5"])
    let file = try ArrayFileReader(path: file("l.h5"), kind: "layout")
    #expect(try file.attribute("trustworthiness_15") == nil)
    #expect(file.contains("loss/value"))
  }

  @Test(
    "every start ends in a layout of its own",
    arguments: [["--method", "umap", "--neighbors", "12", "--epochs", "30"], methods[1]])
  func starts(method: [String]) throws {
    let rows = try made()
    let layouts = try ["pca", "spectral", "random", "sample"].map { start in
      try embed(
        rows, "\(start).h5",
        method + ["--start", start, "--start-samples", "150", "--report", "none"])
      return try layout("\(start).h5")
    }
    for layout in layouts {
      #expect(layout.rowCount == 400 && layout.elements.allSatisfy { abs($0) < 1000 })
      // Rows lie among those of their cluster.
      let nearest = try nearestNeighbors(of: layout, count: 1, metric: .euclidean)
      let count = SyntheticSamples.clusterCount
      let same = (0..<400).count { Int(nearest.indices[$0]) % count == $0 % count }
      #expect(same > 360)
    }
    for index in 1..<4 { #expect(layouts[index] != layouts[0]) }
  }

  @Test("on a line", arguments: ["pca", "spectral", "random", "sample"])
  func line(start: String) throws {
    let rows = try made()
    try embed(
      rows, "line.h5",
      Self.methods[1] + ["--dimensions", "1", "--start", start, "--start-samples", "150"])
    let layout = try layout("line.h5")
    #expect(layout.rowCount == 400 && layout.columnCount == 1)
    #expect(layout.elements.allSatisfy { $0.isFinite } && Set(layout.elements).count > 390)
    #expect(folder.content.contains("line-density.png"))
  }

  @Test("few rows, equal rows and rows of zeros are laid out", arguments: methods)
  func degenerate(method: [String]) throws {
    let cases = [
      ("two", Matrix(rowCount: 2, columnCount: 3, elements: [1, 2, 3, 3, 2, 1])),
      ("five", SyntheticSamples(count: 5).matrix),
      ("equal", Matrix(rowCount: 150, columnCount: 4, repeating: 1)),
      ("zero", Matrix(rowCount: 150, columnCount: 4)),
      ("huge", Matrix(rowCount: 3, columnCount: 2, elements: [3e38, 0, -3e38, 1, 0, 3e38])),
    ]
    for (name, matrix) in cases {
      try SyntheticSamples(images: nil).write(file("\(name).h5"), rows: matrix)
      try Program.neighbors.succeed([
        "--activations", file("\(name).h5"), "--output", file("n.h5"), "--quiet",
      ])
      let graph = try ArrayFileReader(path: file("n.h5"), kind: "neighbors")
      let count = min(90, matrix.rowCount - 1)
      #expect(try graph.shape(of: "neighbors") == [matrix.rowCount, count])
      for start in ["pca", "spectral", "random", "sample"] {
        try embed(
          file("\(name).h5"), "l.h5",
          method + ["--neighbor-graph", file("n.h5"), "--start", start])
        let layout = try layout("l.h5")
        #expect(layout.rowCount == matrix.rowCount)
        #expect(layout.elements.allSatisfy { abs($0) < 1e4 }, "\(name) from \(start)")
        let places = Set((0..<layout.rowCount).map { Array(layout[row: $0]) })
        #expect(places.count > layout.rowCount * 9 / 10, "\(name) from \(start)")
      }
    }
  }

  @Test("no step, or one, is a layout with its report")
  func fewSteps() throws {
    let rows = try made()
    try embed(
      rows, "none.h5", ["--method", "tsne", "--early-iterations", "0", "--iterations", "0"])
    try embed(rows, "one.h5", ["--method", "umap", "--epochs", "1"])
    for name in ["none", "one"] {
      #expect(try layout("\(name).h5").elements.allSatisfy { $0.isFinite })
      #expect(folder.content.contains("\(name)-loss.png"))
    }
  }

  @Test("--align-to keeps rows near their partners", arguments: methods)
  func align(method: [String]) throws {
    let (first, second) = (try made(), try made(SyntheticSamples(view: 1), "view"))
    let quiet = method + ["--report", "none"]
    try embed(first, "first.h5", quiet)
    try embed(second, "free.h5", quiet)
    try embed(second, "aligned.h5", quiet + ["--align-to", file("first.h5")])
    let standard = try layout("first.h5")
    let distance = { (name: String) in
      let other = try layout(name)
      let distances = (0..<400).map { row in
        hypot(standard[row, 0] - other[row, 0], standard[row, 1] - other[row, 1])
      }
      return distances.reduce(0, +) / 400
    }
    #expect(try distance("aligned.h5") < 0.4 * distance("free.h5"))
    let provenance = try ArrayFileReader(path: file("aligned.h5"), kind: "layout").provenance
    #expect(provenance?.inputs.map(\.name) == ["view.h5", "first.h5"])
    #expect(provenance?.command.contains("--alignment=0.1") == true)
  }

  @Test("rows without a partner are free, and counted")
  func somePartners() throws {
    let rows = try made()
    let fewer = try made(SyntheticSamples(count: 200), "fewer")
    try embed(fewer, "first.h5", Self.methods[0] + ["--report", "none"])
    let outcome = try Program.embed.succeed(
      ["--activations", rows, "--output", file("l.h5"), "--align-to", file("first.h5")]
        + Self.methods[0])
    #expect(outcome.says("warning: 200 samples have no partner in \(file("first.h5"))"))
    #expect(try layout("l.h5").elements.allSatisfy { abs($0) < 1000 })
  }
}
