public import ArrayStore

extension ArrayFileReader {
  /// The size of a matrix that is read block by block; an error if it has no rows or no columns.
  public func matrixShape(of name: String) throws -> (rowCount: Int, columnCount: Int) {
    let shape = try shape(of: name)
    guard shape.count == 2, shape[0] > 0, shape[1] > 0 else {
      throw StageError(
        "Cannot use \(path): \(name) has the shape \(shape), rows and columns are expected; make it again."
      )
    }
    return (shape[0], shape[1])
  }
}

/// Ranges of rows of about 64 MiB each, for passes over a matrix that is not held whole.
///
/// - Parameters:
///   - rowCount: The number of rows.
///   - columnCount: The numbers in a row.
/// - Returns: Consecutive ranges that together make up `0..<rowCount`.
public func rowBlocks(rowCount: Int, columnCount: Int) -> [Range<Int>] {
  // A multiple of 1,024: blocks that begin anywhere would change the last bits of products.
  let rows = max(1, (64 << 20) / max(1, 4 * columnCount) / 1024) * 1024
  return stride(from: 0, to: rowCount, by: rows).map { $0..<min($0 + rows, rowCount) }
}
