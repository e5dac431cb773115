package import Tensors

/// Rows made ready for comparison by one matrix product.
///
/// For both metrics the *closeness* of rows i and j is `aᵢ·aⱼ − (hᵢ + hⱼ)`, which is symmetric, and
/// greater for nearer rows:
///
/// - cosine: a is the row over its length, h = 0, and closeness is the cosine;
/// - euclidean: a is the row less the mean row, h = |a|² / 2, and closeness is −distance² / 2.
///   Without the shift, a mean far from zero would cost the digits in which distances differ.
package struct ComparableRows: Sendable {
  /// The number of rows.
  package let count: Int
  /// The number of columns.
  package let dimension: Int
  /// a, `count × dimension`, row-major.
  package let elements: [Float]
  /// h, one for each row.
  package let offsets: [Float]

  /// What distances are computed from: for cosine a, for euclidean the rows as they came.
  private let originals: [Float]
  private let metric: Metric
  private let isZero: [Bool]
  /// The power of two below the greatest magnitude; euclidean rows are divided by it so that no square
  /// overflows.
  private let scale: Float

  /// Prepares the rows of a matrix.
  ///
  /// - Throws: `NeighborError` for NaN or an infinite value.
  /// - Complexity: O(rows · columns); keeps one copy of the rows.
  package init(_ rows: Matrix, metric: Metric) throws(NeighborError) {
    (count, dimension) = (rows.rowCount, rows.columnCount)
    let magnitudes = greatestMagnitudes(of: rows)
    if let row = magnitudes.firstIndex(where: { !$0.isFinite }) { throw NeighborError(row: row) }
    self.metric = metric
    isZero = magnitudes.map { $0 == 0 }
    switch metric {
    case .cosine:
      scale = 1
      elements = rowsOverLengths(rows)
      offsets = [Float](repeating: 0, count: rows.rowCount)
      originals = elements
    case .euclidean:
      scale = max((magnitudes.max() ?? 0).binade, .leastNormalMagnitude)
      elements = rowsLessMean(rows, scale: scale)
      offsets = halfSquares(elements, dimension: rows.columnCount, count: rows.rowCount)
      originals = rows.elements
    }
  }

  /// The distance between two rows from the difference of their elements, which keeps the digits
  /// that closeness loses for rows nearly equal.
  package func distance(_ first: Int, _ second: Int) -> Float {
    if metric == .cosine && (isZero[first] || isZero[second]) { return 1 }
    let square = squaredDistance(
      originals.span, first * dimension, second * dimension, count: dimension,
      factor: 1 / scale)
    switch metric {
    // |a − b|² = 2 − 2 cos for rows of length 1.
    case .cosine: return square / 2
    case .euclidean: return min(square.squareRoot() * scale, .greatestFiniteMagnitude)
    }
  }
}

/// The greatest magnitude in each row; NaN or infinite if one of its elements is.
private func greatestMagnitudes(of rows: Matrix) -> [Float] {
  var result = [Float](repeating: 0, count: rows.rowCount)
  let dimension = rows.columnCount
  result.withDisjointWrites { output in
    parallelFor(count: rows.rowCount, grain: 256) { range in
      let elements = rows.elements.span
      for row in range {
        var greatest: Float = 0
        for index in row * dimension..<(row + 1) * dimension {
          let magnitude = abs(elements[index])
          if !(magnitude <= greatest) { greatest = magnitude }
          if magnitude.isNaN { break }
        }
        output[row] = greatest
      }
    }
  }
  return result
}

/// Each row divided by its length; rows of zeros stay.
private func rowsOverLengths(_ rows: Matrix) -> [Float] {
  var result = rows.elements
  let dimension = rows.columnCount
  result.withDisjointWrites { output in
    parallelFor(count: rows.rowCount, grain: 256) { range in
      for row in range {
        var square = 0.0
        for index in row * dimension..<(row + 1) * dimension {
          square += Double(output[index]) * Double(output[index])
        }
        guard square > 0 else { continue }
        let factor = 1 / square.squareRoot()
        for index in row * dimension..<(row + 1) * dimension {
          output[index] = Float(Double(output[index]) * factor)
        }
      }
    }
  }
  return result
}

/// The rows less their mean, over `scale`.
private func rowsLessMean(_ rows: Matrix, scale: Float) -> [Float] {
  let dimension = rows.columnCount
  var mean = [Double](repeating: 0, count: dimension)
  for row in 0..<rows.rowCount {
    for column in 0..<dimension { mean[column] += Double(rows.elements[row * dimension + column]) }
  }
  let center = mean.map { $0 / Double(max(1, rows.rowCount)) }
  var result = rows.elements
  result.withDisjointWrites { output in
    parallelFor(count: rows.rowCount, grain: 256) { range in
      for row in range {
        for column in 0..<dimension {
          let index = row * dimension + column
          output[index] = Float((Double(output[index]) - center[column]) / Double(scale))
        }
      }
    }
  }
  return result
}

/// Half the squared length of each row.
private func halfSquares(_ elements: [Float], dimension: Int, count: Int) -> [Float] {
  (0..<count).map { row in
    var square = 0.0
    for index in row * dimension..<(row + 1) * dimension {
      square += Double(elements[index]) * Double(elements[index])
    }
    return Float(square / 2)
  }
}

/// The squared length of the difference, times `factor`, of two runs of a span; in 32 partial sums,
/// which hide the latency of the additions.
private func squaredDistance(
  _ elements: Span<Float>, _ first: Int, _ second: Int, count: Int, factor: Float
) -> Float {
  precondition(
    first >= 0 && second >= 0 && max(first, second) + count <= elements.count, "row out of range")
  typealias Lanes = SIMD8<Float>
  let bytes = elements.bytes
  @inline(__always)
  func squares(_ index: Int) -> Lanes {
    let a = bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: (first + index) * 4, as: Lanes.self)
    let b = bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: (second + index) * 4, as: Lanes.self)
    let difference = (a - b) * factor
    return difference * difference
  }
  var (sum0, sum1, sum2, sum3) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
  var index = 0
  while index + 32 <= count {
    sum0 += squares(index)
    sum1 += squares(index + 8)
    sum2 += squares(index + 16)
    sum3 += squares(index + 24)
    index += 32
  }
  let lanes = (sum0 + sum1) + (sum2 + sum3)
  var sum = (lanes.lowHalf + lanes.highHalf).sum()
  while index < count {
    let difference = (elements[first + index] - elements[second + index]) * factor
    sum += difference * difference
    index += 1
  }
  return sum
}
