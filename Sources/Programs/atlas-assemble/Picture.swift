import ArrayStore
import CommandLine
import IconCommandLine
import Images
import Mosaics
import Numerics

/// Icons put together: the plain atlas, or a poster.
struct Picture {
  let image: RGBImage
  /// The same as a page of PDF; nil for a plain atlas.
  let page: [UInt8]?
  let positions: IconPositions
  /// What the labels come from; nil for a plain atlas.
  let sources: IconSources?

  /// Puts icons side by side.
  ///
  /// - Parameters:
  ///   - sheet: The icons.
  ///   - gap: White pixels between them.
  ///   - path: The file to name where they do not fit.
  /// - Throws: When the image would have too many pixels.
  init(plain sheet: IconSheet, gap: Int, from path: String) throws {
    let side = sheet.gridSide * (sheet.iconSide + gap) - gap
    // As many pixels as this project's own reader of images takes, 768 MiB of memory.
    guard side * side <= 1 << 28 else {
      throw StageError(
        "Cannot assemble \(path): the image would have \(side) × \(side) pixels, more than 2²⁸; lower --gap or render smaller icons."
      )
    }
    var canvas = AtlasCanvas(side: sheet.gridSide, iconSidePixels: sheet.iconSide, gapPixels: gap)
    for cell in sheet.cells {
      canvas.place(cell.pixels.span, row: cell.row, column: cell.column)
      if cell.isBlank { canvas.crossOut(row: cell.row, column: cell.column) }
    }
    image = RGBImage(width: canvas.width, height: canvas.height, pixels: canvas.pixels)
    page = nil
    positions = canvas.positions
    sources = nil
  }

  /// Puts icons together with the names of their classes.
  ///
  /// - Parameters:
  ///   - sheet: The icons.
  ///   - sources: Their classes, and what is known of the atlas.
  ///   - gap: White pixels between icons, at least.
  ///   - path: The file to name where they do not fit.
  /// - Throws: When the image would have too many pixels, or there is not the memory for it.
  init(poster sheet: IconSheet, _ sources: IconSources, gap: Int, from path: String) throws {
    let cells = zip(sheet.cells, sources.classes ?? []).map { cell, classes in
      AtlasPoster.Cell(
        row: cell.row, column: cell.column, icon: cell.pixels, isBlank: cell.isBlank,
        label: classes.for.first.map {
          AtlasPoster.Label(text: $0.name.printable, isClear: $0.isClear)
        })
    }
    let fidelities = sheet.cells.map(\.fidelity).filter(\.isFinite).sorted()
    let words = AtlasPoster.Words(
      layer: sheet.layer.printable, network: sheet.network.printable, side: sheet.gridSide,
      facts: sources.printableFacts,
      medianFidelity: fidelities.isEmpty ? nil : quantile(0.5, ofSorted: fidelities))
    do {
      let poster = try AtlasPoster(
        gridSide: sheet.gridSide, iconSidePixels: sheet.iconSide, gapPixels: gap, cells: cells,
        words: words)
      let size = poster.size
      guard poster.isImage else {
        throw StageError(
          "Cannot assemble \(path): the poster would have \(size.x) × \(size.y) pixels, more than 2²⁸ or 16384 along a side; lower --gap or render smaller icons."
        )
      }
      page = try poster.pdf()
      image = try poster.image()
      positions = poster.positions
      self.sources = sources
    } catch let error as StageError {
      throw error
    } catch { throw StageError("Cannot draw \(path)", error) }
  }
}
