public import ArrayStore
public import Matrices

/// `cells.h5`: the mean activations of the cells of one grid or several, written by `atlas-grid`.
public struct CellsFile {
  private let reader: ArtifactReader

  /// The sides of the grids, as the names of their groups; in the order of bytes, 20 before 7.
  private let groups: [String]
  /// Which network and layer the activations are of.
  public let subject: Subject

  /// The cells of a grid that have enough samples; m of them.
  public struct Level: Sendable, Equatable {
    /// The number of grid rows, which is that of columns.
    public var side: Int
    /// The grid row of each cell; m of them.
    public var row: [Int32]
    /// The grid column of each cell; m of them.
    public var column: [Int32]
    /// The number of samples in each cell; m of them.
    public var count: [Int32]
    /// The mean activation of each cell, m × c.
    public var mean: Matrix
    /// 1 less the mean cosine between a cell's samples and their mean, from 0 to 2; m of them.
    public var dispersion: [Float]

    /// Makes a level from its parts.
    public init(
      side: Int, row: [Int32], column: [Int32], count: [Int32], mean: Matrix, dispersion: [Float]
    ) {
      self.side = side
      self.row = row
      self.column = column
      self.count = count
      self.mean = mean
      self.dispersion = dispersion
    }
  }

  /// Opens a file.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it is not what it should be.
  public init(path: String) throws {
    reader = try ArtifactReader(Self.schema, path: path)
    groups = try reader.file.groups()
    subject = try reader.subject()
  }

  /// The file's path.
  public var path: String { reader.path }

  /// Reads the cells of a grid.
  ///
  /// - Parameter side: The grid's side; nil for the only one that there is.
  /// - Returns: The cells.
  /// - Throws: `ArtifactError` if there is no such grid, or its cells are damaged.
  public func level(side: Int?) throws -> Level {
    let group = try self.group(side)
    let lengths = try reader.lengths(of: Self.schema.datasets.map { $0.at(group) })
    // Sides size arrays and images later on.
    guard let number = Int(group), (1...10_000).contains(number) else {
      throw reader.damage("\(group) is not the side of a grid")
    }
    let level = Level(
      side: number, row: try reader.read(Self.row.at(group)),
      column: try reader.read(Self.column.at(group)),
      count: try reader.read(Self.count.at(group)),
      mean: try reader.matrix(Self.mean.at(group)),
      dispersion: try reader.read(Self.dispersion.at(group)))
    let inside = 0..<Int32(number)
    guard lengths["m"] == level.mean.rowCount, level.row.allSatisfy(inside.contains),
      level.column.allSatisfy(inside.contains)
    else { throw reader.damage("cells of grid \(group) lie outside of it") }
    // A single NaN would make every pixel of an icon one, hours later and without a word.
    guard level.mean.firstNonFiniteRow() == nil else {
      throw reader.damage("means of grid \(group) are not finite")
    }
    return level
  }

  /// The name of a grid's group.
  private func group(_ side: Int?) throws -> String {
    let names = groups.joined(separator: ", ")
    if let side {
      guard groups.contains("\(side)") else {
        throw ArtifactError("Cannot use \(path): it has no grid \(side); it has \(names)")
      }
      return "\(side)"
    }
    guard let only = groups.first, groups.count == 1 else {
      throw ArtifactError("Cannot use \(path): it has the grids \(names); choose one with --grid")
    }
    return only
  }
}

// MARK: - Writing

/// Writes `cells.h5`.
public final class CellsWriter {
  private let writer: ArtifactWriter

  /// Begins a file.
  public init(
    path: String, subject: Subject, provenance: Provenance
  ) throws(ArrayStoreError) {
    writer = try ArtifactWriter(
      CellsFile.schema, path: path, provenance: provenance, subject: subject)
  }

  /// Writes which part of the layout the grids cover.
  ///
  /// - Parameters:
  ///   - lower: The lower left corner of the grids, in coordinates of the layout.
  ///   - upper: The upper right corner.
  ///   - clippedCount: The number of samples beyond.
  /// - Throws: `ArrayStoreError`; the file is then removed.
  public func writeFrame(
    lower: SIMD2<Double>, upper: SIMD2<Double>, clippedCount: Int
  ) throws(ArrayStoreError) {
    try writer.set(CellsFile.left, lower.x)
    try writer.set(CellsFile.right, upper.x)
    try writer.set(CellsFile.bottom, lower.y)
    try writer.set(CellsFile.top, upper.y)
    try writer.set(CellsFile.clipped, clippedCount)
  }

