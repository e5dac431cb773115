public import Matrices
internal import Numerics
internal import ParallelLoops

/// One grid of an atlas: the mean activation of its cells, how similar their samples are, and
/// examples of them.
public struct GridLevel: Sendable, Equatable {
  /// The cells and which samples they hold.
  public let assignment: GridAssignment
  /// The mean activation of each cell, m × c.
  public let mean: Matrix
  /// 1 less the mean cosine between a cell's samples and their mean, in [0, 2]; 0 if all point the
  /// same way.
  ///
  /// A sample of zeros, or any sample of a cell whose mean is zero, counts as cosine 0.
  public let dispersion: [Float]
  /// The number of exemplars for a cell, e.
  public let exemplarCount: Int
  /// For each cell the samples with the highest cosine to its mean, highest first; m × e,
  /// row-major.
  ///
  /// Where the samples' images are known, at most one of each image. Samples with equal cosines are in
  /// ascending order; −1 fills up where a cell has fewer samples, or samples of fewer images.
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

  /// The cosine between each cell's mean and the mean of all cells' samples; 0 where one of them is zero.
  ///
  /// What says how much of a high fidelity is common to the whole layer: behind a ReLU all activations
  /// point into the same quadrant.
  public var baselines: [Float] {
    var sum = [Double](repeating: 0, count: mean.columnCount)
    for (cell, count) in cells.count.enumerated() {
      for (channel, value) in mean[row: cell].enumerated() {
        sum[channel] += Double(count) * Double(value)
      }
    }
    let scale = 1 / Double(max(1, cells.sampleCount))
    let center = sum.map { Float($0 * scale) }
    let length = dotProduct(center.span, center.span).squareRoot()
    return (0..<mean.rowCount).map { cell in
      let own = mean.elements.span.extracting(mean.range(ofRow: cell))
      let lengths = dotProduct(own, own).squareRoot() * length
      return lengths > 0 ? Float(min(1, max(-1, dotProduct(own, center.span) / lengths))) : 0
    }
  }
}

/// The dispersion and the exemplars of every cell of several grids, from a second pass over the
/// samples.
///
/// A second pass, because each sample is compared with the mean of its cell. As in the first, the
/// result depends neither on how the samples are cut into blocks nor on threads.
public struct CellDetails: Sendable {
  private let grids: [GridAssignment]
  private let means: [Matrix]
  private let exemplarCount: Int
  private let columnCount: Int
  private let sampleCount: Int
  private var nextSample = 0
  /// For each grid the lengths of the means.
  private let meanLengths: [[Double]]
  /// For each grid and cell the sum of the cosines.
  private var cosineSums: [[Double]]
  /// For each grid the best samples of each cell and their cosines, m × e.
  private var exemplars: [[Int32]]
  private var exemplarCosines: [[Float]]
  /// The image of each sample, n; nil where it is unknown.
  private let images: [Int32]?

  /// Makes the details of no samples.
  ///
  /// - Parameters:
  ///   - means: The means of the first pass, complete.
  ///   - exemplarCount: How many exemplars a cell gets. Not negative.
  ///   - images: The image that each sample comes from, n of them; nil where it is unknown. With it, a
  ///     cell's exemplars come from different images: neighboring positions of one photograph, which
  ///     are alike, count once.
  /// - Precondition: As many images as samples.
  public init(of means: CellMeans, exemplarCount: Int = 8, images: [Int32]? = nil) {
    precondition(
      exemplarCount >= 0, "the number of exemplars is negative: \(exemplarCount)")
    let matrices = means.means()
    grids = means.grids
    self.means = matrices
    self.exemplarCount = exemplarCount
    columnCount = means.columnCount
    let sampleCount = commonSampleCount(of: means.grids)
    precondition(
      images?.count ?? sampleCount == sampleCount,
      "\(images?.count ?? 0) images of \(sampleCount) samples")
    self.sampleCount = sampleCount
    self.images = images
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

  /// Adds the next samples, b × c, the same as in the first pass.
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
    // Cosines are computed on all threads, and entered in the order of the samples on one.
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
    nextSample += block.rowCount
  }

  /// The finished levels, one for each grid.
  ///
  /// - Precondition: All samples of the layout have been added.
  public func levels() -> [GridLevel] {
    precondition(
      nextSample == sampleCount, "\(sampleCount) samples expected, \(nextSample) added")
    return grids.indices.map { level in
      GridLevel(
        assignment: grids[level], mean: means[level],
        dispersion: zip(cosineSums[level], grids[level].cells.count).map {
          Float(1 - $0 / Double($1))
        },
        exemplarCount: exemplarCount, exemplars: exemplars[level])
    }
  }

  /// The cosines between the samples of a block and the means of their cells, b × levels.
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
            // Rounding may carry a cosine beyond ±1.
            cosines[row * levelCount + level] = Float(min(1, max(-1, product / scale)))
          }
        }
      }
    }
    return cosines
  }

  /// Puts a sample among its cell's exemplars if it belongs there.
  private mutating func insert(_ sample: Int, cosine: Float, level: Int, cell: Int) {
    let start = cell * exemplarCount
    // What the sample displaces: the last exemplar, or the one of its own image.
    var last = start + exemplarCount - 1
    if let images, let own = exemplar(ofImage: images[sample], images, level, from: start) {
      last = own
    }
    var slot = last + 1
    // Samples come in ascending order, so an equal cosine stays behind.
    while slot > start && exemplarCosines[level][slot - 1] < cosine { slot -= 1 }
    guard slot <= last else { return }
    for index in stride(from: last, to: slot, by: -1) {
      exemplars[level][index] = exemplars[level][index - 1]
      exemplarCosines[level][index] = exemplarCosines[level][index - 1]
    }
    exemplars[level][slot] = Int32(sample)
    exemplarCosines[level][slot] = cosine
  }

  /// The place of a cell's exemplar that comes from an image; nil where there is none.
  private func exemplar(
    ofImage image: Int32, _ images: [Int32], _ level: Int, from start: Int
  ) -> Int? {
    for index in start..<start + exemplarCount {
      let exemplar = exemplars[level][index]
      guard exemplar >= 0 else { return nil }
      if images[Int(exemplar)] == image { return index }
    }
    return nil
  }
}
