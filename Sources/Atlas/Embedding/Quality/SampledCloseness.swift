import LinearAlgebra
import Matrices
import Neighbors
import Numerics

/// How close the rows of a sample are to all rows, computed block by block, so that little memory is
/// needed for any number of rows.
protocol SampledCloseness: Sendable {
  /// The number of all rows.
  var count: Int { get }
  /// The rows of the sample, in ascending order.
  var sample: [Int] { get }
  /// Writes the closeness of some members of the sample to the rows of a block,
  /// `members.count × block.count`: greater for nearer rows, and always the same for two rows
  /// whatever the members.
  func write(_ members: Range<Int>, _ block: Range<Int>, into tile: inout MutableSpan<Float>)
}

/// The closeness of rows as `ComparableRows` defines it, without a copy of them all.
struct RowCloseness: SampledCloseness {
  let sample: [Int]
  let rows: Matrix
  let metric: Metric
  /// The rows of the sample, made ready for products, and what is subtracted from these.
  let sampled: (elements: [Float], offsets: [Float])
  /// For euclidean distance, the mean row, and the power of two that all is divided by so that no
  /// square overflows.
  private let center: [Double]
  private let scale: Double

  var count: Int { rows.rowCount }

  init(_ rows: Matrix, metric: Metric, sample: [Int]) throws(NeighborError) {
    if let row = rows.firstNonFiniteRow() { throw NeighborError(row: row) }
    self.rows = rows
    self.metric = metric
    self.sample = sample
    switch metric {
    case .cosine: (center, scale) = ([], 1)
    case .euclidean:
      let greatest = greatestMagnitude(rows.elements.span)
      scale = Double(max(greatest.binade, .leastNormalMagnitude))
      center = columnMeans(rows)
    }
    sampled = Self.prepared(sample, of: rows, center: center, scale: scale)
  }

  func write(_ members: Range<Int>, _ block: Range<Int>, into tile: inout MutableSpan<Float>) {
    let dimension = rows.columnCount
    let others = Self.prepared(block, of: rows, center: center, scale: scale)
    sgemm(
      transposeB: true, rows: members.count, columns: block.count, inner: dimension,
      sampled.elements.span.extracting(
        members.lowerBound * dimension..<members.upperBound * dimension),
      others.elements.span, into: &tile)
    guard metric == .euclidean else { return }
    for (index, member) in members.enumerated() {
      let offset = sampled.offsets[member]
      for other in 0..<block.count {
        tile[index * block.count + other] -= offset + others.offsets[other]
      }
    }
  }

  /// Rows made ready: over their length (cosine, `center` empty), else less the mean with half their
  /// squared length as the offset.
  private static func prepared(
    _ indices: some Collection<Int>, of rows: Matrix, center: [Double], scale: Double
  ) -> (elements: [Float], offsets: [Float]) {
    let dimension = rows.columnCount
    var elements = [Float](repeating: 0, count: indices.count * dimension)
    var offsets = [Float](repeating: 0, count: indices.count)
    let source = rows.elements.span
    var target = elements.mutableSpan
    for (position, row) in indices.enumerated() {
      let (from, to) = (row * dimension, position * dimension)
      var square = 0.0
      if center.isEmpty {
        for column in 0..<dimension {
          let value = Double(source[from + column])
          square += value * value
        }
        guard square > 0 else { continue }
        let factor = 1 / square.squareRoot()
        for column in 0..<dimension {
          target[to + column] = Float(Double(source[from + column]) * factor)
        }
      } else {
        for column in 0..<dimension {
          let value = Float((Double(source[from + column]) - center[column]) / scale)
          target[to + column] = value
          square += Double(value) * Double(value)
        }
        offsets[position] = Float(square / 2)
      }
    }
    return (elements, offsets)
  }
}

/// The closeness of positions: the squared distance, with its sign turned.
struct PositionCloseness: SampledCloseness {
  let sample: [Int]
  private let x, y: [Float]

  var count: Int { x.count }

  init(_ layout: Matrix, sample: [Int]) throws(NeighborError) {
    if let row = layout.firstNonFiniteRow() { throw NeighborError(row: row) }
    self.sample = sample
    // A power of two changes no digit, and no square overflows.
    let scale = max(greatestMagnitude(layout.elements.span).binade, .leastNormalMagnitude)
    x = (0..<layout.rowCount).map { layout[$0, 0] / scale }
    y =
      layout.columnCount > 1
      ? (0..<layout.rowCount).map { layout[$0, 1] / scale }
      : [Float](repeating: 0, count: layout.rowCount)
  }

  /// The closeness of two rows.
  func closeness(_ first: Int, _ second: Int) -> Float {
    Self.closeness(x[first], y[first], x[second], y[second])
  }

  @inline(__always)
  private static func closeness(_ x0: Float, _ y0: Float, _ x1: Float, _ y1: Float) -> Float {
    let (dx, dy) = (x1 - x0, y1 - y0)
    return -(dx * dx + dy * dy)
  }

  func write(_ members: Range<Int>, _ block: Range<Int>, into tile: inout MutableSpan<Float>) {
    let (blockX, blockY) = (x.span.extracting(block), y.span.extracting(block))
    for (index, member) in members.enumerated() {
      let (ownX, ownY) = (x[sample[member]], y[sample[member]])
      let first = index * block.count
      for other in 0..<block.count {
        tile[first + other] = Self.closeness(ownX, ownY, blockX[other], blockY[other])
      }
    }
  }
}
