public import ArrayStore

/// `icons.h5`: rendered icons with what was measured of them, written by `atlas-render`.
///
/// A file may hold a block of the grid's cells; blocks that were rendered on several machines are
/// put together by `atlas-assemble`. Each icon therefore says where it belongs, and no file of
/// cells is needed.
public struct IconsFile {
  private let reader: ArtifactReader

  /// What the icons are of.
  public let subject: Subject
  /// The network's and the layer's names.
  public let network, layer: String
  /// The number of grid rows, which is that of columns.
  public let gridSide: Int
  /// The side of an icon in pixels.
  public let iconSidePixels: Int
  /// How many cells the grid has, rendered in this file or elsewhere.
  public let cellTotal: Int
  /// Where the file comes from.
  public let provenance: Provenance

  /// Icons with where they belong and what was measured of them.
  public struct Icons: Sendable, Equatable {
    /// Red, green and blue of each pixel; m × s × s × 3.
    public var pixels: [UInt8]
    /// What was measured; m of each.
    public var measures: Measures
    /// Where they belong; m of each.
    public var cells: Cells
  }

  /// What is measured of icons; one number for each.
  public struct Measures: Sendable, Equatable {
    /// The cosine between the icon's activation and its direction, from −1 to 1; NaN where there is
    /// none.
    public var fidelity: [Float]
    /// The same under random transforms that were not used to optimize; their mean.
    public var transformedFidelity: [Float]
    /// The objective under these transforms.
    public var objective: [Float]
    /// Which of the independent runs was kept, counted from 0.
    public var restart: [Int32]
    /// The optimization steps of that run.
    public var steps: [Int32]
    /// The objective at each step; m × t row-major, NaN after the last one, or empty where it was not
    /// kept.
    public var objectiveByStep: [Float]

    /// Makes measures from their parts.
    public init(
      fidelity: [Float] = [], transformedFidelity: [Float] = [], objective: [Float] = [],
      restart: [Int32] = [], steps: [Int32] = [], objectiveByStep: [Float] = []
    ) {
      self.fidelity = fidelity
      self.transformedFidelity = transformedFidelity
      self.objective = objective
      self.restart = restart
      self.steps = steps
      self.objectiveByStep = objectiveByStep
    }

    /// Whether an icon found nothing to show: it evokes nothing of its direction, or leaves its channel
    /// or neuron at 0.
    public func isBlank(at index: Int) -> Bool {
      // A logit may be negative; that it is 0 to the last bit says that nothing reached it either.
      fidelity[index].isNaN ? objective[index] == 0 : fidelity[index] <= 0
    }

    /// Appends the measures of other icons.
    public mutating func append(_ other: Measures) {
      fidelity += other.fidelity
      transformedFidelity += other.transformedFidelity
      objective += other.objective
      restart += other.restart
      steps += other.steps
      objectiveByStep += other.objectiveByStep
    }
  }

  /// Where icons belong; one number for each.
  public struct Cells: Sendable, Equatable {
    /// The cell, channel or class that the icon shows.
    public var cell: [Int32]
    /// The grid row, from the top.
    public var row: [Int32]
    /// The grid column, from the left.
    public var column: [Int32]
    /// The samples in the cell; 0 for channels and classes.
    public var count: [Int32]
    /// The cell's dispersion.
    public var dispersion: [Float]

    /// Makes cells from their parts.
    public init(
      cell: [Int32], row: [Int32], column: [Int32], count: [Int32], dispersion: [Float]
    ) {
      self.cell = cell
      self.row = row
      self.column = column
      self.count = count
      self.dispersion = dispersion
    }
  }

