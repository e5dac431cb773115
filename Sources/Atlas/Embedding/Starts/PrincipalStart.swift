import LinearAlgebra
public import Matrices
import Numerics
internal import ParallelLoops
import Randomness

/// The rows along their first one or two principal components, as a start for a layout.
///
/// The components come from orthogonal iteration on the centred rows, with a few spare directions to
/// hasten it. Each is turned so that the row farthest out on it is positive, and moved and scaled to
/// run from −5 to 5, as umap-learn does. Noise of about 10⁻⁴ parts equal rows.
///
/// - Parameters:
///   - rows: n × d finite numbers whose squares do not overflow.
///   - dimension: The number of components, 1 or 2; the first is the same in both cases.
///   - seed: What the noise and the first directions grow from.
/// - Returns: n × `dimension` positions. A component without variance is noise alone.
/// - Complexity: O(n · d), with a factor of about 600.
public func principalStart(rows: Matrix, dimension: Int = 2, seed: UInt64) -> Matrix {
  precondition(dimension == 1 || dimension == 2, "1 or 2 components, got \(dimension)")
  let start = Matrix(rowCount: rows.rowCount, columnCount: dimension)
  guard rows.rowCount > 0 && rows.columnCount > 0 else { return start }
  let scores = principalScores(rows.withoutOverflow, seed: seed)
  let box = BoundingBox(of: scores, rows: 0..<rows.rowCount)
  // Below this a component is rounding.
  let leastExtent = 1e-4 * box.extent.x
  return withNoise(on: start, seed: seed, step: 1) { row, axis in
    let value = box.spread(scores[row, axis], axis: axis, leastExtent: leastExtent)
    return box.isFartherBelow(axis: axis) ? -value : value
  }
}

extension Matrix {
  /// The rows, shrunk if products of their numbers might overflow; a start has a scale of its own.
  fileprivate var withoutOverflow: Matrix {
    let greatest = greatestMagnitude(elements.span)
    guard greatest > 0x1p40, greatest.isFinite else { return self }
    return Matrix(
      rowCount: rowCount, columnCount: columnCount, elements: elements.map { $0 / greatest })
  }
}

/// The coordinates of the rows along their first two principal directions, n × 2.
private func principalScores(_ rows: Matrix, seed: UInt64) -> Matrix {
  let dimension = rows.columnCount
  let mean = columnMeans(rows).map { Float($0) }
  let directionCount = min(dimension, 6)
  var stream = RandomStream(seed: seed, purpose: .layoutStart)
  var directions = Matrix(
    rowCount: directionCount, columnCount: dimension,
    elements: (0..<directionCount * dimension).map { _ in stream.normalPair().0 })
  directions.orthonormalizeRows()
  for _ in 0..<iterationCount {
    directions = scatter(of: rows, mean: mean, times: directions)
    directions.orthonormalizeRows()
  }
  return scores(of: rows, mean: mean, along: directions)
}

/// The coordinates of the centred rows along the first two directions.
private func scores(of rows: Matrix, mean: [Float], along directions: Matrix) -> Matrix {
  let directionCount = directions.rowCount
  var scores = Matrix(rowCount: rows.rowCount, columnCount: 2)
  scores.elements.withDisjointWrites { output in
    parallelFor(count: rows.rowCount, grain: blockSize) { block in
      let products = centeredProducts(rows, block, mean: mean, directions)
      for row in block {
        for axis in 0..<min(2, directionCount) {
          output[row * 2 + axis] = products[(row - block.lowerBound) * directionCount + axis]
        }
      }
    }
  }
  return scores
}

/// Enough to find a component whose variance is a fifth above the seventh's to about one part in a
/// hundred: 1.2⁻²⁴.
private let iterationCount = 24
private let blockSize = 1024

/// The centred rows of a block times the directions, `block.count × directions`.
private func centeredProducts(
  _ rows: Matrix, _ block: Range<Int>, mean: [Float], _ directions: Matrix
) -> [Float] {
  let (dimension, directionCount) = (rows.columnCount, directions.rowCount)
  var shift = [Float](repeating: 0, count: directionCount)
  for direction in 0..<directionCount {
    var sum = 0.0
    for column in 0..<dimension {
      sum += Double(mean[column]) * Double(directions[direction, column])
    }
    shift[direction] = Float(sum)
  }
  var products = (0..<block.count).flatMap { _ in shift }
  var span = products.mutableSpan
  sgemm(
    transposeB: true, rows: block.count, columns: directionCount, inner: dimension,
    rows.elements.span.extracting(
      block.lowerBound * dimension..<block.upperBound * dimension),
    directions.elements.span, beta: -1, into: &span)
  return products
}

/// The directions times the scatter matrix of the rows, (X − μ)ᵀ(X − μ), which is not formed.
///
/// Every block of rows adds its part in a fixed order: blocks are shared out to a fixed number of
/// sums, and these are added from first to last.
private func scatter(of rows: Matrix, mean: [Float], times directions: Matrix) -> Matrix {
  let (dimension, directionCount) = (rows.columnCount, directions.rowCount)
  let blockCount = (rows.rowCount + blockSize - 1) / blockSize
  let sumCount = min(32, blockCount)
  let length = directionCount * dimension
  var sums = [Float](repeating: 0, count: sumCount * length)
  sums.withDisjointWrites { sums in
    parallelFor(count: sumCount, grain: 1) { range in
      let first = range.lowerBound
      sums.withMutableSpan(first * length..<(first + 1) * length) { sum in
        for index in stride(from: first, to: blockCount, by: sumCount) {
          let block = index * blockSize..<min((index + 1) * blockSize, rows.rowCount)
          let products = centeredProducts(rows, block, mean: mean, directions)
          sgemm(
            transposeA: true, rows: directionCount, columns: dimension, inner: block.count,
            products.span,
            rows.elements.span.extracting(
              block.lowerBound * dimension..<block.upperBound * dimension), beta: 1, into: &sum)
        }
      }
    }
  }
  var result = Matrix(rowCount: directionCount, columnCount: dimension)
  for index in sums.indices { result.elements[index % length] += sums[index] }
  return result
}
