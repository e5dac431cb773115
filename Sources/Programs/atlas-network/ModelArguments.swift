import ArgumentParser
import CommandLine
import ModelFormats
import Models

/// The network, as an argument, and its card.
struct ModelArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("The network, an ONNX or TensorFlow file.", valueName: "model"))
  var model: String
  @Option(
    help: ArgumentHelp(
      "The model card; by default the JSON file of the network's name beside it.",
      valueName: "file"))
  var card: String?

  func load() throws -> TrainedNetwork { try TrainedNetwork.load(path: model, card: card) }
}
