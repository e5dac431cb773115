internal import Matrices
internal import ParallelLoops

/// The rate of a large matrix product in GFLOP/s, the best of twelve: the most that a machine can do.
///
/// - Parameter threadCount: The threads that share the product.
/// - Returns: GFLOP/s, all threads together.
public func sgemmPeak(threadCount: Int) -> Double {
  sgemmRate(threadCount: threadCount, side: 2048, trialCount: 12)
}

/// About that rate, in a few hundredths of a second, for forecasts.
public func quickSGEMMRate() -> Double {
  sgemmRate(threadCount: Parallelism.threadCount, side: 768, trialCount: 4)
}

private func sgemmRate(threadCount: Int, side: Int, trialCount: Int) -> Double {
  let values = (0..<side * side).map { Float($0 % 7) - 3 }
  let factor = Matrix(rowCount: side, columnCount: side, elements: values)
  var product = Matrix(rowCount: side, columnCount: side)
  var best = Double.infinity
  for _ in 0..<trialCount {
    let time = ContinuousClock().measure {
      product.elements.withDisjointWrites { output in
        let rowsEach = (side + threadCount - 1) / threadCount
        parallelFor(count: side, grain: rowsEach) { rows in
          let range = rows.lowerBound * side..<rows.upperBound * side
          output.withMutableSpan(range) { block in
            sgemm(
              rows: rows.count, columns: side, inner: side, factor.elements.span.extracting(range),
              factor.elements.span, into: &block)
          }
        }
      }
    }
    best = min(best, time / .seconds(1))
  }
  return 2 * Double(side * side) * Double(side) / best / 1e9
}
