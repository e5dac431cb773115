internal import LinearAlgebra
public import Matrices
internal import ParallelLoops

extension PrincipalComponents {
  /// The first `count` axes of fewer samples than columns, from the products of samples with each
  /// other instead of columns with each other.
  ///
  /// The two matrices have the same eigenvalues but for zeros, and an eigenvector of the one is the
  /// other's times the samples (Sirovich, Quarterly of Applied Mathematics 1987, "method of
  /// snapshots"). The axes are those of `init(_:count:)` but for rounding. n samples have at most n −
  /// 1 axes along which they vary; the others complete an orthonormal system.
  ///
  /// - Parameters:
  ///   - samples: n × c; at least one.
  ///   - count: The number of axes, from 1 to c.
  /// - Throws: `PrincipalComponentsError` if a sample is not finite or the products have no
  ///   decomposition.
  /// - Complexity: O(n² c + n³ + count² c), with 24 n² bytes and 16 count · c beside the samples.
  public init(of samples: Matrix, count: Int) throws(PrincipalComponentsError) {
    let (sampleCount, columnCount) = (samples.rowCount, samples.columnCount)
    precondition(
      1 <= count && count <= columnCount, "cannot take \(count) axes of \(columnCount) columns")
    guard sampleCount > 0 else { throw .noSamples }
    if let sample = samples.firstNonFiniteRow() { throw .nonFiniteSample(sample) }
    let mean = columnMean(of: samples)
    // Columns take the place of samples: their second moment holds the products of samples.
    var centered = Matrix(rowCount: columnCount, columnCount: sampleCount)
    centered.elements.withDisjointWrites { output in
      parallelFor(count: columnCount, grain: 64) { columns in
        for column in columns {
          for sample in 0..<sampleCount {
            output[column * sampleCount + sample] =
              Float(Double(samples.elements[sample * columnCount + column]) - mean[column])
          }
        }
      }
    }
    var moments = Moments(columnCount: sampleCount)
    try moments.add(centered)
    let eigen = try decomposed(moments.secondMoment())
    // Moments divide by the number of columns, variances by that of samples.
    let scale = Double(columnCount) / Double(sampleCount)
    let variances = eigen.values.map { max(0, $0) * scale }
    // Below the rounding errors of products in single precision a variance counts as none.
    let least = (variances.first ?? 0) * Double(Float.ulpOfOne)
    var axes: [[Double]] = []
    for index in 0..<min(count, sampleCount) where variances[index] > least {
      let weights = eigen.vectors[index * sampleCount..<(index + 1) * sampleCount]
      axes.append(combination(of: centered, by: Array(weights)))
      orthonormalizeLast(of: &axes)
    }
    let rank = axes.count
    // Any direction will do for the rest. Of the unit vectors at most as many as there are axes lie
    // close to what they span.
    var column = 0
    while axes.count < count {
      axes.append((0..<columnCount).map { $0 == column ? 1 : 0 })
      orthonormalizeLast(of: &axes)
      column += 1
    }
    self.init(
      mean: mean.map { Float($0) },
      axes: Matrix(
        rowCount: count, columnCount: columnCount,
        elements: axes.flatMap { axis in
          let largest = axis.reduce(0.0) { abs($1) > abs($0) ? $1 : $0 }
          return axis.map { Float(largest < 0 ? -$0 : $0) }
        }),
      variances: (0..<count).map { $0 < rank ? variances[$0] : 0 },
      totalVariance: variances.reduce(0, +))
  }
}

/// The mean of the rows of a matrix.
private func columnMean(of samples: Matrix) -> [Double] {
  var sums = [Double](repeating: 0, count: samples.columnCount)
  for sample in 0..<samples.rowCount {
    for (column, value) in samples[row: sample].enumerated() { sums[column] += Double(value) }
  }
  return sums.map { $0 / Double(samples.rowCount) }
}

/// For each row of a matrix the sum of its elements times weights.
private func combination(of matrix: Matrix, by weights: [Double]) -> [Double] {
  [Double](count: matrix.rowCount) { output in
    parallelFor(count: matrix.rowCount, grain: 256) { rows in
      let (elements, weights) = (matrix.elements.span, weights.span)
      for row in rows {
        var sum = 0.0
        for index in weights.indices {
          sum += Double(elements[row * weights.count + index]) * weights[index]
        }
        output[row] = sum
      }
    }
  }
}

/// Makes the last vector orthogonal to those before and of length 1; removes it where little is
/// left.
private func orthonormalizeLast(of vectors: inout [[Double]]) {
  guard var vector = vectors.popLast() else { return }
  func product(_ first: [Double], _ second: [Double]) -> Double {
    zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
  }
  let length = product(vector, vector).squareRoot()
  // Twice is enough (Giraud and Langou, 2003).
  for _ in 0..<2 {
    for other in vectors {
      let part = product(other, vector)
      for index in vector.indices { vector[index] -= part * other[index] }
    }
  }
  let left = product(vector, vector).squareRoot()
  // A unit vector of which less than this is new would bring rounding errors with it.
  guard left > 1e-3 * length && left > 0 else { return }
  vectors.append(vector.map { $0 / left })
}
