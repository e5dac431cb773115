extension CellsFile {
  /// The classes of the photographs that the samples of cells come from.
  public struct ClassShares: Sendable, Equatable {
    /// What people call each class; l of them.
    public var titles: [String]
    /// The samples of each class in each cell, m × l, row-major.
    public var counts: [Int32]
  }

  /// The classes of a grid's cells.
  ///
  /// - Parameter side: The grid's side; nil for the only one that there is.
  /// - Returns: The shares; nil where photographs have no classes.
  /// - Throws: `ArtifactError` if there is no such grid, or its classes are damaged.
  public func classShares(side: Int?) throws -> ClassShares? {
    let group = try self.group(side)
    guard reader.contains(Self.classCounts.at(group)) else { return nil }
    let lengths = try reader.lengths(of: Self.schema.datasets.map { $0.at(group) })
    let titles = try classTitles(of: group)
    let counts = try reader.read(Self.classCounts.at(group))
    guard counts.count == (lengths["m"] ?? 0) * titles.count, counts.allSatisfy({ $0 >= 0 }) else {
      throw reader.damage("classes of grid \(group) are not \(lengths["m"] ?? 0) × \(titles.count)")
    }
    return ClassShares(titles: titles, counts: counts)
  }

  /// The part of the layout that grids cover: the first coordinate at their left and right border, the second
  /// at the upper and the lower one.
  ///
  /// - Throws: `ArtifactError` if they are not known, or cover nothing.
  public func borders() throws -> (left: Double, right: Double, top: Double, bottom: Double) {
    let borders = (
      left: try reader.required(Self.left), right: try reader.required(Self.right),
      top: try reader.required(Self.top), bottom: try reader.required(Self.bottom)
    )
    guard borders.right > borders.left, borders.top > borders.bottom else {
      throw reader.damage("its grids have no extent")
    }
    return borders
  }
}
