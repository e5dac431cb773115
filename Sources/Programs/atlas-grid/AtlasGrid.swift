import ArgumentParser
import ArrayStore
import CommandLine
import Grids
import Matrices

@main struct AtlasGrid: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-grid",
    abstract: "Average activations over the cells of a grid laid over the layout.",
    discussion: """
      The layout is clipped to its 1st and 99th percentiles and fitted to the unit square; each row \
      falls into one cell. A cell with enough rows gets their mean activation, their dispersion, and \
      the rows nearest to the mean as exemplars. Row 0 is at the top.

      Example:
        atlas-grid --activations activations.h5 --layout layout.h5 --grid 20,40 --output cells.h5
      """, version: projectVersion)

  @Option(help: ArgumentHelp("The result of atlas-extract.", valueName: "file"))
  var activations: String
  @Option(help: ArgumentHelp("The result of atlas-embed.", valueName: "file"))
  var layout: String
  @Option(help: ArgumentHelp("The result.", valueName: "file"))
  var output: String
  @Option(help: "Cells along a side; several numbers with commas make several levels.")
  var grid: GridSides = [20]
  @Option(help: "Rows that a cell needs at least.")
  var minimumCount = 6
  @Option(help: "Exemplars to keep of each cell.")
  var exemplars = 8
  @OptionGroup var common: CommonArguments

  func validate() throws {
    guard minimumCount >= 1 else {
      throw ValidationError("--minimum-count must be at least 1, got \(minimumCount).")
    }
    guard (0...1000).contains(exemplars) else {
      throw ValidationError("--exemplars must be from 0 to 1000, got \(exemplars).")
    }
  }

  func perform() throws -> [String] {
    let source = try ArrayFileReader(path: activations, kind: "activations")
    let shape = try source.matrixShape(of: "activations")
    let points = try ArrayFileReader(path: layout, kind: "layout").matrix("layout")
    guard points.rowCount == shape.rowCount, points.columnCount == 2 else {
      throw StageError(
        "Cannot use \(layout) with \(activations): \(points.rowCount) points of \(points.columnCount) coordinates for \(shape.rowCount) rows; lay these activations out first."
      )
    }
    let writer = try ArrayFileWriter(path: output, kind: "cells")
    try writer.write(
      Provenance(
        program: "atlas-grid",
        parameters: [
          ("grid", grid.description), ("minimum-count", "\(minimumCount)"),
          ("exemplars", "\(exemplars)"),
        ], inputs: [activations, layout]))
    try writer.copyDescription(from: source)
    for level in try average(source, shape, points) { try write(level, writer) }
    try writer.finish()
    return [output]
  }

  private func average(
    _ source: ArrayFileReader, _ shape: (rowCount: Int, columnCount: Int), _ points: Matrix
  ) throws -> [GridLevel] {
    let blocks = rowBlocks(rowCount: shape.rowCount, columnCount: shape.columnCount)
    let progress = ProgressReporter("grid", total: 2 * shape.rowCount, unit: "rows")
    do {
      let normalized = try NormalizedLayout(points)
      let grids = grid.sides.map {
        GridAssignment(normalized, side: $0, minimumCount: minimumCount)
      }
      for cells in grids.map(\.cells) where cells.cellCount == 0 {
        throw StageError(
          "Cannot make a grid of \(cells.side): no cell has \(minimumCount) rows; lower --minimum-count or --grid, or sample more positions."
        )
      }
      var means = CellMeans(of: grids, columnCount: shape.columnCount)
      for rows in blocks {
        try means.add(
          try source.matrix("activations", rows: rows), firstSample: rows.lowerBound)
        progress.advance(by: rows.count)
      }
      var details = CellDetails(of: means, exemplarCount: exemplars)
      for rows in blocks {
        try details.add(
          try source.matrix("activations", rows: rows), firstSample: rows.lowerBound)
        progress.advance(by: rows.count)
      }
      progress.finish()
      return details.levels()
    } catch let error as GridError {
      throw StageError("Cannot make cells of \(activations) and \(layout): \(error)")
    }
  }

  private func write(_ level: GridLevel, _ writer: ArrayFileWriter) throws {
    let cells = level.cells
    let count = cells.cellCount
    let group = "\(cells.side)"
    try writer.write("\(group)/row", cells.row.map(Int32.init), shape: [count])
    try writer.write("\(group)/column", cells.column.map(Int32.init), shape: [count])
    try writer.write("\(group)/count", cells.count.map(Int32.init), shape: [count])
    try writer.write("\(group)/mean", level.mean)
    try writer.write("\(group)/dispersion", level.dispersion, shape: [count])
    try writer.write("\(group)/exemplars", level.exemplars, shape: [count, exemplars])
    let cellOfSample = level.assignment.cellOfSample
    try writer.write("\(group)/cell_of_row", cellOfSample, shape: [cellOfSample.count])
    let rows = cells.count.reduce(0, +)
    let alike =
      zip(level.dispersion, cells.count).reduce(0.0) { $0 + (1 - Double($1.0)) * Double($1.1) }
      / Double(rows)
    Diagnostics.note(
      "grid \(cells.side): \(count) cells of \(cells.side * cells.side) hold \(rows) of \(cellOfSample.count) rows; mean cosine to the cell's mean \(decimal(alike, places: 3))"
    )
  }
}

/// `--grid`: numbers with commas between them.
struct GridSides: ExpressibleByArgument, ExpressibleByArrayLiteral, CustomStringConvertible {
  let sides: [Int]

  init(arrayLiteral sides: Int...) { self.sides = sides }

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false)
      .map { Int($0) }
    let sides = numbers.compactMap { $0 }
    guard sides.count == numbers.count, Set(sides).count == sides.count,
      sides.allSatisfy({ (1...2000).contains($0) })
    else { return nil }
    self.sides = sides
  }

  var description: String { sides.map(String.init).joined(separator: ",") }
}
