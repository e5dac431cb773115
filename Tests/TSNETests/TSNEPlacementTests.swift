import LayoutTestSupport
import Layouts
import Matrices
import Neighbors
import ParallelLoops
import TSNE
import TestTags
import Testing

@Suite(.tags(.quick), .serialized) struct TSNEPlacementTests {
  /// The nearest `count` old samples of each new one.
  private func query(_ new: [Int], _ old: [Int], of rows: Matrix, count: Int) -> NeighborTable {
    let lists = new.map { row in
      old.indices.map { index in
        let square = zip(rows[row: row], rows[row: old[index]]).reduce(Float(0)) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        return (square.squareRoot(), Int32(index))
      }.sorted(by: <).prefix(count)
    }
    return NeighborTable(
      rowCount: new.count, neighborCount: count, indices: lists.flatMap { $0.map(\.1) },
      distances: lists.flatMap { $0.map(\.0) })
  }

  @Test("held-out samples are placed among their neighbors, each by itself", arguments: [1, 2])
  func heldOut(dimension: Int) throws {
    let all = bentSheets(900, clusterCount: 4)
    let new = (0..<900).filter { $0 % 9 == 0 }
    let old = (0..<900).filter { $0 % 9 != 0 }
    let rows = chosen(all, old)
    var parameters = TSNEParameters(seed: 1)
    (parameters.dimension, parameters.perplexity) = (dimension, 20)
    let plane = principalInitialization(of: rows, seed: 1)
    let start = Matrix(
      rowCount: old.count, columnCount: dimension,
      elements: (0..<old.count).flatMap { Array(plane[row: $0].prefix(dimension)) })
    let layout = tsneLayout(
      of: tsneAffinities(
        of: try nearestNeighbors(of: rows, count: 60, metric: .euclidean), perplexity: 20),
      initialization: start, parameters: parameters
    ).positions
    let neighbors = query(new, old, of: all, count: 60)
    let placed = try placeByTSNE(neighbors: neighbors, on: layout, parameters: parameters)

    // Of the 15 nearest in truth, how many are among the 60 nearest in the layout; and the cluster.
    var (kept, sameCluster) = (0, 0)
    for row in 0..<new.count {
      let order = (0..<old.count).map { other in
        let square = zip(placed[row: row], layout[row: other]).reduce(Float(0)) {
          $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
        }
        return (square, other)
      }.sorted(by: <).map(\.1)
      let near = Set(order.prefix(60).map(Int32.init))
      kept += neighbors.indices[row * 60..<row * 60 + 15].count { near.contains($0) }
      sameCluster += old[order[0]] % 4 == new[row] % 4 ? 1 : 0
    }
    #expect(sameCluster >= new.count - 1)
    #expect(Double(kept) / Double(15 * new.count) > (dimension == 2 ? 0.9 : 0.5))

    // Half of the samples, on one thread and on three, go where they went.
    let half = query(Array(new.prefix(50)), old, of: all, count: 60)
    for count in [1, 3] {
      let (again, workerCount) = try Parallelism.observingWorkers(threadCount: count) {
        try placeByTSNE(neighbors: half, on: layout, parameters: parameters)
      }
      #expect(again.elements == Array(placed.elements.prefix(50 * dimension)))
      #expect(workerCount == count)
    }
  }

  @Test("no new samples and a layout of a single sample are possible", arguments: [1, 2])
  func small(dimension: Int) throws {
    var parameters = TSNEParameters(seed: 1)
    parameters.dimension = dimension
    let layout = Matrix(rowCount: 1, columnCount: dimension, repeating: 3)
    let none = NeighborTable(rowCount: 0, neighborCount: 1, indices: [], distances: [])
    #expect(try placeByTSNE(neighbors: none, on: layout, parameters: parameters).rowCount == 0)
    let one = NeighborTable(rowCount: 2, neighborCount: 1, indices: [0, 0], distances: [0, 5])
    let placed = try placeByTSNE(neighbors: one, on: layout, parameters: parameters)
    #expect(placed.elements == [Float](repeating: 3, count: 2 * dimension))
  }
}
