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

@Suite(.tags(.quick), .serialized) struct LayoutMethodTests {
  private var umap: UMAPParameters {
    var parameters = UMAPParameters(seed: 3)
    (parameters.neighborCount, parameters.epochCount) = (12, 20)
    return parameters
  }

  private var tsne: TSNEParameters {
    var parameters = TSNEParameters(seed: 3)
    parameters.perplexity = 5.5
    (parameters.earlyIterationCount, parameters.iterationCount) = (20, 30)
    return parameters
  }

  @Test("counts, dimension and seed are those of the settings")
  func counts() {
    var method = LayoutMethod.umap(umap)
    #expect(method.neighborCount == 12 && method.dimension == 2 && method.seed == 3)
    #expect(method.stepCount(forSampleCount: 10) == 20)
    let free = LayoutMethod.umap(UMAPParameters(seed: 1))
    #expect([9999, 10_000, 50_000].map { free.stepCount(forSampleCount: $0) } == [500, 200, 130])
    method.seed = 9
    var other = umap
    other.seed = 9
    #expect(method == .umap(other))

    var line = tsne
    line.dimension = 1
    method = .tsne(line)
    // Three times 5.5, rounded up.
    #expect(method.neighborCount == 17 && method.dimension == 1 && method.seed == 3)
    #expect(method.stepCount(forSampleCount: 10) == 50)
    method.seed = 9
    line.seed = 9
    #expect(method == .tsne(line))
  }

  @Test("graph, layout and placement are those of the functions")
  func agrees() throws {
    let rows = bentSheets(300)
    let table = try nearestNeighbors(of: rows, count: 20, metric: .euclidean)
    let start = principalInitialization(of: rows, seed: 1)
    let anchors = LayoutAnchors(targets: start, strength: 0.2)
    let new = try nearestNeighbors(
      of: bentSheets(40, seed: 5), among: rows, count: 20, metric: .euclidean)

    let byUMAP = LayoutMethod.umap(umap)
    let fuzzy = fuzzyGraph(of: table, parameters: umap)
    #expect(byUMAP.graph(of: table) == fuzzy)
    let flat = byUMAP.layout(of: fuzzy, initialization: start, anchors: anchors)
    #expect(
      flat == umapLayout(of: fuzzy, initialization: start, parameters: umap, anchors: anchors))
    #expect(
      try byUMAP.place(new, on: flat.positions)
        == placeByUMAP(neighbors: new, on: flat.positions, parameters: umap))

    let byTSNE = LayoutMethod.tsne(tsne)
    let affinities = tsneAffinities(of: table, perplexity: 5.5)
    #expect(byTSNE.graph(of: table) == affinities)
    let other = byTSNE.layout(of: affinities, initialization: start, anchors: anchors)
    #expect(
      other == tsneLayout(of: affinities, initialization: start, parameters: tsne, anchors: anchors)
    )
    #expect(
      try byTSNE.place(new, on: other.positions)
        == placeByTSNE(neighbors: new, on: other.positions, parameters: tsne))
    #expect(flat != other)
  }

  @Test(
    "forecasts grow with samples, columns, neighbors and steps, and hold samples, table and graph")
  func forecast() {
    var longer = (umap, tsne)
    longer.0.epochCount = 200
    longer.1.iterationCount = 3000
    for (method, slow) in [
      (LayoutMethod.umap(umap), LayoutMethod.umap(longer.0)), (.tsne(tsne), .tsne(longer.1)),
    ] {
      let forecast = { (rows: Int, columns: Int, neighbors: Int) in
        method.forecast(sampleCount: rows, dimension: columns, storedNeighborCount: neighbors)
      }
      var last = forecast(0, 64, 90)
      for rows in [2, 1000, 10_000, 100_000, 1_000_000, 10_000_000] {
        let next = forecast(rows, 64, 90)
        #expect(next.bytes > last.bytes && next.threadSeconds > last.threadSeconds)
        // The samples and the stored neighbors are in memory, and at least one edge a neighbor.
        let neighbors = min(method.neighborCount, rows - 1)
        #expect(next.bytes > rows * (64 * 4 + 90 * 8 + neighbors * 8))
        #expect(next.threadSeconds > 0 && next.threadSeconds.isFinite)
        last = next
      }
      let base = forecast(100_000, 64, 90)
      #expect(forecast(100_000, 512, 90).bytes > base.bytes)
      #expect(forecast(100_000, 64, 200).bytes > base.bytes)
      let slower = slow.forecast(sampleCount: 100_000, dimension: 64, storedNeighborCount: 90)
      #expect(slower.bytes == base.bytes && slower.threadSeconds > 2 * base.threadSeconds)
    }
  }
}
