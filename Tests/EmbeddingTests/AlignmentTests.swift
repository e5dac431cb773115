import Embedding
import Glibc
import LayoutQuality
import LayoutTestSupport
import Layouts
import Matrices
import Neighbors
import Randomness
import TSNE
import TestTags
import Testing
import UMAP

@Suite(.tags(.slow), .leftOutOfQuickTests, .serialized) struct AlignmentTests {
  private static var methods: [LayoutMethod] {
    var umap = UMAPParameters(seed: 4)
    (umap.neighborCount, umap.epochCount) = (15, 200)
    var tsne = TSNEParameters(seed: 4)
    (tsne.perplexity, tsne.iterationCount) = (15, 250)
    return [.umap(umap), .tsne(tsne)]
  }

  /// The mean distance of samples to their partners, over the layout's root mean square radius.
  private func distance(_ first: Matrix, _ second: Matrix) -> Float {
    var (sum, squares) = (Float(0), Float(0))
    for row in 0..<first.rowCount {
      sum += hypot(first[row, 0] - second[row, 0], first[row, 1] - second[row, 1])
      squares += first[row, 0] * first[row, 0] + first[row, 1] * first[row, 1]
    }
    let count = Float(first.rowCount)
    return sum / count / (squares / count).squareRoot()
  }

  @Test(
    "anchors attract samples to their partners, and the layout stays as good", arguments: methods)
  func partners(method: LayoutMethod) throws {
    let truth = bentSheets(1000, clusterCount: 5)
    let first = noisy(truth, deviation: 0.1, seed: 1)
    // The other view has its columns in another order, as another layer has other channels.
    let other = noisy(truth, deviation: 0.1, seed: 2)
    let second = Matrix(
      rowCount: 1000, columnCount: 12,
      elements: (0..<1000).flatMap { row in
        (0..<12).map { other[row, 11 - $0] * ($0 % 2 == 0 ? 1 : -1) }
      })
    let lay = { (rows: Matrix, initialization: Matrix, anchors: LayoutAnchors?) in
      let table = try nearestNeighbors(of: rows, count: method.neighborCount, metric: .euclidean)
      return method.layout(
        of: method.graph(of: table), initialization: initialization, anchors: anchors
      )
      .positions
    }
    let standard = try lay(first, principalInitialization(of: first, seed: 1), nil)
    let principal = principalInitialization(of: second, seed: 1)
    let free = try lay(second, principal, nil)
    var begun = standard
    for row in 0..<1000 { for axis in 0..<2 { begun[row, axis] += 1e-3 * principal[row, axis] } }
    let aligned = try lay(second, begun, LayoutAnchors(targets: standard, strength: 0.1))

    let (apart, near) = (distance(standard, free), distance(standard, aligned))
    print("distance to partners over the radius: free \(apart), aligned \(near)")
    #expect(near < 0.25 * apart)
    let (plain, held) = (try report(free, second), try report(aligned, second))
    print("free \(plain)\naligned \(held)")
    // Two seeds of a layout differ by about half as much.
    #expect(held.neighborPreservation > plain.neighborPreservation - 0.04)
    #expect(held.trustworthiness > plain.trustworthiness - 0.005)
    #expect(held.continuity > plain.continuity - 0.01)
  }

  @Test("stronger anchors bring samples nearer, none and those that are not finite leave them free")
  func strength() throws {
    var parameters = UMAPParameters(seed: 4)
    (parameters.neighborCount, parameters.epochCount) = (15, 100)
    let rows = bentSheets(600)
    let graph = fuzzyGraph(
      of: try nearestNeighbors(of: rows, count: 15, metric: .euclidean), parameters: parameters)
    let start = principalInitialization(of: rows, seed: 1)
    let free = umapLayout(of: graph, initialization: start, parameters: parameters)
    // The layout turned by a quarter and moved away.
    let targets = Matrix(
      rowCount: 600, columnCount: 2,
      elements: (0..<600).flatMap { [30 - free.positions[$0, 1], free.positions[$0, 0] - 10] })
    let lay = { (targets: Matrix, strength: Float) in
      umapLayout(
        of: graph, initialization: start, parameters: parameters,
        anchors: LayoutAnchors(targets: targets, strength: strength))
    }
    #expect(lay(targets, 0) == free)
    #expect(lay(Matrix(rowCount: 600, columnCount: 2, repeating: .nan), 1) == free)
    let distances = [0, 0.01, 0.1, 1].map { distance(targets, lay(targets, $0).positions) }
    #expect(distances[0] > 0.8)
    #expect(distances == distances.sorted(by: >))
    #expect(distances[2] < 0.1 && distances[3] < 0.05)
    for scale in [1e30, 3e38] as [Float] {
      let layout = lay(Matrix(rowCount: 600, columnCount: 2, repeating: scale), 1)
      #expect(layout.losses.count == 21)
      #expect(layout.positions.elements.allSatisfy { $0.isFinite })
    }
  }

  private func report(_ layout: Matrix, _ rows: Matrix) throws -> QualityReport {
    try qualityReport(of: layout, for: rows, metric: .euclidean, sampleCount: 500, seed: 1)
  }
}
