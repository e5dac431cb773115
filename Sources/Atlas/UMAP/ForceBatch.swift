internal import Numerics
internal import Randomness

/// The forces on the points of a layout: the gradient of the cross-entropy.
///
/// With s the squared distance to another point, an attractive force is −2ab·s^(b−1) / (1 + a·s^b)
/// times the difference, a repulsive one 2b / ((0.001 + s)(1 + a·s^b)) times it, and each
/// coordinate is limited to 4 (McInnes, Healy and Melville 2018, section 3.2; umap-learn's `clip`).
struct UMAPForces: Sendable {
  /// The curve of similarity, 1 / (1 + a·d^(2b)).
  let a: Float
  let b: Float
  /// The weight of repulsive forces.
  private let repulsion: Float

  /// The farthest that one run of negative samples moves a sample.
  ///
  /// A step adds up forces at the place where it begins. That is right while the sum is short. Where
  /// samples are crowded, as at the beginning, each of a run repels with the greatest force, and
  /// their sum led hundreds of units away, from where some samples never came back. One after the
  /// other, as in umap-learn, the first would have led out of the reach of the rest. So a run counts
  /// no more than its one longest move there: a force of 4 at a step length of 1.
  static let greatestRunMove: Float = 4

  init(_ parameters: UMAPParameters) {
    (a, b) = fitCurve(spread: parameters.spread, minimumDistance: parameters.minimumDistance)
    repulsion = parameters.repulsion
  }

  /// The attractive forces on eight points, from their differences to what attracts them.
  @inline(__always)
  func attractions(_ dx: SIMD8<Float>, _ dy: SIMD8<Float>) -> (x: SIMD8<Float>, y: SIMD8<Float>) {
    let square = squares(dx, dy)
    let power = power(square, b)
    let coefficient = power * (-2 * a * b) / (square * inverseSimilarity(power))
    return (limited(coefficient * dx), limited(coefficient * dy))
  }

  /// The repulsive forces on eight points, from their differences to what repels them.
  @inline(__always)
  func repulsions(_ dx: SIMD8<Float>, _ dy: SIMD8<Float>) -> (x: SIMD8<Float>, y: SIMD8<Float>) {
    let square = squares(dx, dy)
    let coefficient =
      SIMD8(repeating: 2 * b * repulsion)
      / ((square + 0.001) * inverseSimilarity(power(square, b)))
    return (limited(coefficient * dx), limited(coefficient * dy))
  }

  /// 1 + a·s^b.
  @inline(__always)
  private func inverseSimilarity(_ power: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(repeating: 1).addingProduct(power, SIMD8(repeating: a))
  }

  /// Squared distances, kept from 0, so that their powers are normal numbers.
  @inline(__always)
  private func squares(_ dx: SIMD8<Float>, _ dy: SIMD8<Float>) -> SIMD8<Float> {
    SIMD8(repeating: 1e-12).addingProduct(dx, dx).addingProduct(dy, dy)
  }

  /// A coordinate of at most 4 either way.
  @inline(__always)
  private func limited(_ force: SIMD8<Float>) -> SIMD8<Float> {
    let low = force.replacing(with: -4, where: force .< -4)
    return low.replacing(with: 4, where: low .> 4)
  }
}

extension SIMD2<Float> {
  /// This vector if it is no longer than a limit, else the one of that length and its direction.
  @inline(__always)
  func limited(to limit: Float) -> SIMD2<Float> {
    let square = (self * self).sum()
    return square > limit * limit ? self * (limit / square.squareRoot()) : self
  }
}

/// The forces on some samples, computed together.
///
/// Differences of positions are gathered first, so that many reads of far memory are under way at
/// once, and then become forces by whole vectors.
struct ForceBatch {
  /// Differences of samples to what attracts them, then their forces.
  private(set) var attractions: [SIMD2<Float>]
  /// Differences of samples to what repels them, then their forces.
  private(set) var repulsions: [SIMD2<Float>]

  /// Takes no memory yet.
  init() { (attractions, repulsions) = ([], []) }

  /// Takes memory for a number of attractive and repulsive forces.
  init(attractionCapacity: Int, repulsionCapacity: Int) {
    self.init()
    reserve(attractionCapacity: attractionCapacity, repulsionCapacity: repulsionCapacity)
  }

