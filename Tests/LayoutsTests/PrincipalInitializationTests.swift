import LayoutTestSupport
import Layouts
import Matrices
import ParallelLoops
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick), .serialized) struct PrincipalInitializationTests {
  /// Coordinates s, t and little else in 30 dimensions, along two fixed orthogonal directions and
  /// away from zero.
  private func flatRows(_ count: Int, _ coordinates: (Int) -> (Float, Float)) -> Matrix {
    var rows = Matrix(rowCount: count, columnCount: 30)
    for row in 0..<count {
      var stream = RandomStream(seed: 2, purpose: .evaluation, item: row)
      let (s, t) = coordinates(row)
      for column in 0..<30 {
        let sign: Float = column < 15 ? 1 : -1
        rows[row, column] = 7 + s + t * sign + 0.01 * stream.normalPair().0
      }
    }
    return rows
  }

  @Test("the axes are the first two components, from −5 to 5, farther end positive")
  func components() {
    let count = 1500
    var stream = RandomStream(seed: 1, purpose: .evaluation)
    let points = (0..<count).map { _ in
      let (s, t) = (stream.uniform(), stream.uniform())
      return (-10 * s * s, 4 * t * t)
    }
    let start = principalInitialization(of: flatRows(count) { points[$0] }, seed: 4)
    // Each axis follows its coordinate, turned so that the long tail is positive.
    for (axis, values) in [points.map { -$0.0 }, points.map(\.1)].enumerated() {
      let axisValues = (0..<count).map { start[$0, axis] }
      #expect(abs((axisValues.min() ?? 0) + 5) < 1e-3 && abs((axisValues.max() ?? 0) - 5) < 1e-3)
      #expect(correlation(axisValues, values) > 0.999)
    }
  }

  private func correlation(_ first: [Float], _ second: [Float]) -> Float {
    let center = { (values: [Float]) in
      let mean = values.reduce(0, +) / Float(values.count)
      return values.map { $0 - mean }
    }
    let (a, b) = (center(first), center(second))
    let dot = { (x: [Float], y: [Float]) in zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
    return dot(a, b) / (dot(a, a) * dot(b, b)).squareRoot()
  }

  @Test("equal samples are separated, by little")
  func equalRows() {
    let start = principalInitialization(
      of: Matrix(rowCount: 40, columnCount: 5, repeating: 3), seed: 1)
    #expect(start.elements.allSatisfy { abs($0) < 1e-3 })
    #expect(Set(start.elements).count == 80)
  }

  @Test("samples on a line stay on a line")
  func line() {
    let rows = Matrix(
      rowCount: 50, columnCount: 3, elements: (0..<50).flatMap { [Float($0), Float($0), 0] })
    let start = principalInitialization(of: rows, seed: 1)
    for row in 0..<50 {
      #expect(abs(abs(start[row, 0]) - abs(Float(row) / 4.9 - 5)) < 2e-3)
      #expect(abs(start[row, 1]) < 1e-3)
    }
  }

  @Test("few samples or columns", arguments: [(0, 3), (1, 3), (2, 1), (3, 0), (5, 2)])
  func small(size: (Int, Int)) {
    let rows = Matrix(
      rowCount: size.0, columnCount: size.1,
      elements: (0..<size.0 * size.1).map { Float($0 * $0) })
    let start = principalInitialization(of: rows, seed: 1)
    #expect(start.rowCount == size.0 && start.columnCount == 2)
    #expect(start.elements.allSatisfy { abs($0) < 5.01 })
  }

  @Test("one and two threads give the same bytes, another seed others")
  func threads() {
    let rows = bentSheets(2500)
    let starts = [1, 2].map { count in
      let (start, workerCount) = Parallelism.observingWorkers(threadCount: count) {
        principalInitialization(of: rows, seed: 1)
      }
      #expect(workerCount == count)
      return start
    }
    #expect(starts[0] == starts[1])
    #expect(principalInitialization(of: rows, seed: 2) != starts[0])
  }

  @Test(
    "samples of any magnitude begin at finite positions, in the same shape",
    arguments: [1e20, 1e37])
  func magnitude(scale: Float) {
    let rows = bentSheets(300)
    let start = principalInitialization(of: rows, seed: 1)
    let scaled = principalInitialization(
      of: Matrix(rowCount: 300, columnCount: 12, elements: rows.elements.map { $0 * scale }),
      seed: 1)
    #expect(scaled.elements.allSatisfy { $0.isFinite })
    // Starts are about 10 wide; rounding differs.
    #expect(zip(scaled.elements, start.elements).allSatisfy { abs($0 - $1) < 0.01 })
  }
}
