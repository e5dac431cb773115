import ArgumentParser
import ArrayStore
import CommandLine
import Drawing
import Images
import SyntheticWorld

@main struct AtlasSynthesize: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-synthesize",
    abstract: "Draw the images of the synthetic world: objects in scenes, a folder per class.",
    discussion: """
      Draws a synthetic data set to train a network on, or to make an atlas of: everyday, 79 classes; \
      or planted, 32 classes of which some differ by one cue alone, to measure what finds such cues \
      (relations in the folder's world.json). An image depends on the seed, its class and its number \
      alone. Images that are already there are kept: an interrupted run continues, and a larger --count \
      adds to a folder.

      Example:
        atlas-synthesize --output world --count 40 --sheet contact-sheet.png
      """, version: projectVersion)

  @Option(
    help: ArgumentHelp(
      "The folder to draw into; each class gets a folder in it.", valueName: "folder"),
    completion: .directory)
  var output: String?
  @OptionGroup var settings: Settings<SynthesizeSettings>
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The classes to draw (default: all).", valueName: "name"))
  var classes: [String] = []
  @Option(
    help: ArgumentHelp(
      "A contact sheet to write, PNG or JPEG: every class with its name.", valueName: "file"),
    completion: .file())
  var sheet: String?
  @Flag(help: "Print the names of the classes.")
  var list = false
  @OptionGroup var common: CommonArguments

  typealias AllSettings = Settings<SynthesizeSettings>

  var outputs: [String] { sheet.map { [$0] } ?? [] }

  private var drawing: WorldDrawing { settings.parameters }

  func validate() throws {
    guard list || output != nil || sheet != nil else {
      throw ValidationError("--output, --sheet or --list is needed.")
    }
    let subjects = try subjects()
    guard let path = sheet else { return }
    guard ["png", "jpg", "jpeg"].contains(where: { path.lowercased().hasSuffix("." + $0) }) else {
      throw ValidationError("--sheet must end in .png, .jpg or .jpeg, got \(path).")
    }
    let sheet = layout(of: subjects)
    guard sheet.width <= Canvas.largestSide, sheet.height <= Canvas.largestSide else {
      throw ValidationError(
        "--sheet would have \(sheet.width) × \(sheet.height) pixels; lower --size, --sheet-count or --sheet-columns."
      )
    }
  }

  func perform() throws -> [String] {
    let subjects = try subjects()
    var made: [String] = []
    if list { made += subjects.map(\.name) }
    if let output {
      let series = ImageSeries(
        folder: output, subjects: subjects,
        numbers: drawing.first..<drawing.first + drawing.count, side: drawing.sidePixels,
        format: drawing.format, seed: drawing.seed, world: drawing.world)
      try series.draw()
      made.append(output)
    }
    if let sheet {
      try drawSheet(of: subjects, to: sheet)
      made.append(sheet)
    }
    return made
  }

  private func subjects() throws -> [ObjectClass] {
    let all = drawing.world.classes
    guard !classes.isEmpty else { return all }
    let known = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    return try Set(classes).sorted().map { name in
      guard let found = known[name] else {
        throw ValidationError("--classes: there is no class \(name); --list names them all.")
      }
      return found
    }
  }

  private func layout(of subjects: [ObjectClass]) -> ContactSheet {
    ContactSheet(
      subjects, repeats: drawing.sheetCount, columns: drawing.sheetColumns,
      side: drawing.sidePixels)
  }

  private func drawSheet(of subjects: [ObjectClass], to path: String) throws {
    let image = try layout(of: subjects).image(seed: drawing.seed)
    let isPNG = path.lowercased().hasSuffix(".png")
    try AtomicFile.write(isPNG ? PNGWriter.encode(image) : JPEGWriter.encode(image), to: path)
  }
}

/// The file format of an image.
enum ImageFormat: String, CaseIterable, Codable, Sendable {
  case jpeg, png

  /// The ending of a file's name.
  var ending: String { self == .jpeg ? "jpg" : "png" }
}

/// One of the synthetic worlds.
enum World: String, CaseIterable, Codable, Sendable {
  case everyday, planted

  /// Its classes, by name.
  var classes: [ObjectClass] {
    switch self {
    case .everyday: SyntheticWorld.classes
    case .planted: SyntheticWorld.plantedClasses
    }
  }
}

/// Which images of the synthetic world are drawn.
struct WorldDrawing: Sendable {
  var world = World.everyday
  /// Images per class.
  var count = 40
  /// The number of the first image of each class.
  var first = 0
  var sidePixels = 128
  var format = ImageFormat.jpeg
  /// Images of each class on the sheet.
  var sheetCount = 1
  var sheetColumns = 8
  var seed: UInt64 = 0
}

/// The settings of `atlas-synthesize`.
enum SynthesizeSettings: SettingsTable {
  static var defaults: WorldDrawing { WorldDrawing() }
  static let settings = [
    Setting("world", \WorldDrawing.world, .choice, "Which world"),
    Setting("count", \WorldDrawing.count, .number(in: 1...100_000), "Images per class"),
    Setting(
      "first", \WorldDrawing.first, .number(in: 0...1_000_000_000),
      "Number of the first image of each class"),
    Setting(
      "size", \WorldDrawing.sidePixels, .number(in: 16...4096),
      "Width and height of an image in pixels"),
    Setting("format", \WorldDrawing.format, .choice, "File format of the images"),
    Setting(
      "sheet-count", \WorldDrawing.sheetCount, .number(in: 1...100),
      "Images of each class on the sheet"),
    Setting(
      "sheet-columns", \WorldDrawing.sheetColumns, .number(in: 1...100),
      "Classes per row of the sheet"),
    Setting(
      "seed", \WorldDrawing.seed, .number(from: 0), "Seed: another one draws other images"),
  ]
}