  /// Writes the cells of a grid.
  ///
  /// - Parameters:
  ///   - level: The cells, m of them.
  ///   - exemplars: For each cell the samples nearest to its mean, the same number for each; −1
  ///     fills up.
  ///   - cellOfSample: The cell of each sample, −1 for none.
  /// - Throws: `ArrayStoreError`; the file is then removed.
  public func write(
    _ level: CellsFile.Level, exemplars: [Int32], cellOfSample: [Int32]
  ) throws(ArrayStoreError) {
    let group = "\(level.side)"
    let cellCount = level.row.count
    // Rows and columns of the cells, rather than a square array with gaps: few cells of a fine grid
    // are taken.
    try writer.write(CellsFile.row.at(group), level.row)
    try writer.write(CellsFile.column.at(group), level.column)
    try writer.write(CellsFile.count.at(group), level.count)
    try writer.write(CellsFile.mean.at(group), level.mean)
    try writer.write(CellsFile.dispersion.at(group), level.dispersion)
    try writer.write(
      CellsFile.exemplars.at(group), exemplars,
      shape: [cellCount, exemplars.count / max(1, cellCount)])
    try writer.write(CellsFile.cellOfSample.at(group), cellOfSample)
  }

  /// Completes the file: it appears under its name.
  public func finish() throws(ArrayStoreError) { try writer.finish() }
}

// MARK: - Form

extension CellsFile {
  static let row = Dataset<Int32>(
    "{side}/row", ["m"], unit: "0 … side − 1",
    "Grid row of each cell; row 0 is at the top, where the layout's second coordinate is largest.")
  static let column = Dataset<Int32>(
    "{side}/column", ["m"], unit: "0 … side − 1",
    "Grid column of each cell; column 0 is at the left, where the first coordinate is smallest.")
  static let count = Dataset<Int32>("{side}/count", ["m"], "Samples in each cell.")
  static let mean = Dataset<Float>(
    "{side}/mean", ["m", "c"], unit: "activation", "Mean activation of each cell's samples.")
  static let dispersion = Dataset<Float>(
    "{side}/dispersion", ["m"], unit: "0 … 2",
    "1 − mean cosine between the cell's samples and their mean; 0 if all point the same way.")
  static let exemplars = Dataset<Int32>(
    "{side}/exemplars", ["m", "e"],
    "Samples with the highest cosine to the cell's mean, highest first; −1 fills up.")
  static let cellOfSample = Dataset<Int32>(
    "{side}/cell_of_sample", ["n"],
    "Cell of each sample, an index into the cells; −1 for none: its cell has too few, or it is clipped."
  )

  private static let framed = Presence.optionally("except in files made before 2026-11-27")
  static let left = Attribute<Double>(
    "left", "First coordinate of the layout at the left border of the grids.", framed)
  static let right = Attribute<Double>("right", "The same at the right border.", framed)
  static let bottom = Attribute<Double>(
    "bottom", "Second coordinate of the layout at the lower border of the grids.", framed)
  static let top = Attribute<Double>("top", "The same at the upper border.", framed)
  static let clipped = Attribute<Int>(
    "clipped_samples", "Samples that lie beyond these borders, in no cell of any grid.", framed)

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "cells", format: 2, fileName: "cells.h5", program: "atlas-grid",
    summary: """
      The cells of square grids over the layout, a group for each grid, named for its side. Cells with \
      too few samples are left out, and so are samples far outside, beyond the borders of the grids.
      """,
    axes: [
      Axis("m", "cells of the grid", atLeast: 1), Axis("c", "channels of the layer", atLeast: 1),
      Axis("e", "exemplars of a cell"), Axis("n", "samples", atLeast: 1),
    ],
    attributes: [left, right, bottom, top].map(\.schema) + [clipped.schema],
    datasets: [
      row.schema, column.schema, count.schema, mean.schema, dispersion.schema, exemplars.schema,
      cellOfSample.schema,
    ],
    example: """
      import h5py
      with h5py.File("cells.h5") as f:
          print(f.attrs["clipped_samples"], "samples lie beyond the grids")
          for side in f:
              grid = f[side]
              print("grid", side, "has", len(grid["count"]), "cells of", int(side) ** 2)
              fullest = grid["count"][:].argmax()
              print("fullest: row", grid["row"][fullest], "column", grid["column"][fullest])
              print("holds", grid["count"][fullest], "samples, dispersion", grid["dispersion"][fullest])
              print("exemplars", [e for e in grid["exemplars"][fullest] if e >= 0])
              members = (grid["cell_of_sample"][:] == fullest).nonzero()[0]
              print("first samples", members[:5])
      """)
}
