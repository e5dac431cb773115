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
    abstract: "Find the nearest neighbors of every sample.",
    usage: "atlas-neighbors --components <file> --output <file> [<options>]",
    discussion: """
      Up to 20,000 samples, every sample is compared with every other. Above that, unless --recall is \
      1, an inverted-file (IVF) index is searched; enough of its lists are probed to reach --recall, \
      estimated on 256 samples. The result is the same for a seed on any number of threads, and serves \
      every layout of these samples.

      Example:
        atlas-neighbors --components components.h5 --output neighbors.h5
      """, version: projectVersion)

  @OptionGroup var samples: SampleArguments
  @Option(help: ArgumentHelp("The result.", valueName: "file"), completion: .file())
  var output: String
  @OptionGroup var settings: NeighborSettings
  @OptionGroup var shards: ShardArguments
  @OptionGroup var common: CommonArguments

  typealias AllSettings = NeighborSettings

  var inputs: [String] { samples.files }
  var outputs: [String] { shards.outputs(output) }

  func perform() throws -> [String] {
    let source = try samples.open()
    guard source.sampleCount >= 2 else {
      throw StageError(
        "Cannot find neighbors in \(source.path): it has one sample; sample more positions.")
    }
    // What would not fit or could not be written is found before the vectors are read.
    let (quest, count) = (settings.table.parameters, settings.count)
    let forecast = forecastSearch(
      rowCount: source.sampleCount, dimension: source.dimension, count: count,
      metric: quest.metric, search: quest.search, threadCount: Parallelism.threadCount)
    try settings.memory.admit(
      "neighbors of \(source.sampleCount) × \(source.dimension) numbers", bytes: forecast.bytes,
      seconds: forecast.operations / (0.4e9 * quickSGEMMRate()),
      remedy: "take fewer samples, or fewer components with atlas-reduce")
    let run = NeighborRun(
      source: source, quest: quest, count: count, output: output,
      provenance: try Provenance(
        program: "atlas-neighbors", parameters: settings.record, inputs: [source.path]))
    return try shards.perform(run) { shardCount in
      if let shardCount { try run.merge(shardCount) } else { try run.run() }
    }
  }
}
