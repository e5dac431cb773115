import Glibc
import LayoutTestSupport
import Layouts
import Matrices
import Neighbors
import TSNE
import TestTags
import Testing

@Suite(.tags(.quick)) struct TSNEAffinitiesTests {
  @Test("each sample's probabilities have the perplexity and sum to 1", arguments: [2, 5, 30])
  func perplexity(perplexity: Float) throws {
    let count = Int(3 * perplexity)
    let table = try nearestNeighbors(of: bentSheets(400), count: count, metric: .euclidean)
    let weights = neighborProbabilities(
      of: table, neighborCount: count, perplexity: perplexity)
    for row in 0..<table.rowCount {
      let own = weights[row * count..<(row + 1) * count].map(Double.init)
      #expect(abs(own.reduce(0, +) - 1) < 1e-5)
      let entropy = own.reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
      #expect(abs(exp(entropy) - Double(perplexity)) < 1e-3)
      #expect(zip(own, own.dropFirst()).allSatisfy { $0 >= $1 })
    }
  }

  @Test(
    "three perplexities of neighbors are wanted, rounded up",
    arguments: [(1, 3), (5.5, 17), (9.5, 29), (30, 90), (0.1, 1)] as [(Float, Int)])
  func neighborCount(perplexity: Float, expected: Int) {
    #expect(TSNEParameters.neighborCount(forPerplexity: perplexity) == expected)
    var parameters = TSNEParameters(seed: 1)
    parameters.perplexity = perplexity
    #expect(parameters.neighborCount == expected)
  }

  @Test("affinities are symmetric and sum to 1", arguments: [20, 90])
  func sum(neighborCount: Int) throws {
    let table = try nearestNeighbors(
      of: bentSheets(500), count: neighborCount, metric: .euclidean)
    let graph = tsneAffinities(of: table, perplexity: 30)
    #expect(abs(graph.weights.reduce(0) { $0 + Double($1) } - 1) < 1e-5)
    var weights: [SIMD2<Int32>: Float] = [:]
    for row in 0..<graph.rowCount {
      for position in graph.range(ofRow: row) {
        weights[SIMD2(Int32(row), graph.columns[position])] = graph.weights[position]
      }
    }
    #expect(weights.allSatisfy { weights[SIMD2($0.key.y, $0.key.x)] == $0.value })
  }

  @Test(
    "equal and extreme distances give valid probabilities",
    arguments: [
      [0, 0, 0, 0, 0, 0], [7, 7, 7, 7, 7, 7], [0, 0, 0, 0, 0, 1], [0, 1, 1, 1, 1, 1],
      [1e-38, 2e-38, 3e-38, 4e-38, 5e-38, 6e-38], [1, 1e38, 2e38, 3e38, 3e38, 3e38],
      [1, 1.000_000_1, 1.000_000_1, 1.000_000_1, 1.000_000_2, 1.000_000_2],
    ] as [[Float]])
  func degenerate(distances: [Float]) {
    let table = NeighborTable(
      rowCount: 1, neighborCount: 6, indices: [1, 2, 3, 4, 5, 6], distances: distances)
    let weights = neighborProbabilities(of: table, neighborCount: 6, perplexity: 2)
    #expect(weights.allSatisfy { $0 >= 0 && $0 <= 1 })
    #expect(abs(weights.reduce(0, +) - 1) < 1e-5)
    #expect(zip(weights, weights.dropFirst()).allSatisfy { $0 >= $1 })
  }
}
