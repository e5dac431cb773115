import Foundation
import TestSupport
import TestTags
import Testing

/// What the programs say they may take at most, against what they take.
@Suite(.tags(.slow), .leftOutOfQuickTests, .serialized) struct MemoryForecastTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The amount in a line like `forecast: …, at most 98.6 MiB, about 1 s`, in bytes.
  private func forecast(_ outcome: Outcome) throws -> Double {
    let line = try #require(outcome.messages.first { $0.hasPrefix("forecast: ") })
    let words = try #require(line.components(separatedBy: "at most ").last).split(separator: " ")
    let unit = try #require(["MiB,": 0x1p20, "GiB,": 0x1p30][words[1]])
    return try #require(Double(words[0])) * unit
  }

  private func expectWithin(_ program: Program, _ arguments: [String]) throws {
    let running = try program.start(arguments + ["--output", folder.file("result.h5")])
    let (outcome, peak) = try running.outcomeAndPeak()
    try #require(outcome.status == 0, "\(outcome)")
    let forecast = try forecast(outcome)
    #expect(peak > 10_000_000, "the peak was not seen")
    print(
      "\(program.name) \(arguments.dropFirst(2).filter { !$0.hasPrefix("/") }): forecast",
      "\(Int(forecast / 0x1p20)) MiB, peak \(peak >> 20) MiB")
    // The forecast is printed with three digits.
    #expect(Double(peak) <= forecast * 1.005, "\(program.name) \(arguments)")
    // A bound of more than three times as much would keep work from machines that can do it.
    if peak > 150 << 20 { #expect(forecast < 3 * Double(peak)) }
  }

  static let sizes = [(30_000, 64), (20_000, 256), (300, 8)]

  @Test("neighbors take no more than forecast", arguments: sizes)
  func neighbors(rows: Int, columns: Int) throws {
    let path = folder.file("rows.h5")
    try SyntheticSamples(count: rows, columnCount: columns, images: nil).write(path)
    for options in [[], ["--metric", "euclidean"], ["--recall", "1", "--neighbors", "30"]] {
      try expectWithin(.neighbors, ["--activations", path] + options)
    }
  }

  @Test("moments and axes take no more than forecast", arguments: [(3000, 2048), (90, 3000)])
  func reduction(rows: Int, columns: Int) throws {
    let path = folder.file("rows.h5")
    try SyntheticSamples(count: rows, columnCount: columns, images: nil).write(path)
    for components in ["0", "64"] {
      try expectWithin(.reduce, ["--activations", path, "--components", components])
    }
    let outcome = try Program.reduce.run([
      "--activations", path, "--output", folder.file("none.h5"), "--memory-limit", "100M",
    ])
    #expect(outcome.status == 1 && outcome.messages.last?.contains("--memory-limit is") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.file("none.h5")))
  }

  @Test("layouts take no more than forecast, with their reports", arguments: sizes)
  func layouts(rows: Int, columns: Int) throws {
    let (path, graph) = (folder.file("rows.h5"), folder.file("neighbors.h5"))
    try SyntheticSamples(count: rows, columnCount: columns).write(path)
    try Program.neighbors.succeed(["--activations", path, "--output", graph, "--quiet"])
    let methods = [
      ["--method", "umap", "--epochs", "5"],
      ["--method", "tsne", "--early-iterations", "5", "--iterations", "5"],
    ]
    for method in methods {
      for neighbors in [[], ["--neighbor-graph", graph]] {
        try expectWithin(.embed, ["--activations", path] + method + neighbors)
      }
    }
    for start in ["spectral", "sample"] {
      try expectWithin(
        .embed,
        ["--activations", path, "--neighbor-graph", graph, "--start", start] + methods[0])
    }
  }
}
