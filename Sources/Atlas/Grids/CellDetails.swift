public import Matrices
internal import Numerics
internal import ParallelLoops

/// The dispersion and the exemplars of every cell of several grids, from a second pass of the rows.
///
/// Each row is compared with the mean of its cell. As in the first pass, the result depends neither
/// on how the rows are cut into blocks nor on threads.
public struct CellDetails: Sendable {
  private let grids: [GridAssignment]
  private let means: [Matrix]
  private let exemplarCount: Int
  private let columnCount: Int
  private let rowCount: Int
  private var nextRow = 0
  /// For each grid the lengths of the means.
  private let meanLengths: [[Double]]
  /// For each grid and cell the sum of the cosines.
  private var cosineSums: [[Double]]
  /// For each grid the best rows of each cell and their cosines, m × e.
  private var exemplars: [[Int32]]
  private var exemplarCosines: [[Float]]

  /// Makes the details of no rows.
  ///
  /// - Parameters:
  ///   - means: The means of the first pass, complete.
  ///   - exemplarCount: How many exemplars a cell gets. Not negative.
  public init(of means: CellMeans, exemplarCount: Int = 8) {
    precondition(exemplarCount >= 0, "exemplars cannot be \(exemplarCount)")
    let matrices = means.means()
    grids = means.grids
    self.means = matrices
    self.exemplarCount = exemplarCount
    columnCount = means.columnCount
    rowCount = commonRowCount(of: means.grids)
    meanLengths = matrices.map { mean in
      (0..<mean.rowCount).map { cell in
        let elements = mean.elements.span.extracting(mean.range(ofRow: cell))
        return dotProduct(elements, elements).squareRoot()
      }
    }
    cosineSums = grids.map { [Double](repeating: 0, count: $0.cells.cellCount) }
    exemplars = grids.map { [Int32](repeating: -1, count: $0.cells.cellCount * exemplarCount) }
    exemplarCosines = exemplars.map { [Float](repeating: -.infinity, count: $0.count) }
  }

  /// Adds the next rows, b × c, the same as in the first pass.
  ///
  /// - Parameters:
  ///   - block: The rows.
  ///   - firstSample: The index of the first; the number of rows added so far.
  /// - Throws: `GridError.nonFiniteSample`; then no row of the block is added.
  /// - Complexity: O(b c) for each grid, on all threads.
  public mutating func add(_ block: Matrix, firstSample: Int) throws(GridError) {
    checkBlock(block, firstSample, columnCount: columnCount, nextRow: nextRow, rowCount: rowCount)
    if let row = block.firstNonFiniteRow() { throw .nonFiniteSample(firstSample + row) }
    let cosines = cosines(of: block, firstSample: firstSample)
    for level in grids.indices {
      for row in 0..<block.rowCount {
        let cell = Int(grids[level].cellOfSample[firstSample + row])
        guard cell >= 0 else { continue }
        let cosine = cosines[row * grids.count + level]
        cosineSums[level][cell] += Double(cosine)
        insert(firstSample + row, cosine: cosine, level: level, cell: cell)
      }
    }
    nextRow += block.rowCount
  }

  /// The finished levels, one for each grid.
  ///
  /// - Precondition: All rows of the layout have been added.
  public func levels() -> [GridLevel] {
    precondition(nextRow == rowCount, "\(rowCount) rows expected, \(nextRow) added")
    return grids.indices.map { level in
      GridLevel(
        assignment: grids[level], mean: means[level],
        dispersion: zip(cosineSums[level], grids[level].cells.count).map {
          Float(1 - $0 / Double($1))
        },
        exemplarCount: exemplarCount, exemplars: exemplars[level])
    }
  }

  /// The cosines between the rows of a block and the means of their cells, b × levels.
  private func cosines(of block: Matrix, firstSample: Int) -> [Float] {
    let levelCount = grids.count
    var cosines = [Float](repeating: 0, count: block.rowCount * levelCount)
    cosines.withDisjointWrites { cosines in
      parallelFor(count: block.rowCount, grain: 128) { rows in
        let elements = block.elements.span
        for level in 0..<levelCount {
          let (grid, mean, lengths) = (grids[level], means[level], meanLengths[level])
          let (cellOfSample, meanElements) = (grid.cellOfSample.span, mean.elements.span)
          for row in rows {
            let cell = Int(cellOfSample[firstSample + row])
            guard cell >= 0 else { continue }
            let own = elements.extracting(block.range(ofRow: row))
            let square = dotProduct(own, own)
            let product = dotProduct(own, meanElements.extracting(mean.range(ofRow: cell)))
            let scale = square.squareRoot() * lengths[cell]
            guard scale > 0 else { continue }
            cosines[row * levelCount + level] = Float(min(1, max(-1, product / scale)))
          }
        }
      }
    }
    return cosines
  }

  /// Puts a row among its cell's exemplars if it belongs there.
  private mutating func insert(_ row: Int, cosine: Float, level: Int, cell: Int) {
    let start = cell * exemplarCount
    var place = start + exemplarCount
    // Rows come in ascending order, so an equal cosine stays behind.
    while place > start && exemplarCosines[level][place - 1] < cosine { place -= 1 }
    guard place < start + exemplarCount else { return }
    for index in stride(from: start + exemplarCount - 1, to: place, by: -1) {
      exemplars[level][index] = exemplars[level][index - 1]
      exemplarCosines[level][index] = exemplarCosines[level][index - 1]
    }
    exemplars[level][place] = Int32(row)
    exemplarCosines[level][place] = cosine
  }
}
