public import ArgumentParser
internal import ArrayStore
public import Artifacts
internal import CommandLine
internal import ModelFormats
public import Models
public import NeuralNetworks

/// The network and its card.
public struct NetworkArguments: ParsableArguments {
  /// The network's file.
  @Option(
    help: ArgumentHelp(
      "The network, an ONNX file or a frozen TensorFlow graph (.pb).", valueName: "file"),
    completion: .file(extensions: ["onnx", "pb"]))
  public var model: String

  /// The card, when it does not lie beside the network.
  @Option(
    help: ArgumentHelp(
      "The model card; by default the JSON file of the network's name beside it.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  public var card: String?

  /// Made by the argument parser.
  public init() {}

  /// The files that the arguments name; the network's own weights may lie in further ones.
  public var files: [String] { [model] + (card.map { [$0] } ?? []) }

  /// Loads the network and its card, and warns of what the card leaves open and was assumed.
  ///
  /// - Parameter outputs: What will be written, which must not be one of the network's files.
  /// - Returns: The network.
  /// - Throws: `ModelError` if a file cannot be read, holds an operation that there is not, or the
  ///   card contradicts the network.
  public func load(writing outputs: [String] = []) throws -> TrainedNetwork {
    let network = try TrainedNetwork.load(path: model, card: card)
    try requireDistinct(outputs: outputs, inputs: inputs(of: network))
    for warning in network.warnings { Diagnostics.warn(warning) }
    return network
  }

  /// What a file of a layer is about, as far as the network decides it.
  ///
  /// - Parameters:
  ///   - network: The network of these arguments.
  ///   - layer: The layer as the command names it.
  /// - Returns: The subject, without images.
  /// - Throws: `ModelError` when there is no such layer, `ArrayStoreError` when a file cannot be read.
  /// - Complexity: Reads the network's files once, for their digests.
  public func subject(of network: TrainedNetwork, layer: String) throws -> Subject {
    let files = try Provenance(program: "", parameters: [], inputs: inputs(of: network))
    return Subject(
      network: network.card.name ?? network.path,
      networkSHA256: files.digest(ofFirst: network.files.count),
      preprocessing: "\(network.preprocessing)", layer: layer,
      tensor: try network.layer(named: layer).tensor)
  }

  /// The files whose content decides the result, for provenance: the network's, with the weights that
  /// lie beside it, and the card if there is one.
  public func inputs(of network: TrainedNetwork) -> [String] {
    let card = ModelCard.path(besides: model, explicit: card)
    // A network may do without a card; one that is added later makes another run.
    return network.files + (fileExists(card) ? [card] : [])
  }
}

// MARK: - Precision

/// `--precision`: the format in which a network computes.
///
/// bfloat16 has the range of single precision and 8 of its 24 bits of accuracy. Icons of either
/// format have the same fidelity (`Documentation/choices.md`).
public enum PrecisionChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  /// Single precision.
  case f32
  /// bfloat16; an error where the processor has no such instructions.
  case bf16
  /// bfloat16 where it is faster, else single precision.
  case auto

  /// The format on this machine.
  public var resolved: Precision {
    switch self {
    case .f32: .float32
    case .bf16: .bfloat16
    case .auto: .fastest
    }
  }
}

extension Sequence<(name: String, value: String)> {
  /// A record of settings with the format on this machine in place of `auto`.
  ///
  /// Results differ with the format: runs on two machines are the same run only if it is the same.
  public func resolving(_ precision: PrecisionChoice) -> [(name: String, value: String)] {
    map { $0.name == "precision" ? ($0.name, precision.resolved.rawValue) : $0 }
  }
}
