import ArgumentParser
import CommandLine
import Models
import NeuralNetworks

/// `atlas-network class`: which classes names stand for.
struct NameClasses: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "class",
    abstract: "Find classes by name or number; a wrong name lists the nearest.",
    usage: "atlas-network class <model> --class <name> ... [<options>]",
    discussion: """
      Each class is printed on a line, as its number and its name.

      Example:
        atlas-network class googlenet.onnx --class snorkel
      """)

  @OptionGroup var network: ModelArguments
  @Option(
    name: .customLong("class"),
    help: ArgumentHelp("A class, by name or number; repeat it for several.", valueName: "name"))
  var classes: [String]
  @OptionGroup var common: CommonArguments

  func perform() throws -> [String] {
    let network = try network.load()
    let count = try network.classCount(of: try network.logits())
    return try classes.map { name in
      let index = try network.classIndex(named: name, of: count)
      return "\(index)-\(network.className(index))"
    }
  }
}
