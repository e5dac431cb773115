import ArgumentParser
import CommandLine
import ModelFormats
import Models
import NeuralNetworks

/// `atlas-network check`: whether an atlas can be made of a network, and what is missing.
struct CheckNetwork: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Run a network on a synthetic image and report what works and what is missing.",
    usage: "atlas-network check <model> [<options>]",
    discussion: """
      Each line begins with ok, assumed (a field that the card leaves out), missing (an atlas can do \
      without it) or warning. The network is run on one thread at its own size, forward to its \
      outputs and back from its last map, and at the sizes of icons. Gradients of layers are compared with \
      central differences along random directions of the image, of as many layers as ten \
      seconds allow. Times are the best of several; \
      percentages are of the rate of a large matrix product, counting the multiply-adds of convolutions, \
      fully connected layers and matrix products; beside other work both mean little.

      The exit status is 0 if an atlas can be made of the network, else 1 with one line that says \
      why not and what would help.

      Example:
        atlas-network check googlenet.onnx
      """)

  @OptionGroup var network: ModelArguments
  @OptionGroup var common: CommonArguments

  func perform() throws -> [String] {
    // What the file and the card say comes first: it helps most where the network does not run.
    let network = try self.network.load()
    let check = try NetworkCheck(network, card: self.network.card)
    check.reportFile()
    check.reportCard()
    check.reportInput()
    check.reportClasses()
    check.reportOperations()
    try check.requireLayers()
    let trial = try NetworkTrial(check)
    try trial.reportOutputs()
    try trial.reportGradient()
    try trial.reportDifferences()
    try trial.reportTimes()
    trial.reportIcons()
    trial.reportBFloat16()
    check.reportLayers()
    return []
  }
}

/// A line of the report, its long text broken at words.
func report(_ verdict: Verdict, _ subject: String, _ text: String) {
  let indent = 25
  var line = padded(verdict.rawValue, to: 9) + padded(subject, to: indent - 10)
  var room = 120 - indent
  for word in printable(text).split(separator: " ") {
    if word.count + 1 > room, room < 120 - indent {
      print(line)
      line = String(repeating: " ", count: indent - 1)
      room = 120 - indent
    }
    line += " " + word
    room -= word.count + 1
  }
  print(line)
}

/// How a line of the report begins.
enum Verdict: String {
  case ok, assumed, missing, warning
}
