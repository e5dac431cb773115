/// Which rows are neighbours and how strongly: a symmetric sparse matrix of positive weights.
///
/// The rows are compressed (CSR): row i holds `columns` and `weights` at `rowStarts[i]` up to
/// `rowStarts[i + 1]`, columns ascending, without the diagonal.
public struct NeighborGraph: Sendable, Equatable {
  /// Where each row begins in the other two, and their length at the end: rows + 1 numbers.
  public let rowStarts: [Int]
  /// The neighbours.
  public let columns: [Int32]
  /// The weight of each, positive.
  public let weights: [Float]

  /// The number of rows.
  public var rowCount: Int { rowStarts.count - 1 }

  /// Makes a graph from its parts, for instance from a file.
  ///
  /// - Precondition: The starts ascend from 0 to the common length of the other two.
  public init(rowStarts: [Int], columns: [Int32], weights: [Float]) {
    precondition(
      rowStarts.first == 0 && rowStarts.last == columns.count && columns.count == weights.count,
      "rows from \(rowStarts.first ?? -1) to \(rowStarts.last ?? -1) over \(columns.count) columns "
        + "and \(weights.count) weights")
    (self.rowStarts, self.columns, self.weights) = (rowStarts, columns, weights)
  }

  /// The positions of a row in `columns` and `weights`.
  @inlinable
  public func range(ofRow row: Int) -> Range<Int> { rowStarts[row]..<rowStarts[row + 1] }
}
