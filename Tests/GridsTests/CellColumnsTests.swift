import Grids
import TestTags
import Testing

/// Numbers of images over cells.
@Suite(.tags(.quick)) struct CellColumnsTests {
  private let cells = GridCells(side: 2, row: [0, 1], column: [0, 1], count: [4, 3])

  @Test("means, errors over images and counts are those of the definition")
  func definition() {
    // Cell 0: two samples of image 0, one of image 1, one of image 2; cell 1: three of image 2.
    let grid = GridAssignment(cells: cells, cellOfSample: [0, 0, 0, -1, 0, 1, 1, 1])
    let values: [Double] = [1, 10, 4, .nan, 7, 20]
    let columns = CellColumns(
      grid, images: [0, 0, 1, 1, 2, 2, 2, 2], values: values, columnCount: 2)
    #expect(columns.counts == [4, 3, 3, 3])
    // (1 + 1 + 4 + 7) / 4, (10 + 10 + 20) / 3.
    #expect(abs(columns.means[0] - 13.0 / 4) < 1e-12)
    #expect(abs(columns.means[1] - 40.0 / 3) < 1e-12)
    #expect(columns.means[2...] == [7, 20])
    // Sums of deviations by image: 2 (1 − 3.25), 4 − 3.25, 7 − 3.25.
    let first = (3.0 / 2 * (4.5 * 4.5 + 0.75 * 0.75 + 3.75 * 3.75)).squareRoot() / 4
    #expect(abs(columns.errors[0] - first) < 1e-12)
    let second = (2 * 2 * (20.0 / 3) * (20.0 / 3)).squareRoot() / 3
    #expect(abs(columns.errors[1] - second) < 1e-12)
    // One image tells nothing of others.
    #expect(columns.errors[2...].allSatisfy { $0.isNaN })
  }

  @Test("with a sample an image the standard error is the usual one, of large numbers too")
  func independentSamples() {
    for offset in [0, 1e9] {
      let values = [2, 4, 4, 4, 5, 5, 7, 9].map { $0 + offset }
      let columns = CellColumns(
        GridAssignment(
          cells: GridCells(side: 1, row: [0], column: [0], count: [8]),
          cellOfSample: [Int32](repeating: 0, count: 8)),
        images: Array(0..<8), values: values, columnCount: 1)
      #expect(columns.means == [5 + offset])
      // Variance 32 / 7 of 8 samples.
      #expect(abs(columns.errors[0] - (32.0 / 7 / 8).squareRoot()) < 1e-9)
    }
  }

  @Test("cells whose images have no number, and grids without cells")
  func nothing() {
    let grid = GridAssignment(cells: cells, cellOfSample: [0, 0, 0, 0, 1, 1, 1])
    let columns = CellColumns(
      grid, images: [0, 0, 0, 0, 1, 1, 1], values: [.nan, 3], columnCount: 1)
    #expect(columns.means[0].isNaN && columns.means[1] == 3 && columns.counts == [0, 3])
    let empty = GridAssignment(
      cells: GridCells(side: 1, row: [], column: [], count: []), cellOfSample: [-1])
    let none = CellColumns(empty, images: [0], values: [1], columnCount: 1)
    #expect(none.means.isEmpty && none.counts.isEmpty && none.errors.isEmpty)
  }
}
