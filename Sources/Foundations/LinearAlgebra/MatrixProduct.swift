public import Matrices
internal import OneDNN
internal import ParallelLoops

/// C ← alpha · op(A) · op(B) + beta · C on the calling thread, all row-major.
///
/// For kernels that bring their own blocks and threads; whole matrices are multiplied by
/// `Matrix.times`. The corresponding oneDNN function is `dnnl_sgemm`, which picks its kernel by
/// what the processor can do: it reaches the rate of a hand-tuned BLAS and is linked already, for
/// the networks.
///
/// - Parameters:
///   - transposeA: Whether op(A) is the transpose; A is then `inner × rows`.
///   - transposeB: Whether op(B) is the transpose; B is then `columns × inner`.
///   - rows: The rows of op(A) and C.
///   - columns: The columns of op(B) and C.
///   - inner: The columns of op(A), the rows of op(B).
///   - alpha: A factor of the product.
///   - a: A.
///   - strideA: The distance between rows of A; by default their length.
///   - b: B.
///   - strideB: The distance between rows of B; by default their length.
///   - beta: A factor of C's former value; 0 does not read it.
///   - c: C, its rows `columns` elements apart.
/// - Precondition: The spans hold the matrices; strides are no less than the rows' lengths.
/// - Complexity: 2 · rows · columns · inner floating-point operations.
public func sgemm(
  transposeA: Bool = false, transposeB: Bool = false, rows: Int, columns: Int, inner: Int,
  alpha: Float = 1, _ a: Span<Float>, strideA: Int? = nil, _ b: Span<Float>, strideB: Int? = nil,
  beta: Float = 0, into c: inout MutableSpan<Float>
) {
  OneDNN.sgemm(
    transposeA: transposeA, transposeB: transposeB, rows: rows, columns: columns, inner: inner,
    alpha: alpha, a, strideA: strideA, b, strideB: strideB, beta: beta, into: &c)
}

extension Matrix {
  /// The product of this matrix and another, on all threads.
  ///
  /// Rows are computed in blocks of 256, whatever the number of threads: on some processors the
  /// last bits of a product depend on where in its block a row lies, so blocks cut by the number of
  /// threads would give other bits on other machines.
  ///
  /// - Parameters:
  ///   - other: The right factor; with `transposed`, its transpose is.
  ///   - transposed: Whether to multiply by the other's transpose.
  /// - Returns: The product, `rowCount × columns`.
  /// - Precondition: The inner dimensions agree.
  /// - Complexity: O(rows · columns · inner).
  public func times(_ other: Matrix, transposed: Bool = false) -> Matrix {
    let columns = transposed ? other.rowCount : other.columnCount
    precondition(
      columnCount == (transposed ? other.columnCount : other.rowCount),
      "cannot multiply \(rowCount) × \(columnCount) by \(other.rowCount) × \(other.columnCount)"
        + (transposed ? ", transposed" : ""))
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
