internal import Glibc
internal import Matrices
internal import Neighbors
internal import ParallelLoops
internal import Randomness

/// The cross-entropy that UMAP's steps minimize, estimated from a sample.
///
/// Every pair of samples has similarity v = 1/(1 + a·d^(2b)) in the layout. An edge of weight w
/// counts −w·ln v. As m random samples repel a sample for each edge that attracts it, −m·D/n·ln(1 −
/// v) is counted against every sample, where D is the sum of its weights. With the full 1 − w in
/// place of m·D/n it would be the paper's cross-entropy, which negative sampling does not minimize
/// (Damrich and Hamprecht, "On UMAP's true loss function", NeurIPS 2021, theorem 3.1). The edges of
/// the sample are summed exactly, the repulsive terms over 200 random partners of each.
struct CrossEntropy: Sendable {
  private let graph: NeighborGraph
  private let a: Double
  private let b: Double
  /// The number of negative samples per edge, times the weight of a repulsive force.
  private let repulsionWeight: Double
  private let sample: [Int]
  /// Random partners of each in the sample.
  private let partners: [Int32]

  // A value takes 200,000 evaluations of the curve and as many more as the sample has edges: a
  // fraction of an epoch of a large layout, and it is taken about 20 times.
  private static let sampleSize = 1000
  private static let partnerCount = 200

  /// Chooses the sample and its partners, the same for all epochs, so that the curve shows the
  /// layout and not the choice.
  init(_ graph: NeighborGraph, forces: UMAPForces, parameters: UMAPParameters) {
    self.graph = graph
    repulsionWeight = Double(parameters.negativeSampleCount) * Double(parameters.repulsion)
    (a, b) = (Double(forces.a), Double(forces.b))
    var stream = RandomStream(seed: parameters.seed, purpose: .evaluation, step: 1)
    sample = stream.distinctIntegers(min(Self.sampleSize, graph.rowCount), below: graph.rowCount)
    partners = (0..<sample.count * Self.partnerCount).map { _ in
      Int32(stream.integer(below: graph.rowCount))
    }
  }

  /// The cross-entropy per sample, in nats.
  func value(of positions: [SIMD2<Float>]) -> Double {
    guard graph.rowCount > 1 else { return 0 }
    var sums = [Double](repeating: 0, count: sample.count)
    sums.withDisjointWrites { sums in
      parallelFor(count: sample.count, grain: 16) { range in
        for index in range { sums[index] = value(ofSample: sample[index], index, positions) }
      }
    }
    return sums.reduce(0, +) / Double(sample.count)
  }

  private func value(
    ofSample node: Int, _ index: Int, _ positions: [SIMD2<Float>]
  ) -> Double {
    var (attraction, degree) = (0.0, 0.0)
    for edge in graph.range(ofRow: node) {
      let weight = Double(graph.weights[edge])
      attraction +=
        weight * log1p(dissimilarity(positions[node], positions[Int(graph.columns[edge])]))
      degree += weight
    }
    var repulsion = 0.0
    for partner in partners[index * Self.partnerCount..<(index + 1) * Self.partnerCount]
    where Int(partner) != node {
      // Samples at one position count as if a little apart, as in their repulsive forces: the
      // logarithm would be infinite.
      let apart = max(dissimilarity(positions[node], positions[Int(partner)]), 1e-4)
      repulsion -= log(apart / (1 + apart))
    }
    return attraction + degree * repulsionWeight * repulsion / Double(Self.partnerCount)
  }

  /// a·d^(2b), which is 1/v − 1.
  private func dissimilarity(_ first: SIMD2<Float>, _ second: SIMD2<Float>) -> Double {
    let difference = first - second
    return a * pow(Double((difference * difference).sum()), b)
  }
}
