import Grids
import Matrices
import ParallelLoops
import TestTags
import Testing

@Suite(.tags(.quick), .serialized) struct GridLevelTests {
  private func grids(_ count: Int, sides: [Int] = [3, 8], minimumCount: Int = 5) throws
    -> [GridAssignment]
  {
    let layout = try NormalizedLayout(clouds(count))
    return sides.map { GridAssignment(layout, side: $0, minimumCount: minimumCount) }
  }

  /// The cosine of a row and a cell's mean in double precision.
  private func cosine(_ rows: Matrix, _ row: Int, _ means: Matrix, _ cell: Int) -> Double {
    var (product, rowSquare, meanSquare) = (0.0, 0.0, 0.0)
    for (x, m) in zip(rows[row: row], means[row: cell]) {
      product += Double(x) * Double(m)
      rowSquare += Double(x) * Double(x)
      meanSquare += Double(m) * Double(m)
    }
    let scale = (rowSquare * meanSquare).squareRoot()
    return scale > 0 ? product / scale : 0
  }

  @Test(
    "means, dispersions and exemplars agree with plain double sums",
    arguments: [(40, 1), (300, 7), (500, 65)], [1, 8])
  func agreement(shape: (Int, Int), exemplarCount: Int) throws {
    let (rowCount, columnCount) = shape
    let rows = rectifiedRows(rowCount, columnCount)
    let grids = try grids(rowCount)
    let levels = try levels(
      grids, of: rows, blockRowCount: rowCount, exemplarCount: exemplarCount)
    #expect(levels.map(\.assignment) == grids)
    for level in levels {
      for cell in 0..<level.cells.cellCount {
        let members = (0..<rowCount).filter { level.assignment.cellOfSample[$0] == Int32(cell) }
        for column in 0..<columnCount {
          let sum = members.reduce(0.0) { $0 + Double(rows[$1, column]) }
          #expect(level.mean[cell, column] == Float(sum / Double(members.count)))
        }
        let cosines = members.map { cosine(rows, $0, level.mean, cell) }
        let average = cosines.reduce(0, +) / Double(members.count)
        #expect(abs(Double(level.dispersion[cell]) - (1 - average)) < 1e-6)
        let center = Matrix(
          rowCount: 1, columnCount: columnCount,
          elements: (0..<columnCount).map { column in
            let kept = (0..<rowCount).filter { level.assignment.cellOfSample[$0] >= 0 }
            return Float(
              kept.reduce(0.0) { $0 + Double(rows[$1, column]) } / Double(kept.count))
          })
        #expect(abs(Double(level.baselines[cell]) - cosine(level.mean, cell, center, 0)) < 1e-6)
        // Cosines that agree in single precision are ties, broken by the row.
        let best = zip(members, cosines.map { Float($0) })
          .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(exemplarCount)
        let start = cell * exemplarCount
        let exemplars = level.exemplars[start..<start + exemplarCount]
        #expect(exemplars.prefix(best.count).map { Int($0) } == best.map(\.0))
        #expect(exemplars.dropFirst(best.count).allSatisfy { $0 == -1 })
      }
    }
  }

  @Test(
    "of each image a cell has at most one exemplar, its best",
    arguments: [1, 3, 40, 1_000], [0, 1, 8])
  func exemplarsOfDifferentImages(imageCount: Int, exemplarCount: Int) throws {
    let rowCount = 400
    let rows = rectifiedRows(rowCount, 5)
    // Neither in the order of samples nor equally many of each.
    let images = (0..<rowCount).map { Int32(($0 * $0 / 3 + 7 * $0) % imageCount) }
    let grids = try grids(rowCount)
    let found = try levels(
      grids, of: rows, blockRowCount: 150, exemplarCount: exemplarCount, images: images)
    for level in found {
      for cell in 0..<level.cells.cellCount {
        let members = (0..<rowCount).filter { level.assignment.cellOfSample[$0] == Int32(cell) }
        var seen: Set<Int32> = []
        let best = members.map { ($0, Float(cosine(rows, $0, level.mean, cell))) }
          .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
          .filter { seen.insert(images[$0.0]).inserted }.prefix(exemplarCount)
        let start = cell * exemplarCount
        let exemplars = level.exemplars[start..<start + exemplarCount]
        #expect(exemplars.prefix(best.count).map { Int($0) } == best.map(\.0))
        #expect(exemplars.dropFirst(best.count).allSatisfy { $0 == -1 })
      }
    }
    // Means and dispersions are of all samples.
    let plain = try levels(grids, of: rows, blockRowCount: rowCount)
    #expect(found.map(\.mean) == plain.map(\.mean))
    #expect(found.map(\.dispersion) == plain.map(\.dispersion))
  }

  @Test("the bits do not depend on blocks or threads")
  func reproducibility() throws {
    let rows = rectifiedRows(2_100, 130)
    let grids = try grids(2_100, sides: [1, 4, 16])
    let expected = try Parallelism.withThreadCount(1) {
      try levels(grids, of: rows, blockRowCount: 2_100)
    }
    for threadCount in [1, 2, 3] {
      for blockRowCount in [13, 128, 1_000, 2_100] {
        let (found, workerCount) = try Parallelism.observingWorkers(threadCount: threadCount) {
          try levels(grids, of: rows, blockRowCount: blockRowCount)
        }
        #expect(found == expected && workerCount == threadCount)
      }
    }
  }

  @Test("levels taken together are those taken one by one")
  func oneByOne() throws {
    let rows = rectifiedRows(400, 9)
    let grids = try grids(400, sides: [2, 5, 11], minimumCount: 2)
    let together = try levels(grids, of: rows, blockRowCount: 150)
    let oneByOne = try grids.flatMap { try levels([$0], of: rows, blockRowCount: 400) }
    #expect(together == oneByOne)
  }

  @Test("rows of one direction have dispersion 0, opposite ones and zeros have 1")
  func alike() throws {
    let grids = try grids(64, sides: [1])
    var rows = Matrix(rowCount: 64, columnCount: 3)
    for row in 0..<64 {
      for column in 0..<3 { rows[row, column] = Float(row + 1) * Float(column + 1) }
    }
    let level = try levels(grids, of: rows, blockRowCount: 64)[0]
    #expect(abs(level.dispersion[0]) < 1e-6)
    for row in 0..<64 {
      for column in 0..<3 { rows[row, column] = row % 2 == 0 ? 1 : -1 }
    }
    #expect(try levels(grids, of: rows, blockRowCount: 64)[0].dispersion == [1])
    let zeros = Matrix(rowCount: 64, columnCount: 3)
    let nothing = try levels(grids, of: zeros, blockRowCount: 64)[0]
    #expect(nothing.dispersion == [1])
    #expect(nothing.exemplars == [0, 1, 2, 3, 4, 5, 6, 7])
  }

  @Test("very large and very small numbers have their cosines", arguments: [Float(1e30), 1e-30])
  func extremes(scale: Float) throws {
    let grids = try grids(50, sides: [1])
    let plain = rectifiedRows(50, 20)
    var scaled = plain
    for index in scaled.elements.indices { scaled.elements[index] *= scale }
    let expected = try levels(grids, of: plain, blockRowCount: 50)[0]
    let level = try levels(grids, of: scaled, blockRowCount: 50)[0]
    #expect(abs(level.dispersion[0] - expected.dispersion[0]) < 1e-5)
  }

  @Test("one row is its own mean and exemplar")
  func oneRow() throws {
    let rows = Matrix(rowCount: 1, columnCount: 4, elements: [1, 0, 2, 5])
    let level = try levels(
      try grids(1, sides: [6], minimumCount: 1), of: rows, blockRowCount: 1, exemplarCount: 3)[0]
    #expect(level.mean == rows && level.exemplars == [0, -1, -1])
    #expect(abs(level.dispersion[0]) < 1e-6)
  }

  @Test("grids without cells are possible")
  func noCells() throws {
    let grids = try grids(30, sides: [4], minimumCount: 31)
    let level = try levels(grids, of: rectifiedRows(30, 5), blockRowCount: 30)[0]
    #expect(level.cells.cellCount == 0 && level.mean.rowCount == 0 && level.exemplars.isEmpty)
  }

  @Test("a row that is not finite is named and adds nothing")
  func notFinite() throws {
    let rows = rectifiedRows(100, 6)
    var bad = rows
    bad[70, 5] = .infinity
    let grids = try grids(100)
    var means = CellMeans(of: grids, columnCount: 6)
    try means.add(block(bad, 0..<60), firstSample: 0)
    #expect(throws: GridError.nonFiniteSample(70)) {
      try means.add(block(bad, 60..<100), firstSample: 60)
    }
    try means.add(block(rows, 60..<100), firstSample: 60)
    let expected = try levels(grids, of: rows, blockRowCount: 100)
    #expect(means.means() == expected.map(\.mean))
  }

  @Test("rows out of order and means of half the rows are refused")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      let layout = try NormalizedLayout(clouds(10))
      var means = CellMeans(of: [GridAssignment(layout, side: 1)], columnCount: 2)
      try means.add(Matrix(rowCount: 5, columnCount: 2), firstSample: 5)
    }
    await #expect(processExitsWith: .failure) {
      let layout = try NormalizedLayout(clouds(10))
      _ = CellMeans(of: [GridAssignment(layout, side: 1)], columnCount: 2).means()
    }
  }
}
