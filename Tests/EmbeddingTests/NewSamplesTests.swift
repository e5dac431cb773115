import Embedding
import LayoutQuality
import LayoutTestSupport
import Layouts
import Matrices
import Neighbors
import TSNE
import TestTags
import Testing
import UMAP

@Suite(.tags(.slow), .leftOutOfQuickTests, .serialized) struct NewSamplesTests {
  private static let methods: [LayoutMethod] = [
    .umap(UMAPParameters(seed: 2)), .tsne(TSNEParameters(seed: 2)),
  ]

  @Test(
    "samples taken out and placed again are in their own or an adjacent cell", arguments: methods)
  func ownCell(method: LayoutMethod) throws {
    let rows = noisy(bentSheets(3000, clusterCount: 10), deviation: 0.1, seed: 4)
    let table = try nearestNeighbors(of: rows, count: method.neighborCount, metric: .euclidean)
    let layout = method.layout(
      of: method.graph(of: table), initialization: principalInitialization(of: rows, seed: 2)
    ).positions
    // One in ten of every cluster.
    let new = (0..<3000).filter { $0 / 10 % 10 == 3 }
    let old = (0..<3000).filter { $0 / 10 % 10 != 3 }
    let neighbors = try nearestNeighbors(
      of: chosen(rows, new), among: chosen(rows, old), count: method.neighborCount,
      metric: .euclidean)
    let placed = try method.place(neighbors, on: chosen(layout, old))

    let cells = { (positions: Matrix, row: Int) in
      (0..<2).map { axis in
        let column = (0..<layout.rowCount).map { layout[$0, axis] }
        let (low, high) = (column.min() ?? 0, column.max() ?? 1)
        return Int((20 * (positions[row, axis] - low) / (high - low)).rounded(.down))
      }
    }
    let near = new.indices.count { index in
      zip(cells(placed, index), cells(layout, new[index])).allSatisfy { abs($0 - $1) <= 1 }
    }
    let share = Double(near) / Double(new.count)
    print("placed again within a cell of their own: \(share)")
    #expect(share > 0.9)
  }

  @Test(
    "a layout with a position out of range is an error that names the sample", arguments: methods)
  func outOfRange(method: LayoutMethod) throws {
    let samples = bentSheets(50)
    let neighbors = try nearestNeighbors(
      of: chosen(samples, [3, 4]), among: samples, count: 20, metric: .euclidean)
    for value in [1.1e12, 3e38, .infinity, .nan] as [Float] {
      var layout = principalInitialization(of: samples, seed: 1)
      layout[17, 1] = -value
      let error = #expect(throws: PlacementError.self) {
        try method.place(neighbors, on: layout)
      }
      #expect(error?.sample == 17 && error?.description.contains("sample 17") == true)
    }
    var far = principalInitialization(of: samples, seed: 1)
    for index in far.elements.indices { far.elements[index] *= 1e11 }
    #expect(try method.place(neighbors, on: far).elements.allSatisfy(\.isFinite))
  }
}
