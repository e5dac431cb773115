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
    abstract: "Sample a network's activations over a folder of photographs.",
    discussion: """
      Every photograph is run through the network once; at some positions of a layer, the activation \
      vector is taken as a row. A picture that cannot be read is reported, listed in the file and \
      passed over. A run that is cut off goes on where it stopped.

      Example:
        atlas-extract --model googlenet.onnx --images photos --layer mixed4c \\
          --positions 100 --output activations.h5
      """, version: projectVersion)

  @OptionGroup var network: NetworkArguments
  @Option(
    help: ArgumentHelp(
      "The photographs: a folder of .jpg and .png files; folders in it are classes.",
      valueName: "folder"))
  var images: String
  @Option(
    help: ArgumentHelp(
      "The layer, by its name in the file or in the card; repeat it for several layers at the same positions.",
      valueName: "name"))
  var layer: [String]
  @Option(
    help: ArgumentHelp(
      "The result; with several layers it must contain {layer}.", valueName: "file"))
  var output: String
  @Option(help: "Positions a photograph: a number, or all.")
  var positions: PositionCount = .some(1)
  @Flag(help: "Sample the outermost rows and columns as well.")
  var includeEdges = false
  @Option(
    help: ArgumentHelp(
      "Where classes come from: auto, folders, names, none, or a file of lines \"picture class\".",
      valueName: "source"))
  var classes = "auto"
  @Flag(help: "Run on to the network's classes; keep the best five and report top-1 and top-5.")
  var predict = false
  @Option(help: "The seed of the positions.")
  var seed: UInt64 = 0
  @Option(
    help: ArgumentHelp(
      "The format in which the network computes: f32, bf16, or auto for bf16 where the processor has it.",
      valueName: "format"))
  var precision: PrecisionChoice = .f32
  @Flag(
    help: ArgumentHelp(
      "Print what each part of the work on a photograph costs on one thread, instead of sampling."))
  var profile = false
  @OptionGroup var common: CommonArguments

  func validate() throws {
    guard !layer.isEmpty else { throw ValidationError("--layer is needed.") }
    guard Set(layer).count == layer.count else {
      throw ValidationError("--layer names a layer twice.")
    }
    guard layer.count == 1 || output.contains("{layer}") else {
      throw ValidationError("--output must contain {layer} when there are several layers.")
    }
    guard Set(layer.map(path)).count == layer.count else {
      throw ValidationError(
        "--output gives two layers the same file, since {layer} has _ for /; extract them apart.")
    }
  }

  func perform() throws -> [String] {
    let network = try network.load()
    if network.preprocessing.filter != .bilinear {
      Diagnostics.warn(
        "The model card of \(network.path) asks for \(network.preprocessing.filter.rawValue) resizing; photographs are resized bilinearly"
      )
    }
    let tensors = try layer.map { try network.tensorName(for: $0) }
    let images = try ImageCollection(
      folder: images, classes: classSource, labels: network.labels)
    let extractor = try ActivationExtractor(
      network: network, layers: tensors, images: images, positionCount: positions.count,
      includesEdges: includeEdges, predicts: predict, precision: precision.resolved,
      seed: seed)
    if profile {
      return ProfileTable(try extractor.profile(), peak: 1e9 * sgemmPeak(threadCount: 1)).lines
    }
    let provenance = try Provenance(
      program: Self.configuration.commandName ?? "", parameters: parameters,
      inputs: self.network.inputs)
    let subjects = zip(layer, tensors).map {
      Subject(network: network.card.name ?? network.path, layer: $0, tensor: $1)
    }
    let paths = layer.map(path)
    let run = ExtractionRun(
      extractor: extractor, images: images, subjects: subjects, paths: paths,
      provenance: provenance)
    let predictions = try run.run()
    if predict { predictions.reportAccuracy(of: images, labels: network.labels) }
    return paths
  }

  private var classSource: ImageCollection.ClassSource {
    switch classes {
    case "auto": .automatic
    case "folders": .folders
    case "names": .names
    case "none": .none
    default: .file(classes)
    }
  }

  private var parameters: [(name: String, value: String)] {
    let folder = images.split(separator: "/").last.map(String.init) ?? images
    return [
      ("layer", layer.joined(separator: " ")), ("images", folder),
      ("positions", positions.description), ("include-edges", "\(includeEdges)"),
      ("classes", classes), ("predict", "\(predict)"),
      ("precision", precision.resolved.rawValue), ("seed", "\(seed)"),
    ]
  }

  /// Where a layer's result goes; a slash in a layer's name is no folder.
  private func path(_ layer: String) -> String {
    let name = String(layer.map { $0 == "/" ? "_" : $0 })
    return output.split(separator: "{layer}", omittingEmptySubsequences: false)
      .joined(separator: name)
  }
}

/// `--positions`: a number or `all`.
enum PositionCount: ExpressibleByArgument, CustomStringConvertible {
  case some(Int)
  case all

  init?(argument: String) {
    if argument == "all" {
      self = .all
    } else if let count = Int(argument), count > 0 {
      self = .some(count)
    } else {
      return nil
    }
  }

  var count: Int? {
    if case .some(let count) = self { return count }
    return nil
  }

  var description: String { count.map(String.init) ?? "all" }
}
