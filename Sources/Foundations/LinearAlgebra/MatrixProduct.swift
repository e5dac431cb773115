public import Matrices
internal import OneDNN
internal import ParallelLoops

extension Matrix {
  /// The product of this matrix and another, on all threads.
  ///
  /// Rows are computed in blocks of a fixed size, so the result does not depend on the number of
  /// threads. Kernels that bring their own blocks and threads call `OneDNN.sgemm` instead.
  ///
  /// - Parameters:
  ///   - other: The right factor; with `transposed`, its transpose is.
  ///   - transposed: Whether to multiply by the other's transpose.
  /// - Returns: The product, `rowCount × columns`.
  /// - Complexity: O(rows · columns · inner).
  public func times(_ other: Matrix, transposed: Bool = false) -> Matrix {
    let columns = transposed ? other.rowCount : other.columnCount
    precondition(
      columnCount == (transposed ? other.columnCount : other.rowCount),
      "cannot multiply \(rowCount) × \(columnCount) by the other matrix")
    var result = Matrix(rowCount: rowCount, columnCount: columns)
    let inner = columnCount
    result.elements.withDisjointWrites { output in
      parallelFor(count: rowCount, grain: 256) { rows in
        output.withMutableSpan(rows.lowerBound * columns..<rows.upperBound * columns) { block in
          sgemm(
            transposeB: transposed, rows: rows.count, columns: columns, inner: inner,
            elements.span.extracting(rows.lowerBound * inner..<rows.upperBound * inner),
            other.elements.span, into: &block)
        }
      }
    }
    return result
  }
}
