import ArgumentParser
import ArrayStore
import CommandLine
import FoundationEssentials
import Grids
import IconQuality
import Images
import Mosaics

@main struct AtlasAssemble: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-assemble",
    abstract: "Put icons together into one image of the atlas.",
    usage: "atlas-assemble --icons <file> ... --output <path> [<options>]",
    discussion: """
      Makes atlas.png, white where there is no cell, crossed out where an icon found nothing to show, and atlas.json with every cell's position, count \
      and fidelity. Row 0 is at the top, where the layout's second coordinate is largest. Several \
      files of icons, rendered in blocks of cells by the same command, make one atlas.

      Example:
        atlas-assemble --icons icons.h5 --report icons.json --output atlas
      """, version: projectVersion)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("One or more results of atlas-render.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var icons: [String]
  @Option(
    help: ArgumentHelp(
      "Where the image goes, without ending: .png and .json are added.", valueName: "path"),
    completion: .file())
  var output: String
  @Option(
    help: ArgumentHelp(
      "The report of atlas-judge on these icons; those that are not to be trusted are marked in the JSON file.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var report: String?
  @OptionGroup var settings: Settings<AssembleSettings>
  @OptionGroup var common: CommonArguments

  typealias AllSettings = Settings<AssembleSettings>

  var inputs: [String] { icons + [report].compactMap { $0 } }
  var outputs: [String] { [output + ".json", output + ".png"] }

  func validate() throws {
    guard !icons.isEmpty else { throw ValidationError("--icons is needed.") }
  }

  func perform() throws -> [String] {
    let sheet = try IconSheet(paths: icons)
    let cells = sheet.cells
    let report = try report.map { try IconDoubts(path: $0, icons: icons) }
    let gap = settings.parameters.gapPixels
    let side = sheet.gridSide * (sheet.iconSide + gap) - gap
    // As many pixels as this project's own reader of images takes, 768 MiB of memory.
    guard side * side <= 1 << 28 else {
      throw StageError(
        "Cannot assemble \(icons[0]): the image would have \(side) × \(side) pixels, more than 2²⁸; lower --gap or render smaller icons."
      )
    }
    var canvas = AtlasCanvas(
      side: sheet.gridSide, iconSidePixels: sheet.iconSide, gapPixels: gap)
    for cell in cells {
      canvas.place(cell.pixels.span, row: cell.row, column: cell.column)
      if cell.isBlank { canvas.crossOut(row: cell.row, column: cell.column) }
    }
    let manifest = AtlasManifest(
      network: sheet.network, layer: sheet.layer,
      grid: GridCells(
        side: sheet.gridSide, row: cells.map(\.row), column: cells.map(\.column),
        count: cells.map(\.count)),
      dispersion: cells.map(\.dispersion), fidelities: cells.map(\.fidelity),
      blanks: cells.map(\.isBlank),
      doubts: report.map { report in cells.map { report.doubts(row: $0.row, column: $0.column) } },
      making: making(sheet.provenance, report), canvas: canvas)
    let image = RGBImage(width: canvas.width, height: canvas.height, pixels: canvas.pixels)
    // The image comes last: where it is, all is there.
    try AtomicFile.write(manifest.json(), to: output + ".json")
    let texts = [
      (
        "Description",
        "Activation atlas of the layer \(sheet.layer) of \(sheet.network), \(sheet.gridSide) × \(sheet.gridSide) cells"
      ), ("Software", "atlas-assemble \(projectVersion)"), ("Comment", sheet.provenance.command),
    ]
    try AtomicFile.write(
      PNGText.adding(texts, to: PNGWriter.encode(image)), to: output + ".png")
    if let fidelity = manifest.summary.medianFidelity {
      Diagnostics.note(
        "atlas: \(counted(cells.count, "cell")), median fidelity \(decimal(Double(fidelity)))")
    }
    return [output + ".png", output + ".json"]
  }

  /// How the atlas is made, by the run that rendered its icons: in whatever blocks they came, it is the
  /// same.
  private func making(_ icons: Provenance, _ report: IconDoubts?) -> AtlasManifest.Making {
    let parameters =
      settings.record + [("icons", icons.command)]
      + (report.map { [("report", $0.sha256)] } ?? [])
    return AtlasManifest.Making(
      program: "atlas-assemble", version: projectVersion,
      parameters: Dictionary(parameters.map { ($0.name, $0.value) }) { $1 },
      inputs: Dictionary(icons.inputs.map { ($0.name, $0.sha256) }) { $1 })
  }
}

/// Which icons are not to be trusted, by a report of atlas-judge.
private struct IconDoubts {
  /// The report's digest.
  let sha256: String
  private var doubtsAtPosition: [SIMD2<Int>: [String]] = [:]

  /// Reads a report.
  ///
  /// - Throws: When it is none, or of other icons than those of the files.
  init(path: String, icons: [String]) throws {
    sha256 = try ArrayStore.sha256(ofFile: path)
    guard let data = FileManager.default.contents(atPath: path),
      let report = try? IconReport(json: Array(data)), let made = report.made
    else {
      throw StageError("Cannot use \(path): it is no report of atlas-judge.")
    }
    let digests = Set(made.inputs.values)
    guard try icons.allSatisfy({ digests.contains(try ArrayStore.sha256(ofFile: $0)) }) else {
      throw StageError(
        "Cannot use \(path): it is a report on other icons than those of \(icons[0]); run atlas-judge on these."
      )
    }
    for cell in report.cells {
      doubtsAtPosition[SIMD2(cell.row, cell.column)] = (cell.doubts ?? []).map(\.rawValue)
    }
  }

  /// Why the icon of a cell is not to be trusted.
  func doubts(row: Int, column: Int) -> [String] { doubtsAtPosition[SIMD2(row, column)] ?? [] }
}

/// How icons are put together.
struct Assembly: Sendable {
  var gapPixels = 0
}

/// The settings of `atlas-assemble`.
enum AssembleSettings: SettingsTable {
  static var defaults: Assembly { Assembly() }
  static let settings = [
    Setting(
      "gap", \Assembly.gapPixels, .number(in: 0...1000), make: "GAP", "White pixels between icons")
  ]
}
