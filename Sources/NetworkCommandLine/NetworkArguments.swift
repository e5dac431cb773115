public import ArgumentParser
internal import CommandLine
internal import ModelFormats
public import Models

/// The network and its card.
public struct NetworkArguments: ParsableArguments {
  /// The network's file.
  @Option(
    help: ArgumentHelp(
      "The network, an ONNX file or a frozen TensorFlow graph (.pb).", valueName: "file"))
  public var model: String

  /// The card, when it does not lie beside the network.
  @Option(
    help: ArgumentHelp(
      "The model card; by default the JSON file of the network's name beside it.",
      valueName: "file"))
  public var card: String?

  /// Made by the argument parser.
  public init() {}

  /// Loads the network and reports what was assumed.
  ///
  /// - Throws: `ModelError`.
  public func load() throws -> TrainedNetwork {
    let network = try TrainedNetwork.load(path: model, card: card)
    for warning in network.warnings { Diagnostics.warn(warning) }
    return network
  }

  /// The files whose content decides the result.
  public var inputs: [String] {
    let card = ModelCard.path(besides: model, explicit: card)
    return [model] + (fileExists(card) ? [card] : [])
  }
}
