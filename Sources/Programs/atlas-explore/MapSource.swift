import ArrayStore
import Artifacts
import CommandLine
import Evidence
import Explorer
import FoundationEssentials
import IconCommandLine
import IconQuality
import Images
import Mosaics

/// An atlas as its files have it.
struct MapSource {
  /// A grid.
  struct Level {
    let sheet: IconSheet
    let cells: CellsFile
    let level: CellsFile.Level
    /// Classes, and what is left out.
    let sources: IconSources
    let effects: AttributionFile?
    let report: IconReport?
    let evidence: EvidenceManifest?
    /// The folder of the patches' files.
    let evidenceFolder: String?

    var side: Int { sheet.gridSide }
  }

  let path: String
  let subject: Subject
  let network, layer: String
  /// The grids, coarsest first.
  let levels: [Level]
  /// The classes that it is of, and those of both ends of its axis.
  let chosen: [String]
  let axis: ExplorerManifest.Axis?
  /// Where samples come from; nil where that is not known, or they are not in the order of images.
  let origins: SampleOrigins?

  /// Reads the files.
  ///
  /// - Throws: When one is damaged, or is not of the others.
  init(_ files: AtlasFiles) throws {
    levels = try files.grids.map { try Level($0, files) }
    let first = levels[0]
    path = files.folder
    subject = first.sheet.subject
    network = first.sheet.network
    layer = first.sheet.layer
    let facts = first.sources.printableFacts
    chosen = facts.chosenFor ?? []
    axis =
      if let left = facts.leftClass, let right = facts.rightClass {
        ExplorerManifest.Axis(left: left, right: right)
      } else { nil }
    let origins = try files.layout.flatMap { try LayoutFile(path: $0).origins() }
    let isInOrder = origins.map { zip($0.image, $0.image.dropFirst()).allSatisfy(<=) } ?? false
    self.origins = isInOrder ? origins : nil
  }

  /// What the map is called.
  var title: String { (chosen.isEmpty ? "" : chosen.joined(separator: " – ") + " in ") + layer }

  var kind: ExplorerManifest.Kind {
    chosen.isEmpty ? .layer : chosen.count == 1 ? .class : .comparison
  }
}

extension MapSource.Level {
  fileprivate init(_ files: AtlasFiles.Grid, _ all: AtlasFiles) throws {
    let sheet = try IconSheet(paths: [files.icons])
    guard sheet.gridSide == files.side else {
      throw StageError("Cannot explore \(files.icons): it is of a grid of \(sheet.gridSide).")
    }
    cells = try CellsFile(path: files.cells)
    let level = try cells.level(side: files.side)
    sources = try IconSources(
      sheet, attribution: files.attribution, cells: files.cells, layout: all.layout,
      activations: all.activations)
    guard sheet.isOfCells(row: level.row, column: level.column) else {
      throw StageError(
        "Cannot explore \(files.icons) with \(files.cells): its icons are of other cells; render these."
      )
    }
    (self.sheet, self.level) = (sheet, level)
    effects = try files.attribution.map { try AttributionFile(path: $0) }
    report = try files.report.map { path in
      _ = try IconDoubts(path: path, icons: [files.icons])
      return try Self.decoded(path) { try IconReport(json: $0) }
    }
    evidence = try files.evidence.map { path in
      let manifest = try Self.decoded(path) { try EvidenceManifest(json: $0) }
      let places = zip(level.row, level.column).map { SIMD2(Int($0), Int($1)) }
      guard manifest.made.inputs.values.contains(try sha256(ofFile: files.cells)),
        manifest.cells.map({ SIMD2($0.row, $0.column) }) == places
      else {
        throw StageError(
          "Cannot explore \(path) with \(files.cells): its patches are of other cells; run atlas-evidence on these."
        )
      }
      return manifest
    }
    evidenceFolder = files.evidence.map { String($0.dropLast("/evidence.json".count)) }
  }

  private static func decoded<Content>(
    _ path: String, _ read: ([UInt8]) throws -> Content
  ) throws -> Content {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw StageError("Cannot read \(path).")
    }
    do { return try read(Array(data)) } catch {
      throw StageError("Cannot use \(path): it is damaged; make it anew.")
    }
  }
}

// MARK: - Pyramid

extension MapSource {
  /// The side of the map at zoom 0, the same for all grids.
  var worldSide: Double {
    TilePyramid.worldSide(side: levels[0].side, iconSidePixels: levels[0].sheet.iconSide)
  }

  /// The icons of a grid as tiles.
  func pyramid(of level: Level) -> TilePyramid {
    TilePyramid(
      side: level.side, iconSidePixels: level.sheet.iconSide, worldSide: worldSide,
      icons: level.sheet.cells.map { cell in
        TilePyramid.Icon(
          row: cell.row, column: cell.column,
          image: RGBImage(
            width: level.sheet.iconSide, height: level.sheet.iconSide, pixels: cell.pixels),
          isBlank: cell.isBlank)
      })
  }
}
