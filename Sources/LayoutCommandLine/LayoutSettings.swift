internal import ArgumentParser
public import Artifacts
public import CommandLine
public import Embedding
public import TSNE
public import UMAP

/// How samples are laid out: a method and its settings.
///
/// The options of both methods are always there, so that make passes one list of them; those of the
/// other method are read, checked and neither used nor recorded.
public struct LayoutSettings: StageSettings {
  @OptionGroup var choice: Settings<LayoutChoiceSettings>
  @OptionGroup(title: "UMAP") var umap: Settings<UMAPSettings>
  @OptionGroup(title: "t-SNE") var tsne: Settings<TSNESettings>

  /// Made by the argument parser.
  public init() {}

  /// All settings, a group for each method.
  public static var descriptions: [SettingGroup] {
    [
      Settings<LayoutChoiceSettings>.description(),
      Settings<UMAPSettings>.description(title: "UMAP"),
      Settings<TSNESettings>.description(title: "t-SNE"),
    ]
  }

  /// The method, the seed, and the settings of that method.
  public var record: [(name: String, value: String)] {
    choice.record + (choice.parameters.method == .umap ? umap.record : tsne.record)
  }

  /// The method with its settings.
  public var method: LayoutMethod {
    LayoutMethod(choice.parameters, umap: umap.parameters, tsne: tsne.parameters)
  }

  /// Whether a line is wanted of a method that makes planes alone.
  public var isImpossibleLine: Bool {
    choice.parameters.method == .umap && tsne.parameters.dimension == 1
  }

  /// How the layout is made, for its file: the method, its settings and the seed.
  ///
  /// They are attributes with types, from which `method(of:)` gets the same parameters back:
  /// `atlas-place` continues the very method that made a layout.
  public var fileRecord: LayoutFile.Method {
    var settings = choice.parameters.method == .umap ? umap.attributes : tsne.attributes
    settings["seed"] = choice.attributes["seed"]
    return LayoutFile.Method(name: choice.parameters.method.rawValue, settings: settings)
  }

  /// The method by which a layout was made.
  ///
  /// - Throws: `ArtifactError` if the file does not say, or says what cannot be.
  public static func method(of layout: LayoutFile) throws -> LayoutMethod {
    let record = try layout.method()
    // Both tables read the record: each finds its own method's settings, or none and keeps its
    // defaults.
    guard let name = LayoutChoice.Method(rawValue: record.name),
      var choice = Settings<LayoutChoiceSettings>.parameters(from: record.settings),
      let umap = Settings<UMAPSettings>.parameters(from: record.settings),
      let tsne = Settings<TSNESettings>.parameters(from: record.settings)
    else {
      throw ArtifactError(
        "Cannot use \(layout.path): its method and settings are not ones that there are; "
          + "make it anew with atlas-embed")
    }
    choice.method = name
    return LayoutMethod(choice, umap: umap, tsne: tsne)
  }
}

extension LayoutMethod {
  fileprivate init(_ choice: LayoutChoice, umap: UMAPParameters, tsne: TSNEParameters) {
    switch choice.method {
    case .umap: self = .umap(umap)
    case .tsne: self = .tsne(tsne)
    }
    // One option sets the seed of either method.
    seed = choice.seed
  }
}

/// Which method lays samples out, and from which seed.
struct LayoutChoice: Sendable {
  /// The methods that there are.
  enum Method: String, CaseIterable, Sendable { case tsne, umap }

  /// The cells of t-SNE's layouts hold samples that are more alike (`Documentation/choices.md`).
  var method = Method.tsne
  /// What random numbers grow from: negative samples, noise on the first positions, and the search.
  var seed: UInt64 = 0
}

/// The settings that both methods have.
enum LayoutChoiceSettings: SettingsTable {
  static var defaults: LayoutChoice { LayoutChoice() }
  static let settings = [
    Setting("method", \LayoutChoice.method, .choice, make: "METHOD", "How samples are laid out"),
    Setting("seed", \LayoutChoice.seed, .number(from: 0), make: "SEED", "Seed of random numbers"),
  ]
}

/// The settings of UMAP.
public enum UMAPSettings: SettingsTable {
  /// The settings are those of the library.
  public typealias Parameters = UMAPParameters

