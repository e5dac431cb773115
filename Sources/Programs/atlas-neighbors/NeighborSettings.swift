import ArgumentParser
import CommandLine
import Embedding
import LayoutCommandLine
import Neighbors
import TSNE
import UMAP

/// How neighbors are found, and the layouts that will want them.
struct NeighborQuest: Sendable {
  var metric = Metric.cosine
  var umap = UMAPSettings.defaults
  var tsne = TSNESettings.defaults
  var search: SearchParameters = {
    var search = SearchParameters()
    search.recall = 0.95
    return search
  }()
}

/// The table of settings of `atlas-neighbors`.
enum NeighborTableSettings: SettingsTable {
  static var defaults: NeighborQuest { NeighborQuest() }
  static let settings = [
    Setting(
      "metric", \NeighborQuest.metric, .choice, make: "METRIC", "How samples are compared"),
    UMAPSettings.neighbors.within(\.umap), TSNESettings.perplexity.within(\.tsne),
    Setting(
      "recall", \NeighborQuest.search.recall, .number(above: 0, to: 1), make: "RECALL",
      "Fraction of the true neighbors to find; 1 compares all samples"),
    Setting(
      "seed", \NeighborQuest.search.seed, .number(from: 0), make: "SEED",
      "Seed of random numbers"),
  ]
}

/// The settings of `atlas-neighbors`.
struct NeighborSettings: StageSettings {
  @OptionGroup var table: Settings<NeighborTableSettings>
  @OptionGroup var memory: MemoryArguments

  static var descriptions: [SettingGroup] {
    Settings<NeighborTableSettings>.descriptions + Settings<MemorySettings>.descriptions
  }

  /// How many neighbors are found: as many as either method wants, so that one search serves
  /// layouts of both; if the wish of one alone is given, as many as that.
  var count: Int {
    let (umap, tsne) = (
      table.parameters.umap.neighborCount, table.parameters.tsne.neighborCount
    )
    return switch (table.isGiven("neighbors"), table.isGiven("perplexity")) {
    case (true, false): umap
    case (false, true): tsne
    default: max(umap, tsne)
    }
  }

  var record: [(name: String, value: String)] {
    table.record.compactMap { name, value in
      switch name {
      // What decides the file is how many are found, not by which of the two options.
      case "neighbors": (name, "\(count)")
      case "perplexity": nil
      default: (name, value)
      }
    }
  }
}
