import LinearAlgebra
import Matrices
import ParallelLoops
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick), .serialized) struct MatrixProductTests {
  /// Uniform numbers in [−1, 1).
  private func numbers(_ count: Int, item: Int) -> [Float] {
    var stream = RandomStream(seed: 11, purpose: .evaluation, item: item)
    return (0..<count).map { _ in stream.uniform(in: -1..<1) }
  }

  @Test(
    "sgemm agrees with the plain sums for all transposes, strides and factors",
    arguments: [
      (1, 1, 1), (1, 7, 3), (8, 8, 8), (9, 1, 17), (7, 9, 0), (33, 31, 129), (64, 65, 63),
      (3, 130, 257),
    ])
  func agreement(rows: Int, columns: Int, inner: Int) {
    for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
      for (padding, alpha, beta) in [(0, Float(1), Float(0)), (5, -0.5, 2)] {
        let strideA = (transposeA ? rows : inner) + padding
        let strideB = (transposeB ? inner : columns) + padding
        let a = numbers((transposeA ? inner : rows) * strideA, item: 1)
        let b = numbers((transposeB ? columns : inner) * strideB, item: 2)
        // With beta 0 the former value must not be read.
        let former =
          beta == 0
          ? [Float](repeating: .nan, count: rows * columns)
          : numbers(rows * columns, item: 3)
        var result = former
        var output = result.mutableSpan
        sgemm(
          transposeA: transposeA, transposeB: transposeB, rows: rows, columns: columns,
          inner: inner, alpha: alpha, a.span, strideA: padding > 0 ? strideA : nil, b.span,
          strideB: padding > 0 ? strideB : nil, beta: beta, into: &output)
        var worst = 0.0
        for row in 0..<rows {
          for column in 0..<columns {
            var sum = 0.0
            for k in 0..<inner {
              let left = transposeA ? a[k * strideA + row] : a[row * strideA + k]
              let right = transposeB ? b[column * strideB + k] : b[k * strideB + column]
              sum += Double(left) * Double(right)
            }
            let index = row * columns + column
            let start = beta == 0 ? 0 : Double(beta) * Double(former[index])
            let error = abs(Double(result[index]) - (start + Double(alpha) * sum))
            worst = error.isNaN ? .infinity : max(worst, error)
          }
        }
        // Sums of up to 257 products below 1, each step rounding by at most 2⁻²⁴ of the sum.
        #expect(worst < 1e-5, "transposes \(transposeA) \(transposeB), padding \(padding)")
      }
    }
  }

  @Test("matrices multiply as the plain sums say, on 1 thread and on 2 with equal bits")
  func threads() {
    for (rows, columns, inner) in [(1, 1, 1), (600, 33, 65), (257, 1, 40), (0, 3, 4)] {
      let a = Matrix(rowCount: rows, columnCount: inner, elements: numbers(rows * inner, item: 4))
      let b = Matrix(
        rowCount: inner, columnCount: columns, elements: numbers(inner * columns, item: 5))
      let alone = Parallelism.withThreadCount(1) { a.times(b) }
      let (shared, workerCount) = Parallelism.observingWorkers(threadCount: 2) { a.times(b) }
      // Blocks have 256 rows.
      #expect(shared == alone && workerCount == min(2, (rows + 255) / 256))
      let byTranspose = a.times(b.transposed(), transposed: true)
      var worst: Float = 0
      for row in 0..<rows {
        for column in 0..<columns {
          let sum = (0..<inner).reduce(0.0) { $0 + Double(a[row, $1]) * Double(b[$1, column]) }
          worst = max(worst, abs(alone[row, column] - Float(sum)))
          worst = max(worst, abs(byTranspose[row, column] - Float(sum)))
        }
      }
      #expect(worst < 1e-5)
    }
  }

  @Test("too small a matrix is refused")
  func tooSmall() async {
    await #expect(processExitsWith: .failure) {
      let numbers = [Float](repeating: 1, count: 8)
      var result = [Float](repeating: 0, count: 9)
      var output = result.mutableSpan
      sgemm(rows: 3, columns: 3, inner: 3, numbers.span, numbers.span, into: &output)
    }
  }
}
