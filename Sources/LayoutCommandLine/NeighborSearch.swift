public import Artifacts
internal import CommandLine
public import Matrices
public import Neighbors

/// Searches with progress; what cannot be compared becomes an error that names the file.
public func findNeighbors(
  of vectors: Matrix, in path: String, count: Int, metric: Metric, search: SearchParameters
) throws -> NeighborTable {
  let progress = ProgressReporter("neighbors", total: vectors.rowCount, unit: "samples")
  do {
    let table = try nearestNeighbors(of: vectors, count: count, metric: metric, search: search) {
      progress.set(share: $0)
    }
    progress.set(share: 1)
    progress.finish()
    return table
  } catch { throw StageError("\(error) (in \(path))") }
}

extension NeighborTable {
  /// The neighbors in a file, at least so many of each sample, and how they were compared.
  ///
  /// - Throws: `ArtifactError` if there are fewer, or the file is damaged.
  public static func read(
    _ file: NeighborsFile, atLeast count: Int
  ) throws -> (table: NeighborTable, metric: Metric) {
    let content = try file.content(atLeast: count)
    let table = NeighborTable(
      rowCount: file.sampleCount, neighborCount: file.neighborCount, indices: content.indices,
      distances: content.distances, recall: content.recall)
    return (table, try Metric(named: content.metric, in: file.path))
  }

  /// What is written of the neighbors.
  public func content(metric: Metric) -> NeighborsFile.Content {
    NeighborsFile.Content(
      indices: indices, distances: distances, recall: recall, metric: metric.rawValue)
  }
}

extension Metric {
  /// The metric that a file names.
  public init(named name: String, in path: String) throws {
    guard let metric = Metric(rawValue: name) else {
      throw ArtifactError("Cannot use \(path): there is no metric \(name); make it anew")
    }
    self = metric
  }
}
