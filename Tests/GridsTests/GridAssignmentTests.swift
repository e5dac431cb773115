import Grids
import Matrices
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct GridAssignmentTests {
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
    let assignment = GridAssignment(layout, side: side, minimumCount: minimumCount)
    let clipped = Set(layout.clipped)
    let cells = assignment.cells
    var places: Set<Int> = []
    var cell = 0
    for row in 0..<side {
      for column in 0..<side {
        let (left, bottom) = (Double(column) / Double(side), Double(side - 1 - row) / Double(side))
        let (right, top) = (Double(column + 1) / Double(side), Double(side - row) / Double(side))
        let members = (0..<900).filter { index in
          let (x, y) = (Double(layout.points[index, 0]), Double(layout.points[index, 1]))
          return !clipped.contains(index) && left <= x && (x < right || column == side - 1)
            && bottom <= y && (y < top || row == 0)
        }
        guard members.count >= minimumCount else {
          #expect(members.allSatisfy { assignment.cellOfSample[$0] == -1 })
          continue
        }
        #expect(cells.row[cell] == row && cells.column[cell] == column)
        #expect(cells.count[cell] == members.count)
        #expect(members.allSatisfy { assignment.cellOfSample[$0] == Int32(cell) })
        places.formUnion(members)
        cell += 1
      }
    }
    #expect(cells.cellCount == cell)
    #expect(places.count == cells.sampleCount)
    #expect(assignment.cellOfSample.count(where: { $0 == -1 }) == 900 - places.count)
    if minimumCount == 1 { #expect(places.count == 900 - clipped.count) }
  }

  @Test("points on lines go right and up, those on the outer border stay inside")
  func borders() throws {
    let assignment = GridAssignment(
      try layout([(0.5, 0.5), (0.5, 0), (0, 0.5), (1, 0), (0, 1), (0.25, 1), (1, 0.75)]),
      side: 2, minimumCount: 1)
    let cells = assignment.cells
    #expect(cells.row == [0, 0, 1, 1] && cells.column == [0, 1, 0, 1])
    // Cell 0 is at the upper left, 1 at the upper right, 2 and 3 below.
    #expect(assignment.cellOfSample == [1, 3, 0, 3, 0, 0, 1, 2, 1])
  }

  @Test("clipped samples lie in no cell, and the others where they lay without them")
  func clipped() throws {
    // Evenly over a square, so that none of the others is clipped.
    var stream = RandomStream(seed: 33, purpose: .evaluation)
    let inside = Matrix(
      rowCount: 1_000, columnCount: 2, elements: (0..<2_000).map { _ in stream.uniform() })
    #expect(try NormalizedLayout(inside).clipped.isEmpty)
    // Far outside on every side and in every corner, among the others and at both ends.
    let outside: [(Int, Float, Float)] = [
      (0, 900, 0), (17, -900, 0), (401, 0, 3e38), (402, 0, -80), (640, 1e12, 1e12), (998, -70, 66),
      (999, 50, -90),
    ]
    var strayed = inside
    for (sample, x, y) in outside { (strayed[sample, 0], strayed[sample, 1]) = (x, y) }
    let layout = try NormalizedLayout(strayed)
    #expect(layout.clipped == outside.map(\.0))
    for side in [1, 5, 20] {
      let assignment = GridAssignment(layout, side: side, minimumCount: 1)
      #expect(assignment.cells.sampleCount == 1_000 - outside.count)
      for sample in 0..<1_000 {
        let point = layout.points
        let column = min(Int(point[sample, 0] * Float(side)), side - 1)
        let row = side - 1 - min(Int(point[sample, 1] * Float(side)), side - 1)
        let cell = Int(assignment.cellOfSample[sample])
        #expect((cell == -1) == outside.contains { $0.0 == sample })
        guard cell >= 0 else { continue }
        #expect(assignment.cells.row[cell] == row && assignment.cells.column[cell] == column)
      }
    }
  }

  @Test("finer grids of a multiple split coarser cells")
  func nesting() throws {
    let layout = try NormalizedLayout(clouds(2_000))
    let coarse = GridAssignment(layout, side: 20, minimumCount: 1)
    let fine = GridAssignment(layout, side: 80, minimumCount: 1)
    for index in 0..<2_000 where coarse.cellOfSample[index] >= 0 {
      let (outer, inner) = (Int(coarse.cellOfSample[index]), Int(fine.cellOfSample[index]))
      #expect(fine.cells.row[inner] / 4 == coarse.cells.row[outer])
      #expect(fine.cells.column[inner] / 4 == coarse.cells.column[outer])
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
    let assignment = GridAssignment(try NormalizedLayout(layout), side: 7)
    let other = GridAssignment(try NormalizedLayout(reversed), side: 7)
    #expect(assignment.cells == other.cells)
    #expect(other.cellOfSample == assignment.cellOfSample.reversed())
  }

  @Test("equal points share one cell, a single point has one of its own")
  func degenerate() throws {
    let equal = try NormalizedLayout(Matrix(rowCount: 9, columnCount: 2, repeating: -3))
    let assignment = GridAssignment(equal, side: 10)
    #expect(assignment.cells.cellCount == 1 && assignment.cells.count == [9])
    #expect(assignment.cellOfSample == [Int32](repeating: 0, count: 9))
    #expect(GridAssignment(equal, side: 10, minimumCount: 10).cells.cellCount == 0)
    let one = try NormalizedLayout(Matrix(rowCount: 1, columnCount: 2, repeating: -3))
    #expect(GridAssignment(one, side: 4, minimumCount: 1).cells.count == [1])
  }
}
