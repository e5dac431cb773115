public import Matrices
internal import ParallelLoops

/// The mean row of every cell of several grids, from rows that pass by once.
///
/// The sums are double precision and go through the rows in their order: the means depend neither
/// on how the rows are cut into blocks nor on threads. They take 8 bytes a cell and column.
///
/// The rows may be anything that belongs to the layout's points: activations, attributions.
public struct CellMeans: Sendable {
  /// The grids, all over the same layout.
  public let grids: [GridAssignment]
  /// The number of columns of the rows, c.
  public let columnCount: Int

  private let rowCount: Int
  private var nextRow = 0
  /// For each grid the sums of its cells, m × c.
  private var sums: [[Double]]

  /// Makes empty sums.
  ///
  /// - Precondition: At least one grid, all with the same number of points; `columnCount > 0`.
  public init(of grids: [GridAssignment], columnCount: Int) {
    precondition(columnCount > 0, "rows need columns, got \(columnCount)")
    self.grids = grids
    self.columnCount = columnCount
    rowCount = commonRowCount(of: grids)
    sums = grids.map { [Double](repeating: 0, count: $0.cells.cellCount * columnCount) }
  }

  /// Adds the next rows, b × c.
  ///
  /// - Parameters:
  ///   - block: The rows.
  ///   - firstSample: The index of the first; the number of rows added so far.
  /// - Throws: `GridError.nonFiniteSample`; then no row of the block is added.
  /// - Complexity: O(b c) for each grid, on all threads.
  public mutating func add(_ block: Matrix, firstSample: Int) throws(GridError) {
    checkBlock(block, firstSample, columnCount: columnCount, nextRow: nextRow, rowCount: rowCount)
    if let row = block.firstNonFiniteRow() { throw .nonFiniteSample(firstSample + row) }
    let columnCount = columnCount
    for (level, grid) in grids.enumerated() {
      sums[level].withDisjointWrites { sums in
        parallelFor(count: columnCount, grain: 64) { columns in
          let (elements, cellOfSample) = (block.elements.span, grid.cellOfSample.span)
          for row in 0..<block.rowCount {
            let cell = Int(cellOfSample[firstSample + row])
            guard cell >= 0 else { continue }
            for column in columns {
              sums[cell * columnCount + column] += Double(elements[row * columnCount + column])
            }
          }
        }
      }
    }
    nextRow += block.rowCount
  }

  /// The means of each grid's cells, m × c.
  ///
  /// - Precondition: All rows of the layout have been added.
  public func means() -> [Matrix] {
    precondition(nextRow == rowCount, "\(rowCount) rows expected, \(nextRow) added")
    return zip(grids, sums).map { grid, sums in
      let means = [Float](unsafeUninitializedCapacity: sums.count) { means, count in
        for cell in 0..<grid.cells.cellCount {
          let cellCount = Double(grid.cells.count[cell])
          for index in cell * columnCount..<(cell + 1) * columnCount {
            means.initializeElement(at: index, to: Float(sums[index] / cellCount))
          }
        }
        count = sums.count
      }
      return Matrix(rowCount: grid.cells.cellCount, columnCount: columnCount, elements: means)
    }
  }
}

/// The number of points that all grids have in common.
func commonRowCount(of grids: [GridAssignment]) -> Int {
  precondition(!grids.isEmpty, "at least one grid is needed")
  let counts = grids.map(\.cellOfSample.count)
  precondition(Set(counts).count == 1, "the grids belong to different layouts: \(counts) points")
  return counts[0]
}

/// Checks that a block of rows is the next one.
func checkBlock(
  _ block: Matrix, _ firstSample: Int, columnCount: Int, nextRow: Int, rowCount: Int
) {
  precondition(
    block.columnCount == columnCount, "\(columnCount) columns expected, got \(block.columnCount)")
  precondition(firstSample == nextRow, "row \(nextRow) is next, got \(firstSample)")
  precondition(
    firstSample + block.rowCount <= rowCount,
    "\(rowCount) rows expected, got \(firstSample + block.rowCount)")
}
