/// How far apart two vectors are.
public enum Metric: String, Sendable, CaseIterable {
  /// 1 − cos of the angle between the vectors; a vector of zeros is at distance 1 from every other.
  case cosine
  /// The length of the difference of the vectors.
  case euclidean
}

/// The nearest neighbors of each of some samples.
public struct NeighborTable: Sendable, Equatable {
  /// The number of rows, one per sample.
  public let rowCount: Int
  /// The number of neighbors of a sample.
  public let neighborCount: Int
  /// The neighbors, `rowCount × neighborCount`: nearest first, at equal distance the lower index
  /// first; a sample is not its own neighbor.
  public let indices: [Int32]
  /// The distances to them, in the same order.
  public let distances: [Float]
  /// The fraction of the true neighbors that the search found, estimated on a sample; 1 if it was
  /// exact.
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
      "\(rowCount) × \(neighborCount) neighbors expected, got \(indices.count) and "
        + "\(distances.count) distances")
    self.rowCount = rowCount
    self.neighborCount = neighborCount
    self.indices = indices
    self.distances = distances
    self.recall = recall
  }
}

/// Samples that cannot be compared.
public struct NeighborError: Error, Equatable, CustomStringConvertible {
  /// The first sample that holds NaN or an infinite value.
  public let sample: Int

  /// The error about a sample.
  package init(sample: Int) { self.sample = sample }

  /// For instance `Cannot compare samples: sample 17 holds NaN or an infinite value; extract it
  /// again or leave it out`.
  public var description: String {
    "Cannot compare samples: sample \(sample) holds NaN or an infinite value; extract it again or "
      + "leave it out"
  }
}
