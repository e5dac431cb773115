public import LinearAlgebra
public import Matrices
internal import ParallelLoops

/// The directions along which samples vary most (Pearson 1901; Hotelling 1933).
public struct PrincipalComponents: Sendable, Equatable {
  /// The mean sample, c elements.
  public let mean: [Float]
  /// The orthonormal axes, d × c: one row per axis, in descending order of their variances, the
  /// element of largest magnitude positive.
  public let axes: Matrix
  /// The variances along the axes (divisor n), d of them, descending.
  public let variances: [Double]
  /// The sum of the variances along all c axes.
  public let totalVariance: Double

  /// Makes components from their parts, for instance those read from a file.
  ///
  /// - Precondition: As many variances as axes, as many mean elements as columns.
  public init(mean: [Float], axes: Matrix, variances: [Double], totalVariance: Double) {
    precondition(
      mean.count == axes.columnCount && variances.count == axes.rowCount,
      "\(axes.rowCount) × \(axes.columnCount) axes do not fit \(variances.count) variances and "
        + "\(mean.count) mean elements")
    self.mean = mean
    self.axes = axes
    self.variances = variances
    self.totalVariance = totalVariance
  }

  /// The first `count` axes of the samples that `moments` has seen.
  ///
  /// One sample, or samples that are all equal, have variances of zero; the axes are then
  /// arbitrary.
  ///
  /// - Precondition: `1 ≤ count ≤ c`.
  /// - Throws: `PrincipalComponentsError` if there are no samples or the covariance has no
  ///   decomposition.
  /// - Complexity: O(c³).
  public init(_ moments: Moments, count: Int) throws(PrincipalComponentsError) {
    let columnCount = moments.columnCount
    precondition(
      1 <= count && count <= columnCount, "cannot take \(count) axes of \(columnCount) columns")
    guard moments.count > 0 else { throw .noSamples }
    let eigen = try decomposed(moments.covariance())
    // Rounding may leave a vanishing variance slightly negative.
    let variances = eigen.values.map { max(0, $0) }
    self.init(
      mean: moments.mean.map { Float($0) },
      axes: Matrix(
        rowCount: count, columnCount: columnCount,
        elements: eigen.vectors.prefix(count * columnCount).map { Float($0) }),
      variances: Array(variances.prefix(count)), totalVariance: variances.reduce(0, +))
  }

  /// The fraction of the total variance along each axis, in [0, 1]; zeros if nothing varies.
  public var explainedVarianceRatios: [Double] {
    variances.map { totalVariance > 0 ? $0 / totalVariance : 0 }
  }

  /// The coordinates of samples along the axes, (x − mean) · axesᵀ.
  ///
  /// A sample's scores have the same bits in whatever blocks the samples come, provided that every
  /// block begins at a multiple of 256: on some processors the last bits of a matrix product depend
  /// on where in its panel a row lies.
  ///
  /// - Parameter block: The samples, b × c.
  /// - Returns: The scores, b × d.
  /// - Complexity: O(b c d), on all threads.
  public func scores(of block: Matrix) -> Matrix {
    let (columnCount, count, grain) = (axes.columnCount, axes.rowCount, 256)
    precondition(
      block.columnCount == columnCount, "\(columnCount) columns expected, got \(block.columnCount)")
    var scores = Matrix(rowCount: block.rowCount, columnCount: count)
    scores.elements.withDisjointWrites { output in
      parallelFor(count: block.rowCount, grain: grain) { rows in
        let elements = block.elements.span
        // The mean is subtracted first: afterwards it would take digits with it. Zeros fill up to
        // the full number of rows, because oneDNN chooses its kernel by the sizes.
        var centered = [Float](repeating: 0, count: grain * columnCount)
        for row in rows {
          let target = (row - rows.lowerBound) * columnCount
          for column in 0..<columnCount {
            centered[target + column] = elements[row * columnCount + column] - mean[column]
          }
        }
        var product = [Float](repeating: 0, count: grain * count)
        var productSpan = product.mutableSpan
        sgemm(
          transposeB: true, rows: grain, columns: count, inner: columnCount, centered.span,
          axes.elements.span, into: &productSpan)
        for index in 0..<rows.count * count {
          output[rows.lowerBound * count + index] = product[index]
        }
      }
    }
    return scores
  }
}

/// The eigenvalues and eigenvectors of a matrix of moments.
func decomposed(_ matrix: SymmetricMatrix) throws(PrincipalComponentsError) -> SymmetricEigen {
  do {
    return try SymmetricEigen(matrix)
  } catch {
    throw .decomposition(error)
  }
}

/// Why moments, principal components or a whitening matrix could not be computed.
public enum PrincipalComponentsError: Error, Equatable, CustomStringConvertible {
  /// A sample holds NaN or an infinite element; samples count from the first added.
  case nonFiniteSample(Int)
  /// No sample was added.
  case noSamples
  /// Every element of every sample is zero: there is no direction to speak of.
  case allZero
  /// The symmetric matrix could not be decomposed.
  case decomposition(EigenError)

  /// One line: operation, object, cause, remedy.
  public var description: String {
    switch self {
    case .nonFiniteSample(let sample):
      "Cannot add sample \(sample) to the moments: an element is not finite; extract it again."
    case .noSamples:
      "Cannot analyze the moments of no samples; add samples first."
    case .allZero:
      "Cannot whiten samples that are all zero; choose a layer that responds to the images."
    case .decomposition(let error):
      "Cannot analyze the moments. \(error)"
    }
  }
}
