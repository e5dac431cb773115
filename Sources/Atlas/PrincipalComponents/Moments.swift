public import LinearAlgebra
public import Matrices
internal import Numerics
internal import ParallelLoops

/// The mean and the second moments of rows that pass by in blocks.
///
/// Rows are gathered into sub-blocks of 1,024, whatever the sizes of the blocks that come in. The
/// products within a sub-block are single precision, the sums over sub-blocks double, always in the
/// order of the rows: the moments depend neither on how the rows were cut nor on threads.
///
/// All rows are shifted by the mean of the first sub-block before they are multiplied. A covariance
/// then keeps its digits even where the mean is far larger than the spread.
public struct Moments: Sendable {
  /// The number of columns, c.
  public let columnCount: Int
  /// The number of rows added so far, n.
  public private(set) var count = 0

  private static let subBlockRowCount = 1_024
  /// Columns of the product that one thread computes at a time.
  private static let panelColumnCount = 64

  /// The rows of the current sub-block, not yet summed; room for `subBlockRowCount`.
  private var pending: [Float]
  private var pendingRowCount = 0
  /// What is subtracted from every row: empty until the first sub-block is summed.
  private var shift: [Float] = []
  /// Σ y, with y the shifted rows.
  private var sums: [Double]
  /// Σ y yᵀ: of each row the columns from its panel's first on.
  private var products: [Double]

  /// Makes the moments of no rows.
  ///
  /// - Precondition: `columnCount > 0`.
  public init(columnCount: Int) {
    precondition(columnCount > 0, "rows need columns, got \(columnCount)")
    self.columnCount = columnCount
    pending = [Float](repeating: 0, count: Self.subBlockRowCount * columnCount)
    sums = [Double](repeating: 0, count: columnCount)
    products = [Double](repeating: 0, count: columnCount * columnCount)
  }

  /// Adds the rows of a block, b × c.
  ///
  /// - Throws: `PrincipalComponentsError.nonFiniteRow`; then no row of the block is added.
  /// - Complexity: O(b c²), on all threads.
  public mutating func add(_ block: Matrix) throws(PrincipalComponentsError) {
    precondition(
      block.columnCount == columnCount, "\(columnCount) columns expected, got \(block.columnCount)")
    if let row = block.firstNonFiniteRow() { throw .nonFiniteRow(count + row) }
    var row = 0
    while row < block.rowCount {
      let taken = min(Self.subBlockRowCount - pendingRowCount, block.rowCount - row)
      let start = pendingRowCount * columnCount
      pending.replaceSubrange(
        start..<start + taken * columnCount,
        with: block.elements[row * columnCount..<(row + taken) * columnCount])
      pendingRowCount += taken
      row += taken
      if pendingRowCount == Self.subBlockRowCount { sumPending() }
    }
    count += block.rowCount
  }

  /// The mean row, c elements; zeros before the first row.
  public var mean: [Double] {
    let moments = summed()
    guard count > 0 else { return moments.sums }
    return zip(moments.shift, moments.sums).map { Double($0) + $1 / Double(count) }
  }

  /// The second moment about the origin, M = (1/n) Σ x xᵀ, c × c; zeros before the first row.
  public func secondMoment() -> SymmetricMatrix {
    // With x = s + y: x xᵀ = y yᵀ + s yᵀ + y sᵀ + s sᵀ.
    summed().shiftedMoment { shift, shiftedMean in
      shift.0 * shiftedMean.1 + shiftedMean.0 * shift.1 + shift.0 * shift.1
    }
  }

  /// The second moment about the mean, (1/n) Σ (x − m)(x − m)ᵀ, c × c; zeros before the first row.
  public func covariance() -> SymmetricMatrix {
    summed().shiftedMoment { _, shiftedMean in -(shiftedMean.0 * shiftedMean.1) }
  }

  /// (1/n) Σ y yᵀ plus a term of the shift and the mean of y in the row and in the column.
  ///
  /// All rows must have been summed.
  private func shiftedMoment(
    adding term: (_ shift: (Double, Double), _ shiftedMean: (Double, Double)) -> Double
  ) -> SymmetricMatrix {
    let order = columnCount
    var elements = [Double](repeating: 0, count: order * order)
    guard count > 0 else { return SymmetricMatrix(order: order, elements: elements) }
    let shiftedMean = sums.map { $0 / Double(count) }
    let shift = shift.map(Double.init)
    for row in 0..<order {
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

  /// These moments with the pending rows summed.
  private func summed() -> Moments {
    var copy = self
    copy.sumPending()
    return copy
  }

  /// Adds the pending rows to the sums and empties the sub-block.
  private mutating func sumPending() {
    let (rowCount, columnCount) = (pendingRowCount, columnCount)
    guard rowCount > 0 else { return }
    if shift.isEmpty { shift = meanOfPending() }
    shiftPending()
    let pending = pending
    sums.withDisjointWrites { sums in
      products.withDisjointWrites { products in
        parallelFor(count: columnCount, grain: Self.panelColumnCount) { panel in
          for row in 0..<rowCount {
            for column in panel {
              sums[column] += Double(pending[row * columnCount + column])
            }
          }
          addProducts(
            of: pending, rowCount: rowCount, columnCount: columnCount, panel: panel, to: products)
        }
      }
    }
    pendingRowCount = 0
  }

  /// The columns' means over the pending rows.
  private func meanOfPending() -> [Float] {
    columnMeans(pending.span, rowCount: pendingRowCount, columnCount: columnCount)
      .map { Float($0) }
  }

  /// Subtracts the shift from the pending rows.
  private mutating func shiftPending() {
    let (columnCount, shift) = (columnCount, shift)
    pending.withDisjointWrites { pending in
      parallelFor(count: pendingRowCount, grain: 128) { rows in
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
///   - shifted: Y, the shifted rows of one sub-block.
///   - rowCount: The rows of Y.
///   - columnCount: The columns of Y.
///   - panel: The columns of Y whose products are computed here.
///   - products: Σ Yᵀ Y, `columnCount × columnCount`.
private func addProducts(
  of shifted: [Float], rowCount: Int, columnCount: Int, panel: Range<Int>,
  to products: DisjointWrites<Double>
) {
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