  /// The library's defaults.
  public static var defaults: UMAPParameters { UMAPParameters(seed: 0) }

  /// How many neighbors are looked at, which decides the search for them as well: `atlas-neighbors`
  /// has the same setting.
  public static let neighbors = Setting(
    "neighbors", \Parameters.neighborCount, .number(in: 2...10_000), make: "NEIGHBORS",
    "UMAP's neighborhood size, n_neighbors of umap-learn")

  /// All settings.
  public static let settings = [
    neighbors,
    Setting(
      "min-dist", \Parameters.minimumDistance, .number(in: 0...100), make: "MIN_DIST",
      "Least distance between similar samples in the layout"),
    Setting(
      "spread", \Parameters.spread, .number(above: 0, to: 100),
      "Distance over which similarity in the layout decays"),
    Setting(
      "epochs", \Parameters.epochCount, .number(in: 0...100_000, or: "0"), make: "EPOCHS",
      "Epochs; 0 stands for 500 below 10,000 samples, 200 below 50,000, else 130"),
    Setting(
      "negative-samples", \Parameters.negativeSampleCount, .number(in: 1...100),
      "Negative samples per positive edge"),
    Setting(
      "repulsion", \Parameters.repulsion, .number(in: 0...1000), "Strength of repulsive forces"),
    Setting(
      "set-op-mix", \Parameters.setOperationMix, .number(in: 0...1),
      "From 1, fuzzy union of neighborhoods, to 0, fuzzy intersection"),
    Setting(
      "local-connectivity", \Parameters.localConnectivity, .number(in: 0...10_000),
      "Neighbors that are assumed to be fully connected"),
  ]

  /// What is wrong with distances and neighbors together.
  public static func conflict(in parameters: UMAPParameters) -> String? {
    // As umap-learn demands; `fitCurve` has it as a precondition.
    if parameters.minimumDistance > parameters.spread {
      return "--min-dist must be from 0 to --spread, got \(parameters.minimumDistance.settingText)."
    }
    // The distance to the neighbor of that rank is taken, and there are no more ranks.
    if parameters.localConnectivity > Float(parameters.neighborCount) {
      return "--local-connectivity must be from 0 to --neighbors, got "
        + "\(parameters.localConnectivity.settingText)."
    }
    return nil
  }
}

/// The settings of t-SNE.
public enum TSNESettings: SettingsTable {
  /// The settings are those of the library.
  public typealias Parameters = TSNEParameters

  /// The library's defaults.
  public static var defaults: TSNEParameters { TSNEParameters(seed: 0) }

  /// How many neighbors count, which decides the search for them as well.
  public static let perplexity = Setting(
    "perplexity", \Parameters.perplexity, .number(in: 1...3000), make: "PERPLEXITY",
    "t-SNE's effective number of neighbors; three times as many are used")

  /// All settings.
  public static let settings = [
    perplexity,
    Setting(
      "dimensions", \Parameters.dimension, .number(in: 1...2),
      "2 for a plane; 1 for a line, over which there is no grid and no atlas"),
    Setting(
      "early-exaggeration", \Parameters.earlyExaggeration, .number(in: 1...1000),
      "Factor on attractive forces in the early phase"),
    Setting(
      "early-iterations", \Parameters.earlyIterationCount, .number(in: 0...100_000),
      "Iterations of the early phase"),
    Setting(
      "exaggeration", \Parameters.exaggeration, .number(in: 1...1000), make: "EXAGGERATION",
      "Factor on attractive forces afterwards; above 1 makes clusters denser and farther apart"),
    Setting(
      "iterations", \Parameters.iterationCount, .number(in: 0...100_000),
      "Iterations afterwards"),
    Setting(
      "learning-rate", \Parameters.learningRate, .number(in: 0...1e9, or: "0"),
      "Learning rate; 0 stands for the number of samples over the exaggeration"),
    Setting("momentum", \Parameters.momentum, .number(from: 0, below: 1), "Momentum"),
    Setting(
      "degrees-of-freedom", \Parameters.degreesOfFreedom, .number(in: 0.1...100),
      "Degrees of freedom of the kernel in the layout; below 1, clusters split into finer ones"),
  ]
}
