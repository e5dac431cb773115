import Activations
import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import Grids
import Matrices

@main struct AtlasGrid: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-grid",
    abstract: "Average activations over the cells of a grid on the layout.",
    usage: """
      atlas-grid --activations <file> --layout <file> --output <file> \\
        [<options>]
      """,
    discussion: """
      The grid covers the layout from the 1st to the 99th percentile of each axis and a tenth farther on \
      either side. What lies beyond is counted and in no cell. A cell with enough samples gets their mean \
      activation, their dispersion, and the samples nearest to the mean as exemplars, each from another \
      image. Row 0 of the grid is at the top.

      A table of the images (--columns) has a line of column names and a row for each image, whose name \
      it holds: a path below the folder or a file name, with or without the ending. Fields are separated \
      by tabs, commas or semicolons. Of every column of numbers each cell gets the mean over its samples.

      Example:
        atlas-grid --activations activations.h5 --layout layout.h5 \\
          --grid 20 --output cells.h5
      """, version: projectVersion)

  @Option(
    help: ArgumentHelp("The result of atlas-extract.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var activations: String
  @Option(
    help: ArgumentHelp("The result of atlas-embed.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var layout: String
  @Option(
    help: ArgumentHelp(
      "A table of the images, whose numeric columns are averaged over cells.", valueName: "file"),
    completion: .file(extensions: ["csv", "tsv", "txt"]))
  var columns: String?
  @Option(help: ArgumentHelp("The result.", valueName: "file"), completion: .file())
  var output: String
  @OptionGroup var settings: Settings<GridSettings>
  @OptionGroup var common: CommonArguments

  typealias AllSettings = Settings<GridSettings>

  var inputs: [String] { [activations, layout] + (columns.map { [$0] } ?? []) }
  var outputs: [String] { [output] }

  private var gridding: Gridding { settings.parameters }

  func perform() throws -> [String] {
    let source = try ActivationsFile(path: activations)
    let points = try LayoutFile(path: layout)
    try points.require(of: source)
    let origins = try source.origins()
    let table = try columns.map { try self.table($0, of: origins) }
    let writer = try CellsWriter(
      path: output, subject: source.subject,
      provenance: Provenance(
        program: "atlas-grid",
        parameters: settings.record, inputs: inputs))
    if let origins {
      try writer.write(origins, try source.geometry(), try source.imagesFolder())
    }
    do {
      let normalized = try NormalizedLayout(
        try points.positions(),
        horizontal: try points.contrast().map { _ in LayoutFile.Contrast.range })
      let grids = gridding.sides.map {
        GridAssignment(normalized, side: $0, minimumCount: gridding.minimumCount)
      }
      // Known from the layout alone, before activations are read.
      for cells in grids.map(\.cells) where 2 * cells.sampleCount < source.sampleCount {
        guard cells.cellCount > 0 else {
          throw StageError(gridding.refusal(of: cells.side, over: normalized))
        }
        Diagnostics.warn(gridding.doubt(about: cells, over: normalized))
      }
      let clippedCount = normalized.clipped.count
      try writer.writeFrame(
        lower: normalized.lower, upper: normalized.upper, clippedCount: clippedCount)
      if clippedCount > 0 {
        Diagnostics.note(
          "grid: \(clippedCount) of \(counted(source.sampleCount, "sample")) \(clippedCount == 1 ? "lies" : "lie") beyond its borders, in no cell"
        )
      }
      for level in try average(source, over: grids, images: origins?.image) {
        try write(level, to: writer)
        guard let table, let images = origins?.image else { continue }
        try writer.write(table.means(over: level.assignment, images), side: level.cells.side)
      }
    } catch let error as GridError {
      throw StageError("Cannot make cells of \(activations) and \(layout)", error)
    }
    try writer.finish()
    return [output]
  }

  /// The table of the images; says what of it counts.
  private func table(_ path: String, of origins: SampleOrigins?) throws -> ImageColumns {
    guard let origins else {
      throw StageError(
        "Cannot use --columns: \(activations) does not say which images its samples come from; leave the table out."
      )
    }
    let names = origins.collection.names
    let table = try ImageColumns(path: path, for: names)
    Diagnostics.note(
      "grid: \(counted(table.names.count, "numeric column")) of \(path), for \(table.imageCount) of \(counted(names.count, "image"))"
    )
    if !table.passedOver.isEmpty {
      Diagnostics.note(
        "grid: columns that are passed over, since they do not hold numbers alone: \(table.passedOver.joined(separator: ", "))"
      )
    }
    if table.repeatedCount > 0 {
      let verb = table.repeatedCount == 1 ? "has" : "have"
      Diagnostics.note(
        "grid: \(counted(table.repeatedCount, "image")) \(verb) several rows in \(path); the last one counts"
      )
    }
    return table
  }

  private func average(
    _ source: ActivationsFile, over grids: [GridAssignment], images: [Int32]?
  ) throws -> [GridLevel] {
    // Two passes: dispersion and exemplars are relative to the means. All grids share each pass,
    // since reading takes longer than adding.
    let averaging = ProgressReporter("cell means", total: source.sampleCount, unit: "sample")
    var means = CellMeans(of: grids, columnCount: source.channelCount)
    for samples in source.blocks {
      try means.add(try source.activations(samples), firstSample: samples.lowerBound)
      averaging.advance(by: samples.count)
    }
    averaging.finish()
    let comparing = ProgressReporter("exemplars", total: source.sampleCount, unit: "sample")
    var details = CellDetails(
      of: means, exemplarCount: gridding.exemplarCount, images: images)
    for samples in source.blocks {
      try details.add(try source.activations(samples), firstSample: samples.lowerBound)
      comparing.advance(by: samples.count)
    }
    comparing.finish()
    return details.levels()
  }

  private func write(_ level: GridLevel, to writer: CellsWriter) throws {
    let (cells, cellOfSample) = (level.cells, level.assignment.cellOfSample)
    try writer.write(
      CellsFile.Level(
        side: cells.side, row: cells.row.map(Int32.init), column: cells.column.map(Int32.init),
        count: cells.count.map(Int32.init), mean: level.mean, dispersion: level.dispersion,
        baseline: level.baselines),
      CellsFile.Samples(exemplars: level.exemplars, cellOfSample: cellOfSample))
    // The homogeneity that Documentation/choices.md compares: weighted by samples, not by cells.
    let samples = cells.sampleCount
    let similarity =
      zip(level.dispersion, cells.count).reduce(0.0) { $0 + (1 - Double($1.0)) * Double($1.1) }
      / Double(samples)
    let (cellCount, total) = (cells.cellCount, cells.side * cells.side)
    Diagnostics.note(
      """
      grid \(cells.side): \(cellCount) of \(counted(total, "cell")) \
      \(cellCount == 1 ? "holds" : "hold") \(samples) of \(counted(cellOfSample.count, "sample")); \
      mean cosine to the cell's mean \(decimal(similarity, places: 3))
      """)
  }
}

extension ImageColumns {
  /// The means over the cells of a grid, given the image of each sample.
  fileprivate func means(over grid: GridAssignment, _ images: [Int32]) -> CellsFile.Columns {
    let columns = CellColumns(grid, images: images, values: values, columnCount: names.count)
    return CellsFile.Columns(
      names: names, means: columns.means, errors: columns.errors, counts: columns.counts)
  }
}

/// Which grids are laid over a layout, and what their cells need and keep.
struct Gridding: Sendable {
  /// Cells along a side of each grid.
  var sides = [20]
  /// Samples that a cell needs at least.
  var minimumCount = 6
  /// Exemplars to keep of each cell.
  var exemplarCount = 8
}

extension Gridding {
  /// Why there is no grid of a side, and what works.
  fileprivate func refusal(of side: Int, over layout: NormalizedLayout) -> String {
    let fullest = GridAssignment(layout, side: side, minimumCount: 1).cells.count.max() ?? 0
    return
      "Cannot make a grid of \(side) × \(side): a cell needs \(counted(minimumCount, "sample")), and the fullest has \(fullest); \(remedy(for: side, over: layout))lower --minimum-count (MINIMUM_COUNT) to \(max(1, fullest)), or sample more positions."
  }

  /// That most samples are in no cell, and what helps.
  fileprivate func doubt(about cells: GridCells, over layout: NormalizedLayout) -> String {
    let sampleCount = layout.points.rowCount
    return
      "grid \(cells.side): \(sampleCount - cells.sampleCount) of \(counted(sampleCount, "sample")) are in no cell, since cells with fewer than \(minimumCount) are left out; \(remedy(for: cells.side, over: layout))lower --minimum-count (MINIMUM_COUNT), or sample more positions"
  }

  /// The finest round side that keeps at least half of the samples; fewer would be no atlas of them.
  private func remedy(for side: Int, over layout: NormalizedLayout) -> String {
    let sides = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200]
    let works = sides.reversed().first { candidate in
      candidate < side
        && 2
          * GridAssignment(layout, side: candidate, minimumCount: minimumCount)
          .cells.sampleCount >= layout.points.rowCount
    }
    return works.map { "take --grid \($0) (GRID=\($0) with make), " } ?? ""
  }
}

/// The settings of `atlas-grid`.
enum GridSettings: SettingsTable {
  static var defaults: Gridding { Gridding() }
  static let settings = [
    Setting(
      "grid", \Gridding.sides, .sides, make: "GRID", role: .decidesEachFile,
      "Cells along a side; several numbers with commas make several grids"),
    Setting(
      "minimum-count", \Gridding.minimumCount, .number(from: 1), make: "MINIMUM_COUNT",
      "Samples that a cell needs at least"),
    Setting(
      "exemplars", \Gridding.exemplarCount, .number(in: 0...1000), "Exemplars to keep of each cell"),
  ]
}

extension SettingForm<[Int]> {
  /// Different numbers with commas between them.
  fileprivate static var sides: SettingForm {
    .custom(
      "different numbers from 1 to 2000 with commas",
      text: { $0.map(String.init).joined(separator: ",") },
      parse: { text in
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let sides = numbers.compactMap { $0 }
        let isWhole = sides.count == numbers.count && Set(sides).count == sides.count
        return isWhole && sides.allSatisfy((1...2000).contains) ? sides : nil
      })
  }
}
