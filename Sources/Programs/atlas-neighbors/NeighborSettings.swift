import ArgumentParser
import CommandLine
import Embedding
import Neighbors

/// How neighbors are found, and how many a layout of either method will want.
struct NeighborQuest: Sendable {
  var metric = Metric.cosine
  /// The neighborhood of UMAP.
  var neighborCount = UMAPParameters(seed: 0).neighborCount
  /// The perplexity of t-SNE.
  var perplexity = TSNEParameters(seed: 0).perplexity
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
    Setting(
      "neighbors", \NeighborQuest.neighborCount, .number(in: 1...10_000), make: "NEIGHBORS",
      "Neighbors per sample, as many as a layout by UMAP wants"),
    Setting(
      "perplexity", \NeighborQuest.perplexity, .number(in: 1...3000), make: "PERPLEXITY",
      "Perplexity of a layout by t-SNE, which wants three times as many neighbors"),
    Setting(
      "recall", \NeighborQuest.search.recall, .number(above: 0, to: 1), make: "RECALL",
      "Fraction of the true neighbors to find; 1 compares all samples"),
    Setting(
      "seed", \NeighborQuest.search.seed, .number(from: 0), make: "SEED",
      "Seed of the samples that the search takes"),
  ]
}

/// The settings of `atlas-neighbors`.
struct NeighborSettings: StageSettings {
  @OptionGroup var table: Settings<NeighborTableSettings>

  static var descriptions: [SettingGroup] { Settings<NeighborTableSettings>.descriptions }

  /// How many neighbors are found: as many as either method wants, so that one search serves layouts of
  /// both; if the wish of one alone is given, as many as that.
  var count: Int {
    let umap = table.parameters.neighborCount
    let tsne = TSNEParameters.neighborCount(forPerplexity: table.parameters.perplexity)
    return switch (table.isGiven("neighbors"), table.isGiven("perplexity")) {
    case (true, false): umap
    case (false, true): tsne
    default: max(umap, tsne)
    }
  }

  var record: [(name: String, value: String)] {
    table.record.compactMap { name, value in
      switch name {
      case "neighbors": (name, "\(count)")
      case "perplexity": nil
      default: (name, value)
      }
    }
  }
}
