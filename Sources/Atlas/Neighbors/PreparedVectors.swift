package import Matrices
internal import Numerics
internal import ParallelLoops

/// How vectors are prepared such that their similarities are one matrix product.
///
/// For both metrics the *similarity* of vectors i and j is `aᵢ·aⱼ − (hᵢ + hⱼ)`, which is symmetric,
/// and greater for nearer vectors:
///
/// - cosine: a is the vector over its length, h = 0, and the similarity is the cosine;
/// - euclidean: a is the vector less the mean vector, h = |a|² / 2, and the similarity is
///   −distance² / 2. Without the shift, a mean far from zero would cost the digits in which
///   distances differ.
package struct VectorPreparation: Sendable {
  /// What near means.
  package let metric: Metric
  /// The mean vector, which is subtracted; empty for cosine.
  fileprivate let center: [Double]
  /// The power of two below the greatest magnitude, by which euclidean vectors are divided so that
  /// no square overflows; dividing by it rounds nothing.
  fileprivate let scale: Float

  /// The preparation for the rows of a matrix.
  ///
  /// - Parameters:
  ///   - vectors: The vectors.
  ///   - metric: What near means.
  ///   - queries: Vectors that will be compared with these, if there are any; their size counts for
  ///     the scale.
  /// - Complexity: O(rows · columns).
  package init(for vectors: Matrix, metric: Metric, queries: Matrix? = nil) {
    self.metric = metric
    guard metric == .euclidean else {
      (center, scale) = ([], 1)
      return
    }
    let greatest = ([vectors] + (queries.map { [$0] } ?? [])).map { matrix in
      greatestMagnitudes(of: matrix).reduce(0) { $1.isFinite ? max($0, $1) : $0 }
    }
    scale = max((greatest.max() ?? 0).binade, .leastNormalMagnitude)
    center = columnMeans(vectors)
  }

  /// Writes a, the prepared form of a vector; a vector of zeros stays so.
  ///
  /// - Parameters:
  ///   - vector: The vector.
  ///   - output: Gets the result, from `start` on.
  ///   - start: Where the result begins.
  /// - Returns: h.
  @inline(__always)
  package func prepare(
    _ vector: Span<Float>, into output: inout MutableSpan<Float>, at start: Int
  ) -> Float {
    switch metric {
    case .cosine:
      let square = sumOfSquares(vector)
      let factor = square > 0 ? 1 / square.squareRoot() : 0
      for index in vector.indices {
        output[start + index] = Float(Double(vector[index]) * factor)
      }
      return 0
    case .euclidean:
      for index in vector.indices {
        output[start + index] = Float((Double(vector[index]) - center[index]) / Double(scale))
      }
      return Float(
        sumOfSquares(output.span.extracting(start..<start + vector.count)) / 2)
    }
  }
}

