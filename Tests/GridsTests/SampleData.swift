import Grids
import Matrices
import Randomness

/// A layout of two uneven clouds.
func clouds(_ count: Int, item: Int = 0) -> Matrix {
  var stream = RandomStream(seed: 31, purpose: .evaluation, item: item)
  var layout = Matrix(rowCount: count, columnCount: 2)
  for row in 0..<count {
    let (x, y) = stream.normalPair()
    let isFirst = stream.uniform() < 0.7
    layout[row, 0] = isFirst ? x : 5 + 0.5 * x
    layout[row, 1] = isFirst ? y : -8 + 2 * y
  }
  return layout
}

/// Rows of non-negative numbers, many of them zero, as after a rectifier.
func rectifiedRows(_ rowCount: Int, _ columnCount: Int) -> Matrix {
  var stream = RandomStream(seed: 32, purpose: .evaluation)
  var rows = Matrix(rowCount: rowCount, columnCount: columnCount)
  for index in rows.elements.indices { rows.elements[index] = max(0, stream.normalPair().0) }
  return rows
}

/// Some rows of a matrix.
func block(_ matrix: Matrix, _ rows: Range<Int>) -> Matrix {
  let (from, to) = (rows.lowerBound * matrix.columnCount, rows.upperBound * matrix.columnCount)
  return Matrix(
    rowCount: rows.count, columnCount: matrix.columnCount,
    elements: Array(matrix.elements[from..<to]))
}

/// The levels of some grids, both passes going through the rows in blocks.
func levels(
  _ grids: [GridAssignment], of rows: Matrix, blockRowCount: Int, exemplarCount: Int = 8,
  images: [Int32]? = nil
) throws -> [GridLevel] {
  let starts = stride(from: 0, to: rows.rowCount, by: blockRowCount)
  var means = CellMeans(of: grids, columnCount: rows.columnCount)
  for start in starts {
    let end = min(start + blockRowCount, rows.rowCount)
    try means.add(block(rows, start..<end), firstSample: start)
  }
  var details = CellDetails(of: means, exemplarCount: exemplarCount, images: images)
  for start in starts {
    let end = min(start + blockRowCount, rows.rowCount)
    try details.add(block(rows, start..<end), firstSample: start)
  }
  return details.levels()
}
