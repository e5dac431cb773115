import Glibc
import LayoutQuality
import LayoutTestSupport
import Layouts
import Matrices
import Neighbors
import ParallelLoops
import Randomness
import Synchronization
import TestTags
import Testing
import UMAP

@Suite(.tags(.slow), .leftOutOfQuickTests, .serialized) struct UMAPLayoutTests {
  private func quality(_ layout: Matrix, _ rows: Matrix) throws -> QualityReport {
    try qualityReport(
      of: layout, for: rows, metric: .euclidean, sampleCount: 400, seed: 3)
  }

  private func layout(
    _ table: NeighborTable, initialization: Matrix, parameters: UMAPParameters,
    progress: (@Sendable (Double) -> Void)? = nil
  ) -> Layout {
    umapLayout(
      of: fuzzyGraph(of: table, parameters: parameters), initialization: initialization,
      parameters: parameters,
      progress: progress)
  }

  private func parameters(_ neighborCount: Int, epochs: Int? = nil) -> UMAPParameters {
    var parameters = UMAPParameters(seed: 7)
    parameters.neighborCount = neighborCount
    parameters.epochCount = epochs
    return parameters
  }

  @Test("the layout preserves more neighbors than its initialization")
  func improves() throws {
    let rows = bentSheets(1200)
    let start = principalInitialization(of: rows, seed: 1)
    let table = try nearestNeighbors(of: rows, count: 15, metric: .euclidean)
    let layout = layout(table, initialization: start, parameters: parameters(15)).positions
    let (before, after) = (try quality(start, rows), try quality(layout, rows))
    #expect(after.neighborPreservation > before.neighborPreservation + 0.1)
    #expect(after.trustworthiness > before.trustworthiness)
    #expect(after.trustworthiness > 0.98)
  }

  @Test("a swiss roll is laid out as well as by sequential updates")
  func agreesWithSequential() throws {
    // A swiss roll; a layout whose groups of samples wander tears it.
    var stream = RandomStream(seed: 5, purpose: .evaluation)
    let rows = Matrix(
      rowCount: 1500, columnCount: 3,
      elements: (0..<1500).flatMap { _ in
        let angle = 4.7 * (1 + 2 * stream.uniform())
        return [angle * cos(angle), 21 * stream.uniform(), angle * sin(angle)]
      })
    let table = try nearestNeighbors(of: rows, count: 15, metric: .euclidean)
    let start = principalInitialization(of: rows, seed: 1)
    let parameters = parameters(15, epochs: 300)
    let layout = layout(table, initialization: start, parameters: parameters).positions
    let standard = sequentialLayout(
      of: fuzzyGraph(of: table, parameters: parameters), initialization: start,
      parameters: parameters)
    let (ours, theirs) = (try quality(layout, rows), try quality(standard, rows))
    // Two seeds of either differ by half as much.
    #expect(ours.neighborPreservation > theirs.neighborPreservation - 0.02)
    #expect(ours.trustworthiness > theirs.trustworthiness - 0.002)
  }

  @Test(
    "from a crowded start no sample is thrown far away", arguments: [1e-3, 1e-2, 0.1] as [Float])
  func crowded(scale: Float) throws {
    let rows = bentSheets(3000)
    var start = principalInitialization(of: rows, seed: 1)
    // Two samples far out, as a start from least to greatest has them, leave the others cramped.
    for index in start.elements.indices { start.elements[index] *= scale }
    for axis in 0..<2 { (start[0, axis], start[1, axis]) = (5, -5) }
    let table = try nearestNeighbors(of: rows, count: 15, metric: .euclidean)
    let layout = layout(table, initialization: start, parameters: parameters(15, epochs: 60))
      .positions
    let outliers = LayoutOutliers(of: layout)
    #expect(outliers.count == 0 && outliers.tailRatio < 4)
    #expect(layout.elements.allSatisfy { abs($0) < 60 })
  }

  @Test("clusters without common neighbors stay apart")
  func clusters() throws {
    let rows = bentSheets(800, clusterCount: 4)
    let table = try nearestNeighbors(of: rows, count: 12, metric: .euclidean)
    #expect(table.indices.indices.allSatisfy { Int(table.indices[$0]) % 4 == $0 / 12 % 4 })
    let layout = layout(
      table, initialization: principalInitialization(of: rows, seed: 1), parameters: parameters(12)
    ).positions
    let nearest = try nearestNeighbors(of: layout, count: 12, metric: .euclidean)
    #expect(nearest.indices.indices.allSatisfy { Int(nearest.indices[$0]) % 4 == $0 / 12 % 4 })
  }

  @Test(
    "any number of threads gives the same bytes, another seed others", arguments: [false, true])
  func threads(isAnchored: Bool) throws {
    let rows = bentSheets(2600)
    let start = principalInitialization(of: rows, seed: 1)
    let table = try nearestNeighbors(of: rows, count: 10, metric: .euclidean)
    let anchors = isAnchored ? LayoutAnchors(targets: start, strength: 0.1) : nil
    let lay = { (count: Int, seed: UInt64) in
      var parameters = self.parameters(10, epochs: 30)
      parameters.seed = seed
      let graph = fuzzyGraph(of: table, parameters: parameters)
      let (layout, workerCount) = Parallelism.observingWorkers(threadCount: count) {
        umapLayout(of: graph, initialization: start, parameters: parameters, anchors: anchors)
      }
      #expect(workerCount == count)
      return layout.positions.elements.map { UInt64($0.bitPattern) }
        + layout.losses.map(\.value.bitPattern)
    }
    let one = lay(1, 7)
    #expect(lay(1, 7) == one && lay(2, 7) == one && lay(3, 7) == one)
    #expect(lay(2, 8) != one)
  }

  @Test("the loss falls, and is reported from the initialization to the end")
  func losses() throws {
    let rows = bentSheets(1000)
    let table = try nearestNeighbors(of: rows, count: 15, metric: .euclidean)
    let start = principalInitialization(of: rows, seed: 1)
    let losses = layout(table, initialization: start, parameters: parameters(15, epochs: 100))
      .losses
    #expect(losses.map(\.step) == Array(stride(from: 0, through: 100, by: 5)))
    let values = losses.map(\.value)
    #expect(values.allSatisfy { $0.isFinite && $0 > 0 })
    // Random positions are worse than the initialization, and that worse than the end.
    let random = layout(
      table, initialization: randomInitialization(sampleCount: 1000, dimension: 2, seed: 1),
      parameters: parameters(15, epochs: 1)
    ).losses
    #expect(random[0].value > values[0])
    #expect(values[20] < values[0] * 0.9)
    // Steps grow short, so that the second half changes less than the first.
    #expect(values[10] - values[20] < values[0] - values[10])
    #expect(values[20] <= values[10])
  }

  @Test("of a wide table the first neighbors count")
  func wideTable() throws {
    let rows = bentSheets(200)
    let start = principalInitialization(of: rows, seed: 1)
    let layouts = try [8, 20].map { count in
      let table = try nearestNeighbors(of: rows, count: count, metric: .euclidean)
      return layout(table, initialization: start, parameters: parameters(8, epochs: 20))
    }
    #expect(layouts[0] == layouts[1])
  }

  @Test("few samples", arguments: [0, 1, 2, 3, 10])
  func fewRows(count: Int) throws {
    let rows = bentSheets(count)
    let table = try nearestNeighbors(of: rows, count: 15, metric: .cosine)
    let result = layout(
      table, initialization: principalInitialization(of: rows, seed: 1), parameters: parameters(15))
    let layout = result.positions
    #expect(result.losses.allSatisfy { $0.value.isFinite })
    #expect(layout.rowCount == count && layout.columnCount == 2)
    // About their mean: repulsion moves a sample and not what repels it, so a few of them drift, and a
    // layout has no origin.
    for axis in 0..<2 {
      let mean = (0..<count).reduce(0) { $0 + layout[$1, axis] } / Float(max(1, count))
      #expect((0..<count).allSatisfy { abs(layout[$0, axis] - mean) < 100 })
    }
    #expect(Set(layout.elements).count == 2 * count)
  }

  @Test("equal samples, or zeros under cosine, spread out", arguments: [0, 1] as [Float])
  func allEqual(value: Float) throws {
    let rows = Matrix(rowCount: 300, columnCount: 6, repeating: value)
    let table = try nearestNeighbors(of: rows, count: 15, metric: .cosine)
    let result = layout(
      table, initialization: principalInitialization(of: rows, seed: 1), parameters: parameters(15))
    let layout = result.positions
    #expect(result.losses.allSatisfy { $0.value.isFinite })
    #expect(layout.elements.allSatisfy { abs($0) < 1000 })
    #expect(Set(layout.elements).count > 590)
  }

  @Test(
    "a hub stays in the center, and inside from a crowded start", arguments: [1, 1e-3] as [Float])
  func hub(scale: Float) throws {
    // A star: each sample's one neighbor is sample 0, so that 1,999 edges attract it.
    let count = 2000
    let table = NeighborTable(
      rowCount: count, neighborCount: 1, indices: (0..<count).map { $0 == 0 ? 1 : 0 },
      distances: [Float](repeating: 1, count: count))
    var start = principalInitialization(of: bentSheets(count), seed: 1)
    for index in start.elements.indices { start.elements[index] *= scale }
    let layout = layout(table, initialization: start, parameters: parameters(1, epochs: 100))
      .positions
    let extent = layout.elements.map(abs).max() ?? 0
    #expect(extent < 100)
    let middle = (0..<2).map { axis in
      (0..<count).reduce(0) { $0 + layout[$1, axis] } / Float(count)
    }
    #expect(LayoutOutliers(of: layout).count == 0)
    let distance = hypot(layout[0, 0] - middle[0], layout[0, 1] - middle[1])
    #expect(distance < extent / (scale == 1 ? 4 : 2))
  }

  @Test("without epochs the initialization stays; progress ends with 1")
  func epochs() throws {
    let rows = bentSheets(30)
    let start = principalInitialization(of: rows, seed: 1)
    let table = try nearestNeighbors(of: rows, count: 4, metric: .euclidean)
    let still = layout(table, initialization: start, parameters: parameters(4, epochs: 0))
    #expect(still.positions == start)
    #expect(still.losses.map(\.step) == [0])
    let reports = Mutex<[Double]>([])
    _ = layout(table, initialization: start, parameters: parameters(4, epochs: 4)) { share in
      reports.withLock { $0.append(share) }
    }
    #expect(reports.withLock { $0 } == [0.25, 0.5, 0.75, 1])
  }
}
