public import ArgumentParser
public import ArrayStore
public import Artifacts
internal import CommandLine
public import Matrices
public import Neighbors

// MARK: - Samples

/// Which samples a program takes, and by which vectors they are compared.
///
/// The published atlases compare raw activations; the scores of 64 principal components make as
/// good a layout in less time and memory (`Documentation/choices.md`).
public struct SampleArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Take the scores of this result of atlas-reduce.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var components: String?
  @Option(
    help: ArgumentHelp(
      "Take the raw activations of this result of atlas-extract.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var activations: String?

  /// Made by the argument parser.
  public init() {}

  /// Checks that one of the files is given, and not both.
  public func validate() throws {
    guard (components == nil) != (activations == nil) else {
      throw ValidationError("Give either --components or --activations.")
    }
  }

  /// The file that is given.
  public var files: [String] { [components, activations].compactMap { $0 } }

  /// Opens the file.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it has no vectors of this kind.
  public func open() throws -> SampleVectors {
    if let components { return try SampleVectors(components: components) }
    return try SampleVectors(activations: activations ?? "")
  }
}

// MARK: - Their neighbors

/// Searches the nearest neighbors of every sample with progress.
///
/// - Parameters:
///   - vectors: The vectors by which samples are compared, n × d.
///   - path: Their file, for messages.
///   - count: The neighbors per sample; fewer where there are fewer other samples.
///   - metric: How samples are compared.
///   - search: How exact the search is.
/// - Returns: The neighbors of each sample, nearest first.
/// - Throws: `StageError` that names the file, if a sample cannot be compared.
public func findNeighbors(
  of vectors: Matrix, in path: String, count: Int, metric: Metric, search: SearchParameters
) throws -> NeighborTable {
  try searching(vectors.rowCount, in: path) { (progress) throws(NeighborError) in
    try nearestNeighbors(
      of: vectors, count: count, metric: metric, search: search, progress: progress)
  }
}

/// Searches the nearest neighbors of the samples of a shard with progress.
///
/// - Returns: The samples, and their neighbors in this order.
/// - Throws: `StageError` that names the file, if a sample cannot be compared.
public func findNeighbors(
  of shard: Shard, vectors: Matrix, in path: String, count: Int, metric: Metric,
  search: SearchParameters
) throws -> (samples: [Int32], table: NeighborTable) {
  try searching(vectors.rowCount / shard.count, in: path) { (progress) throws(NeighborError) in
    try nearestNeighbors(
      ofPart: shard.index, of: shard.count, samples: vectors, count: count, metric: metric,
      search: search, progress: progress)
  }
}

private func searching<Found>(
  _ sampleCount: Int, in path: String,
  _ search: (@escaping @Sendable (Double) -> Void) throws(NeighborError) -> Found
) throws -> Found {
  let progress = ProgressReporter("neighbors", total: sampleCount, unit: "sample")
  do {
    let found = try search { progress.set(fraction: $0) }
    progress.set(fraction: 1)
    progress.finish()
    return found
  } catch { throw StageError("\(error) (in \(path))") }
}

extension NeighborTable {
  /// The neighbors in a file, at least so many of each sample, and how they were compared.
  ///
  /// A file may hold more than a layout wants, since one search serves several layouts; the layout
  /// takes the nearest of them.
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
  ///
  /// - Throws: `ArtifactError` if there is none of that name.
  public init(named name: String, in path: String) throws {
    guard let metric = Metric(rawValue: name) else {
      throw ArtifactError("Cannot use \(path): there is no metric \(name); make it anew")
    }
    self = metric
  }
}