  /// Opens a file.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it is not what it should be.
  public init(path: String) throws {
    reader = try ArtifactReader(Self.schema, path: path)
    subject = try reader.subject()
    network = try reader.required(Common.network)
    layer = try reader.required(Common.layer)
    gridSide = try reader.required(Self.gridSide)
    cellTotal = try reader.required(Self.cellTotal)
    iconSidePixels = reader.length("s")
    guard let provenance = try reader.file.provenance else {
      throw reader.damage("it does not say how it was made")
    }
    self.provenance = provenance
    // The product is the side of the atlas, for which memory is asked.
    guard (1...10_000).contains(gridSide), gridSide * iconSidePixels <= 1 << 16 else {
      throw reader.damage(
        "icons of \(iconSidePixels) pixels on a grid of \(gridSide) are more than an atlas has")
    }
  }

  /// The file's path.
  public var path: String { reader.path }

  /// Reads all icons.
  ///
  /// - Throws: `ArtifactError` if one lies outside the grid.
  public func icons() throws -> Icons {
    let cells = Cells(
      cell: try reader.read(Self.cell), row: try reader.read(Self.row),
      column: try reader.read(Self.column), count: try reader.read(Self.count),
      dispersion: try reader.read(Self.dispersion))
    // They become offsets into the atlas's pixels without further checks.
    let inside = 0..<Int32(gridSide)
    guard cells.row.allSatisfy(inside.contains), cells.column.allSatisfy(inside.contains) else {
      throw reader.damage("icons lie outside the grid")
    }
    return Icons(
      pixels: try reader.read(Self.icons), measures: try reader.measures(), cells: cells)
  }
}

// MARK: - Writing

/// Writes `icons.h5`: icons as they come, and what was measured of all of them at the end.
public final class IconsWriter {
  private let writer: ArtifactWriter
  private let icons: RowAppender<UInt8>

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: Where the file will be.
  ///   - subject: Which network and layer the icons are of.
  ///   - provenance: The run.
  ///   - target: What icons show: `direction`, `channel`, `neuron`, `logit` or `probability`.
  ///   - gridSide: The number of grid rows.
  ///   - cellTotal: How many cells the grid has.
  ///   - iconSidePixels: The side of an icon.
  /// - Throws: `ArrayStoreError` if there can be no such file.
  public init(
    path: String, subject: Subject, provenance: Provenance, target: String, gridSide: Int,
    cellTotal: Int, iconSidePixels: Int
  ) throws(ArrayStoreError) {
    writer = try ArtifactWriter(
      IconsFile.schema, path: path, provenance: provenance, subject: subject)
    try writer.set(IconsFile.target, target)
    try writer.set(IconsFile.gridSide, gridSide)
    try writer.set(IconsFile.cellTotal, cellTotal)
    icons = try writer.appendable(
      IconsFile.icons, rowShape: [iconSidePixels, iconSidePixels, 3])
  }

  /// Writes how directions were whitened.
  ///
  /// - Parameters:
  ///   - condition: The condition number of the second moment, and what it was shrunk to.
  ///   - shrinkage: How much it was shrunk, from 0 to 1.
  /// - Throws: `ArrayStoreError`; the file is then removed.
  public func write(
    whitening condition: (before: Double, after: Double), shrinkage: Double
  ) throws(ArrayStoreError) {
    try writer.set(IconsFile.conditionNumberBefore, condition.before)
    try writer.set(IconsFile.conditionNumber, condition.after)
    try writer.set(IconsFile.shrinkage, shrinkage)
  }

  /// Appends icons.
  public func append(pixels: [UInt8]) throws(ArrayStoreError) { try icons.append(pixels) }

  /// Writes what was measured of all icons and where they belong, and completes the file.
  public func finish(
    _ measures: IconsFile.Measures, _ cells: IconsFile.Cells
  ) throws(ArrayStoreError) {
    try writer.write(measures)
    try writer.write(IconsFile.cell, cells.cell)
    try writer.write(IconsFile.row, cells.row)
    try writer.write(IconsFile.column, cells.column)
    try writer.write(IconsFile.count, cells.count)
    try writer.write(IconsFile.dispersion, cells.dispersion)
    try writer.finish()
  }
}

// MARK: - Form

