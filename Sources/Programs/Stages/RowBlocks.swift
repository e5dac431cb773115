/// Ranges of rows of about 64 MiB each, for passes over a matrix that is not held whole.
///
/// - Parameters:
///   - rowCount: The number of rows.
///   - columnCount: The numbers in a row.
/// - Returns: Consecutive ranges that together make up `0..<rowCount`.
public func rowBlocks(rowCount: Int, columnCount: Int) -> [Range<Int>] {
  let rows = max(1024, (64 << 20) / max(1, 4 * columnCount))
  return stride(from: 0, to: rowCount, by: rows).map { $0..<min($0 + rows, rowCount) }
}
