public import ArgumentParser
public import ArrayStore
public import Embedding
internal import TSNE
internal import UMAP

/// How rows are laid out: the options of `atlas-embed` that `atlas-place` reads back from a layout.
public struct MethodArguments: ParsableArguments {
  @Option(help: "How rows are laid out: umap or tsne.")
  var method: MethodChoice = .umap
  @Option(help: "The seed of the layout.")
  var seed: UInt64 = 0
  @OptionGroup(title: "UMAP") var umap: UMAPArguments
  @OptionGroup(title: "t-SNE") var tsne: TSNEArguments

  /// Made by the argument parser.
  public init() {}

  /// The method with its settings.
  public var layoutMethod: LayoutMethod {
    switch method {
    case .umap: .umap(umap.parameters(seed: seed))
    case .tsne: .tsne(tsne.parameters(seed: seed))
    }
  }

  /// The options that decide the layout, for its provenance.
  public var description: [(name: String, value: String)] {
    [("method", method.rawValue), ("seed", "\(seed)")]
      + (method == .umap ? umap.description : tsne.description)
  }

  /// The method by which a layout was made.
  ///
  /// - Throws: `StageError` if the file does not say.
  public static func method(of layout: ArrayFileReader) throws -> LayoutMethod {
    let names = try Set(MethodArguments.parse([]).allNames)
    let recorded = try layout.provenance?.parameters.filter { names.contains($0.name) } ?? []
    guard recorded.contains(where: { $0.name == "method" }),
      let arguments = try? MethodArguments.parse(recorded.flatMap { ["--" + $0.name, $0.value] })
    else {
      throw StageError(
        "Cannot use \(layout.path): it does not say how it was made; run atlas-embed again.")
    }
    return arguments.layoutMethod
  }

  private var allNames: [String] {
    ["method", "seed"] + umap.description.map(\.name) + tsne.description.map(\.name)
  }
}

/// `--method`.
enum MethodChoice: String, ExpressibleByArgument, CaseIterable { case umap, tsne }

/// The settings of UMAP.
struct UMAPArguments: ParsableArguments {
  @Option(help: "Neighbours that make a row's surroundings.")
  var neighbors = 50
  @Option(help: "How close rows may come in the layout.")
  var minDist: Float = 0.05
  @Option(help: "The distance over which closeness in the layout decays.")
  var spread: Float = 1
  @Option(help: "Passes over the graph; 0 means 500 below 10,000 rows, 200 below 50,000, else 130.")
  var epochs = 0
  @Option(help: "Random rows that push a row away for each neighbour that pulls.")
  var negativeSamples = 5
  @Option(help: "The strength of these pushes.")
  var repulsion: Float = 1
  @Option(help: "From 1, where either row's list makes an edge, to 0, where both must.")
  var setOpMix: Float = 1
  @Option(help: "Neighbours that are taken to be connected for certain.")
  var localConnectivity: Float = 1

  func validate() throws {
    guard (2...10_000).contains(neighbors) else {
      throw ValidationError("--neighbors must be from 2 to 10000, got \(neighbors).")
    }
    guard spread > 0, spread <= 100 else {
      throw ValidationError("--spread must be above 0 and at most 100, got \(spread).")
    }
    guard minDist >= 0, minDist <= spread else {
      throw ValidationError("--min-dist must be from 0 to --spread, got \(minDist).")
    }
    guard (0...100_000).contains(epochs) else {
      throw ValidationError("--epochs must be from 0 to 100000, got \(epochs).")
    }
    guard (1...100).contains(negativeSamples) else {
      throw ValidationError("--negative-samples must be from 1 to 100, got \(negativeSamples).")
    }
    guard repulsion >= 0, repulsion <= 1000 else {
      throw ValidationError("--repulsion must be from 0 to 1000, got \(repulsion).")
    }
    guard setOpMix >= 0, setOpMix <= 1 else {
      throw ValidationError("--set-op-mix must be from 0 to 1, got \(setOpMix).")
    }
    guard localConnectivity >= 0, localConnectivity <= Float(neighbors) else {
      throw ValidationError(
        "--local-connectivity must be from 0 to --neighbors, got \(localConnectivity).")
    }
  }

