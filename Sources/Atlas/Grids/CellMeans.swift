public import Matrices
internal import ParallelLoops

/// The mean activation of every cell of several grids, from samples that are read once.
///
/// Sums are in double precision and in the order of the samples: the means depend neither on how
/// the samples are cut into blocks nor on threads. They take 8 bytes per cell and column.
///
/// The samples may be anything that belongs to the layout's points: activations, attributions.
public struct CellMeans: Sendable {
  /// The grids, all over the same layout.
  public let grids: [GridAssignment]
  /// The number of columns of the samples, c.
  public let columnCount: Int

  private let sampleCount: Int
  private var nextSample = 0
  /// For each grid the sums of its cells, m × c.
  private var sums: [[Double]]

  /// Makes empty sums.
  ///
  /// - Precondition: At least one grid, all with the same number of points; `columnCount > 0`.
  public init(of grids: [GridAssignment], columnCount: Int) {
    precondition(columnCount > 0, "samples need columns, got \(columnCount)")
    self.grids = grids
    self.columnCount = columnCount
    sampleCount = commonSampleCount(of: grids)
    sums = grids.map { [Double](repeating: 0, count: $0.cells.cellCount * columnCount) }
  }

  /// Adds the next samples, b × c.
  ///
  /// - Parameters:
  ///   - block: The samples.
  ///   - firstSample: The index of the first; the number of samples added so far.
  /// - Throws: `GridError.nonFiniteSample`; then no sample of the block is added.
  /// - Complexity: O(b c) for each grid, on all threads.
  public mutating func add(_ block: Matrix, firstSample: Int) throws(GridError) {
    checkBlock(
      block, firstSample, columnCount: columnCount, nextSample: nextSample,
      sampleCount: sampleCount)
    if let row = block.firstNonFiniteRow() { throw .nonFiniteSample(firstSample + row) }
    let columnCount = columnCount
    for (level, grid) in grids.enumerated() {
      sums[level].withDisjointWrites { sums in
        // Threads share out columns, not samples: each sum is then added to by one thread, in
        // order.
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
    nextSample += block.rowCount
  }

  /// The means of each grid's cells, m × c.
  ///
  /// - Precondition: All samples of the layout have been added.
  public func means() -> [Matrix] {
    precondition(
      nextSample == sampleCount, "\(sampleCount) samples expected, \(nextSample) added")
    return zip(grids, sums).map { grid, sums in
      // Single precision only in the end, as files and icons have it.
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
func commonSampleCount(of grids: [GridAssignment]) -> Int {
  precondition(!grids.isEmpty, "at least one grid is needed")
  let counts = grids.map(\.cellOfSample.count)
  precondition(Set(counts).count == 1, "the grids belong to different layouts: \(counts) points")
  return counts[0]
}

/// Checks that a block of samples is the next one.
func checkBlock(
  _ block: Matrix, _ firstSample: Int, columnCount: Int, nextSample: Int, sampleCount: Int
) {
  precondition(
    block.columnCount == columnCount, "\(columnCount) columns expected, got \(block.columnCount)")
  precondition(firstSample == nextSample, "sample \(nextSample) is next, got \(firstSample)")
  precondition(
    firstSample + block.rowCount <= sampleCount,
    "\(sampleCount) samples expected, got \(firstSample + block.rowCount)")
}
