public import ArrayStore

extension CellsFile {
  /// Means over cells of numbers that are known of photographs: the numeric columns of a table.
  public struct Columns: Sendable, Equatable {
    /// The columns' names; q of them.
    public var names: [String]
    /// The mean over each cell's samples that have a number, m × q, row-major; NaN where none has.
    public var means: [Double]
    /// The standard error of each mean over images, m × q; NaN where fewer than two have a number.
    public var errors: [Double]
    /// The samples that have a number, m × q.
    public var counts: [Int32]

    /// Makes columns from their parts.
    ///
    /// - Precondition: As many means as errors and counts, a number for each cell and name.
    public init(names: [String], means: [Double], errors: [Double], counts: [Int32]) {
      precondition(
        means.count == errors.count && means.count == counts.count
          && means.count.isMultiple(of: max(1, names.count)),
        "\(means.count) means, \(errors.count) errors and \(counts.count) counts of \(names.count) columns"
      )
      self.names = names
      self.means = means
      self.errors = errors
      self.counts = counts
    }
  }

  /// The means of a table's columns over the cells of a grid.
  ///
  /// - Parameter side: The grid's side; nil for the only one that there is.
  /// - Returns: The means; nil where no table was given.
  /// - Throws: `ArtifactError` if there is no such grid, or its columns are damaged.
  public func columns(side: Int?) throws -> Columns? {
    let group = try self.group(side)
    guard reader.contains(Self.columnNames.at(group)) else { return nil }
    let lengths = try reader.lengths(of: Self.schema.datasets.map { $0.at(group) })
    let names = try reader.read(Self.columnNames.at(group))
    let means = try reader.read(Self.columnMeans.at(group))
    let errors = try reader.read(Self.columnErrors.at(group))
    let counts = try reader.read(Self.columnCounts.at(group))
    let size = (lengths["m"] ?? 0) * names.count
    guard means.count == size, errors.count == size, counts.count == size else {
      throw reader.damage("columns of grid \(group) are not \(lengths["m"] ?? 0) × \(names.count)")
    }
    return Columns(names: names, means: means, errors: errors, counts: counts)
  }
}

// MARK: - Form

extension CellsFile {
  private static let tabled = Presence.optionally("with `--columns`")
  static let columnMeans = Dataset<Double>(
    "{side}/column_means", ["m", "q"],
    "Mean of each numeric column of the table over the cell's samples, each of which has the number of its photograph; NaN where none has one.",
    tabled)
  static let columnErrors = Dataset<Double>(
    "{side}/column_errors", ["m", "q"],
    "Standard error of each mean over photographs, as of a mean over clusters; NaN where fewer than two have a number.",
    tabled)
  static let columnCounts = Dataset<Int32>(
    "{side}/column_counts", ["m", "q"], "Samples whose photograph has a number in the column.",
    tabled)
  static let columnNames = Dataset<String>(
    "{side}/column_names", ["q"], "Name of each numeric column.", tabled)

  static let columnDatasets = [
    columnMeans.schema, columnErrors.schema, columnCounts.schema, columnNames.schema,
  ]
}

extension CellsWriter {
  /// Writes the means of a table's columns over the cells of a grid.
  ///
  /// - Parameters:
  ///   - columns: The means, m × q.
  ///   - side: The grid's side.
  /// - Throws: `ArrayStoreError`; the file is then removed.
  public func write(_ columns: CellsFile.Columns, side: Int) throws(ArrayStoreError) {
    let group = "\(side)"
    let columnCount = columns.names.count
    let shape = [columns.means.count / max(1, columnCount), columnCount]
    try writer.write(CellsFile.columnMeans.at(group), columns.means, shape: shape)
    try writer.write(CellsFile.columnErrors.at(group), columns.errors, shape: shape)
    try writer.write(CellsFile.columnCounts.at(group), columns.counts, shape: shape)
    try writer.write(CellsFile.columnNames.at(group), columns.names)
  }
}
