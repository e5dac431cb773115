internal import ParallelLoops

/// A dense matrix of `Float`, row-major in one flat array.
///
/// Element (row, column) lies at `row * columnCount + column`. Every matrix of the project uses
/// this order; kernels take `elements.span` and the two counts.
public struct Matrix: Sendable, Equatable {
  /// The number of rows.
  public let rowCount: Int
  /// The number of columns.
  public let columnCount: Int
  /// The elements, row after row; always `rowCount * columnCount` of them.
  ///
  /// Change values, not their number. A property observer could check that, but would make every
  /// write from another module copy the whole array.
  public var elements: [Float]

  /// Makes a matrix from its elements in row-major order.
  ///
  /// - Precondition: `elements.count == rowCount * columnCount`.
  public init(rowCount: Int, columnCount: Int, elements: [Float]) {
    precondition(
      elements.count == rowCount * columnCount,
      "\(rowCount) × \(columnCount) elements expected, got \(elements.count)")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elements = elements
  }

  /// Makes a matrix whose elements all equal `value`.
  public init(rowCount: Int, columnCount: Int, repeating value: Float = 0) {
    self.init(
      rowCount: rowCount, columnCount: columnCount,
      elements: [Float](repeating: value, count: rowCount * columnCount))
  }

  /// One element.
  @inlinable
  public subscript(row: Int, column: Int) -> Float {
    get { elements[row * columnCount + column] }
    _modify { yield &elements[row * columnCount + column] }
  }

  /// The indices in `elements` of one row.
  @inlinable
  public func range(ofRow row: Int) -> Range<Int> {
    row * columnCount..<(row + 1) * columnCount
  }

  /// One row, as a slice of `elements`.
  @inlinable
  public subscript(row row: Int) -> ArraySlice<Float> { elements[range(ofRow: row)] }

  /// The transposed matrix.
  public func transposed() -> Matrix {
    var result = Matrix(rowCount: columnCount, columnCount: rowCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount { result[column, row] = self[row, column] }
    }
    return result
  }

  /// The first row that holds NaN or an infinite element; nil if none does.
  ///
  /// - Complexity: O(rows · columns), on all threads.
  public func firstNonFiniteRow() -> Int? {
    // 0 · x is 0 for every finite x and NaN for every other; one sum tells of a whole row, without
    // a branch per element.
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