  func parameters(seed: UInt64) -> UMAPParameters {
    var parameters = UMAPParameters(seed: seed)
    parameters.neighborCount = neighbors
    parameters.minimumDistance = minDist
    parameters.spread = spread
    parameters.epochCount = epochs > 0 ? epochs : nil
    parameters.negativeSampleCount = negativeSamples
    parameters.repulsion = repulsion
    parameters.setOperationMix = setOpMix
    parameters.localConnectivity = localConnectivity
    return parameters
  }

  var description: [(name: String, value: String)] {
    [
      ("neighbors", "\(neighbors)"), ("min-dist", "\(minDist)"), ("spread", "\(spread)"),
      ("epochs", "\(epochs)"), ("negative-samples", "\(negativeSamples)"),
      ("repulsion", "\(repulsion)"), ("set-op-mix", "\(setOpMix)"),
      ("local-connectivity", "\(localConnectivity)"),
    ]
  }
}

/// The settings of t-SNE.
struct TSNEArguments: ParsableArguments {
  @Option(help: "Neighbours of a row that count in effect; three times as many are used.")
  var perplexity: Float = 30
  @Option(help: "2 for a plane, 1 for a line.")
  var dimensions = 2
  @Option(help: "By how much pulls are strengthened at first.")
  var earlyExaggeration: Float = 12
  @Option(help: "Iterations with that strength.")
  var earlyIterations = 250
  @Option(help: "By how much pulls are strengthened afterwards.")
  var exaggeration: Float = 1
  @Option(help: "Iterations afterwards.")
  var iterations = 500
  @Option(help: "Length of steps; 0 means the number of rows over the exaggeration.")
  var learningRate: Float = 0
  @Option(help: "The share of a step that is repeated in the next.")
  var momentum: Float = 0.8
  @Option(help: "Degrees of freedom; below 1 clusters fall into finer ones.")
  var degreesOfFreedom: Float = 1

  func validate() throws {
    guard perplexity >= 1, perplexity <= 3000 else {
      throw ValidationError("--perplexity must be from 1 to 3000, got \(perplexity).")
    }
    guard (1...2).contains(dimensions) else {
      throw ValidationError("--dimensions must be 1 or 2, got \(dimensions).")
    }
    for (name, value) in [
      ("--early-exaggeration", earlyExaggeration), ("--exaggeration", exaggeration),
    ] {
      guard value >= 1, value <= 1000 else {
        throw ValidationError("\(name) must be from 1 to 1000, got \(value).")
      }
    }
    for (name, value) in [("--early-iterations", earlyIterations), ("--iterations", iterations)] {
      guard (0...100_000).contains(value) else {
        throw ValidationError("\(name) must be from 0 to 100000, got \(value).")
      }
    }
    guard learningRate >= 0, learningRate <= 1e9 else {
      throw ValidationError("--learning-rate must be from 0 to 1e9, got \(learningRate).")
    }
    guard momentum >= 0, momentum < 1 else {
      throw ValidationError("--momentum must be at least 0 and below 1, got \(momentum).")
    }
    guard degreesOfFreedom >= 0.1, degreesOfFreedom <= 100 else {
      throw ValidationError(
        "--degrees-of-freedom must be from 0.1 to 100, got \(degreesOfFreedom).")
    }
  }

  func parameters(seed: UInt64) -> TSNEParameters {
    var parameters = TSNEParameters(seed: seed)
    parameters.perplexity = perplexity
    parameters.dimension = dimensions
    parameters.earlyExaggeration = earlyExaggeration
    parameters.earlyIterationCount = earlyIterations
    parameters.exaggeration = exaggeration
    parameters.iterationCount = iterations
    parameters.learningRate = learningRate > 0 ? learningRate : nil
    parameters.momentum = momentum
    parameters.degreesOfFreedom = degreesOfFreedom
    return parameters
  }

  var description: [(name: String, value: String)] {
    [
      ("perplexity", "\(perplexity)"), ("dimensions", "\(dimensions)"),
      ("early-exaggeration", "\(earlyExaggeration)"), ("early-iterations", "\(earlyIterations)"),
      ("exaggeration", "\(exaggeration)"), ("iterations", "\(iterations)"),
      ("learning-rate", "\(learningRate)"), ("momentum", "\(momentum)"),
      ("degrees-of-freedom", "\(degreesOfFreedom)"),
    ]
  }
}
