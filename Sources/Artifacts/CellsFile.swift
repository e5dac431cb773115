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
    // Beside the grids lie the names of images and classes.
    groups = try reader.file.groups().filter { Int($0) != nil }
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

extension CellsFile {
  /// What is known of the samples of a grid's cells beyond their activations.
  public struct Samples: Sendable, Equatable {
    /// For each cell the samples nearest to its mean, the same number for each; −1 fills up.
    public var exemplars: [Int32]
    /// The cell of each sample, −1 for none.
    public var cellOfSample: [Int32]

    /// Makes samples from their parts.
    public init(exemplars: [Int32], cellOfSample: [Int32]) {
      self.exemplars = exemplars
      self.cellOfSample = cellOfSample
    }
  }
}

/// Writes `cells.h5`.
public final class CellsWriter {
  private let writer: ArtifactWriter
  /// Where the samples come from, and where they lie in images, where that is known.
  private var origins: SampleOrigins?
  private var geometry: SampleGeometry?

  /// Begins a file.
  public init(
    path: String, subject: Subject, provenance: Provenance
  ) throws(ArrayStoreError) {
    writer = try ArtifactWriter(
      CellsFile.schema, path: path, provenance: provenance, subject: subject)
  }

  /// Writes the names of images and classes, so that exemplars can be shown and classes be counted
  /// in the grids that are written afterwards.
  ///
  /// - Throws: `ArrayStoreError`; the file is then removed.
  public func write(
    _ origins: SampleOrigins, _ geometry: SampleGeometry?, _ folder: ImagesFolder?
  ) throws(ArrayStoreError) {
    self.origins = origins
    self.geometry = geometry
    try writer.write(
      origins.collection, layerHeight: origins.layerHeight, layerWidth: origins.layerWidth)
    if let folder { try writer.write(folder) }
  }

  /// Writes the cells of a grid.
  ///
  /// - Parameters:
  ///   - level: The cells, m of them.
  ///   - samples: Their samples.
  /// - Throws: `ArrayStoreError`; the file is then removed.
  public func write(
    _ level: CellsFile.Level, _ samples: CellsFile.Samples
  ) throws(ArrayStoreError) {
    let exemplars = samples.exemplars
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
    try writer.write(CellsFile.cellOfSample.at(group), samples.cellOfSample)
    guard let origins else { return }
    try write(exemplars, of: group, cellCount: cellCount, origins)
    try write(classesOf: samples.cellOfSample, of: group, cellCount: cellCount, origins)
  }

  /// Writes from which images exemplars come, and where they lie in them.
  private func write(
    _ exemplars: [Int32], of group: String, cellCount: Int, _ origins: SampleOrigins
  ) throws(ArrayStoreError) {
    let exemplarCount = exemplars.count / max(1, cellCount)
    try writer.write(
      CellsFile.exemplarImages.at(group),
      exemplars.map { $0 < 0 ? -1 : origins.image[Int($0)] }, shape: [cellCount, exemplarCount])
    guard let geometry else { return }
    let places = exemplars.map { sample in
      sample < 0
        ? .none
        : geometry.place(
          image: Int(origins.image[Int(sample)]), y: Int(origins.y[Int(sample)]),
          x: Int(origins.x[Int(sample)]))
    }
    try writer.write(
      CellsFile.exemplarBoxes.at(group), places.flatMap(\.box),
      shape: [cellCount, exemplarCount, 4])
    try writer.write(
      CellsFile.exemplarCenters.at(group), places.flatMap(\.center),
      shape: [cellCount, exemplarCount, 2])
  }

  /// Counts the samples of each class in each cell.
  private func write(
    classesOf cellOfSample: [Int32], of group: String, cellCount: Int, _ origins: SampleOrigins
  ) throws(ArrayStoreError) {
    let classCount = origins.collection.classNames.count
    guard classCount > 0 else { return }
    var counts = [Int32](repeating: 0, count: cellCount * classCount)
    for (cell, kind) in zip(cellOfSample, origins.classes) where cell >= 0 && kind >= 0 {
      counts[Int(cell) * classCount + Int(kind)] += 1
    }
    try writer.write(CellsFile.classCounts.at(group), counts, shape: [cellCount, classCount])
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
    "{side}/cell_of_sample", ["n"], "Cell of each sample, an index into the cells; −1 for none.")

  private static let located = Presence.optionally("where the images are known")
  static let exemplarImages = Dataset<Int32>(
    "{side}/exemplar_images", ["m", "e"],
    "Image of each exemplar, an index into `images/name`; −1 fills up.", located)
  static let exemplarBoxes = Dataset<Int32>(
    "{side}/exemplar_boxes", ["m", "e", 4], unit: "pixels of the image",
    "Left, upper, right and lower edge of what each exemplar depends on in its image, its receptive field as far as it lies within the image; right and lower edge lie behind the last pixel; −1 fills up.",
    located)
  static let exemplarCenters = Dataset<Float>(
    "{side}/exemplar_centers", ["m", "e", 2], unit: "pixels of the image",
    "x and y of the center of each exemplar's receptive field in its image; NaN fills up.", located)
  static let classCounts = Dataset<Int32>(
    "{side}/class_counts", ["m", "l"], "Samples of each class in each cell.",
    .optionally("where images have classes"))

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "cells", format: 3, fileName: "cells.h5", program: "atlas-grid",
    summary: """
      The cells of square grids over the layout, a group for each grid, named for its side. Cells with \
      too few samples are left out. With the names of images and their boxes, exemplars can be shown \
      without another file but the images: see `Examples/show_cell.py`.
      """,
    axes: [
      Axis("m", "cells of the grid", atLeast: 1), Axis("c", "channels of the layer", atLeast: 1),
      Axis("e", "exemplars of a cell"), Axis("n", "samples", atLeast: 1),
    ] + SampleOrigins.axes,
    attributes: SampleOrigins.attributes + [ImagesFolder.attribute.schema],
    datasets: [
      row.schema, column.schema, count.schema, mean.schema, dispersion.schema, exemplars.schema,
      cellOfSample.schema, exemplarImages.schema, exemplarBoxes.schema, exemplarCenters.schema,
      classCounts.schema, SampleOrigins.namesDataset.schema, SampleOrigins.classesDataset.schema,
      SampleOrigins.classNamesDataset.schema, SampleOrigins.classLabelsDataset.schema,
    ],
    example: """
      import h5py
      with h5py.File("cells.h5") as f:
          for side in filter(str.isdigit, f):
              grid = f[side]
              print("grid", side, "has", len(grid["count"]), "cells of", int(side) ** 2)
              fullest = grid["count"][:].argmax()
              print("fullest: row", grid["row"][fullest], "column", grid["column"][fullest])
              print("holds", grid["count"][fullest], "samples, dispersion", grid["dispersion"][fullest])
              print("exemplars", [e for e in grid["exemplars"][fullest] if e >= 0])
              print("most of class", f["classes/name"].asstr()[grid["class_counts"][fullest].argmax()])
              image, box = grid["exemplar_images"][fullest, 0], grid["exemplar_boxes"][fullest, 0]
              print(f["images/name"].asstr()[image], "in the box", box)
      """)
}
