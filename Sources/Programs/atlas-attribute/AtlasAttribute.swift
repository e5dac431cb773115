import ArgumentParser
import ArrayStore
import Artifacts
import Attribution
import CommandLine
import ModelFormats
import Models
import NetworkCommandLine
import NeuralNetworks

@main struct AtlasAttribute: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-attribute",
    abstract:
      "Say what samples and cells argue for: their linear effects on the network's classes.",
    usage: """
      atlas-attribute --model <file> --layer <name> --activations <file> \\
        --output <file> [--cells-file <file>] [<options>]
      """,
    discussion: """
      The effect of an activation on a class is its product with the derivative of the class's logit: \
      to first order, what the logit would lose without it. By default 32 samples of each cell are \
      chosen at random, and all classes; each cell then has means, standard errors and how many of its \
      samples agree in sign. Only the part of the network above the layer is differentiated: all \
      classes of a few samples at once by pushforward, or all samples of an image for one class by \
      pullback, whichever is cheaper. An interrupted run continues where it stopped.

      In networks whose logits are saturated, as label smoothing makes them, the derivative at the image \
      says little; --path-steps 4 averages it along the line from no activations to the image's \
      (integrated gradients), at four times the cost.

      How far the effects can be trusted is measured with every run, on samples of different images: \
      what really happens to the logits when an activation is set to 0 or to the layer's mean.

      Examples:
        atlas-attribute --model googlenet.onnx --layer mixed4c \\
          --activations activations.h5 --cells-file cells.h5 \\
          --output attribution.h5
        atlas-attribute --model googlenet.onnx --layer mixed4c \\
          --activations activations.h5 --rows all \\
          --class snorkel --class "scuba diver" --output two.h5
      """, version: projectVersion)

  @OptionGroup var network: NetworkArguments
  @Option(
    help: ArgumentHelp(
      "The layer, by its name in the network's file or in the card.", valueName: "name"))
  var layer: String
  @Option(
    help: ArgumentHelp("The result of atlas-extract.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var activations: String
  @Option(
    help: ArgumentHelp(
      "The result of atlas-grid, whose cells are told what they argue for; without it, all samples count as one cell.",
      valueName: "file"), completion: .file(extensions: ["h5"]))
  var cellsFile: String?
  @Option(
    help: ArgumentHelp(
      "The folder of images, if they are not where the activations' file says.",
      valueName: "folder"), completion: .directory)
  var images: String?
  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "A class, by name or number; repeat it for several. By default all.", valueName: "name"))
  var classes: [String] = []
  @Option(help: ArgumentHelp("The result.", valueName: "file"), completion: .file())
  var output: String
  @OptionGroup var settings: Settings<AttributeSettings>
  @OptionGroup var shards: ShardArguments
  @OptionGroup var common: CommonArguments

  typealias AllSettings = Settings<AttributeSettings>

  var inputs: [String] { network.files + [activations, cellsFile, images].compactMap { $0 } }
  var outputs: [String] { shards.outputs(output) }

  func perform() throws -> [String] {
    let network = try network.load(writing: outputs)
    let choice = settings.parameters
    let source = try ActivationsFile(path: activations)
    let cells = try cellsFile.map { try CellsFile(path: $0) }
    let layer = try network.layer(named: layer)
    let logits = try network.logits()
    var subject = try self.network.subject(of: network, layer: self.layer)
    try requireSame(
      [Described(network.path, subject), Described(activations, source.subject)]
        + (cells.map { [Described($0.path, $0.subject)] } ?? []))
    let photographs = try Photographs(of: source, layer: layer, in: images)
    subject.imagesFingerprint = photographs.fingerprint

    let weights = PreparedWeights()
    let levels = try cells.map { try $0.assignments(of: source) } ?? []
    let origins = photographs.origins
    let samples =
      choice.samplesPerCell.map { count in
        let whole = [Int32](repeating: 0, count: source.sampleCount)
        return SampleChoice.samples(
          of: levels.isEmpty ? [whole] : levels.map(\.cellOfSample), count: count,
          images: origins.image, perImage: AttributionRun.lanes, seed: choice.seed)
      } ?? Array(0..<source.sampleCount)
    guard !samples.isEmpty else {
      throw StageError(
        "Cannot attribute \(activations): no sample is in a cell; lower MINIMUM_COUNT.")
    }
    // By image: each is run through the network once.
    let order = samples.sorted {
      (origins.image[$0], $0) < (origins.image[$1], $1)
    }
    let top = AttributionTop(
      network: network, layer: layer, logits: logits, maxPool: choice.maxPool,
      pathSteps: choice.pathSteps, weights: weights)
    let classCount = try network.classCount(of: logits)
    let chosen = try classes.map { try network.classIndex(named: $0, of: classCount) }
    guard Set(chosen).count == chosen.count else {
      throw StageError(
        "Cannot attribute to \(classes.joined(separator: ", ")): --class names a class twice.")
    }
    let run = AttributionRun(
      top: top, photographs: photographs, samples: order,
      classes: chosen.isEmpty ? nil : chosen, classCount: classCount, subject: subject,
      output: output,
      provenance: try Provenance(
        program: "atlas-attribute",
        parameters: [("layer", self.layer)]
          + (chosen.isEmpty ? [] : [("class", chosen.map(String.init).joined(separator: " "))])
          + settings.record,
        inputs: self.network.inputs(of: network) + [activations]
          + [cellsFile].compactMap { $0 }))
    return try shards.perform(run) { shardCount in
      if let shardCount { try run.merge(shardCount) }
      let trust = TrustCheck(
        top: top, photographs: photographs, samples: order, count: choice.trustSampleCount,
        seed: choice.seed)
      try run.run(levels: levels, allCount: source.sampleCount) { level, classes in
        try trust.measure(source, cells: levels.first, effects: level, classes: classes)
      }
    }
  }
}

/// Which samples the cells of a grid hold.
struct CellAssignment: Sendable {
  let side: Int
  let row, column: [Int32]
  let cellOfSample: [Int32]
}

extension CellsFile {
  /// The cells of all grids.
  ///
  /// - Throws: When they are of other samples.
  fileprivate func assignments(of source: ActivationsFile) throws -> [CellAssignment] {
    try sides().map { side in
      let level = try level(side: side)
      let cellOfSample = try cellOfSample(side: side)
      guard cellOfSample.count == source.sampleCount else {
        throw StageError(
          "Cannot use \(path) with \(source.path): its cells are of \(cellOfSample.count) samples, not \(source.sampleCount); make it anew with atlas-grid."
        )
      }
      return CellAssignment(
        side: side, row: level.row, column: level.column, cellOfSample: cellOfSample)
    }
  }
}