extension IconsFile {
  static let icons = Dataset<UInt8>(
    "icons", ["m", "s", "s", 3], unit: "0 … 255",
    "Red, green and blue (sRGB) of each icon's pixels, rows from the top.")
  // NaN rather than a dataset that is missing: files of all targets have one form.
  static let fidelity = Dataset<Float>(
    "fidelity", ["m"], unit: "−1 … 1",
    "Cosine between the cell's mean activation and what the icon evokes at the layer's center; NaN for targets that are not directions."
  )
  static let transformedFidelity = Dataset<Float>(
    "transformed_fidelity", ["m"], unit: "−1 … 1",
    "Mean of that cosine over random transforms that were not used to optimize.")
  static let objective = Dataset<Float>(
    "objective", ["m"], "Mean of the objective over these transforms.")
  static let restart = Dataset<Int32>(
    "restart", ["m"], "Which of the runs (`--restarts`) was kept, counted from 0.")
  static let steps = Dataset<Int32>(
    "steps", ["m"],
    "Optimization steps of that run; fewer than `--steps` where the fidelity had settled.")
  static let objectiveByStep = Dataset<Float>(
    "objective_by_step", ["m", "t"],
    "Objective at each step, under the step's random transform and in the precision of the optimization; NaN after an icon's last step.",
    .optionally("with `--loss`"))
  static let cell = Dataset<Int32>(
    "cell", ["m"], "Cell of the grid, channel or class that each icon shows.")
  static let row = Dataset<Int32>(
    "row", ["m"], unit: "0 … grid_side − 1", "Grid row of each icon, from the top.")
  static let column = Dataset<Int32>(
    "column", ["m"], unit: "0 … grid_side − 1", "Grid column of each icon, from the left.")
  static let count = Dataset<Int32>(
    "count", ["m"], "Samples in each cell; 0 for channels and classes.")
  static let dispersion = Dataset<Float>(
    "dispersion", ["m"], unit: "0 … 2", "Dispersion of each cell; 0 for channels and classes.")
  static let target = Attribute<String>(
    "target", "What icons show: `direction`, `channel`, `neuron`, `logit` or `probability`.")
  static let gridSide = Attribute<Int>("grid_side", "Rows and columns of the grid.")
  static let cellTotal = Attribute<Int>(
    "cell_total", "Cells of the grid, rendered in this file or in others.")

  private static let whitened = Presence.optionally("for whitened directions")
  static let conditionNumberBefore = Attribute<Double>(
    "condition_number_before", "Condition number of the activations' second moment.", whitened)
  static let conditionNumber = Attribute<Double>(
    "condition_number", "Condition number of the whitening matrix.", whitened)
  static let shrinkage = Attribute<Double>(
    "shrinkage", "How much the second moment was shrunk before it was inverted, from 0 to 1.",
    whitened)

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "icons", format: 3, fileName: "icons.h5", program: "atlas-render",
    summary: "Icons, where they belong on the grid, and how well they show their cells.",
    axes: [
      Axis("m", "icons in the file", atLeast: 1),
      Axis("s", "pixels along an icon's side", atLeast: 1),
      Axis("t", "the most optimization steps", atLeast: 1),
    ],
    attributes: [
      target.schema, gridSide.schema, cellTotal.schema, shrinkage.schema,
      conditionNumberBefore.schema, conditionNumber.schema,
    ],
    datasets: [
      icons.schema, fidelity.schema, transformedFidelity.schema, objective.schema, restart.schema,
      steps.schema,
      objectiveByStep.schema, cell.schema, row.schema, column.schema, count.schema,
      dispersion.schema,
    ],
    example: """
      import h5py
      import numpy as np
      with h5py.File("icons.h5") as f:
          icons, fidelity = f["icons"], f["fidelity"][:]
          print(len(icons), "icons of", icons.shape[1:3], "pixels")
          print("median fidelity", np.median(fidelity))
          worst = fidelity.argmin()
          print("least at row", f["row"][worst], "column", f["column"][worst], fidelity[worst])
          print("mean color there", icons[worst].mean(axis=(0, 1)))
      """)
}
