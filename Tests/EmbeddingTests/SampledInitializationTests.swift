import Embedding
import LayoutQuality
import LayoutTestSupport
import Layouts
import Matrices
import Neighbors
import ParallelLoops
import TSNE
import TestTags
import Testing
import UMAP

@Suite(.tags(.slow), .leftOutOfQuickTests, .serialized) struct SampledInitializationTests {
  private static var methods: [LayoutMethod] {
    var umap = UMAPParameters(seed: 4)
    (umap.neighborCount, umap.epochCount) = (10, 100)
    var tsne = TSNEParameters(seed: 4)
    (tsne.perplexity, tsne.iterationCount) = (10, 100)
    var line = tsne
    line.dimension = 1
    return [.umap(umap), .tsne(tsne), .tsne(line)]
  }

  @Test("any number of threads gives the same bytes, another seed others", arguments: methods)
  func threads(method: LayoutMethod) throws {
    let rows = bentSheets(1500)
    let start = { (count: Int, seed: UInt64) in
      var method = method
      method.seed = seed
      let (start, workerCount) = try Parallelism.observingWorkers(threadCount: count) {
        try sampledInitialization(
          of: rows, chosenCount: 400, metric: .euclidean, method: method, search: .exact)
      }
      #expect(workerCount == count)
      return start
    }
    let one = try start(1, 4)
    #expect(one.rowCount == 1500 && one.columnCount == method.dimension)
    for count in [1, 2, 3] { #expect(try start(count, 4) == one) }
    #expect(try start(2, 5) != one)
  }

  @Test("samples begin near similar ones", arguments: methods)
  func near(method: LayoutMethod) throws {
    let rows = bentSheets(1500)
    let start = try sampledInitialization(
      of: rows, chosenCount: 400, metric: .euclidean, method: method, search: .exact)
    let report = try qualityReport(
      of: start, for: rows, metric: .euclidean, sampleCount: 400, seed: 1)
    #expect(report.trustworthiness > (method.dimension == 2 ? 0.95 : 0.9))
    #expect(report.continuity > 0.9)
    // Along a line sheets are cut, at how many places depends on the seed: the mean over three, which is 0.96.
    let shares = try (method.seed..<method.seed + 3).map { seed in
      var method = method
      method.seed = seed
      let start = try sampledInitialization(
        of: rows, chosenCount: 400, metric: .euclidean, method: method, search: .exact)
      let nearest = try nearestNeighbors(of: start, count: 1, metric: .euclidean)
      return Double((0..<1500).count { Int(nearest.indices[$0]) % 4 == $0 % 4 }) / 1500
    }
    #expect(shares.reduce(0, +) / 3 > (method.dimension == 2 ? 0.98 : 0.94), "\(shares)")
  }

  @Test("choosing all samples gives their layout", arguments: methods)
  func whole(method: LayoutMethod) throws {
    let rows = bentSheets(120)
    let start = try sampledInitialization(
      of: rows, chosenCount: 500, metric: .euclidean, method: method, search: .exact)
    #expect(start.rowCount == 120 && start.elements.allSatisfy { $0.isFinite })
    #expect(Set((0..<120).map { start[$0, 0] }).count == 120)
  }

  @Test(
    "equal samples, and two samples, get finite positions, distinct but for rounding",
    arguments: methods)
  func equal(method: LayoutMethod) throws {
    for (count, sample) in [(300, 100), (2, 2), (3, 2)] {
      let start = try sampledInitialization(
        of: Matrix(rowCount: count, columnCount: 5, repeating: 1), chosenCount: sample,
        metric: .cosine, method: method, search: .exact)
      #expect(start.elements.allSatisfy { abs($0) < 1e6 })
      // The noise is some thousand steps of a number wide: on a line a few of 200 samples meet.
      let places = Set((0..<count).map { Array(start[row: $0]) })
      #expect(places.count > (method.dimension == 2 ? count - 1 : count - 1 - count / 20))
    }
  }

  @Test("a sample that is not finite is named")
  func notFinite() throws {
    var rows = bentSheets(200)
    rows[150, 3] = .nan
    for method in Self.methods {
      #expect(throws: NeighborError.self) {
        try sampledInitialization(
          of: rows, chosenCount: 50, metric: .euclidean, method: method, search: .exact)
      }
    }
  }
}
