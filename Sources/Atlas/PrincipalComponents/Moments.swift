public import LinearAlgebra
public import Matrices
internal import Numerics
internal import ParallelLoops

/// The mean and the second moments of samples that come in blocks.
///
/// Samples are gathered into sub-blocks of 1,024, whatever the sizes of the blocks that come in.
/// The products within a sub-block are in single precision, the sums over sub-blocks in double,
/// always in the order of the samples: the moments depend neither on how the samples were cut nor
/// on threads.
///
/// All samples are shifted by the mean of the first sub-block before they are multiplied. A
/// covariance then keeps its digits even where the mean is far larger than the spread (Chan, Golub
/// and LeVeque, The American Statistician 1983, section 3).
public struct Moments: Sendable {
  /// The number of columns, c.
  public let columnCount: Int
  /// The number of samples added so far, n.
  public private(set) var count = 0

  /// Enough for a matrix product at full rate; single precision keeps a sum of so many to 2 · 10⁻⁶.
  private static let subBlockSize = 1_024
  /// Columns of the product that one thread computes at a time.
  private static let panelColumnCount = 64

  /// The samples of the current sub-block, not yet summed; room for `subBlockSize`.
  private var pending: [Float]
  private var pendingCount = 0
  /// What is subtracted from every sample: empty until the first sub-block is summed.
  private var shift: [Float] = []
  /// Σ y, with y the shifted samples.
  private var sums: [Double]
  /// Σ y yᵀ: of each row the columns from its panel's first on.
  private var products: [Double]

  /// Makes the moments of no samples.
  ///
  /// - Precondition: `columnCount > 0`.
  public init(columnCount: Int) {
    precondition(columnCount > 0, "samples need columns, got \(columnCount)")
    self.columnCount = columnCount
    pending = [Float](repeating: 0, count: Self.subBlockSize * columnCount)
    sums = [Double](repeating: 0, count: columnCount)
    products = [Double](repeating: 0, count: columnCount * columnCount)
  }

  /// Adds a block of samples, b × c.
  ///
  /// - Throws: `PrincipalComponentsError.nonFiniteSample`; then no sample of the block is added.
  /// - Complexity: O(b c²), on all threads.
  public mutating func add(_ block: Matrix) throws(PrincipalComponentsError) {
    precondition(
      block.columnCount == columnCount, "\(columnCount) columns expected, got \(block.columnCount)")
    if let sample = block.firstNonFiniteRow() { throw .nonFiniteSample(count + sample) }
    var row = 0
    while row < block.rowCount {
      let taken = min(Self.subBlockSize - pendingCount, block.rowCount - row)
      let start = pendingCount * columnCount
      pending.replaceSubrange(
        start..<start + taken * columnCount,
        with: block.elements[row * columnCount..<(row + taken) * columnCount])
      pendingCount += taken
      row += taken
      if pendingCount == Self.subBlockSize { sumPending() }
    }
    count += block.rowCount
  }

  /// The mean sample, c elements; zeros before the first sample.
  public var mean: [Double] {
    let moments = summed()
    guard count > 0 else { return moments.sums }
    return zip(moments.shift, moments.sums).map { Double($0) + $1 / Double(count) }
  }

  /// The second moment about the origin, M = (1/n) Σ x xᵀ, c × c; zeros before the first sample.
  public func secondMoment() -> SymmetricMatrix {
    // With x = s + y: x xᵀ = y yᵀ + s yᵀ + y sᵀ + s sᵀ.
    summed().shiftedMoment { shift, shiftedMean in
      shift.0 * shiftedMean.1 + shiftedMean.0 * shift.1 + shift.0 * shift.1
    }
  }

  /// The second moment about the mean, (1/n) Σ (x − m)(x − m)ᵀ, c × c; zeros before the first
  /// sample.
  public func covariance() -> SymmetricMatrix {
    summed().shiftedMoment { _, shiftedMean in -(shiftedMean.0 * shiftedMean.1) }
  }

  /// (1/n) Σ y yᵀ plus a term of the shift and the mean of y in the row and in the column.
  ///
  /// All samples must have been summed.
  private func shiftedMoment(
    adding term: (_ shift: (Double, Double), _ shiftedMean: (Double, Double)) -> Double
  ) -> SymmetricMatrix {
    let order = columnCount
    var elements = [Double](repeating: 0, count: order * order)
    guard count > 0 else { return SymmetricMatrix(order: order, elements: elements) }
    let shiftedMean = sums.map { $0 / Double(count) }
    let shift = shift.map(Double.init)
    for row in 0..<order {
      // Only this half was summed; both get the same bits.
      for column in row..<order {
        let value =
          products[row * order + column] / Double(count)
          + term((shift[row], shift[column]), (shiftedMean[row], shiftedMean[column]))
        elements[row * order + column] = value
        elements[column * order + row] = value
      }
    }
    return SymmetricMatrix(order: order, elements: elements)
  }

  /// These moments with the pending samples summed.
  ///
  /// On a copy: asking between blocks must not change where later sub-blocks begin.
  private func summed() -> Moments {
    var copy = self
    copy.sumPending()
    return copy
  }

  /// Adds the pending samples to the sums and empties the sub-block.
  private mutating func sumPending() {
    let (sampleCount, columnCount) = (pendingCount, columnCount)
    guard sampleCount > 0 else { return }
    if shift.isEmpty {
      shift = columnMeans(pending.span, rowCount: sampleCount, columnCount: columnCount)
        .map { Float($0) }
    }
    shiftPending()
    let pending = pending
    withDisjointWrites(of: &sums, &products) { sums, products in
      parallelFor(count: columnCount, grain: Self.panelColumnCount) { panel in
        for row in 0..<sampleCount {
          for column in panel {
            sums[column] += Double(pending[row * columnCount + column])
          }
        }
        addProducts(
          of: pending, rowCount: sampleCount, columnCount: columnCount, panel: panel,
          to: products)
      }
    }
    pendingCount = 0
  }

  /// Subtracts the shift from the pending samples.
  private mutating func shiftPending() {
    let (columnCount, shift) = (columnCount, shift)
    pending.withDisjointWrites { pending in
      parallelFor(count: pendingCount, grain: 128) { rows in
        for row in rows {
          for column in 0..<columnCount { pending[row * columnCount + column] -= shift[column] }
        }
      }
    }
  }
}

/// Adds the rows of Yᵀ Y that belong to a panel of columns, from the panel's first column on.
///
/// - Parameters:
///   - shifted: Y, the shifted samples of one sub-block.
///   - rowCount: The rows of Y.
///   - columnCount: The columns of Y.
///   - panel: The columns of Y whose products are computed here.
///   - products: Σ Yᵀ Y, `columnCount × columnCount`.
private func addProducts(
  of shifted: [Float], rowCount: Int, columnCount: Int, panel: Range<Int>,
  to products: DisjointWrites<Double>
) {
  // The product is symmetric: columns left of the panel belong to other panels.
  let first = panel.lowerBound
  let width = columnCount - first
  let rows = shifted.span.extracting(first..<rowCount * columnCount)
  var product = [Float](repeating: 0, count: panel.count * width)
  var output = product.mutableSpan
  sgemm(
    transposeA: true, rows: panel.count, columns: width, inner: rowCount, rows,
    strideA: columnCount, rows, strideB: columnCount, into: &output)
  for row in panel {
    let target = row * columnCount + first
    let source = (row - first) * width
    for offset in 0..<width { products[target + offset] += Double(product[source + offset]) }
  }
}
