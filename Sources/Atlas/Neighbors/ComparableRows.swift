package import Matrices
internal import Numerics
internal import ParallelLoops

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
  /// What is taken from euclidean rows before all else.
  private let center: [Double]
  /// The power of two below the greatest magnitude; euclidean rows are divided by it so that no square
  /// overflows.
  private let scale: Float

  /// Prepares the rows of a matrix.
  ///
  /// - Parameters:
  ///   - rows: The rows.
  ///   - metric: What near means.
  ///   - queries: Rows that will be compared with these, if there are such; their size counts for the
  ///     scale.
  /// - Throws: `NeighborError` for NaN or an infinite value among `rows`.
  /// - Complexity: O(rows · columns); keeps one copy of the rows.
  package init(
    _ rows: Matrix, metric: Metric, queries: Matrix? = nil
  ) throws(NeighborError) {
    var scale: Float = 1
    var center: [Double] = []
    if metric == .euclidean {
      let greatest = ([rows] + (queries.map { [$0] } ?? [])).map { matrix in
        greatestMagnitudes(of: matrix).reduce(0) { $1.isFinite ? max($0, $1) : $0 }
      }
      scale = max((greatest.max() ?? 0).binade, .leastNormalMagnitude)
      center = columnMeans(rows)
    }
    try self.init(rows, metric: metric, center: center, scale: scale)
  }

  /// Prepares the rows of a matrix for comparison with others.
  ///
  /// - Precondition: The others were prepared with these as their queries.
  /// - Throws: `NeighborError` for NaN or an infinite value.
  package init(_ queries: Matrix, like rows: ComparableRows) throws(NeighborError) {
    try self.init(queries, metric: rows.metric, center: rows.center, scale: rows.scale)
  }

  private init(
    _ rows: Matrix, metric: Metric, center: [Double], scale: Float
  ) throws(NeighborError) {
    let magnitudes = greatestMagnitudes(of: rows)
    if let row = magnitudes.firstIndex(where: { !$0.isFinite }) { throw NeighborError(row: row) }
    (count, dimension) = (rows.rowCount, rows.columnCount)
    (self.metric, self.center, self.scale) = (metric, center, scale)
    isZero = magnitudes.map { $0 == 0 }
    switch metric {
    case .cosine:
      elements = rowsOverLengths(rows)
      offsets = [Float](repeating: 0, count: rows.rowCount)
      originals = elements
    case .euclidean:
      elements = rowsLess(center, rows, scale: scale)
      offsets = halfSquares(elements, dimension: rows.columnCount, count: rows.rowCount)
      originals = rows.elements
    }
  }

  /// Points among rows that are already prepared, such as means of them; for cosine their directions
  /// count.
  init(points: [Float], like rows: ComparableRows) {
    (count, dimension) = (points.count / max(1, rows.dimension), rows.dimension)
    (metric, center, scale) = (rows.metric, rows.center, rows.scale)
    let matrix = Matrix(rowCount: count, columnCount: dimension, elements: points)
    elements = metric == .cosine ? rowsOverLengths(matrix) : points
    originals = elements
    isZero = []
    offsets =
      metric == .cosine
      ? [Float](repeating: 0, count: count)
      : halfSquares(elements, dimension: dimension, count: count)
  }

  /// Some of the rows, in the order given.
  ///
  /// - Complexity: O(indices · columns).
  func selected(_ indices: [Int]) -> ComparableRows { ComparableRows(self, indices) }

  private init(_ rows: ComparableRows, _ indices: [Int]) {
    (count, dimension) = (indices.count, rows.dimension)
    (metric, center, scale) = (rows.metric, rows.center, rows.scale)
    elements = gathered(rows.elements, indices, dimension: dimension)
    offsets = gathered(rows.offsets, indices, dimension: 1)
    isZero = rows.isZero.isEmpty ? [] : indices.map { rows.isZero[$0] }
    originals =
      metric == .cosine ? elements : gathered(rows.originals, indices, dimension: dimension)
  }

  /// The closeness of two rows, computed by itself.
  func closeness(_ first: Int, _ second: Int) -> Float {
    var sum: Float = 0
    for column in 0..<dimension {
      sum += elements[first * dimension + column] * elements[second * dimension + column]
    }
    return sum - (offsets[first] + offsets[second])
  }

  /// The distance from a row to one of `others` from the difference of their elements, which keeps the
  /// digits that closeness loses for rows nearly equal.
  func distance(_ row: Int, to other: Int, of others: ComparableRows) -> Float {
    if metric == .cosine && (isZero[row] || others.isZero[other]) { return 1 }
    let square = squaredDistance(
      originals.span.extracting(row * dimension..<(row + 1) * dimension),
      others.originals.span.extracting(other * dimension..<(other + 1) * dimension),
      factor: 1 / scale)
    switch metric {
    // |a − b|² = 2 − 2 cos for rows of length 1.
    case .cosine: return square / 2
    case .euclidean: return min(square.squareRoot() * scale, .greatestFiniteMagnitude)
    }
  }
}

/// The runs of `dimension` elements at some places.
private func gathered(_ elements: [Float], _ indices: [Int], dimension: Int) -> [Float] {
  [Float](count: indices.count * dimension) { result in
    parallelFor(count: indices.count, grain: 1024) { range in
      for place in range {
        let source = indices[place] * dimension
        for column in 0..<dimension {
          result[place * dimension + column] = elements[source + column]
        }
      }
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
        output[row] = greatestMagnitude(
          elements.extracting(row * dimension..<(row + 1) * dimension))
      }
    }
  }
  return result
}

/// Each row divided by its length; rows of zeros stay.
private func rowsOverLengths(_ rows: Matrix) -> [Float] {
  let dimension = rows.columnCount
  return [Float](count: rows.elements.count) { output in
    parallelFor(count: rows.rowCount, grain: 256) { range in
      let elements = rows.elements.span
      for row in range {
        let square = sumOfSquares(elements.extracting(row * dimension..<(row + 1) * dimension))
        let factor = square > 0 ? 1 / square.squareRoot() : 0
        for index in row * dimension..<(row + 1) * dimension {
          output[index] = Float(Double(elements[index]) * factor)
        }
      }
    }
  }
}

/// The rows less `center`, over `scale`.
private func rowsLess(_ center: [Double], _ rows: Matrix, scale: Float) -> [Float] {
  let dimension = rows.columnCount
  return [Float](count: rows.elements.count) { output in
    parallelFor(count: rows.rowCount, grain: 256) { range in
      let elements = rows.elements.span
      for row in range {
        for column in 0..<dimension {
          let index = row * dimension + column
          output[index] = Float((Double(elements[index]) - center[column]) / Double(scale))
        }
      }
    }
  }
}

/// Half the squared length of each row.
private func halfSquares(_ elements: [Float], dimension: Int, count: Int) -> [Float] {
  (0..<count).map { row in
    Float(sumOfSquares(elements.span.extracting(row * dimension..<(row + 1) * dimension)) / 2)
  }
}
