import LayoutQuality
import LayoutTestSupport
import Layouts
import Matrices
import Neighbors
import ParallelLoops
import TestTags
import Testing
import UMAP

@Suite(.tags(.quick), .serialized) struct UMAPPlacementTests {
  private func parameters(_ neighborCount: Int) -> UMAPParameters {
    var parameters = UMAPParameters(seed: 1)
    (parameters.neighborCount, parameters.epochCount) = (neighborCount, 200)
    return parameters
  }

  private func layout(_ rows: Matrix, _ parameters: UMAPParameters) throws -> Matrix {
    let table = try nearestNeighbors(
      of: rows, count: parameters.neighborCount, metric: .euclidean)
    return umapLayout(
      of: fuzzyGraph(of: table, parameters: parameters),
      initialization: principalInitialization(of: rows, seed: 1), parameters: parameters
    ).positions
  }

  @Test("held-out samples are placed among their neighbors, each by itself")
  func heldOut() throws {
    let all = bentSheets(900, clusterCount: 4)
    let new = (0..<900).filter { $0 % 9 == 0 }
    let old = (0..<900).filter { $0 % 9 != 0 }
    let rows = chosen(all, old)
    let parameters = parameters(15)
    let layout = try layout(rows, parameters)
    let neighbors = try nearestNeighbors(
      of: chosen(all, new), among: rows, count: 15, metric: .euclidean)
    let placed = try placeByUMAP(neighbors: neighbors, on: layout, parameters: parameters)

    // Of the 15 nearest in truth, how many are among the 60 nearest in the layout; and the cluster.
    let near = try nearestNeighbors(of: placed, among: layout, count: 60, metric: .euclidean)
    var (kept, sameCluster) = (0, 0)
    for row in 0..<new.count {
      let found = Set(near.indices[row * 60..<(row + 1) * 60])
      kept += neighbors.indices[row * 15..<(row + 1) * 15].count { found.contains($0) }
      sameCluster += old[Int(near.indices[row * 60])] % 4 == new[row] % 4 ? 1 : 0
    }
    #expect(sameCluster >= new.count - 1)
    #expect(Double(kept) / Double(15 * new.count) > 0.9)

    // One thread and three put them at the same positions.
    for count in [1, 3] {
      let (again, workerCount) = try Parallelism.observingWorkers(threadCount: count) {
        try placeByUMAP(neighbors: neighbors, on: layout, parameters: parameters)
      }
      #expect(again == placed && workerCount == count)
    }
  }

  @Test("a sample's position does not depend on other new samples")
  func independent() throws {
    let all = bentSheets(400, clusterCount: 4)
    let rows = chosen(all, Array(100..<400))
    let parameters = parameters(10)
    let layout = try layout(rows, parameters)
    let place = { (new: [Int]) in
      try placeByUMAP(
        neighbors: try nearestNeighbors(
          of: chosen(all, new), among: rows, count: 10, metric: .euclidean),
        on: layout, parameters: parameters)
    }
    let together = try place(Array(0..<100))
    for row in [0, 1, 37, 99] {
      #expect(try place([row]).elements == Array(together[row: row]), "row \(row)")
    }
  }

  @Test("no new samples, equal ones, far ones and a layout of one sample are possible")
  func edges() throws {
    let rows = bentSheets(200)
    let parameters = parameters(10)
    let layout = try layout(rows, parameters)
    let none = NeighborTable(rowCount: 0, neighborCount: 10, indices: [], distances: [])
    #expect(try placeByUMAP(neighbors: none, on: layout, parameters: parameters).rowCount == 0)

    // Samples of the layout themselves, equal ones among them, and samples far from all.
    var queries = chosen(rows, [5, 5, 5, 9])
    for column in 0..<rows.columnCount { queries[3, column] = 1e6 }
    let table = try nearestNeighbors(of: queries, among: rows, count: 10, metric: .euclidean)
    let placed = try placeByUMAP(neighbors: table, on: layout, parameters: parameters)
    let extent = layout.elements.map(abs).max() ?? 0
    #expect(placed.elements.allSatisfy { abs($0) < 2 * extent })
    #expect((0..<2).allSatisfy { abs(layout[5, $0] - placed[0, $0]) < extent / 10 })
    #expect((0..<2).allSatisfy { placed[0, $0] == placed[1, $0] })

    let far = NeighborTable(
      rowCount: 1, neighborCount: 3, indices: [0, 1, 2], distances: [1e30, 2e30, 3e38])
    #expect(
      try placeByUMAP(neighbors: far, on: layout, parameters: parameters).elements
        .allSatisfy { abs($0) < 2 * extent })
    let point = Matrix(rowCount: 1, columnCount: 2, repeating: 3)
    let one = NeighborTable(rowCount: 2, neighborCount: 1, indices: [0, 0], distances: [0, 5])
    #expect(
      try placeByUMAP(neighbors: one, on: point, parameters: parameters).elements
        .allSatisfy { abs($0 - 3) < 10 })
  }
}
