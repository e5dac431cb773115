/// How far apart two rows are.
public enum Metric: String, Sendable, CaseIterable {
  /// 1 − cos of the angle between the rows; a row of zeros is at distance 1 from every other.
  case cosine
  /// The length of the difference of the rows.
  case euclidean
}

/// The nearest neighbours of every row of a matrix.
public struct NeighborTable: Sendable, Equatable {
  /// The number of rows.
  public let rowCount: Int
  /// The number of neighbours of a row.
  public let neighborCount: Int
  /// The neighbours, `rowCount × neighborCount`: nearest first, at equal distance the lower row
  /// first; a row is not its own neighbour.
  public let indices: [Int32]
  /// The distances to them, in the same order.
  public let distances: [Float]

  /// The share of the true neighbours that the search found, measured on a sample; 1 if it was exact.
  public let recall: Double

  /// Makes a table from its parts, for instance from a file.
  ///
  /// - Precondition: Both arrays hold `rowCount * neighborCount` elements.
  public init(
    rowCount: Int, neighborCount: Int, indices: [Int32], distances: [Float], recall: Double = 1
  ) {
    let count = rowCount * neighborCount
    precondition(
      indices.count == count && distances.count == count,
      "\(rowCount) × \(neighborCount) neighbours expected, got \(indices.count) and \(distances.count)"
    )
    self.rowCount = rowCount
    self.neighborCount = neighborCount
    self.indices = indices
    self.distances = distances
    self.recall = recall
  }
}

/// Rows that cannot be compared.
public struct NeighborError: Error, Equatable, CustomStringConvertible {
  /// The first row that holds NaN or an infinite value.
  public let row: Int

  /// The error about a row.
  package init(row: Int) { self.row = row }

  /// For instance `Cannot compare rows: row 17 holds NaN or an infinite value; leave it out`.
  public var description: String {
    "Cannot compare rows: row \(row) holds NaN or an infinite value; leave it out"
  }
}