/// Vectors in their prepared form (`VectorPreparation`).
package struct PreparedVectors: Sendable {
  /// The number of vectors.
  package let count: Int
  /// The number of elements of a vector.
  package let dimension: Int
  /// a, `count × dimension`, row-major.
  package let elements: [Float]
  /// h, one for each vector.
  package let offsets: [Float]

  /// What distances are computed from: for cosine a, for euclidean the vectors as they came.
  private let originals: [Float]
  private let preparation: VectorPreparation
  private let isZero: [Bool]

  /// Prepares the rows of a matrix.
  ///
  /// - Parameters:
  ///   - vectors: The vectors.
  ///   - metric: What near means.
  ///   - queries: Vectors that will be compared with these, if there are any.
  /// - Throws: `NeighborError` for NaN or an infinite value among `vectors`.
  /// - Complexity: O(rows · columns), on all threads; keeps one copy of the vectors.
  package init(
    _ vectors: Matrix, metric: Metric, queries: Matrix? = nil
  ) throws(NeighborError) {
    try self.init(
      vectors, VectorPreparation(for: vectors, metric: metric, queries: queries))
  }

  /// Prepares the rows of a matrix for comparison with others.
  ///
  /// - Precondition: The others were prepared with these as their queries.
  /// - Throws: `NeighborError` for NaN or an infinite value.
  package init(_ queries: Matrix, like vectors: PreparedVectors) throws(NeighborError) {
    try self.init(queries, vectors.preparation)
  }

  private init(_ vectors: Matrix, _ preparation: VectorPreparation) throws(NeighborError) {
    let magnitudes = greatestMagnitudes(of: vectors)
    if let bad = magnitudes.firstIndex(where: { !$0.isFinite }) {
      throw NeighborError(sample: bad)
    }
    let (count, dimension) = (vectors.rowCount, vectors.columnCount)
    (self.count, self.dimension, self.preparation) = (count, dimension, preparation)
    isZero = magnitudes.map { $0 == 0 }
    var offsets: [Float] = []
    elements = [Float](count: count * dimension) { output in
      offsets = [Float](count: count) { offsets in
        parallelFor(count: count, grain: 256) { rows in
          let source = vectors.elements.span
          output.withMutableSpan(rows.lowerBound * dimension..<rows.upperBound * dimension) {
            prepared in
            for row in rows {
              offsets[row] = preparation.prepare(
                source.extracting(row * dimension..<(row + 1) * dimension), into: &prepared,
                at: (row - rows.lowerBound) * dimension)
            }
          }
        }
      }
    }
    self.offsets = offsets
    originals = preparation.metric == .cosine ? elements : vectors.elements
  }

  /// Vectors that are combinations of prepared ones, such as their means; for cosine their
  /// directions count.
  init(combinations: [Float], like vectors: PreparedVectors) {
    (count, dimension) = (combinations.count / max(1, vectors.dimension), vectors.dimension)
    preparation = vectors.preparation
    var (elements, offsets) = (combinations, [Float](repeating: 0, count: count))
    for row in 0..<count {
      let range = row * dimension..<(row + 1) * dimension
      switch preparation.metric {
      case .cosine:
        var output = elements.mutableSpan
        _ = preparation.prepare(
          combinations.span.extracting(range), into: &output, at: range.lowerBound)
      // These are shifted and scaled already.
      case .euclidean: offsets[row] = Float(sumOfSquares(elements.span.extracting(range)) / 2)
      }
    }
    (self.elements, self.offsets, originals, isZero) = (elements, offsets, elements, [])
  }

  /// Some of the vectors, in the order given.
  ///
  /// - Complexity: O(indices · dimension).
  func selected(_ indices: [Int]) -> PreparedVectors { PreparedVectors(self, indices) }

  private init(_ vectors: PreparedVectors, _ indices: [Int]) {
    (count, dimension) = (indices.count, vectors.dimension)
    preparation = vectors.preparation
    elements = gathered(vectors.elements, indices, dimension: dimension)
    offsets = gathered(vectors.offsets, indices, dimension: 1)
    isZero = vectors.isZero.isEmpty ? [] : indices.map { vectors.isZero[$0] }
    originals =
      preparation.metric == .cosine
      ? elements : gathered(vectors.originals, indices, dimension: dimension)
  }

  /// The similarity of two vectors, computed by itself.
  func similarity(_ first: Int, _ second: Int) -> Float {
    var sum: Float = 0
    for column in 0..<dimension {
      sum += elements[first * dimension + column] * elements[second * dimension + column]
    }
    return sum - (offsets[first] + offsets[second])
  }

  /// The distance from a vector to one of `others`, from the difference of their elements, which
  /// keeps the digits that the similarity loses for nearly equal vectors.
  func distance(_ index: Int, to other: Int, of others: PreparedVectors) -> Float {
    if preparation.metric == .cosine && (isZero[index] || others.isZero[other]) { return 1 }
    let square = squaredDistance(
      originals.span.extracting(index * dimension..<(index + 1) * dimension),
      others.originals.span.extracting(other * dimension..<(other + 1) * dimension),
      factor: 1 / preparation.scale)
    switch preparation.metric {
    // |a − b|² = 2 − 2 cos for vectors of length 1.
    case .cosine: return square / 2
    case .euclidean:
      return min(square.squareRoot() * preparation.scale, .greatestFiniteMagnitude)
    }
  }
}

/// The runs of `dimension` elements at some indices.
private func gathered(_ elements: [Float], _ indices: [Int], dimension: Int) -> [Float] {
  [Float](count: indices.count * dimension) { result in
    parallelFor(count: indices.count, grain: 1024) { range in
      for position in range {
        let source = indices[position] * dimension
        for column in 0..<dimension {
          result[position * dimension + column] = elements[source + column]
        }
      }
    }
  }
}

/// The greatest magnitude in each row; NaN or infinite if one of its elements is.
private func greatestMagnitudes(of vectors: Matrix) -> [Float] {
  var result = [Float](repeating: 0, count: vectors.rowCount)
  let dimension = vectors.columnCount
  result.withDisjointWrites { output in
    parallelFor(count: vectors.rowCount, grain: 256) { range in
      let elements = vectors.elements.span
      for row in range {
        output[row] = greatestMagnitude(
          elements.extracting(row * dimension..<(row + 1) * dimension))
      }
    }
  }
  return result
}
