import Numerics

/// The moves of some rows, computed together: differences of positions are gathered first, so that
/// many reads of far memory are under way at once, and then become moves by whole vectors.
struct MoveBatch {
  /// Differences of rows to what pulls them, then their moves.
  private(set) var pulls: [SIMD2<Float>]
  /// Differences of rows to what pushes them, then their moves.
  private(set) var pushes: [SIMD2<Float>]

  /// No memory yet.
  init() { (pulls, pushes) = ([], []) }

  /// Memory for so many pulls and pushes.
  init(pullCapacity: Int, pushCapacity: Int) {
    self.init()
    reserve(pullCapacity: pullCapacity, pushCapacity: pushCapacity)
  }

  /// Gets more memory if there is too little.
  @inline(__always)
  mutating func reserve(pullCapacity: Int, pushCapacity: Int) {
    // Whole vectors are computed, and four pushes written at once.
    if pulls.count < pullCapacity + 7 {
      pulls = [SIMD2<Float>](repeating: .zero, count: 2 * pullCapacity + 7)
    }
    if pushes.count < pushCapacity + 7 {
      pushes = [SIMD2<Float>](repeating: .zero, count: 2 * pushCapacity + 7)
    }
  }

  /// Takes the difference of a row to what pulls it.
  @inline(__always)
  mutating func setPull(_ index: Int, _ difference: SIMD2<Float>) { pulls[index] = difference }

  /// Takes the difference of a row to what pushes it.
  @inline(__always)
  mutating func setPush(_ index: Int, _ difference: SIMD2<Float>) { pushes[index] = difference }

  /// Gathers pulls of a block's rows, from `count` on; returns the new count.
  @inline(__always)
  mutating func gatherPulls(
    _ places: Range<Int>, of epoch: EpochPulls, firstRow: Int, at positions: Span<SIMD2<Float>>,
    from count: Int
  ) -> Int {
    let end = count + places.count
    let (others, owners) = (epoch.others.span, epoch.owners.span)
    var output = pulls.mutableSpan
    precondition(end <= output.count && places.lowerBound >= 0 && places.upperBound <= others.count)
    for offset in 0..<places.count {
      let place = places.lowerBound &+ offset
      let row = firstRow &+ Int(owners[unchecked: place])
      output[unchecked: count &+ offset] =
        positions[row] - positions[Int(others[unchecked: place])]
    }
    return end
  }

  /// Gathers pushes of a block's rows: a run of random rows for each pull of which they are the head.
  @inline(__always)
  mutating func gatherPushes(
    _ places: Range<Int>, of epoch: EpochPulls, firstRow: Int, at positions: Span<SIMD2<Float>>,
    by pushers: Pushers, _ random: inout RandomRows
  ) {
    let (owners, runLength, rowCount) = (epoch.owners.span, pushers.runLength, pushers.rowCount)
    let others = pushers.positions.span
    var output = pushes.mutableSpan
    precondition(places.count * runLength + 3 <= output.count && places.upperBound <= owners.count)
    var first = 0
    for place in places {
      let position = positions[firstRow &+ Int(owners[unchecked: place])]
      let pair = SIMD4(lowHalf: position, highHalf: position)
      let four = SIMD8(lowHalf: pair, highHalf: pair)
      let run = random.next(below: rowCount)
      for offset in stride(from: 0, to: runLength, by: 4) {
        output.storeFour(four - others.fourPoints(at: run &+ offset), at: first &+ offset)
      }
      first &+= runLength
    }
  }

  /// Turns the differences into moves.
  mutating func compute(by forces: LayoutForces, pullCount: Int, pushCount: Int) {
    Self.replace(&pulls, count: pullCount) { forces.pulls($0, $1) }
    Self.replace(&pushes, count: pushCount) { forces.pushes($0, $1) }
  }

  /// The sum of the first moves.
  func sum(pullCount: Int, pushCount: Int) -> SIMD2<Float> {
    pulls[..<pullCount].reduce(.zero, +) + pushes[..<pushCount].reduce(.zero, +)
  }

  /// Eight pairs lie as x and y by turns.
  @inline(__always)
  private static func replace(
    _ pairs: inout [SIMD2<Float>], count: Int,
    by move: (SIMD8<Float>, SIMD8<Float>) -> (x: SIMD8<Float>, y: SIMD8<Float>)
  ) {
    precondition((count + 7) & ~7 <= pairs.count)
    var span = pairs.mutableSpan
    for group in 0..<(count + 7) / 8 {
      let lanes = span.eightPoints(at: 8 &* group)
      let moves = move(lanes.evenHalf, lanes.oddHalf)
      var result = SIMD16<Float>()
      result.evenHalf = moves.x
      result.oddHalf = moves.y
      span.storeEight(result, at: 8 &* group)
    }
  }
}
