import Activations
import ArgumentParser
import CommandLine
import NetworkCommandLine

/// What decides the activations of a network's layers over a folder of images.
struct Extraction: Sendable {
  var parameters = ExtractionParameters()
  var classes = ImageCollection.ClassSource.automatic
  var precision = PrecisionChoice.f32
}

/// The settings of `atlas-extract`.
enum ExtractSettings: SettingsTable {
  static var defaults: Extraction { Extraction() }
  static let settings = [
    Setting(
      "positions", \Extraction.parameters.positionCount, .number(from: 1, or: "all"),
      make: "POSITIONS", "Positions sampled per image"),
    Setting(
      "include-edges", \Extraction.parameters.includesEdges, .flag, make: "INCLUDE_EDGES",
      "Sample the outermost rows and columns as well"),
    Setting(
      "classes", \Extraction.classes, .classSource, make: "CLASSES",
      "Where classes come from; a file has an image and its class in each line"),
    Setting(
      "fast-decode", \Extraction.parameters.decodesFast, .flag,
      "Decode large JPEGs at 1/2, 1/4 or 1/8 of their size: quicker, and other pixels than those that the network was trained with"
    ),
    Setting(
      "predict", \Extraction.parameters.predictsClasses, .flag,
      "Run on to the network's classes; keep the best five and report top-1 and top-5"),
    Setting(
      "precision", \Extraction.precision, .choice,
      "Format in which the network computes; auto is bf16 where the processor has it"),
    Setting(
      "seed", \Extraction.parameters.seed, .number(from: 0), make: "SEED", "Seed of random numbers"),
  ]
}

extension SettingForm<ImageCollection.ClassSource> {
  /// A word, or the path of a file.
  fileprivate static var classSource: SettingForm {
    let words: [(String, ImageCollection.ClassSource)] = [
      ("auto", .automatic), ("folders", .folders), ("names", .names), ("none", .none),
    ]
    return .custom(
      words.map(\.0).joined(separator: ", ") + " or a file",
      text: { source in
        if case .file(let path) = source { return path }
        return words.first { $0.1 == source }?.0 ?? ""
      },
      parse: { text in words.first { $0.0 == text }?.1 ?? (text.isEmpty ? nil : .file(text)) })
  }
}

/// All settings of `atlas-extract`.
struct ExtractArguments: StageSettings {
  @OptionGroup var table: Settings<ExtractSettings>
  @OptionGroup var memory: MemoryArguments

  static var descriptions: [SettingGroup] {
    [Settings<ExtractSettings>.description(), Settings<MemorySettings>.description()]
  }

  var record: [(name: String, value: String)] { table.record }
}
