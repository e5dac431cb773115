internal import LinearAlgebra
internal import Matrices
internal import Neighbors
internal import Numerics

/// How similar some evaluated samples are to all samples, computed block by block, so that little
/// memory is needed for any number of samples.
protocol SampledSimilarity: Sendable {
  /// The number of all samples.
  var count: Int { get }
  /// The evaluated samples, in ascending order.
  var evaluated: [Int] { get }
  /// Writes the similarities of some evaluated samples to a block of samples,
  /// `members.count × block.count`: greater for nearer samples, and always the same for two samples
  /// whatever the members.
  func write(_ members: Range<Int>, _ block: Range<Int>, into tile: inout MutableSpan<Float>)
}

/// The similarity of vectors as `VectorPreparation` defines it, without a prepared copy of them
/// all.
struct VectorSimilarity: SampledSimilarity {
  let evaluated: [Int]
  let samples: Matrix
  /// The evaluated samples in prepared form, and their offsets.
  let prepared: (elements: [Float], offsets: [Float])
  private let preparation: VectorPreparation

  var count: Int { samples.rowCount }
  /// What near means.
  var metric: Metric { preparation.metric }

  init(_ samples: Matrix, metric: Metric, evaluated: [Int]) throws(NeighborError) {
    if let bad = samples.firstNonFiniteRow() { throw NeighborError(sample: bad) }
    self.samples = samples
    self.evaluated = evaluated
    preparation = VectorPreparation(for: samples, metric: metric)
    prepared = Self.prepared(evaluated, of: samples, by: preparation)
  }

  func write(_ members: Range<Int>, _ block: Range<Int>, into tile: inout MutableSpan<Float>) {
    let dimension = samples.columnCount
    let others = Self.prepared(block, of: samples, by: preparation)
    sgemm(
      transposeB: true, rows: members.count, columns: block.count, inner: dimension,
      prepared.elements.span.extracting(
        members.lowerBound * dimension..<members.upperBound * dimension),
      others.elements.span, into: &tile)
    // The offsets of cosine are 0.
    guard metric == .euclidean else { return }
    for (index, member) in members.enumerated() {
      let offset = prepared.offsets[member]
      for other in 0..<block.count {
        tile[index * block.count + other] -= offset + others.offsets[other]
      }
    }
  }

  /// Some samples in prepared form, and their offsets.
  private static func prepared(
    _ indices: some Collection<Int>, of samples: Matrix, by preparation: VectorPreparation
  ) -> (elements: [Float], offsets: [Float]) {
    let dimension = samples.columnCount
    var elements = [Float](repeating: 0, count: indices.count * dimension)
    var offsets = [Float](repeating: 0, count: indices.count)
    let source = samples.elements.span
    var target = elements.mutableSpan
    for (position, sample) in indices.enumerated() {
      offsets[position] = preparation.prepare(
        source.extracting(sample * dimension..<(sample + 1) * dimension), into: &target,
        at: position * dimension)
    }
    return (elements, offsets)
  }
}

/// The similarity of positions: the squared distance, negated.
struct PositionSimilarity: SampledSimilarity {
  let evaluated: [Int]
  private let x, y: [Float]

  var count: Int { x.count }

  init(_ layout: Matrix, evaluated: [Int]) throws(NeighborError) {
    if let bad = layout.firstNonFiniteRow() { throw NeighborError(sample: bad) }
    self.evaluated = evaluated
    // A power of two changes no digit, and no square overflows.
    let scale = max(greatestMagnitude(layout.elements.span).binade, .leastNormalMagnitude)
    x = (0..<layout.rowCount).map { layout[$0, 0] / scale }
    y =
      layout.columnCount > 1
      ? (0..<layout.rowCount).map { layout[$0, 1] / scale }
      : [Float](repeating: 0, count: layout.rowCount)
  }

  /// The similarity of two samples.
  func similarity(_ first: Int, _ second: Int) -> Float {
    Self.similarity(x[first], y[first], x[second], y[second])
  }

  @inline(__always)
  private static func similarity(_ x0: Float, _ y0: Float, _ x1: Float, _ y1: Float) -> Float {
    let (dx, dy) = (x1 - x0, y1 - y0)
    return -(dx * dx + dy * dy)
  }

  func write(_ members: Range<Int>, _ block: Range<Int>, into tile: inout MutableSpan<Float>) {
    let (blockX, blockY) = (x.span.extracting(block), y.span.extracting(block))
    for (index, member) in members.enumerated() {
      let (ownX, ownY) = (x[evaluated[member]], y[evaluated[member]])
      let first = index * block.count
      for other in 0..<block.count {
        tile[first + other] = Self.similarity(ownX, ownY, blockX[other], blockY[other])
      }
    }
  }
}
