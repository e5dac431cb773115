import Matrices
import ParallelLoops
import PrincipalComponents
import TestTags
import Testing

@Suite(.tags(.quick), .serialized) struct PrincipalComponentsTests {
  private func components(_ rows: Matrix, count: Int) throws -> PrincipalComponents {
    var moments = Moments(columnCount: rows.columnCount)
    try moments.add(rows)
    return try PrincipalComponents(moments, count: count)
  }

  /// Eigenvalues by Jacobi's rotations, descending: slow and simple.
  private func jacobiEigenvalues(_ matrix: [Double], order: Int) -> [Double] {
    var a = matrix
    for _ in 0..<30 {
      for p in 0..<order {
        for q in p + 1..<max(order, p + 1) where a[p * order + q] != 0 {
          let theta = (a[q * order + q] - a[p * order + p]) / (2 * a[p * order + q])
          let sign: Double = theta < 0 ? -1 : 1
          let t = sign / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<order {
            let (kp, kq) = (a[k * order + p], a[k * order + q])
            a[k * order + p] = c * kp - s * kq
            a[k * order + q] = s * kp + c * kq
          }
          for k in 0..<order {
            let (pk, qk) = (a[p * order + k], a[q * order + k])
            a[p * order + k] = c * pk - s * qk
            a[q * order + k] = s * pk + c * qk
          }
        }
      }
    }
    return (0..<order).map { a[$0 * order + $0] }.sorted(by: >)
  }

  @Test(
    "variances and axes are the eigenpairs of the plain covariance",
    arguments: [(50, 1, 1), (400, 2, 2), (1_300, 9, 4), (2_000, 16, 16)])
  func eigenpairs(rowCount: Int, columnCount: Int, count: Int) throws {
    let rows = correlatedRows(rowCount, columnCount)
    let components = try components(rows, count: count)
    let covariance = plainMoment(rows, about: plainMean(rows))
    let values = jacobiEigenvalues(covariance, order: columnCount)
    #expect(components.axes.rowCount == count && components.variances.count == count)
    #expect(worstDifference(components.variances, Array(values.prefix(count))) < 1e-5 * values[0])
    #expect(abs(components.totalVariance - values.reduce(0, +)) < 1e-5 * values[0])
    var worst = 0.0
    for axis in 0..<count {
      for i in 0..<columnCount {
        let image = (0..<columnCount).reduce(0.0) {
          $0 + covariance[i * columnCount + $1] * Double(components.axes[axis, $1])
        }
        let expected = components.variances[axis] * Double(components.axes[axis, i])
        worst = max(worst, abs(image - expected))
      }
    }
    #expect(worst < 1e-5 * values[0])
  }

  @Test("scores are centered, uncorrelated, and vary as told")
  func scores() throws {
    let rows = correlatedRows(3_000, 20)
    let components = try components(rows, count: 6)
    let scores = components.scores(of: rows)
    #expect(scores.rowCount == 3_000 && scores.columnCount == 6)
    let mean = plainMean(scores)
    let covariance = plainMoment(scores, about: mean)
    let tolerance = 1e-5 * components.variances[0]
    #expect(worstDifference(mean, [Double](repeating: 0, count: 6)) < tolerance)
    for i in 0..<6 {
      for j in 0..<6 {
        let expected = i == j ? components.variances[i] : 0
        #expect(abs(covariance[i * 6 + j] - expected) < tolerance)
      }
    }
  }

  @Test("axes are orthonormal with a positive largest component")
  func axes() throws {
    let axes = try components(correlatedRows(500, 12), count: 12).axes
    for i in 0..<12 {
      for j in 0..<12 {
        let product = zip(axes[row: i], axes[row: j]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (i == j ? 1 : 0)) < 1e-6)
      }
      let largest = axes[row: i].max { abs($0) < abs($1) }
      #expect(largest.map { $0 > 0 } == true)
    }
  }

  @Test("explained variance ratios descend and add up to at most 1, to 1 for all axes")
  func shares() throws {
    let rows = correlatedRows(700, 10)
    let some = try components(rows, count: 4).explainedVarianceRatios
    let all = try components(rows, count: 10).explainedVarianceRatios
    #expect(zip(all, all.dropFirst()).allSatisfy(>=))
    #expect(some == Array(all.prefix(4)))
    #expect(some.reduce(0, +) < 1)
    #expect(abs(all.reduce(0, +) - 1) < 1e-12)
  }

  @Test("scores have the same bits on 1 thread and on 2, in blocks of any multiple of 256 rows")
  func reproducibility() throws {
    let rows = correlatedRows(1_100, 33)
    let alone = try Parallelism.withThreadCount(1) { try components(rows, count: 5) }
    let scores = Parallelism.withThreadCount(1) { alone.scores(of: rows) }
    let (other, workerCount) = try Parallelism.observingWorkers(threadCount: 2) {
      (try components(rows, count: 5), alone.scores(of: rows))
    }
    #expect(other.0 == alone && other.1 == scores && workerCount == 2)
    for step in [256, 512, 1024] {
      for start in stride(from: 0, to: 1_100, by: step) {
        let range = start..<min(start + step, 1_100)
        #expect(alone.scores(of: block(rows, range)) == block(scores, range))
      }
    }
    #expect(alone.scores(of: Matrix(rowCount: 0, columnCount: 33)).rowCount == 0)
  }

  @Test("one row, equal rows and zero rows have no variance", arguments: [Float(0), 3])
  func noVariance(value: Float) throws {
    for rowCount in [1, 5, 2_000] {
      let rows = Matrix(rowCount: rowCount, columnCount: 4, repeating: value)
      let components = try components(rows, count: 4)
      #expect(components.variances == [0, 0, 0, 0] && components.totalVariance == 0)
      #expect(components.explainedVarianceRatios == [0, 0, 0, 0])
      #expect(components.scores(of: rows).elements.allSatisfy { $0 == 0 })
    }
  }

  @Test(
    "of fewer samples than columns, products of samples give the same axes",
    arguments: [(2, 3), (8, 300), (40, 41), (120, 700)])
  func fewSamples(rowCount: Int, columnCount: Int) throws {
    let rows = correlatedRows(rowCount, columnCount, offset: 5)
    let count = min(columnCount, rowCount + 6)
    let (few, many) = (
      try PrincipalComponents(of: rows, count: count), try components(rows, count: count)
    )
    let greatest = many.variances[0]
    #expect(worstDifference(few.variances, many.variances) < 1e-5 * greatest)
    #expect(abs(few.totalVariance - many.totalVariance) < 1e-5 * greatest)
    #expect(zip(few.mean, many.mean).allSatisfy { abs($0 - $1) < 1e-5 })
    let (theirs, ours) = (many.scores(of: rows), few.scores(of: rows))
    for axis in 0..<count {
      for other in 0..<count {
        let product = zip(few.axes[row: axis], few.axes[row: other]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product - (axis == other ? 1 : 0)) < 1e-5)
      }
      // Where two variances nearly agree, their axes may turn into each other.
      let own = many.variances[axis]
      let isAlone = many.variances.enumerated().allSatisfy {
        $0.offset == axis || abs($0.element - own) > 0.01 * own
      }
      guard axis < rowCount - 1, isAlone, own > 1e-3 * greatest else { continue }
      for row in 0..<rowCount {
        let tolerance = 1e-3 * Float(greatest.squareRoot())
        #expect(abs(ours[row, axis] - theirs[row, axis]) < tolerance)
      }
    }
    // Along the axes that complete the system nothing varies.
    #expect(few.variances.dropFirst(rowCount - 1).allSatisfy { $0 < 1e-6 * greatest })
    let (other, workerCount) = try Parallelism.observingWorkers(threadCount: 2) {
      try PrincipalComponents(of: rows, count: count)
    }
    #expect(other == few && workerCount <= 2)
  }

  @Test("a few equal samples have no variance along any orthonormal axes")
  func fewEqualSamples() throws {
    for rowCount in [1, 3] {
      let rows = Matrix(rowCount: rowCount, columnCount: 9, repeating: 4)
      let components = try PrincipalComponents(of: rows, count: 9)
      #expect(components.variances == [Double](repeating: 0, count: 9))
      #expect(components.scores(of: rows).elements.allSatisfy { $0 == 0 })
      #expect(components.axes.elements.map(abs).reduce(0, +) == 9)
    }
    #expect(throws: PrincipalComponentsError.nonFiniteSample(1)) {
      try PrincipalComponents(
        of: Matrix(rowCount: 2, columnCount: 3, elements: [1, 2, 3, 4, .nan, 6]), count: 1)
    }
    #expect(throws: PrincipalComponentsError.noSamples) {
      try PrincipalComponents(of: Matrix(rowCount: 0, columnCount: 3), count: 1)
    }
  }

  @Test("no rows are an error")
  func noRows() {
    #expect(throws: PrincipalComponentsError.noSamples) {
      try PrincipalComponents(Moments(columnCount: 3), count: 2)
    }
  }
}