  /// Takes more memory if there is too little.
  @inline(__always)
  mutating func reserve(attractionCapacity: Int, repulsionCapacity: Int) {
    // Whole vectors are computed, and four repulsions written at once.
    if attractions.count < attractionCapacity + 7 {
      attractions = [SIMD2<Float>](repeating: .zero, count: 2 * attractionCapacity + 7)
    }
    if repulsions.count < repulsionCapacity + 7 {
      repulsions = [SIMD2<Float>](repeating: .zero, count: 2 * repulsionCapacity + 7)
    }
  }

  /// Sets the difference of a sample to what attracts it.
  @inline(__always)
  mutating func setAttraction(_ index: Int, _ difference: SIMD2<Float>) {
    attractions[index] = difference
  }

  /// Sets the difference of a sample to what repels it.
  @inline(__always)
  mutating func setRepulsion(_ index: Int, _ difference: SIMD2<Float>) {
    repulsions[index] = difference
  }

  /// Gathers the attractions along some edges of a block, from `count` on.
  ///
  /// - Returns: The new count.
  @inline(__always)
  mutating func gatherAttractions(
    _ edges: Range<Int>, of active: ActiveEdges, firstSample: Int,
    at positions: Span<SIMD2<Float>>, from count: Int
  ) -> Int {
    let end = count + edges.count
    let (others, owners) = (active.others.span, active.owners.span)
    var output = attractions.mutableSpan
    precondition(end <= output.count && edges.lowerBound >= 0 && edges.upperBound <= others.count)
    for offset in 0..<edges.count {
      let edge = edges.lowerBound &+ offset
      let sample = firstSample &+ Int(owners[unchecked: edge])
      output[unchecked: count &+ offset] =
        positions[sample] - positions[Int(others[unchecked: edge])]
    }
    return end
  }

  /// Gathers the repulsions of a block's samples: a run of negative samples for each edge of which
  /// they are the head.
  @inline(__always)
  mutating func gatherRepulsions(
    _ edges: Range<Int>, of active: ActiveEdges, firstSample: Int,
    at positions: Span<SIMD2<Float>>, by negatives: NegativeSamples,
    _ random: inout RandomIndices
  ) {
    let (owners, runLength) = (active.owners.span, negatives.runLength)
    let sampleCount = negatives.sampleCount
    let others = negatives.positions.span
    var output = repulsions.mutableSpan
    precondition(edges.count * runLength + 3 <= output.count && edges.upperBound <= owners.count)
    var first = 0
    for edge in edges {
      let position = positions[firstSample &+ Int(owners[unchecked: edge])]
      let pair = SIMD4(lowHalf: position, highHalf: position)
      let four = SIMD8(lowHalf: pair, highHalf: pair)
      let run = random.next(below: sampleCount)
      // The last group may reach beyond the run; the next run overwrites it.
      for offset in stride(from: 0, to: runLength, by: 4) {
        output.storeFour(four - others.fourPoints(at: run &+ offset), at: first &+ offset)
      }
      first &+= runLength
    }
  }

  /// Turns the differences into forces.
  mutating func compute(by forces: UMAPForces, attractionCount: Int, repulsionCount: Int) {
    Self.replace(&attractions, count: attractionCount) { forces.attractions($0, $1) }
    Self.replace(&repulsions, count: repulsionCount) { forces.repulsions($0, $1) }
  }

  /// The sum of the first forces, with that of each run of repulsions limited in length.
  func sum(
    attractionCount: Int, runCount: Int, runLength: Int, limit: Float
  ) -> SIMD2<Float> {
    (0..<runCount).reduce(attractions[..<attractionCount].reduce(.zero, +)) { sum, run in
      let repulsion = repulsions[run * runLength..<(run + 1) * runLength].reduce(.zero, +)
      return sum + repulsion.limited(to: limit)
    }
  }

  /// Replaces pairs, which lie in memory as x and y in turn, eight at a time.
  @inline(__always)
  private static func replace(
    _ pairs: inout [SIMD2<Float>], count: Int,
    by force: (SIMD8<Float>, SIMD8<Float>) -> (x: SIMD8<Float>, y: SIMD8<Float>)
  ) {
    precondition((count + 7) & ~7 <= pairs.count, "no room for \(count) forces")
    var span = pairs.mutableSpan
    for group in 0..<(count + 7) / 8 {
      let lanes = span.eightPoints(at: 8 &* group)
      let forces = force(lanes.evenHalf, lanes.oddHalf)
      var result = SIMD16<Float>()
      result.evenHalf = forces.x
      result.oddHalf = forces.y
      span.storeEight(result, at: 8 &* group)
    }
  }
}
