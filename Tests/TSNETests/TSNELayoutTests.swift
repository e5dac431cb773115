import Glibc
import LayoutQuality
import LayoutTestSupport
import Layouts
import Matrices
import Neighbors
import ParallelLoops
import Randomness
import Synchronization
import TSNE
import TestTags
import Testing

@Suite(.tags(.slow), .leftOutOfQuickTests, .serialized) struct TSNELayoutTests {
  private func table(_ rows: Matrix, _ count: Int = 60) throws -> NeighborTable {
    try nearestNeighbors(of: rows, count: count, metric: .euclidean)
  }

  private func parameters(
    dimension: Int = 2, early: Int = 100, late: Int = 150
  ) -> TSNEParameters {
    var parameters = TSNEParameters(seed: 3)
    parameters.dimension = dimension
    parameters.perplexity = 20
    (parameters.earlyIterationCount, parameters.iterationCount) = (early, late)
    return parameters
  }

  private func start(_ rows: Matrix, dimension: Int) -> Matrix {
    let plane = principalInitialization(of: rows, seed: 1)
    return dimension == 2
      ? plane
      : Matrix(
        rowCount: rows.rowCount, columnCount: 1, elements: (0..<rows.rowCount).map { plane[$0, 0] })
  }

  /// The divergence by its definition, in double precision.
  private func divergence(_ graph: NeighborGraph, _ layout: Matrix, degrees: Double) -> Double {
    let closeness = { (row: Int, other: Int) in
      var square = 0.0
      for axis in 0..<layout.columnCount {
        let difference = Double(layout[row, axis]) - Double(layout[other, axis])
        square += difference * difference
      }
      return pow(1 + square / degrees, -degrees)
    }
    var total = 0.0
    for row in 0..<layout.rowCount {
      for other in 0..<layout.rowCount where other != row { total += closeness(row, other) }
    }
    var sum = 0.0
    for row in 0..<layout.rowCount {
      for position in graph.range(ofRow: row) {
        let probability = Double(graph.weights[position])
        let close = closeness(row, Int(graph.columns[position])) / total
        sum += probability * log(probability / close)
      }
    }
    return sum
  }

  @Test(
    "the divergence reported is that of the definition, and falls",
    arguments: [(300, 2, 1), (1200, 2, 1), (1200, 1, 1), (1200, 2, 0.5)] as [(Int, Int, Float)])
  func divergence(kind: (count: Int, dimension: Int, degrees: Float)) throws {
    let rows = bentSheets(kind.count)
    var parameters = parameters(dimension: kind.dimension)
    parameters.degreesOfFreedom = kind.degrees
    let graph = tsneAffinities(of: try table(rows), perplexity: 20)
    let layout = tsneLayout(
      of: graph, initialization: start(rows, dimension: kind.dimension), parameters: parameters)
    #expect(layout.losses.map(\.step) == [0, 50, 100, 150, 200, 250])
    let last = try #require(layout.losses.last).value
    let exact = divergence(graph, layout.positions, degrees: Double(kind.degrees))
    // The field's error in Z, and five digits of the logarithms.
    #expect(abs(last - exact) < 2e-4)
    #expect(last < layout.losses[0].value - 1)
  }

  @Test("clusters without common neighbors stay apart", arguments: [1, 2])
  func clusters(dimension: Int) throws {
    let rows = bentSheets(800, clusterCount: 4)
    let table = try table(rows)
    #expect(table.indices.indices.allSatisfy { Int(table.indices[$0]) % 4 == $0 / 60 % 4 })
    let layout = tsneLayout(
      of: tsneAffinities(of: table, perplexity: 20),
      initialization: start(rows, dimension: dimension),
      parameters: parameters(dimension: dimension, early: 250, late: 250)
    ).positions
    let nearest = try nearestNeighbors(of: layout, count: 10, metric: .euclidean)
    let shared = nearest.indices.indices.count { Int(nearest.indices[$0]) % 4 == $0 / 10 % 4 }
    // On a line the ends of clusters meet.
    #expect(Double(shared) / Double(nearest.indices.count) > 0.97)
  }

  @Test("the layout preserves neighbors as t-SNE should")
  func quality() throws {
    let rows = bentSheets(1200)
    let layout = tsneLayout(
      of: tsneAffinities(of: try table(rows), perplexity: 20),
      initialization: start(rows, dimension: 2),
      parameters: parameters(early: 250, late: 500)
    ).positions
    let quality = try qualityReport(
      of: layout, for: rows, metric: .euclidean, sampleCount: 400, seed: 3)
    #expect(quality.trustworthiness > 0.99 && quality.neighborPreservation > 0.7)
  }

  @Test("any number of threads and any repetition give the same bytes", arguments: [1, 2])
  func threads(dimension: Int) throws {
    let rows = bentSheets(2600)
    let neighbors = try table(rows)
    let start = start(rows, dimension: dimension)
    let lay = { (count: Int, seed: UInt64) in
      var parameters = parameters(dimension: dimension, early: 60, late: 60)
      parameters.seed = seed
      let (layout, workerCount) = Parallelism.observingWorkers(threadCount: count) {
        tsneLayout(
          of: tsneAffinities(of: neighbors, perplexity: 20), initialization: start,
          parameters: parameters)
      }
      #expect(workerCount == count)
      return layout.positions.elements.map(\.bitPattern)
        + layout.losses.flatMap { [UInt32(truncatingIfNeeded: $0.value.bitPattern)] }
    }
    let one = lay(1, 3)
    #expect(lay(1, 3) == one && lay(2, 3) == one && lay(3, 3) == one)
    #expect(lay(2, 4) != one)
  }

  @Test("few samples", arguments: [0, 1, 2, 3, 10], [1, 2])
  func fewRows(count: Int, dimension: Int) throws {
    let rows = bentSheets(count)
    let layout = tsneLayout(
      of: tsneAffinities(of: try table(rows), perplexity: 20),
      initialization: start(rows, dimension: dimension),
      parameters: parameters(dimension: dimension))
    #expect(layout.positions.rowCount == count && layout.positions.columnCount == dimension)
    #expect(layout.positions.elements.allSatisfy { abs($0) < 1000 })
    #expect(layout.losses.allSatisfy { $0.value.isFinite })
    if count > 1 {
      #expect(Set((0..<count).map { layout.positions[$0, 0] }).count == count)
    }
  }

  @Test("equal samples spread out", arguments: [300, 700], [1, 2])
  func allEqual(count: Int, dimension: Int) throws {
    let rows = Matrix(rowCount: count, columnCount: 6, repeating: 1)
    let layout = tsneLayout(
      of: tsneAffinities(of: try table(rows), perplexity: 20),
      initialization: Matrix(rowCount: count, columnCount: dimension),
      parameters: parameters(dimension: dimension)
    ).positions
    #expect(layout.elements.allSatisfy { abs($0) < 1000 })
    #expect(Set(layout.elements).count > count * dimension * 9 / 10)
  }

  @Test("samples without neighbors stay within reach", arguments: [20, 900])
  func loose(count: Int) throws {
    let graph = NeighborGraph(
      rowStarts: [Int](repeating: 0, count: count + 1), columns: [], weights: [])
    let layout = tsneLayout(
      of: graph, initialization: Matrix(rowCount: count, columnCount: 2), parameters: parameters())
    // 250 steps of at most 5.
    #expect(layout.positions.elements.allSatisfy { abs($0) <= 1300 })
    #expect(layout.losses.allSatisfy { $0.value == 0 })
  }

  @Test("anchors hold samples near their positions, and those without one are free")
  func anchors() throws {
    let rows = bentSheets(600)
    let graph = tsneAffinities(of: try table(rows), perplexity: 20)
    let first = tsneLayout(
      of: graph, initialization: start(rows, dimension: 2), parameters: parameters()
    )
    .positions
    // The layout turned by a quarter and moved away, but for one sample.
    var targets = Matrix(rowCount: 600, columnCount: 2)
    for row in 0..<600 {
      (targets[row, 0], targets[row, 1]) = (30 - first[row, 1], first[row, 0] - 10)
    }
    targets[7, 0] = .nan
    let distance = { (strength: Float) in
      let layout = tsneLayout(
        of: graph, initialization: targets.withFinite(row: 7), parameters: parameters(),
        anchors: LayoutAnchors(targets: targets, strength: strength)
      ).positions
      #expect(layout.elements.allSatisfy { abs($0) < 100 })
      let squares = (0..<600).filter { $0 != 7 }.map { row in
        let (x, y) = (layout[row, 0] - targets[row, 0], layout[row, 1] - targets[row, 1])
        return x * x + y * y
      }
      return (squares.reduce(0, +) / 599).squareRoot()
    }
    let distances = [0, 0.01, 0.1].map { distance($0) }
    #expect(distances[0] > 25)
    #expect(distances[1] < 5)
    #expect(distances[2] < 1)
  }

  @Test(
    "anchors out of reach and initializations of any scale give finite layouts",
    arguments: [60, 700])
  func extremes(count: Int) throws {
    let rows = bentSheets(count)
    let graph = tsneAffinities(of: try table(rows, 30), perplexity: 10)
    for scale in [0, 1e-38, 1e30] as [Float] {
      let start = Matrix(
        rowCount: count, columnCount: 2, elements: (0..<2 * count).map { Float($0 % 7) * scale })
      let layout = tsneLayout(
        of: graph, initialization: start, parameters: parameters(),
        anchors: LayoutAnchors(
          targets: Matrix(rowCount: count, columnCount: 2, repeating: 3e38), strength: 1e9))
      #expect(layout.positions.elements.allSatisfy { abs($0) <= 1300 })
      #expect(layout.losses.allSatisfy { $0.value.isFinite })
    }
  }

  @Test("progress rises to 1; without iterations the initialization stays, shrunken")
  func progress() throws {
    let rows = bentSheets(30)
    let graph = tsneAffinities(of: try table(rows), perplexity: 5)
    let reports = Mutex<[Double]>([])
    _ = tsneLayout(
      of: graph, initialization: start(rows, dimension: 2),
      parameters: parameters(early: 1, late: 3)
    ) { share in reports.withLock { $0.append(share) } }
    #expect(reports.withLock { $0 } == [0.25, 0.5, 0.75, 1])
    let still = tsneLayout(
      of: graph, initialization: start(rows, dimension: 2),
      parameters: parameters(early: 0, late: 0)
    ).positions
    let squares = (0..<30).map { still[$0, 0] * still[$0, 0] }
    #expect(abs((squares.reduce(0, +) / 30).squareRoot() - 1e-4) < 2e-6)
  }
}

extension Matrix {
  fileprivate func withFinite(row: Int) -> Matrix {
    var result = self
    for column in 0..<columnCount { result[row, column] = 0 }
    return result
  }
}
