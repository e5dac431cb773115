package import Matrices

// Sums and extremes over the elements of rows.
//
// Every sum has a fixed order of additions, so that results have the same bits on any number of
// threads. Where two orders exist for one quantity, both are here and say what for.

/// The mean of each column, summed in double precision in the order of the rows; zeros for a matrix
/// without rows.
///
/// - Complexity: O(rows · columns), on the calling thread.
package func columnMeans(_ matrix: Matrix) -> [Double] {
  columnMeans(
    matrix.elements.span, rowCount: matrix.rowCount, columnCount: matrix.columnCount)
}

/// The mean of each column of the first `rowCount` rows in `elements`, row-major.
///
/// - Precondition: `elements` holds at least `rowCount * columnCount` elements.
package func columnMeans(_ elements: Span<Float>, rowCount: Int, columnCount: Int) -> [Double] {
  precondition(
    elements.count >= rowCount * columnCount,
    "\(rowCount) × \(columnCount) elements expected, got \(elements.count)")
  var sums = [Double](repeating: 0, count: columnCount)
  var totals = sums.mutableSpan
  for row in 0..<rowCount {
    let first = row * columnCount
    for column in 0..<columnCount { totals[column] += Double(elements[first + column]) }
  }
  return sums.map { $0 / Double(max(1, rowCount)) }
}

/// The dot product of two vectors in double precision, in eight partial sums.
///
/// Eight sums hide the latency of the additions; the conversions to double precision cost less than
/// the digits that a `Float` sum over a thousand channels loses.
///
/// - Precondition: Both have the same number of elements.
package func dotProduct(_ first: Span<Float>, _ second: Span<Float>) -> Double {
  precondition(
    first.count == second.count, "\(first.count) and \(second.count) elements have no dot product")
  var sums = SIMD8<Double>()
  var index = 0
  while index + 8 <= first.count {
    sums.addProduct(
      SIMD8<Double>(first.vector(at: index)), SIMD8<Double>(second.vector(at: index)))
    index += 8
  }
  var total = sums.sum()
  while index < first.count {
    total += Double(first[index]) * Double(second[index])
    index += 1
  }
  return total
}

/// The sum of the squares in double precision, in the order of the elements.
///
/// One sum instead of `dotProduct`'s eight: lengths by which rows are divided keep the bits that
/// they have always had, and with them the order of neighbors at nearly equal distances.
package func sumOfSquares(_ elements: Span<Float>) -> Double {
  var sum = 0.0
  for index in elements.indices { sum += Double(elements[index]) * Double(elements[index]) }
  return sum
}

/// The squared length of the difference, times `factor`, of two vectors, in single precision.
///
/// In 32 partial sums, four vectors of eight, which hide the latency of the additions.
///
/// - Precondition: Both have the same number of elements.
package func squaredDistance(
  _ first: Span<Float>, _ second: Span<Float>, factor: Float = 1
) -> Float {
  precondition(
    first.count == second.count, "\(first.count) and \(second.count) elements have no distance")
  @inline(__always)
  func squares(_ index: Int) -> SIMD8<Float> {
    let difference = (first.vector(at: index) - second.vector(at: index)) * factor
    return difference * difference
  }
  let count = first.count
  var (sum0, sum1, sum2, sum3) = (
    SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero
  )
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
    let difference = (first[index] - second[index]) * factor
    sum += difference * difference
    index += 1
  }
  return sum
}

/// The greatest magnitude of some elements; 0 for none, NaN if one of them is.
package func greatestMagnitude(_ elements: Span<Float>) -> Float {
  var greatest: Float = 0
  for index in elements.indices {
    let magnitude = abs(elements[index])
    // Not `>`: NaN compares false either way, and must not be passed over.
    if !(magnitude <= greatest) { greatest = magnitude }
    if magnitude.isNaN { break }
  }
  return greatest
}
