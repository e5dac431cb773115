import ArgumentParser
import CommandLine
import ModelFormats
import Models

@main struct AtlasNetwork: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-network",
    abstract: "Look at a network: what it holds, whether it runs, what it computes.",
    version: projectVersion,
    subcommands: [
      ProfileNetwork.self, SummarizeNetwork.self, CheckNetwork.self, RunNetwork.self,
      NameClasses.self,
    ])

  static func main() {
    let arguments = Array(Swift.CommandLine.arguments.dropFirst())
    inspectIfAsked(arguments)
    main(arguments)
  }
}

/// The network, as an argument, and its card.
struct ModelArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The network, an ONNX or TensorFlow file.", valueName: "model"),
    completion: .file(extensions: ["onnx", "pb"]))
  var model: String
  @Option(
    help: ArgumentHelp(
      "The model card; by default the JSON file of the network's name beside it.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var card: String?

  func load() throws -> TrainedNetwork { try TrainedNetwork.load(path: model, card: card) }
}
