public import Matrices
public import Neighbors

/// Searches with progress; what cannot be compared becomes an error that names the file.
public func findNeighbors(
  of rows: Matrix, in path: String, count: Int, metric: Metric, search: SearchParameters
) throws -> NeighborTable {
  let progress = ProgressReporter("neighbors", total: rows.rowCount, unit: "rows")
  do {
    let table = try nearestNeighbors(of: rows, count: count, metric: metric, search: search) {
      progress.set(share: $0)
    }
    progress.set(share: 1)
    progress.finish()
    return table
  } catch { throw StageError("Cannot compare the rows of \(path): \(error)") }
}
