import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import FeatureVisualization
import LinearAlgebra
import ModelFormats
import Models
import NetworkCommandLine
import NeuralNetworks

@main struct AtlasRender: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-render",
    abstract: "Optimize an icon for each cell: an image that evokes the cell's mean activation.",
    discussion: """
      Each icon carries its fidelity: the cosine between the activation that it evokes and its cell's. \
      An icon depends on its cell and the seed alone, so cells can be rendered in blocks, on several \
      machines, and put together by atlas-assemble. An interrupted run continues where it stopped.

      Examples:
        atlas-render --model googlenet.onnx --layer mixed4c \\
          --cells-file cells.h5 --components components.h5 \\
          --output icons.h5
        atlas-render --model googlenet.onnx --layer mixed4c \\
          --target channel --cells 0:16 --output channels.h5
      """, version: projectVersion)

  @OptionGroup var network: NetworkArguments
  @Option(
    help: ArgumentHelp(
      "The layer, by its name in the network's file or in the card.", valueName: "name"))
  var layer: String
  @Option(help: ArgumentHelp("The result.", valueName: "file"), completion: .file())
  var output: String
  @OptionGroup var settings: RenderSettings
  @OptionGroup var shards: ShardArguments
  @Flag(
    help: ArgumentHelp(
      "Print what each part of a step costs on one thread, instead of rendering."))
  var profile = false
  @OptionGroup var common: CommonArguments

  typealias AllSettings = RenderSettings

  var inputs: [String] { network.files + settings.targets.files }
  var outputs: [String] { profile ? [] : shards.outputs(output) }

  func validate() throws { try settings.targets.requireSources() }

  func perform() throws -> [String] {
    let network = try network.load(writing: outputs)
    let layer = try network.layer(named: layer)
    var parameters = settings.icon.parameters.resolved
    let side = try network.iconSide(for: layer, preferring: parameters.sidePixels)
    if side != parameters.sidePixels {
      Diagnostics.note(
        "render: the network computes \(quoted(self.layer)) of \(side) × \(side) pixels alone: icons have this size"
      )
      parameters.sidePixels = side
    }
    let tensor = layer.tensor
    // --cells is left out: blocks of cells are one run, which atlas-assemble puts together.
    let provenance = try Provenance(
      program: "atlas-render",
      parameters: [("layer", self.layer)]
        + settings.record.resolving(settings.icon.parameters.precision),
      inputs: self.network.inputs(of: network) + settings.targets.inputs)
    let subject = Subject(
      network: network.card.name ?? self.network.model,
      networkSHA256: provenance.digest(ofFirst: network.files.count),
      preprocessing: "\(network.preprocessing)", layer: self.layer, tensor: tensor)
    let targets = try settings.targets.load(layer, of: network, subject: subject)
    let renderer: IconRenderer
    do {
      renderer = try IconRenderer(
        network: network, tensors: [tensor], parameters: parameters,
        looksAtCenter: targets.targets.allSatisfy(\.objective.looksAtCenter))
    } catch let error as GraphError {
      throw StageError(
        "Cannot render icons of \(parameters.sidePixels) pixels with \(self.network.model): \(error); check --size and --layer"
      )
    }
    if profile, let target = targets.targets.first {
      return ProfileTable(
        try renderer.profile(target), peak: 1e9 * sgemmPeak(threadCount: 1)
      ).lines
    }
    let run = RenderRun(
      renderer: renderer, targets: targets, parameters: parameters, output: output,
      provenance: provenance)
    return try shards.perform(run) { shardCount in
      if let shardCount { try run.requireShards(shardCount) } else { try run.render() }
      try run.assemble(targets.subject, target: settings.targets.target.rawValue)
      // The parts go last: until the result is complete they are all there is.
      if shardCount == nil { PartFolder(of: output).remove() }
    }
  }
}

/// What decides an icon.
struct RenderSettings: StageSettings {
  @OptionGroup(title: "What to show") var targets: TargetArguments
  @OptionGroup(title: "How to optimize") var icon: Settings<IconSettings>

  static var descriptions: [SettingGroup] {
    [
      Settings<TargetSettings>.description(title: "What to show"),
      Settings<IconSettings>.description(title: "How to optimize"),
    ]
  }

  var record: [(name: String, value: String)] { targets.record + icon.record }
}
