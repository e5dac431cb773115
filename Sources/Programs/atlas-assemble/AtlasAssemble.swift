import ArgumentParser
import ArrayStore
import CommandLine
import Grids
import IconCommandLine
import Images
import Mosaics

@main struct AtlasAssemble: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-assemble",
    abstract: "Put icons together into one image of the atlas.",
    usage: """
      atlas-assemble --icons <file> ... --output <path> [<options>]
      atlas-assemble --icons <file> ... --output <path> \\
        --labels --attribution <file> [<options>]
      """,
    discussion: """
      Makes atlas.png, white where there is no cell, crossed out where an icon found nothing to show, and atlas.json with every cell's position, count \
      and fidelity. Row 0 is at the top, where the layout's second coordinate is largest. Several \
      files of icons, rendered in blocks of cells by the same command, make one atlas.

      With --labels it is a poster, as an image and as a page of PDF: below each icon stands the \
      class whose logit the cell's samples raise most on average, in gray where that mean is less \
      than two standard errors above 0; below the grid stands what is left out. The JSON file then \
      names the classes that each cell argues for and against most.

      Examples:
        atlas-assemble --icons icons.h5 --report icons.json --output atlas
        atlas-assemble --icons icons.h5 --labels --attribution attribution.h5 \\
          --cells-file cells.h5 --layout layout.h5 --output poster
      """, version: projectVersion)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("One or more results of atlas-render.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var icons: [String]
  @Option(
    help: ArgumentHelp(
      "Where the image goes, without ending: .png and .json are added, and .pdf with --labels.",
      valueName: "path"),
    completion: .file())
  var output: String
  @Option(
    help: ArgumentHelp(
      "The report of atlas-judge on these icons; those that are not to be trusted are marked in the JSON file.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var report: String?
  @OptionGroup(title: "Poster") var poster: PosterArguments
  @OptionGroup var settings: Settings<AssembleSettings>
  @OptionGroup var common: CommonArguments

  typealias AllSettings = Settings<AssembleSettings>

  var inputs: [String] { icons + [report].compactMap { $0 } + poster.files }
  var outputs: [String] {
    (poster.isAsked ? [".json", ".pdf", ".png"] : [".json", ".png"]).map { output + $0 }
  }

  func validate() throws {
    guard !icons.isEmpty else { throw ValidationError("--icons is needed.") }
  }

  func perform() throws -> [String] {
    let sheet = try IconSheet(paths: icons)
    let doubts = try report.map { try IconDoubts(path: $0, icons: icons) }
    let picture =
      try poster.sources(of: sheet).map { sources in
        try Picture(poster: sheet, sources, gap: settings.parameters.gapPixels, from: icons[0])
      } ?? Picture(plain: sheet, gap: settings.parameters.gapPixels, from: icons[0])
    let cells = sheet.cells
    let manifest = AtlasManifest(
      network: sheet.network, layer: sheet.layer,
      grid: GridCells(
        side: sheet.gridSide, row: cells.map(\.row), column: cells.map(\.column),
        count: cells.map(\.count)),
      dispersion: cells.map(\.dispersion), fidelities: cells.map(\.fidelity),
      blanks: cells.map(\.isBlank),
      doubts: doubts.map { doubts in cells.map { doubts.doubts(row: $0.row, column: $0.column) } },
      classes: picture.sources?.classes, facts: picture.sources?.facts,
      making: try making(sheet, doubts), positions: picture.positions)
    // The image comes last: where it is, all is there.
    try AtomicFile.write(manifest.json(), to: output + ".json")
    if let page = picture.page { try AtomicFile.write(page, to: output + ".pdf") }
    let texts = [
      (
        "Description",
        "Activation atlas of the layer \(sheet.layer) of \(sheet.network), \(sheet.gridSide) × \(sheet.gridSide) cells"
      ), ("Software", "atlas-assemble \(projectVersion)"), ("Comment", sheet.provenance.command),
    ]
    try AtomicFile.write(
      PNGText.adding(texts, to: PNGWriter.encode(picture.image)), to: output + ".png")
    if let fidelity = manifest.summary.medianFidelity {
      Diagnostics.note(
        "atlas: \(counted(cells.count, "cell")), median fidelity \(decimal(Double(fidelity)))")
    }
    return [output + ".png"] + (picture.page == nil ? [] : [output + ".pdf"]) + [output + ".json"]
  }

  /// How the atlas is made: a plain one by the run that rendered its icons, as in whatever blocks they
  /// came, it is the same; a poster by the files that it was made of.
  private func making(_ sheet: IconSheet, _ doubts: IconDoubts?) throws -> AtlasManifest.Making {
    let icons = sheet.provenance
    let parameters =
      settings.record + [("icons", icons.command)]
      + (doubts.map { [("report", $0.sha256)] } ?? [])
      + (poster.isAsked ? [("labels", "true")] : [])
    let inputs = poster.isAsked ? try poster.digests(with: self.icons) : icons.inputs
    return AtlasManifest.Making(
      program: "atlas-assemble", version: projectVersion,
      parameters: Dictionary(parameters.map { ($0.name, $0.value) }) { $1 },
      inputs: Dictionary(inputs.map { ($0.name, $0.sha256) }) { $1 })
  }
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
      "gap", \Assembly.gapPixels, .number(in: 0...1000), make: "GAP",
      "White pixels between icons; with --labels at least a sixteenth of an icon")
  ]
}
