import Glibc
import LayoutTestSupport
import Layouts
import LinearAlgebra
import Matrices
import Neighbors
import ParallelLoops
import Randomness
import TestTags
import Testing
import UMAP

@Suite(.tags(.quick), .serialized) struct SpectralInitializationTests {
  @Test("a ring lies on a circle, in order", arguments: [40, 400])
  func ring(count: Int) {
    let start = spectralInitialization(
      of: graph(count, (0..<count).map { ($0, ($0 + 1) % count, 1) }),
      principal: randomInitialization(sampleCount: count, dimension: 2, seed: 1), seed: 1)
    // The two axes are one eigenspace: a circle, but for the noise of 1e-4 and the little that is
    // left of the next mode.
    let tolerance: Float = 0.01
    let turns = (0..<count).map { row in
      let (x, y) = (start[row, 0], start[row, 1])
      #expect(abs((x * x + y * y).squareRoot() - 5) < 5 * tolerance)
      return atan2(y, x)
    }
    let steps = (0..<count).map { row in
      let step = turns[(row + 1) % count] - turns[row]
      return step - 2 * .pi * (step / (2 * .pi)).rounded()
    }
    let step = 2 * Float.pi / Float(count)
    let sign: Float = steps[0] < 0 ? -1 : 1
    #expect(steps.allSatisfy { abs(sign * $0 - step) < step * 0.1 })
  }

  @Test("a path is ordered along the first axis", arguments: [1, 2])
  func path(dimension: Int) {
    let count = 150
    let start = spectralInitialization(
      of: graph(count, (1..<count).map { ($0 - 1, $0, 0.5) }),
      principal: randomInitialization(sampleCount: count, dimension: dimension, seed: 2), seed: 1)
    #expect(start.columnCount == dimension)
    let axis = (0..<count).map { start[$0, 0] }
    let rising = axis.first ?? 0 < 0 ? axis : axis.reversed()
    // The two ends have half the degree of the others, and √degree is part of the eigenvector.
    for row in 2..<count - 1 { #expect(rising[row] > rising[row - 1]) }
    #expect(abs((axis.min() ?? 0) + 5) < 1e-3 && abs((axis.max() ?? 0) - 5) < 1e-3)
  }

  @Test(
    "axes are those of the dense eigenvectors", arguments: [3, 5, 9, 10, 30, 130],
    [1, 1e-5] as [Float])
  func dense(count: Int, bridge: Float) throws {
    let graph = randomGraph(count, bridge: bridge, seed: UInt64(count))
    let start = spectralInitialization(
      of: graph, principal: randomInitialization(sampleCount: count, dimension: 2, seed: 3), seed: 1
    )
    let degrees = (0..<count).map { row in
      graph.range(ofRow: row).reduce(0) { $0 + Double(graph.weights[$1]) }
    }
    var elements = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for edge in graph.range(ofRow: row) {
        let column = Int(graph.columns[edge])
        elements[row * count + column] =
          Double(graph.weights[edge]) / (degrees[row] * degrees[column]).squareRoot()
      }
    }
    let eigen = try SymmetricEigen(SymmetricMatrix(order: count, elements: elements))
    for axis in 0..<2 {
      let vector = eigen.vectors[(axis + 1) * count..<(axis + 2) * count].map(Float.init)
      let (low, high) = (vector.min() ?? 0, vector.max() ?? 0)
      let sign: Float = low + high < 0 ? -1 : 1
      for row in 0..<count {
        let expected = sign * (vector[row] - (low + high) / 2) * 10 / (high - low)
        // Five times the noise's deviation, and what filters leave of other eigenvectors.
        #expect(abs(start[row, axis] - expected) < 1e-3, "row \(row) of \(count), axis \(axis)")
      }
    }
  }

  @Test("two components keep their sides and their own modes")
  func twoComponents() {
    let edges = (0..<300).flatMap { row -> [(Int, Int, Float)] in
      // Samples 0 to 99 are one path, 100 to 299 the other.
      row == 99 || row == 299 ? [] : [(row, row + 1, 1)]
    }
    var principal = Matrix(rowCount: 300, columnCount: 2)
    for row in 0..<300 {
      principal[row, 0] = row < 100 ? -5 : 5
      principal[row, 1] = Float(row % 7)
    }
    let start = spectralInitialization(of: graph(300, edges), principal: principal, seed: 1)
    let first = (0..<100).map { start[$0, 0] }
    let second = (100..<300).map { start[$0, 0] }
    #expect((first.max() ?? 0) < (second.min() ?? 0))
    // Extents are as the roots of the sizes.
    let ratio =
      ((second.max() ?? 0) - (second.min() ?? 0)) / ((first.max() ?? 0) - (first.min() ?? 0))
    #expect(abs(ratio - Float(2).squareRoot()) < 1e-3)
    for path in [first, second] {
      let rising = path[1] < path[path.count - 2] ? path : path.reversed()
      for row in 2..<path.count - 1 { #expect(rising[row] > rising[row - 1]) }
    }
    #expect(abs((first.min() ?? 0) + 5) < 1e-3 && abs((second.max() ?? 0) - 5) < 1e-3)
  }

  @Test("300 components, large and tiny, stay around their positions")
  func manyComponents() {
    let sizes = (0..<300).map { $0 % 3 == 0 ? 20 : $0 % 5 + 1 }
    var edges: [(Int, Int, Float)] = []
    var owners: [Int] = []
    for (component, size) in sizes.enumerated() {
      let first = owners.count
      for row in 1..<max(1, size) { edges.append((first + row - 1, first + row, 1)) }
      owners += [Int](repeating: component, count: size)
    }
    var principal = Matrix(rowCount: owners.count, columnCount: 2)
    for (row, owner) in owners.enumerated() {
      principal[row, 0] = Float(owner % 20) / 2 - 4.75
      principal[row, 1] = Float(owner / 20) / 1.5 - 4.6
    }
    let start = spectralInitialization(
      of: graph(owners.count, edges), principal: principal, seed: 1)
    #expect(differ(start))
    var worst: Float = 0
    for (row, owner) in owners.enumerated() {
      // The extent of 20 samples of about 2,300 is 0.93, half of it on each side, and what is drawn
      // together to end at ±5 moves by less than that.
      let half = 5 * (Float(sizes[owner]) / Float(owners.count)).squareRoot()
      for axis in 0..<2 {
        worst = max(worst, abs(start[row, axis] - principal[row, axis]) - half)
      }
    }
    #expect(worst < 0.5)
  }

  @Test("one, two and three threads give the same bytes, another seed others")
  func threads() throws {
    let rows = bentSheets(5000, clusterCount: 3)
    let graph = fuzzyGraph(
      of: try nearestNeighbors(of: rows, count: 10, metric: .euclidean),
      parameters: UMAPParameters(seed: 1))
    let principal = principalInitialization(of: rows, seed: 1)
    #expect(connectedComponents(of: graph).count > 1)
    let starts = [1, 2, 3].map { count in
      let (start, workerCount) = Parallelism.observingWorkers(threadCount: count) {
        spectralInitialization(of: graph, principal: principal, seed: 1)
      }
      #expect(workerCount == count)
      return start
    }
    #expect(starts[1] == starts[0] && starts[2] == starts[0])
    #expect(spectralInitialization(of: graph, principal: principal, seed: 2) != starts[0])
  }

  @Test("graphs of few nodes, without edges or with isolated nodes", arguments: [1, 2])
  func small(dimension: Int) {
    let cases: [NeighborGraph] = [
      graph(0, []), graph(1, []), graph(2, []), graph(2, [(0, 1, 1)]), graph(3, []),
      graph(3, [(0, 1, 1)]), graph(3, [(0, 1, 1), (1, 2, 1)]),
      graph(3, [(0, 1, 1), (1, 2, 1), (0, 2, 1)]), graph(4, [(0, 1, 1), (0, 2, 1), (0, 3, 1)]),
      graph(5000, []), graph(40, (1..<20).map { (0, $0, 1) }),
      // Weights near the ends of what a Float holds.
      graph(20, (1..<20).map { ($0 - 1, $0, Float(bitPattern: 0x11_6C2)) }),
      graph(20, (1..<20).map { ($0 - 1, $0, 3e38) }),
      graph(20, (1..<20).map { ($0 - 1, $0, $0 % 2 == 0 ? 1e-30 : 1) }),
    ]
    for graph in cases {
      let count = graph.rowCount
      for principal in [
        Matrix(rowCount: count, columnCount: dimension),
        randomInitialization(sampleCount: count, dimension: dimension, seed: 1),
      ] {
        let start = spectralInitialization(of: graph, principal: principal, seed: 1)
        #expect(start.rowCount == count && start.columnCount == dimension)
        #expect(start.elements.allSatisfy { abs($0) < 5.01 }, "\(count) rows")
        // On one axis, a few of thousands of equal samples meet: noise of 1e-4 has few bits.
        if dimension == 2 || count < 100 { #expect(differ(start), "\(count) rows") }
      }
    }
  }

  @Test("equal samples of a complete graph are separated")
  func equalRows() {
    let edges = (0..<60).flatMap { row in (0..<row).map { (row, $0, Float(1)) } }
    let start = spectralInitialization(
      of: graph(60, edges), principal: Matrix(rowCount: 60, columnCount: 2), seed: 1)
    #expect(start.elements.allSatisfy { abs($0) < 5.01 } && differ(start))
  }

  @Test("components are numbered by their first rows")
  func components() {
    let some = connectedComponents(
      of: graph(9, [(7, 2, 1), (2, 5, 1), (8, 1, 1), (3, 4, 1), (4, 8, 1)]))
    #expect(some.componentOfRow == [0, 1, 2, 1, 1, 2, 3, 2, 1] && some.sizes == [1, 4, 3, 1])
    #expect(connectedComponents(of: graph(0, [])).count == 0)
    // A long path with its samples in disorder is one component.
    let count = 100_000
    let path = connectedComponents(
      of: graph(count, (1..<count).map { (($0 - 1) * 7919 % count, $0 * 7919 % count, 1) }))
    #expect(path.sizes == [count])
  }

  @Test("an edge in one direction connects")
  func oneDirection() {
    let graph = NeighborGraph(rowStarts: [0, 0, 0, 1], columns: [0], weights: [1])
    #expect(connectedComponents(of: graph).componentOfRow == [0, 1, 0])
  }

  @Test("random positions are uniform in [−10, 10] and depend on the sample alone")
  func random() {
    let count = 20_000
    let start = randomInitialization(sampleCount: count, dimension: 2, seed: 1)
    for axis in 0..<2 {
      let values = (0..<count).map { Double(start[$0, axis]) }
      #expect(values.allSatisfy { abs($0) <= 10 })
      // Five standard errors: the deviation is 10/√3, that of squares 100·√(4/45).
      let root = Double(count).squareRoot()
      #expect(abs(values.reduce(0, +) / Double(count)) < 5 * 10 / 3.0.squareRoot() / root)
      let square = values.reduce(0) { $0 + $1 * $1 } / Double(count)
      #expect(abs(square - 100 / 3.0) < 5 * 100 * (4 / 45.0).squareRoot() / root)
    }
    #expect(
      randomInitialization(sampleCount: 10, dimension: 2, seed: 1).elements[...]
        == start.elements[..<20])
    #expect(
      randomInitialization(sampleCount: 10, dimension: 1, seed: 2).elements[0] != start.elements[0])
    #expect(randomInitialization(sampleCount: 0, dimension: 1, seed: 1).elements.isEmpty)
  }

  @Test("one principal component is the first of two")
  func oneComponent() {
    let rows = bentSheets(300)
    let (line, plane) = (
      principalInitialization(of: rows, dimension: 1, seed: 1),
      principalInitialization(of: rows, seed: 1)
    )
    #expect(line.columnCount == 1)
    #expect(line.elements == (0..<300).map { plane[$0, 0] })
  }

  /// Whether no two samples are equal.
  private func differ(_ matrix: Matrix) -> Bool {
    Set((0..<matrix.rowCount).map { Array(matrix[row: $0]) }).count == matrix.rowCount
  }

  /// A path through all samples and some further edges, weights in (0, 1), those between the first
  /// and the second half times `bridge`.
  private func randomGraph(_ count: Int, bridge: Float, seed: UInt64) -> NeighborGraph {
    var stream = RandomStream(seed: seed, purpose: .evaluation)
    let weight = { (row: Int, column: Int, value: Float) in
      (0.1 + 0.9 * value) * (row < count / 2 && column >= count / 2 ? bridge : 1)
    }
    var edges = (1..<count).map { ($0 - 1, $0, weight($0 - 1, $0, stream.uniform())) }
    for _ in 0..<4 * count {
      let (row, column) = (stream.integer(below: count), stream.integer(below: count))
      if row + 1 < column && !edges.contains(where: { $0.0 == row && $0.1 == column }) {
        edges.append((row, column, weight(row, column, stream.uniform())))
      }
    }
    return graph(count, edges)
  }

  private func graph(_ count: Int, _ edges: [(Int, Int, Float)]) -> NeighborGraph {
    var rows = [[(Int32, Float)]](repeating: [], count: count)
    for (first, second, weight) in edges {
      rows[first].append((Int32(second), weight))
      rows[second].append((Int32(first), weight))
    }
    var starts = [0]
    for index in rows.indices {
      rows[index].sort { $0.0 < $1.0 }
      starts.append(starts[index] + rows[index].count)
    }
    return NeighborGraph(
      rowStarts: starts, columns: rows.flatMap { $0.map(\.0) },
      weights: rows.flatMap { $0.map(\.1) })
  }
}
