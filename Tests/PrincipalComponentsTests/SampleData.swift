import Matrices
import Randomness

/// Rows with correlated columns, some far from the origin: like activations, only harder.
func correlatedRows(_ rowCount: Int, _ columnCount: Int, item: Int = 0, offset: Float = 2)
  -> Matrix
{
  var stream = RandomStream(seed: 21, purpose: .evaluation, item: item)
  var rows = Matrix(rowCount: rowCount, columnCount: columnCount)
  for row in 0..<rowCount {
    var common: Float = 0
    for column in 0..<columnCount {
      let noise = stream.normalPair().0
      common = 0.6 * common + noise
      rows[row, column] = common * (1 + 3 / Float(column + 1)) + offset * Float(column % 3)
    }
  }
  return rows
}

/// (1/n) Σ (x − m)(x − m)ᵀ summed in double precision, row-major; m is zero for the second moment.
func plainMoment(_ rows: Matrix, about mean: [Double]) -> [Double] {
  let columnCount = rows.columnCount
  var moment = [Double](repeating: 0, count: columnCount * columnCount)
  for row in 0..<rows.rowCount {
    let centered = (0..<columnCount).map { Double(rows[row, $0]) - mean[$0] }
    for i in 0..<columnCount {
      for j in 0..<columnCount { moment[i * columnCount + j] += centered[i] * centered[j] }
    }
  }
  return moment.map { $0 / Double(rows.rowCount) }
}

/// The columns' means in double precision.
func plainMean(_ rows: Matrix) -> [Double] {
  (0..<rows.columnCount).map { column in
    (0..<rows.rowCount).reduce(0.0) { $0 + Double(rows[$1, column]) } / Double(rows.rowCount)
  }
}

/// The largest absolute difference of two lists; infinite if one holds a NaN or is shorter.
func worstDifference(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { worst, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(worst, difference)
  }
}

/// Some rows of a matrix.
func block(_ matrix: Matrix, _ rows: Range<Int>) -> Matrix {
  let (from, to) = (rows.lowerBound * matrix.columnCount, rows.upperBound * matrix.columnCount)
  return Matrix(
    rowCount: rows.count, columnCount: matrix.columnCount,
    elements: Array(matrix.elements[from..<to]))
}
