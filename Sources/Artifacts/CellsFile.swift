public import ArrayStore
public import Matrices

/// `cells.h5`: the mean activations of the cells of one grid or several, written by `atlas-grid`.
public struct CellsFile {
  let reader: ArtifactReader

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
    /// The cosine between a cell's mean and that of all cells' samples, from −1 to 1; m of them.
    public var baseline: [Float]

    /// Makes a level from its parts.
    public init(
      side: Int, row: [Int32], column: [Int32], count: [Int32], mean: Matrix, dispersion: [Float],
      baseline: [Float]
    ) {
      self.side = side
      self.row = row
      self.column = column
      self.count = count
      self.mean = mean
      self.dispersion = dispersion
      self.baseline = baseline
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

  /// Where the file comes from; nil if it does not say.
  public var provenance: Provenance? { get throws { try reader.file.provenance } }

  /// The number of samples that lie beyond the borders of the grids.
  public func clippedCount() throws -> Int {
    let count = try reader.required(Self.clipped)
    guard count >= 0 else { throw reader.damage("it has \(count) samples beyond its borders") }
    return count
  }

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
      dispersion: try reader.read(Self.dispersion.at(group)),
      baseline: try reader.read(Self.baseline.at(group)))
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

  /// The sides of all grids, ascending.
  ///
  /// - Throws: `ArtifactError` if a grid's name is no side.
  public func sides() throws -> [Int] {
    let sides = groups.compactMap { Int($0) }
    guard sides.count == groups.count, !sides.isEmpty else {
      throw reader.damage("\(groups.joined(separator: ", ")) are not the sides of grids")
    }
    return sides.sorted()
  }

  /// The cell of each sample, an index into the cells of a grid; −1 for none.
  ///
  /// - Throws: `ArtifactError` if there is no such grid, or a sample is in a cell that there is not.
  public func cellOfSample(side: Int?) throws -> [Int32] {
    let group = try self.group(side)
    let cells = try reader.read(Self.cellOfSample.at(group))
    let count = Int32(clamping: try reader.shape(of: Self.row.at(group))[0])
    guard cells.allSatisfy({ $0 >= -1 && $0 < count }) else {
      throw reader.damage("samples of grid \(group) are in cells that it has not")
    }
    return cells
  }

  /// How many different images the samples of each cell of a grid come from; nil where they are unknown.
  ///
  /// - Throws: `ArtifactError` if there is no such grid.
  public func imageCounts(side: Int?) throws -> [Int32]? {
    let dataset = Self.imageCount.at(try group(side))
    return reader.contains(dataset) ? try reader.read(dataset) : nil
  }

  /// The name of a grid's group.
  func group(_ side: Int?) throws -> String {
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
  static let baseline = Dataset<Float>(
    "{side}/baseline", ["m"], unit: "−1 … 1",
    "Cosine between the cell's mean and the mean of all cells' samples: the fidelity of one and the same icon for the whole layer."
  )
  static let imageCount = Dataset<Int32>(
    "{side}/image_count", ["m"], "Different images that the samples of each cell come from.",
    SampleOrigins.absence)
  static let exemplars = Dataset<Int32>(
    "{side}/exemplars", ["m", "e"],
    "Samples with the highest cosine to the cell's mean, highest first, at most one of an image where origins are known; −1 fills up."
  )
  static let cellOfSample = Dataset<Int32>(
    "{side}/cell_of_sample", ["n"],
    "Cell of each sample, an index into the cells; −1 for none: its cell has too few, or it is clipped."
  )

  static let left = Attribute<Double>(
    "left", "First coordinate of the layout at the left border of the grids.")
  static let right = Attribute<Double>("right", "The same at the right border.")
  static let bottom = Attribute<Double>(
    "bottom", "Second coordinate of the layout at the lower border of the grids.")
  static let top = Attribute<Double>("top", "The same at the upper border.")
  static let clipped = Attribute<Int>(
    "clipped_samples", "Samples that lie beyond these borders, in no cell of any grid.")

  private static let located = Presence.optionally("where the images are known")
  static let exemplarNames = Dataset<String>(
    "{side}/exemplar_names", ["m", "e"],
    "Path of each exemplar's image below `images_folder`; empty strings fill up.",
    SampleOrigins.absence)
  static let exemplarBoxes = Dataset<Int32>(
    "{side}/exemplar_boxes", ["m", "e", 4], unit: "pixels of the image",
    "Left, upper, right and lower edge of what each exemplar depends on in its image, its receptive field as far as it lies within the image; right and lower edge lie behind the last pixel; −1 fills up.",
    located)
  static let exemplarCenters = Dataset<Float>(
    "{side}/exemplar_centers", ["m", "e", 2], unit: "pixels of the image",
    "Center of each exemplar's receptive field in its image, x and y, or its place among the layer's positions where the field is not known or is the whole input; NaN fills up.",
    located)

  static let exemplarClasses = Dataset<Int32>(
    "{side}/exemplar_classes", ["m", "e"],
    "Class of each exemplar's image, an index into `class_names`; −1 for none, and fills up.",
    classified)
  private static let classified = Presence.optionally("where images have classes")
  static let classCounts = Dataset<Int32>(
    "{side}/class_counts", ["m", "l"], "Samples of each class in each cell.", classified)
  static let classNames = Dataset<String>(
    "{side}/class_names", ["l"], "Name of each class.", classified)
  static let classLabels = Dataset<String>(
    "{side}/class_labels", ["l"],
    "What the network calls each class, from its labels; empty where it has none of that name.",
    .optionally("where a class is one of the network's"))

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "cells", format: 3, fileName: "cells.h5", program: "atlas-grid",
    summary: """
      The cells of square grids over the layout, a group for each grid, named for its side. Cells with \
      too few samples are left out, and so are samples far outside, beyond the borders of the grids. \
      With the names of images and their boxes, exemplars can be shown without another file but the \
      images: see `Examples/show_cell.py`.
      """,
    axes: [
      Axis("m", "cells of the grid", atLeast: 1), Axis("c", "channels of the layer", atLeast: 1),
      Axis("e", "exemplars of a cell"), Axis("n", "samples", atLeast: 1),
      Axis("l", "classes"), Axis("q", "numeric columns of a table of the images"),
    ],
    attributes: SampleOrigins.attributes + [ImagesFolder.attribute.schema]
      + [left, right, bottom, top].map(\.schema) + [clipped.schema],
    datasets: [
      row.schema, column.schema, count.schema, mean.schema, dispersion.schema, baseline.schema,
      imageCount.schema, exemplars.schema, cellOfSample.schema, exemplarNames.schema,
      exemplarBoxes.schema, exemplarCenters.schema, exemplarClasses.schema,
      classCounts.schema, classNames.schema, classLabels.schema,
    ] + columnDatasets,
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
              print("classes", dict(zip(grid["class_names"].asstr(), grid["class_counts"][fullest])))
              print(grid["exemplar_names"].asstr()[fullest, 0], grid["exemplar_boxes"][fullest, 0])
      """)
}
