import Activations
import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import LinearAlgebra
import ModelFormats
import Models
import NetworkCommandLine
import NeuralNetworks

@main struct AtlasExtract: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-extract",
    abstract: "Sample a network's activations over a folder of images.",
    usage: """
      atlas-extract --model <file> --images <folder> --layer <name> ... \\
        --output <file> [<options>]
      """,
    discussion: """
      Every image is run through the network once; at some positions of a layer, the activation \
      vector is kept as a sample. An image that is damaged is reported, listed in the file and \
      skipped; files that are no images are counted. An interrupted run continues where it stopped. \
      Many images can be sampled in shards, on several machines; --merge puts them together to the bytes \
      of a run in one piece.

      Example:
        atlas-extract --model googlenet.onnx --images photos \\
          --layer mixed4c --output activations.h5
      """, version: projectVersion)

  @OptionGroup var network: NetworkArguments
  @Option(
    help: ArgumentHelp(
      "The images: a folder of JPEG, PNG, WebP, BMP or GIF files; folders in it are classes.",
      valueName: "folder"), completion: .directory)
  var images: String
  @Option(
    help: ArgumentHelp(
      "The layer, by its name in the network's file or in the card; repeat it for several layers at the same positions.",
      valueName: "name"))
  var layer: [String]
  @Option(
    help: ArgumentHelp(
      "The result; with several layers it must contain {layer}.", valueName: "file"),
    completion: .file())
  var output: String
  @OptionGroup var settings: ExtractArguments
  @OptionGroup var shards: ShardArguments
  @Flag(
    help: ArgumentHelp(
      "Print what each part of the work on an image costs on one thread, instead of sampling."))
  var profile = false
  @OptionGroup var common: CommonArguments

  typealias AllSettings = ExtractArguments

  var inputs: [String] { network.files + [images] }
  var outputs: [String] { profile ? [] : layer.map(path).flatMap(shards.outputs) }

  func validate() throws {
    guard !layer.isEmpty else { throw ValidationError("--layer is needed.") }
    guard Set(layer).count == layer.count else {
      throw ValidationError("--layer names a layer twice.")
    }
    // Now rather than at the end of the work, when the second file would replace the first.
    guard layer.count == 1 || output.contains("{layer}") else {
      throw ValidationError("--output must contain {layer} when there are several layers.")
    }
    guard Set(layer.map(path)).count == layer.count else {
      throw ValidationError(
        "--output gives two layers the same file, since {layer} has _ for / and other signs; extract them apart."
      )
    }
  }

  func perform() throws -> [String] {
    let network = try network.load(writing: outputs)
    let layers = try layer.map { try network.layer(named: $0) }
    for layer in layers { warnOfIcons(layer, network) }
    let tensors = layers.map(\.tensor)
    let extraction = settings.table.parameters
    let images = try ImageCollection(
      folder: images, classes: extraction.classes, labels: network.labels)
    var parameters = extraction.parameters
    parameters.precision = extraction.precision.resolved
    for note in images.notes { Diagnostics.note("extract: " + note) }
    try ExtractionForecast(
      network: network, tensors: tensors, imageCount: images.names.count, parameters: parameters
    ).admit(by: settings.memory)
    let extractor = try ActivationExtractor(
      network: network, layers: tensors, images: images, parameters: parameters)
    if profile {
      return ProfileTable(try extractor.profile(), peak: 1e9 * sgemmPeak(threadCount: 1)).lines
    }
    // The folder's own name: where it lies decides nothing, and the images count by their
    // fingerprint.
    let folder = self.images.split(separator: "/").last.map(String.init) ?? self.images
    let provenance = try Provenance(
      program: "atlas-extract",
      parameters: [("layer", layer.joined(separator: " ")), ("images", folder)]
        + settings.record.resolving(extraction.precision),
      inputs: self.network.inputs(of: network))
    let digest = provenance.digest(ofFirst: network.files.count)
    let subjects = zip(layer, tensors).map {
      Subject(
        network: network.card.name ?? network.path, networkSHA256: digest,
        preprocessing: "\(network.preprocessing)", layer: $0, tensor: $1)
    }
    let run = ExtractionRun(
      extractor: extractor, images: images, subjects: subjects, paths: layer.map(path),
      provenance: provenance,
      fields: try network.fields(of: tensors).map { $0.map(SampleGeometry.Field.init) },
      classLabels: images.labelIndices(among: network.labels).map { index in
        index.map { network.labels[$0].text } ?? ""
      })
    return try shards.perform(run) { shardCount in
      if let shardCount { try run.merge(shardCount) }
      let predictions = try run.run()
      if extraction.classes != .none {
        let classes = counted(images.classNames.count, "class", plural: "classes")
        Diagnostics.note(
          "extract: \(classes), \(counted(images.withoutClassCount, "image")) without a class")
      }
      if parameters.predictsClasses {
        predictions.reportAccuracy(of: images, labels: network.labels)
      } else {
        try AccuracyCheck(network: network, images: images, precision: parameters.precision)
          .report()
      }
    }
  }

  /// Warns now, rather than when all is sampled and laid out, of a layer that has no icons.
  private func warnOfIcons(_ layer: NetworkLayer, _ network: TrainedNetwork) {
    do throws(ModelError) {
      _ = try network.iconSide(for: layer, preferring: Self.usualIconSide)
    } catch { Diagnostics.warn("\(error)") }
  }

  /// The side of icons unless stated; whether a network takes other sizes than its own is the same for
  /// all of them.
  private static let usualIconSide = 80

  /// Where a layer's result goes.
  private func path(_ layer: String) -> String {
    let name = fileName(ofLayer: layer)
    return output.split(separator: "{layer}", omittingEmptySubsequences: false)
      .joined(separator: name)
  }
}
