import Glibc
import LayoutTestSupport
import Layouts
import Matrices
import Neighbors
import TestTags
import Testing
import UMAP

@Suite(.tags(.quick)) struct FuzzyGraphTests {
  @Test("memberships of a sample sum to log2 k", arguments: [5, 15, 50])
  func sums(k: Int) throws {
    let table = try nearestNeighbors(of: bentSheets(400), count: k, metric: .euclidean)
    let smooth = membershipKernels(of: table, neighborCount: k, localConnectivity: 1)
    for row in 0..<table.rowCount {
      let distances = table.distances[row * k..<(row + 1) * k]
      #expect(smooth[row].rho == distances.first)
      let sum = distances.reduce(0) { $0 + smooth[row].membership(at: $1) }
      #expect(abs(sum - log2(Float(k))) < 1e-3)
    }
  }

  @Test("a fraction of local connectivity lies between two neighbors")
  func localConnectivity() {
    let table = NeighborTable(
      rowCount: 1, neighborCount: 4, indices: [1, 2, 3, 4], distances: [0, 1, 2, 4])
    let rho = { (connectivity: Float) in
      membershipKernels(of: table, neighborCount: 4, localConnectivity: connectivity)[0].rho
    }
    #expect([0.5, 1, 1.5, 2.25, 3, 9].map(rho) == [0.5, 1, 1.5, 2.5, 4, 4])
  }

  @Test(
    "the graph is symmetric, without diagonal, weights in (0, 1]",
    arguments: [0, 0.5, 1] as [Float])
  func symmetric(mix: Float) throws {
    let table = try nearestNeighbors(of: bentSheets(300), count: 10, metric: .euclidean)
    var parameters = UMAPParameters(seed: 1)
    parameters.setOperationMix = mix
    let graph = fuzzyGraph(of: table, parameters: parameters)
    var weights: [[Int]: Float] = [:]
    for row in 0..<graph.rowCount {
      let range = graph.rowStarts[row]..<graph.rowStarts[row + 1]
      #expect(
        graph.columns[range].map(Int.init) == Set(graph.columns[range].map(Int.init)).sorted())
      for position in range {
        weights[[row, Int(graph.columns[position])]] = graph.weights[position]
      }
    }
    #expect(!weights.isEmpty)
    for (pair, weight) in weights {
      #expect(pair[0] != pair[1] && weight > 0 && weight <= 1)
      #expect(weights[[pair[1], pair[0]]] == weight)
    }
  }

  @Test("weights are the fuzzy union and intersection of memberships")
  func union() {
    // Samples 0 and 1 are each other's nearest; 2 takes 0 for its nearest, but not the other way.
    let table = NeighborTable(
      rowCount: 3, neighborCount: 1, indices: [1, 0, 0], distances: [1, 1, 5])
    var parameters = UMAPParameters(seed: 1)
    let union = fuzzyGraph(of: table, parameters: parameters)
    #expect(union.rowStarts == [0, 2, 3, 4] && union.columns == [1, 2, 0, 0])
    #expect(union.weights == [1, 1, 1, 1])
    parameters.setOperationMix = 0.25
    #expect(fuzzyGraph(of: table, parameters: parameters).weights == [1, 0.25, 1, 0.25])
    parameters.setOperationMix = 0
    #expect(fuzzyGraph(of: table, parameters: parameters).columns == [1, 0])
  }

  @Test("equal samples belong together with certainty")
  func allEqual() throws {
    let table = try nearestNeighbors(
      of: Matrix(rowCount: 9, columnCount: 3, repeating: 2), count: 4, metric: .euclidean)
    let graph = fuzzyGraph(of: table, parameters: UMAPParameters(seed: 1))
    #expect(graph.weights.count >= 9 * 4 && graph.weights.allSatisfy { $0 == 1 })
  }
}

@Suite(.tags(.quick)) struct CurveTests {
  /// a and b by scipy.optimize.curve_fit on the same 300 points.
  @Test(
    "the curve is the least-squares fit",
    arguments: [
      (1, 0.1, 1.576_943_5, 0.895_060_9), (1, 0.05, 1.750_225_0, 0.842_055_4),
      (1, 0, 1.932_808_4, 0.790_495_0), (2, 0.5, 0.258_878_7, 1.057_499_7),
      (0.5, 0.5, 1.667_716_9, 1.929_240_4),
    ] as [(Float, Float, Float, Float)])
  func agreesWithScipy(spread: Float, minimum: Float, a: Float, b: Float) {
    let curve = fitCurve(spread: spread, minimumDistance: minimum)
    #expect(abs(curve.a - a) < 1e-4 * a)
    #expect(abs(curve.b - b) < 1e-4 * b)
  }
}
