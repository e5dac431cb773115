import ArgumentParser
import CommandLine
import FoundationEssentials
import ModelFormats
import Models
import NeuralNetworks

/// `atlas-network summary`: a line for each tensor of a network.
struct SummarizeNetwork: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary",
    abstract: "List the tensors of a network: sizes, cost, receptive field, names.",
    usage: "atlas-network summary <model> [<options>]",
    discussion: """
      Lists the tensors that depend on the image, in order of computation, as the file has them; with \
      --layers those that one would choose for an atlas, with their channels and positions and with what \
      it takes to compute them. A layer can be called by its tensor's name, by the card's alias, or by the \
      path of the module that makes it (layer3.1), where the exporter wrote it down. Parameters \
      are weights; a bias of zeros is not counted, nor are single numbers. MFLOP are millions of \
      floating-point operations of one image, two for each multiply-add of convolutions, fully \
      connected layers and matrix products. The field is the part of the image, rows × columns in \
      pixels, that one element depends on; the stride is the step in pixels from an element to the \
      next.

      Example:
        atlas-network summary googlenet.onnx --layers
      """)

  @OptionGroup var network: ModelArguments
  @Option(
    help: ArgumentHelp(
      "The image's size in pixels: one number, or height and width with a comma. By default the card's, else the network's own.",
      valueName: "size"))
  var size: ImageSize?
  @Flag(
    help: """
      List only the layers that one would choose for an atlas: those with aliases, then the results \
      of blocks and the last of each resolution without blocks.
      """)
  var layers = false
  @Flag(
    help: """
      List only the files that the network consists of: its own, those that its weights lie in, and the \
      card if there is one.
      """)
  var files = false
  @Flag(help: "Write JSON for scripts: a list of objects, one per line; what is not known is null.")
  var json = false
  @Option(
    help: ArgumentHelp(
      "Columns that a line may have; longer names are cut in the middle. 0 never cuts.",
      valueName: "count"))
  var width = 150
  @OptionGroup var common: CommonArguments

  func validate() throws {
    guard width == 0 || (100...10_000).contains(width) else {
      throw ValidationError("--width must be 0 or from 100 to 10000, got \(width).")
    }
  }

  func perform() throws -> [String] {
    // Asked for by make before anything else: nothing is loaded.
    if files {
      let card = ModelCard.path(besides: self.network.model, explicit: self.network.card)
      return try NetworkFile.files(of: self.network.model) + (fileExists(card) ? [card] : [])
    }
    let network = try network.load()
    for warning in network.warnings { Diagnostics.warn(warning) }
    let list = try TensorList(network, size: size?.extent ?? network.preprocessing.size)
    if let fault = list.fault {
      Diagnostics.warn(
        "At \(list.size.height) × \(list.size.width) pixels, what follows this is not computed: \(fault)"
      )
    }
    let entries = layers ? list.layers : list.entries
    if json { return try Self.json(entries) }
    return TensorTable(list, entries: entries, isOfLayers: layers, width: width == 0 ? nil : width)
      .lines
  }

  /// JSON in which signs that a terminal may take for commands are written as numbers.
  private static func escaped(_ json: String) -> String {
    var result = ""
    for scalar in json.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse:
        for unit in String(scalar).utf16 {
          result += "\\u" + String(String(0x1_0000 + Int(unit), radix: 16).dropFirst())
        }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The entries as a JSON list, one per line.
  static func json(_ entries: [TensorEntry]) throws -> [String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let objects = try entries.map {
      escaped(String(decoding: try encoder.encode($0), as: UTF8.self))
    }
    guard let last = objects.last else { return ["[]"] }
    return ["["] + objects.dropLast().map { $0 + "," } + [last, "]"]
  }
}

/// `--size`: height and width in pixels, or one number for both.
struct ImageSize: ExpressibleByArgument {
  let extent: Extent

  init?(argument: String) {
    let sides = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard let height = sides[0], let width = sides.last ?? nil, sides.count <= 2,
      (1...4096).contains(height), (1...4096).contains(width)
    else { return nil }
    extent = Extent(height: height, width: width)
  }
}
