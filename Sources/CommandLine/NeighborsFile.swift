public import ArgumentParser
public import ArrayStore
public import Neighbors

extension Metric: ExpressibleByArgument {}

/// A neighbour graph in a file: the result of `atlas-neighbors`.
public enum NeighborsFile {
  /// Writes neighbours, and by which metric they are near.
  public static func write(
    _ table: NeighborTable, metric: Metric, to writer: ArrayFileWriter
  ) throws {
    try writer.write("neighbors", table.indices, shape: [table.rowCount, table.neighborCount])
    try writer.write("distances", table.distances, shape: [table.rowCount, table.neighborCount])
    try writer.setAttribute("metric", .string(metric.rawValue))
    try writer.setAttribute("recall", .number(table.recall))
  }

  /// Opens a graph and checks that it is one of the rows of `rows`, the file with this digest.
  ///
  /// - Throws: `StageError` if it was made of other rows.
  public static func open(
    _ path: String, for rows: RowsFile, sha256: String
  ) throws -> ArrayFileReader {
    let file = try ArrayFileReader(path: path, kind: "neighbors")
    let shape = try file.matrixShape(of: "neighbors")
    let made = try file.provenance?.inputs.first?.sha256
    guard shape.rowCount == rows.rowCount, made == sha256 else {
      throw StageError(
        "Cannot use \(path) with \(rows.path): it holds the neighbours of other rows; run atlas-neighbors on these."
      )
    }
    return file
  }

  /// Reads the first neighbours of each row.
  ///
  /// - Parameters:
  ///   - file: From `open`.
  ///   - count: How many neighbours are wanted.
  /// - Returns: The neighbours, and by which metric they are near.
  /// - Throws: `StageError` for fewer, unless these are all rows, and for rows that are not there.
  public static func read(_ file: ArrayFileReader, count: Int) throws -> (NeighborTable, Metric) {
    let (rowCount, stored) = try file.matrixShape(of: "neighbors")
    guard stored >= min(count, rowCount - 1) else {
      throw StageError(
        "Cannot use \(file.path): it has \(stored) neighbours a row, \(min(count, rowCount - 1)) are needed; run atlas-neighbors with --neighbors \(count)."
      )
    }
    guard let metric = Metric(rawValue: try file.text("metric")),
      try file.shape(of: "distances") == [rowCount, stored]
    else { throw StageError("Cannot use \(file.path): it is damaged; make it again.") }
    let indices = try file.int32s("neighbors")
    let distances = try file.floats("distances")
    guard indices.allSatisfy({ $0 >= 0 && $0 < rowCount }),
      distances.allSatisfy({ $0 >= 0 && $0.isFinite })
    else { throw StageError("Cannot use \(file.path): it is damaged; make it again.") }
    var recall = 1.0
    if case .number(let number) = try file.attribute("recall") { recall = number }
    let table = NeighborTable(
      rowCount: rowCount, neighborCount: stored, indices: indices, distances: distances,
      recall: recall)
    return (table, metric)
  }
}
