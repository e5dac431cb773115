import Grids
import Matrices
import Testing

@Suite struct GridCellsTests {
  /// Points of the unit square as they are.
  private func layout(_ points: [(Float, Float)]) throws -> NormalizedLayout {
    // Two corners fix the frame.
    let corners: [(Float, Float)] = [(0, 0), (1, 1)]
    let all = points + corners
    return try NormalizedLayout(
      Matrix(rowCount: all.count, columnCount: 2, elements: all.flatMap { [$0.0, $0.1] }),
      percentiles: 0...100, relativeMargin: 0)
  }

  @Test(
    "each cell holds just the points within its bounds",
    arguments: [1, 2, 3, 20, 64], [1, 5])
  func agreement(side: Int, minimumCount: Int) throws {
    let layout = try NormalizedLayout(clouds(900))
    let cells = GridCells(layout, side: side, minimumCount: minimumCount)
    var places: Set<Int> = []
    var cell = 0
    for row in 0..<side {
      for column in 0..<side {
        let (left, bottom) = (Double(column) / Double(side), Double(side - 1 - row) / Double(side))
        let (right, top) = (Double(column + 1) / Double(side), Double(side - row) / Double(side))
        let members = (0..<900).filter { index in
          let (x, y) = (Double(layout.points[index, 0]), Double(layout.points[index, 1]))
          return left <= x && (x < right || column == side - 1)
            && bottom <= y && (y < top || row == 0)
        }
        guard members.count >= minimumCount else {
          #expect(members.allSatisfy { cells.cellOfRow[$0] == -1 })
          continue
        }
        #expect(cells.row[cell] == row && cells.column[cell] == column)
        #expect(cells.count[cell] == members.count)
        #expect(members.allSatisfy { cells.cellOfRow[$0] == Int32(cell) })
        places.formUnion(members)
        cell += 1
      }
    }
    #expect(cells.cellCount == cell)
    #expect(places.count == cells.count.reduce(0, +))
    #expect(cells.cellOfRow.count(where: { $0 == -1 }) == 900 - places.count)
    if minimumCount == 1 { #expect(places.count == 900) }
  }

  @Test("points on lines go right and up, those on the outer border stay inside")
  func borders() throws {
    let cells = GridCells(
      try layout([(0.5, 0.5), (0.5, 0), (0, 0.5), (1, 0), (0, 1), (0.25, 1), (1, 0.75)]),
      side: 2, minimumCount: 1)
    #expect(cells.row == [0, 0, 1, 1] && cells.column == [0, 1, 0, 1])
    // Cell 0 is at the upper left, 1 at the upper right, 2 and 3 below.
    #expect(cells.cellOfRow == [1, 3, 0, 3, 0, 0, 1, 2, 1])
  }

  @Test("finer grids of a multiple split coarser cells")
  func nesting() throws {
    let layout = try NormalizedLayout(clouds(2_000))
    let coarse = GridCells(layout, side: 20, minimumCount: 1)
    let fine = GridCells(layout, side: 80, minimumCount: 1)
    for index in 0..<2_000 {
      let (outer, inner) = (Int(coarse.cellOfRow[index]), Int(fine.cellOfRow[index]))
      #expect(fine.row[inner] / 4 == coarse.row[outer])
      #expect(fine.column[inner] / 4 == coarse.column[outer])
    }
  }

  @Test("permuting the points permutes their cells and nothing else")
  func permutation() throws {
    let layout = clouds(500)
    var reversed = layout
    for row in 0..<500 {
      reversed[row, 0] = layout[499 - row, 0]
      reversed[row, 1] = layout[499 - row, 1]
    }
    let cells = GridCells(try NormalizedLayout(layout), side: 7)
    let other = GridCells(try NormalizedLayout(reversed), side: 7)
    #expect(cells.row == other.row && cells.column == other.column && cells.count == other.count)
    #expect(other.cellOfRow == cells.cellOfRow.reversed())
  }

  @Test("equal points share one cell, a single point has one of its own")
  func degenerate() throws {
    let equal = try NormalizedLayout(Matrix(rowCount: 9, columnCount: 2, repeating: -3))
    let cells = GridCells(equal, side: 10)
    #expect(cells.cellCount == 1 && cells.count == [9])
    #expect(cells.cellOfRow == [Int32](repeating: 0, count: 9))
    #expect(GridCells(equal, side: 10, minimumCount: 10).cellCount == 0)
    let one = try NormalizedLayout(Matrix(rowCount: 1, columnCount: 2, repeating: -3))
    #expect(GridCells(one, side: 4, minimumCount: 1).count == [1])
  }
}
