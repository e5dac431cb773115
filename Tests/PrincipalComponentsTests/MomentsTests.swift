import LinearAlgebra
import Matrices
import ParallelLoops
import PrincipalComponents
import TestTags
import Testing

@Suite(.tags(.quick), .serialized) struct MomentsTests {
  private func moments(_ rows: Matrix, blockRowCount: Int? = nil) throws -> Moments {
    var moments = Moments(columnCount: rows.columnCount)
    let step = blockRowCount ?? max(1, rows.rowCount)
    for start in stride(from: 0, to: rows.rowCount, by: step) {
      try moments.add(block(rows, start..<min(start + step, rows.rowCount)))
    }
    return moments
  }

  @Test(
    "mean, second moment and covariance agree with plain double sums",
    arguments: [(1, 1), (1, 9), (2, 3), (1_023, 7), (1_024, 8), (1_025, 65), (3_000, 130)])
  func agreement(rowCount: Int, columnCount: Int) throws {
    let rows = correlatedRows(rowCount, columnCount)
    let moments = try moments(rows)
    let mean = plainMean(rows)
    let origin = [Double](repeating: 0, count: columnCount)
    let (second, covariance) = (plainMoment(rows, about: origin), plainMoment(rows, about: mean))
    let scale = second.reduce(0) { max($0, abs($1)) }
    #expect(moments.count == rowCount)
    #expect(worstDifference(moments.mean, mean) < 1e-6 * (1 + scale.squareRoot()))
    // Products of 1,024 rows are summed in single precision: √1,024 · 2⁻²⁴ = 2·10⁻⁶.
    #expect(worstDifference(moments.secondMoment().elements, second) < 2e-6 * scale)
    #expect(worstDifference(moments.covariance().elements, covariance) < 2e-6 * scale)
  }

  @Test("a covariance keeps its digits far from the origin")
  func farFromOrigin() throws {
    // Multiples of 1/16, so that adding 4,096 rounds nothing.
    var rows = correlatedRows(2_500, 5)
    for index in rows.elements.indices {
      rows.elements[index] = (rows.elements[index] * 16).rounded() / 16
    }
    var far = rows
    for index in far.elements.indices { far.elements[index] += 4_096 }
    let near = try moments(rows).covariance().elements
    #expect(worstDifference(try moments(far).covariance().elements, near) < 1e-4)
  }

  @Test("the bits do not depend on blocks or threads")
  func reproducibility() throws {
    let rows = correlatedRows(2_600, 170)
    let expected = try Parallelism.withThreadCount(1) { try moments(rows) }
    for threadCount in [1, 2, 3] {
      for blockRowCount in [7, 1_000, 1_024, 1_025, 2_600] {
        let (other, workerCount) = try Parallelism.observingWorkers(threadCount: threadCount) {
          try moments(rows, blockRowCount: blockRowCount)
        }
        #expect(workerCount == threadCount)
        #expect(other.mean == expected.mean)
        #expect(other.secondMoment() == expected.secondMoment())
        #expect(other.covariance() == expected.covariance())
      }
    }
  }

  @Test("asking between blocks changes nothing")
  func asking() throws {
    let rows = correlatedRows(1_500, 6)
    var asked = Moments(columnCount: 6)
    for start in stride(from: 0, to: 1_500, by: 500) {
      try asked.add(block(rows, start..<start + 500))
      #expect(asked.mean.count == 6 && asked.covariance().order == 6)
    }
    #expect(asked.secondMoment() == (try moments(rows).secondMoment()))
  }

  @Test("no rows have zero moments")
  func noRows() throws {
    var moments = Moments(columnCount: 3)
    try moments.add(Matrix(rowCount: 0, columnCount: 3))
    #expect(moments.count == 0 && moments.mean == [0, 0, 0])
    #expect(moments.secondMoment().trace == 0 && moments.covariance().trace == 0)
  }

  @Test("a row that is not finite is named by its number and adds nothing")
  func notFinite() throws {
    var moments = try moments(correlatedRows(1_500, 4))
    let (mean, second) = (moments.mean, moments.secondMoment())
    var bad = correlatedRows(10, 4)
    bad[7, 2] = .nan
    #expect(throws: PrincipalComponentsError.nonFiniteSample(1_507)) { try moments.add(bad) }
    #expect(moments.count == 1_500 && moments.mean == mean && moments.secondMoment() == second)
  }
}
