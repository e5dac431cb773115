import ArgumentParser
import CommandLine
import LinearAlgebra
import ModelFormats
import Models
import NetworkCommandLine
import NeuralNetworks

/// `atlas-network profile`: what each operation costs on one thread.
struct ProfileNetwork: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile",
    abstract: "Print what each operation of a network costs on one thread.",
    usage: "atlas-network profile <model> [<options>]",
    discussion: """
      Forward, and with --gradient backward from the layer to the image as well: operation, sizes, \
      kernel, milliseconds, GFLOP/s, and the fraction of a matrix product's peak.

      Example:
        atlas-network profile googlenet.onnx --layer mixed4c --size 80 \\
          --batch 4 --gradient
      """)

  @Argument(
    help: ArgumentHelp("The network, an ONNX or TensorFlow file.", valueName: "model"),
    completion: .file(extensions: ["onnx", "pb"]))
  var model: String
  @Option(
    help: ArgumentHelp("The model card.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var card: String?
  @Option(
    help: ArgumentHelp("The last layer; by default the network's outputs.", valueName: "name"))
  var layer: String?
  @Option(help: ArgumentHelp("The image's side; by default the card's size.", valueName: "pixels"))
  var size: Int?
  @Option(help: "Images at once.")
  var batch = 1
  @Flag(help: "Profile the gradient as well; needs --layer.")
  var gradient = false
  @Option(help: ArgumentHelp("The format: f32, bf16 or auto.", valueName: "format"))
  var precision: PrecisionChoice = .f32
  @Option(help: "Passes; the best time of each operation counts.")
  var repetitions = 20
  @OptionGroup var common: CommonArguments

  func validate() throws {
    guard (1...1024).contains(batch), (1...10_000).contains(repetitions) else {
      throw ValidationError("--batch must be from 1 to 1024, --repetitions from 1 to 10000.")
    }
    guard size.map({ (1...4096).contains($0) }) ?? true else {
      throw ValidationError("--size must be from 1 to 4096.")
    }
    guard !gradient || layer != nil else { throw ValidationError("--gradient needs --layer.") }
  }

  func perform() throws -> [String] {
    let network = try TrainedNetwork.load(path: model, card: card)
    let tensor = try layer.map { try network.tensorName(for: $0) }
    let full = network.preprocessing.size
    let shape: TensorShape = [
      batch, network.inputShape.channels, size ?? full.height, size ?? full.width,
    ]
    let compiled: CompiledNetwork
    do {
      compiled = try CompiledNetwork(
        network.graph, input: shape, reading: tensor.map { [$0] } ?? network.graph.outputNames,
        seeding: gradient ? tensor.map { [$0] } ?? [] : [], precision: precision.resolved,
        weights: PreparedWeights())
    } catch {
      throw StageError("Cannot profile \(model)", error)
    }
    let entries = try compiled.profile(repetitions: repetitions)
    let seconds = entries.reduce(0) { $0 + $1.seconds }
    // The sum above is of the best time of each step, this the best of passes as they run in use.
    let pass = try ProfileEntry.beside("whole passes", repetitions: repetitions) {
      try compiled.forward()
      if gradient { try compiled.pullback() }
    }
    return ProfileTable(entries, peak: 1e9 * sgemmPeak(threadCount: 1)).lines + [
      "\(decimal(Double(batch) / seconds, places: 1)) images per second on one thread",
      "whole passes: \(decimal(1e3 * pass.seconds, places: 3)) ms",
    ]
  }
}
