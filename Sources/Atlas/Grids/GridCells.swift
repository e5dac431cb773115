internal import Matrices

/// The occupied cells of a square grid laid over a normalized layout.
///
/// Row 0 of the grid is the top one, where y is largest; column 0 is the leftmost, where x is
/// smallest. Cells with fewer samples than a minimum are left out.
public struct GridCells: Sendable, Equatable {
  /// The number of rows of the grid, which is that of columns.
  public let side: Int
  /// The grid row of each cell, ascending; m of them.
  public let row: [Int]
  /// The grid column of each cell, ascending within a row; m of them.
  public let column: [Int]
  /// The number of samples in each cell; m of them.
  public let count: [Int]

  /// Makes cells from their parts, for instance those read from a file.
  ///
  /// - Precondition: As many rows as columns and counts.
  public init(side: Int, row: [Int], column: [Int], count: [Int]) {
    precondition(
      row.count == column.count && row.count == count.count,
      "\(row.count) rows, \(column.count) columns and \(count.count) counts do not make cells")
    self.side = side
    self.row = row
    self.column = column
    self.count = count
  }

  /// The number of cells, m.
  public var cellCount: Int { row.count }

  /// The number of samples in all cells together.
  public var sampleCount: Int { count.reduce(0, +) }
}

/// Which samples of a layout fall into which cell of a grid.
///
/// A point on the line between two cells belongs to the one on the right or above; the right and
/// the upper border of the unit square belong to the outermost cells. Every point that is not
/// clipped thus lies in exactly one cell.
public struct GridAssignment: Sendable, Equatable {
  /// The cells that hold enough samples, m.
  public let cells: GridCells
  /// The index of each sample's cell, or −1 if that cell is left out or the sample is clipped; n of
  /// them.
  public let cellOfSample: [Int32]

  /// Makes an assignment from its parts, for instance those read from a file.
  ///
  /// - Precondition: Every index is −1 or one of the cells.
  public init(cells: GridCells, cellOfSample: [Int32]) {
    precondition(
      cellOfSample.allSatisfy { $0 >= -1 && $0 < cells.cellCount },
      "a sample's cell is none of the \(cells.cellCount) cells")
    self.cells = cells
    self.cellOfSample = cellOfSample
  }

  /// Assigns the points of a layout to the cells of a grid.
  ///
  /// - Parameters:
  ///   - layout: The layout, n points.
  ///   - side: The number of rows and of columns, 1...4,096.
  ///   - minimumCount: A cell is kept if it has at least this many samples. Positive.
  /// - Complexity: O(n + side²).
  public init(_ layout: NormalizedLayout, side: Int, minimumCount: Int = 5) {
    precondition(1 <= side && side <= 4_096, "a grid's side must be in 1...4096, got \(side)")
    precondition(minimumCount > 0, "a cell must hold a point, got minimum \(minimumCount)")
    let points = layout.points
    // In double precision the product with the side is exact, so that no point near a line between
    // two cells is rounded across it.
    let positions = (0..<points.rowCount).map { index in
      let fromLeft = min(Int(Double(points[index, 0]) * Double(side)), side - 1)
      let fromBelow = min(Int(Double(points[index, 1]) * Double(side)), side - 1)
      return (side - 1 - fromBelow) * side + fromLeft
    }
    var counts = [Int](repeating: 0, count: side * side)
    for position in positions { counts[position] += 1 }
    for sample in layout.clipped { counts[positions[sample]] -= 1 }

    // Only when all points are counted is it known which cells are kept.
    let kept = counts.indices.filter { counts[$0] >= minimumCount }
    var cellOfPosition = [Int32](repeating: -1, count: counts.count)
    for (cell, position) in kept.enumerated() { cellOfPosition[position] = Int32(cell) }
    cells = GridCells(
      side: side, row: kept.map { $0 / side }, column: kept.map { $0 % side },
      count: kept.map { counts[$0] })
    var cellOfSample = positions.map { cellOfPosition[$0] }
    for sample in layout.clipped { cellOfSample[sample] = -1 }
    self.cellOfSample = cellOfSample
  }
}
