/// A dense matrix of `Float`, row-major in one flat array.
///
/// Element (row, column) lies at `row * columnCount + column`. Every matrix of the project uses this
/// order; kernels take `elements.span` and the two counts.
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

  /// The positions in `elements` of one row.
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
}
