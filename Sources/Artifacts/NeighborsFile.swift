public import ArrayStore

/// `neighbors.h5`: the nearest neighbors of every sample, written by `atlas-neighbors`.
///
/// One search serves every layout of the samples, t-SNE and UMAP and all their settings.
public struct NeighborsFile {
  private let reader: ArtifactReader

  /// The number of samples, n.
  public let sampleCount: Int
  /// The number of neighbors of a sample, k.
  public let neighborCount: Int

  /// The content of the file.
  public struct Content: Sendable, Equatable {
    /// The neighbors of each sample, nearest first; n × k, row-major.
    public var indices: [Int32]
    /// The distances to them; n × k, row-major.
    public var distances: [Float]
    /// The fraction of the true neighbors that were found; 1 where all samples were compared.
    public var recall: Double
    /// The name of the metric.
    public var metric: String

    /// Makes a content from its parts.
    public init(indices: [Int32], distances: [Float], recall: Double, metric: String) {
      self.indices = indices
      self.distances = distances
      self.recall = recall
      self.metric = metric
    }
  }

  /// The file's path.
  public var path: String { reader.path }

  /// Opens the neighbors of some samples.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - samples: The file whose samples they should be.
  ///   - sha256: That file's digest.
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it is not what it should be, or was made of
  ///   other samples.
  public init(path: String, of samples: SampleVectors, sha256: String) throws {
    reader = try ArtifactReader(Self.schema, path: path)
    sampleCount = reader.length("n")
    neighborCount = reader.length("k")
    try requireSame([
      Described(path, try reader.subject()), Described(samples.path, samples.subject),
    ])
    // By digest: neighbors of another layer have as many samples, and would make a layout of
    // nonsense.
    let made = try reader.file.provenance?.inputs.first?.sha256
    guard sampleCount == samples.sampleCount, made == sha256 else {
      throw ArtifactError(
        "Cannot use \(path) with \(samples.path): it holds the neighbors of other samples; "
          + "run atlas-neighbors on these")
    }
  }

  /// Reads at least so many neighbors of each sample, or all others where there are fewer samples.
  ///
  /// - Throws: `ArtifactError` if there are fewer, or the file is damaged.
  public func content(atLeast count: Int) throws -> Content {
    // Of few samples each has all others as neighbors.
    let needed = min(count, sampleCount - 1)
    guard neighborCount >= needed else {
      throw ArtifactError(
        "Cannot use \(reader.path): it has \(neighborCount) neighbors per sample, \(needed) are "
          + "needed; run atlas-neighbors with --neighbors \(count)")
    }
    let content = Content(
      indices: try reader.read(Self.neighbors), distances: try reader.read(Self.distances),
      recall: try reader.optional(Self.recall) ?? 1, metric: try reader.required(Self.metric))
    // Layouts use them as indices of samples.
    let samples = 0..<Int32(clamping: sampleCount)
    guard content.indices.allSatisfy(samples.contains) else {
      throw reader.damage("it names neighbors that are not samples")
    }
    guard content.distances.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw reader.damage("its distances are not all finite and positive")
    }
    return content
  }
}

// MARK: - Writing

/// Writes `neighbors.h5`.
public final class NeighborsWriter {
  private let writer: ArtifactWriter

  /// Begins a file.
  public init(
    path: String, subject: Subject, provenance: Provenance
  ) throws(ArrayStoreError) {
    writer = try ArtifactWriter(
      NeighborsFile.schema, path: path, provenance: provenance, subject: subject)
  }

  /// Writes all that the file holds, and completes it.
  ///
  /// - Precondition: `content` has the neighbors of `sampleCount` samples, the same number of each.
  public func finish(
    _ content: NeighborsFile.Content, sampleCount: Int
  ) throws(ArrayStoreError) {
    let shape = [sampleCount, content.indices.count / max(1, sampleCount)]
    try writer.write(NeighborsFile.neighbors, content.indices, shape: shape)
    try writer.write(NeighborsFile.distances, content.distances, shape: shape)
    try writer.set(NeighborsFile.metric, content.metric)
    try writer.set(NeighborsFile.recall, content.recall)
    try writer.finish()
  }
}

// MARK: - Form

extension NeighborsFile {
  static let neighbors = Dataset<Int32>(
    "neighbors", ["n", "k"], "Nearest neighbors of each sample, nearest first; without itself.")
  static let distances = Dataset<Float>(
    "distances", ["n", "k"], "Distances to them: 1 − cosine, or Euclidean.")
  static let metric = Attribute<String>(
    "metric", "How samples were compared: `cosine` or `euclidean`.")
  static let recall = Attribute<Double>(
    "recall", "Fraction of the true neighbors that were found, measured on a sample of queries.",
    .optionally("1 where there is none"))

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "neighbors", fileName: "neighbors.h5", program: "atlas-neighbors",
    summary: "The nearest neighbors of every sample, which all layouts of the samples share.",
    axes: [
      Axis("n", "samples", atLeast: 2), Axis("k", "neighbors of a sample", atLeast: 1),
    ],
    attributes: [metric.schema, recall.schema],
    datasets: [neighbors.schema, distances.schema],
    example: """
      import h5py
      with h5py.File("neighbors.h5") as f:
          print(f.attrs["metric"].decode(), "recall", f.attrs["recall"])
          neighbors, distances = f["neighbors"], f["distances"]
          print(neighbors.shape[1], "neighbors of each of", neighbors.shape[0], "samples")
          for other, distance in list(zip(neighbors[0], distances[0]))[:5]:
              print("sample", other, "at distance", distance)
      """)
}
