import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import LayoutCommandLine
import LinearAlgebra
import Matrices
import Neighbors
import ParallelLoops

@main struct AtlasNeighbors: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-neighbors",
    abstract: "Find the nearest neighbours of every row.",
    discussion: """
      Up to 20,000 rows every row is compared with every other. With more rows, or unless --recall is 1, \
      rows are put into lists of like ones, and a row meets those of the nearest lists: as many as \
      hold the wanted share of its true neighbours, which is measured on 256 rows. The result is the \
      same for a seed on any number of threads, and serves every layout of these rows.

      Example:
        atlas-neighbors --activations activations.h5 --neighbors 90 --output neighbors.h5
      """, version: projectVersion)

  @OptionGroup var samples: SampleArguments
  @Option(help: ArgumentHelp("The result.", valueName: "file"))
  var output: String
  @Option(help: "How rows are compared: cosine or euclidean.")
  var metric: Metric = .cosine
  @Option(help: "Neighbours a row; a layout by t-SNE wants three times its perplexity.")
  var neighbors = 90
  @Option(help: "The share of the true neighbours to find; 1 compares all rows.")
  var recall = 0.95
  @Option(help: "The seed of the samples that the search takes.")
  var seed: UInt64 = 0
  @OptionGroup var memory: MemoryArguments
  @OptionGroup var common: CommonArguments

  func validate() throws {
    guard (1...10_000).contains(neighbors) else {
      throw ValidationError("--neighbors must be from 1 to 10000, got \(neighbors).")
    }
    guard recall > 0, recall <= 1 else {
      throw ValidationError("--recall must be above 0 and at most 1, got \(recall).")
    }
  }

  func perform() throws -> [String] {
    let source = try samples.open()
    guard source.sampleCount >= 2 else {
      throw StageError(
        "Cannot find neighbors in \(source.path): it has one sample; sample more positions.")
    }
    var search = SearchParameters()
    (search.recall, search.seed) = (recall, seed)
    let forecast = forecastSearch(
      rowCount: source.sampleCount, dimension: source.dimension, count: neighbors, metric: metric,
      search: search, threadCount: Parallelism.threadCount)
    try memory.admit(
      "neighbors of \(source.sampleCount) × \(source.dimension) numbers", bytes: forecast.bytes,
      seconds: forecast.operations / (0.4e9 * quickSGEMMRate()),
      remedy: "take fewer samples, or fewer components with atlas-reduce")
    let writer = try NeighborsWriter(
      path: output, subject: source.subject,
      provenance: Provenance(
        program: "atlas-neighbors",
        parameters: [
          ("metric", metric.rawValue), ("neighbors", "\(neighbors)"), ("recall", "\(recall)"),
          ("seed", "\(seed)"),
        ], inputs: [source.path]))
    let table = try findNeighbors(
      of: try source.vectors(), in: source.path, count: neighbors, metric: metric, search: search)
    try writer.finish(table.content(metric: metric), sampleCount: table.rowCount)
    if table.recall < 1 {
      Diagnostics.note("neighbors: \(decimal(100 * table.recall)) % of the true ones found")
    }
    return [output]
  }
}
