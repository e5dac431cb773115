import Glibc
import Matrices
import ParallelLoops
import Randomness

/// The cross-entropy that the steps of UMAP lower, estimated from a sample of the rows.
///
/// Every pair of rows has closeness v = 1/(1 + a·d^(2b)) in the layout. An edge of weight w counts
/// −w·ln v; and as a row is pushed by m random rows for each neighbour that pulls, it counts
/// −m·D/n·ln(1 − v) against every row, where D is the sum of its weights. With the full 1 − w in place
/// of m·D/n it would be the paper's cross-entropy, which sampling does not lower (Damrich and Hamprecht,
/// "On UMAP's true loss function", NeurIPS 2021, theorem 3.1). The edges of the sampled rows are
/// summed as they are, the pushes by 200 random rows for each.
struct CrossEntropy: Sendable {
  private let graph: NeighborGraph
  private let a: Double
  private let b: Double
  /// How many rows push for each neighbour that pulls, times the strength of a push.
  private let pushCount: Double
  private let sample: [Int]
  /// Random rows for each of the sample.
  private let others: [Int32]

  private static let sampleSize = 1000
  private static let otherCount = 200

  /// Chooses the rows and pairs.
  init(_ graph: NeighborGraph, forces: LayoutForces, parameters: UMAPParameters) {
    self.graph = graph
    pushCount = Double(parameters.negativeSampleCount) * Double(parameters.repulsion)
    (a, b) = (Double(forces.a), Double(forces.b))
    var stream = RandomStream(seed: parameters.seed, purpose: .evaluation, step: 1)
    sample = stream.distinctIntegers(min(Self.sampleSize, graph.rowCount), below: graph.rowCount)
    others = (0..<sample.count * Self.otherCount).map { _ in
      Int32(stream.integer(below: graph.rowCount))
    }
  }

  /// The cross-entropy per row.
  func value(of positions: [SIMD2<Float>]) -> Double {
    guard graph.rowCount > 1 else { return 0 }
    var sums = [Double](repeating: 0, count: sample.count)
    sums.withDisjointWrites { sums in
      parallelFor(count: sample.count, grain: 16) { range in
        for index in range { sums[index] = value(ofRow: sample[index], index, positions) }
      }
    }
    return sums.reduce(0, +) / Double(sample.count)
  }

  private func value(ofRow row: Int, _ index: Int, _ positions: [SIMD2<Float>]) -> Double {
    var (pulls, degree) = (0.0, 0.0)
    for edge in graph.range(ofRow: row) {
      let weight = Double(graph.weights[edge])
      pulls += weight * log1p(apartness(positions[row], positions[Int(graph.columns[edge])]))
      degree += weight
    }
    var pushes = 0.0
    for other in others[index * Self.otherCount..<(index + 1) * Self.otherCount]
    where Int(other) != row {
      // Rows at one place count as if a little apart, as their pushes do.
      let apart = max(apartness(positions[row], positions[Int(other)]), 1e-4)
      pushes -= log(apart / (1 + apart))
    }
    return pulls + degree * pushCount * pushes / Double(Self.otherCount)
  }

  /// a·d^(2b).
  private func apartness(_ first: SIMD2<Float>, _ second: SIMD2<Float>) -> Double {
    let difference = first - second
    return a * pow(Double((difference * difference).sum()), b)
  }
}
