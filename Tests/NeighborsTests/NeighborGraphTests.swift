import Matrices
import Neighbors
import ParallelLoops
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick), .serialized) struct NeighborGraphTests {
  /// `neighborCount` different samples for each sample, in random order, with random weights.
  private func randomLists(
    _ rowCount: Int, neighborCount: Int, seed: UInt64
  ) -> (table: NeighborTable, weights: [Float]) {
    var indices: [Int32] = []
    var weights: [Float] = []
    for row in 0..<rowCount {
      var stream = RandomStream(seed: seed, purpose: .evaluation, item: row)
      var chosen = stream.distinctIntegers(neighborCount, below: rowCount - 1).map {
        Int32($0 < row ? $0 : $0 + 1)
      }
      for index in stride(from: chosen.count - 1, to: 0, by: -1) {
        chosen.swapAt(index, stream.integer(below: index + 1))
      }
      indices += chosen
      weights += chosen.map { _ in stream.uniform() }
    }
    let table = NeighborTable(
      rowCount: rowCount, neighborCount: neighborCount, indices: indices,
      distances: [Float](repeating: 1, count: indices.count))
    return (table, weights)
  }

  @Test(
    "edges are those of the table, in both directions", arguments: [(2, 1), (40, 3), (1500, 20)])
  func matchesDictionary(size: (Int, Int)) {
    let (table, weights) = randomLists(size.0, neighborCount: size.1, seed: 3)
    var directed: [SIMD2<Int32>: Float] = [:]
    for (position, index) in table.indices.enumerated() {
      directed[SIMD2(Int32(position / size.1), index)] = weights[position]
    }
    let graph = NeighborGraph(symmetrizing: table, neighborCount: size.1, weights: weights) {
      ($0 + $1) / 2
    }
    var edgeCount = 0
    for row in 0..<graph.rowCount {
      let columns = graph.columns[graph.range(ofRow: row)]
      #expect(columns.elementsEqual(Set(columns).sorted()))
      for position in graph.range(ofRow: row) {
        let column = graph.columns[position]
        let outgoing = directed[SIMD2(Int32(row), column)]
        let incoming = directed[SIMD2(column, Int32(row))]
        #expect(outgoing != nil || incoming != nil)
        #expect(graph.weights[position] == ((outgoing ?? 0) + (incoming ?? 0)) / 2)
        edgeCount += outgoing != nil ? 1 : 0
      }
    }
    #expect(edgeCount == directed.count)
  }

  @Test("any number of threads gives the same bytes", arguments: 2...5)
  func threads(count: Int) {
    let (table, weights) = randomLists(3000, neighborCount: 9, seed: 5)
    let graphs = [1, count].map { count in
      let (graph, workerCount) = Parallelism.observingWorkers(threadCount: count) {
        NeighborGraph(symmetrizing: table, neighborCount: 9, weights: weights, combine: max)
      }
      #expect(workerCount == count)
      return graph
    }
    #expect(graphs[0] == graphs[1])
  }

  @Test("own and repeated indices are ignored, edges without weight left out")
  func irregular() {
    let table = NeighborTable(
      rowCount: 3, neighborCount: 3, indices: [0, 1, 1, 2, 1, 2, 0, 2, 0],
      distances: [Float](repeating: 1, count: 9))
    let graph = NeighborGraph(
      symmetrizing: table, neighborCount: 3, weights: [9, 1, 2, 3, 9, 4, 0, 9, 5]
    ) { $0 + $1 }
    #expect(graph.rowStarts == [0, 1, 3, 4])
    #expect(graph.columns == [1, 0, 2, 1])
    #expect(graph.weights == [1, 1, 3, 3])
  }

  @Test("no samples or no neighbors make a graph without edges", arguments: [0, 1, 4])
  func empty(rowCount: Int) {
    let table = NeighborTable(rowCount: rowCount, neighborCount: 0, indices: [], distances: [])
    let graph = NeighborGraph(symmetrizing: table, neighborCount: 0, weights: []) { $0 + $1 }
    #expect(graph.rowCount == rowCount && graph.columns.isEmpty)
  }
}
