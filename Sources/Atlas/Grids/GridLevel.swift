public import Matrices

/// One grid of an atlas with what its cells hold on average, how alike it is, and examples of it.
public struct GridLevel: Sendable, Equatable {
  /// The cells and which samples they hold.
  public let assignment: GridAssignment
  /// The mean row of each cell, m × c.
  public let mean: Matrix
  /// 1 less the mean cosine between a cell's rows and their mean, in [0, 2]; 0 if all point the same
  /// way.
  ///
  /// A row of zeros, or any row of a cell whose mean is zero, counts as cosine 0.
  public let dispersion: [Float]
  /// The number of exemplars for a cell, e.
  public let exemplarCount: Int
  /// For each cell the rows with the highest cosine to its mean, highest first; m × e, row-major.
  ///
  /// Rows with equal cosines are in ascending order; −1 fills up where a cell has fewer rows.
  public let exemplars: [Int32]

  /// Makes a level from its parts, for instance those read from a file.
  ///
  /// - Precondition: As many means, dispersions and rows of exemplars as cells.
  public init(
    assignment: GridAssignment, mean: Matrix, dispersion: [Float], exemplarCount: Int,
    exemplars: [Int32]
  ) {
    let cells = assignment.cells
    precondition(
      mean.rowCount == cells.cellCount && dispersion.count == cells.cellCount
        && exemplars.count == cells.cellCount * exemplarCount,
      "\(mean.rowCount) means, \(dispersion.count) dispersions and \(exemplars.count) exemplars "
        + "do not fit \(cells.cellCount) cells")
    self.assignment = assignment
    self.mean = mean
    self.dispersion = dispersion
    self.exemplarCount = exemplarCount
    self.exemplars = exemplars
  }

  /// The cells: position in the grid and number of samples.
  public var cells: GridCells { assignment.cells }
}
