import ParallelLoops

extension Matrix {
  /// The first row that holds an infinite element or one that is not a number; nil if none does.
  ///
  /// - Complexity: O(rows · columns), on all threads.
  public func firstNonFiniteRow() -> Int? {
    // 0 · x is 0 for every finite x and not a number for every other; one sum tells of a whole row.
    var isBad = [Bool](repeating: false, count: rowCount)
    isBad.withDisjointWrites { isBad in
      parallelFor(count: rowCount, grain: max(1, 65_536 / max(1, columnCount))) { rows in
        let elements = self.elements.span
        for row in rows {
          let (start, end) = (row * columnCount, (row + 1) * columnCount)
          var sum = SIMD8<Float>(repeating: 0)
          var index = start
          while index + 8 <= end {
            var lanes = SIMD8<Float>()
            for lane in 0..<8 { lanes[lane] = elements[index + lane] }
            sum += lanes * 0
            index += 8
          }
          var total = sum.sum()
          while index < end {
            total += elements[index] * 0
            index += 1
          }
          isBad[row] = !total.isFinite
        }
      }
    }
    return isBad.firstIndex(of: true)
  }
}
