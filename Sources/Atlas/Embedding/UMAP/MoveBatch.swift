/// The moves of some rows, computed together: differences of positions are gathered first, so that
/// many reads of far memory are under way at once, and then become moves by whole vectors.
struct MoveBatch {
  /// Differences of rows to what pulls them, then their moves.
  private var pulls: [SIMD2<Float>]
  /// Differences of rows to what pushes them, then their moves.
  private var pushes: [SIMD2<Float>]

  /// Memory for so many pulls and pushes.
  init(pullCapacity: Int, pushCapacity: Int) {
    pulls = [SIMD2<Float>](repeating: .zero, count: (pullCapacity + 7) & ~7)
    pushes = [SIMD2<Float>](repeating: .zero, count: (pushCapacity + 7) & ~7)
  }

  /// Gathers the pulls of a row at `position` towards the rows in some places of `others`, from `count`
  /// on; returns the new count.
  @inline(__always)
  mutating func addPulls(
    _ position: SIMD2<Float>, _ places: Range<Int>, of others: Span<Int32>,
    at positions: Span<SIMD2<Float>>, from count: Int
  ) -> Int {
    let end = count + places.count
    var output = pulls.mutableSpan
    precondition(
      end <= output.count && places.lowerBound >= 0 && places.upperBound <= others.count)
    for offset in 0..<places.count {
      let other = positions[Int(others[unchecked: places.lowerBound &+ offset])]
      output[unchecked: count &+ offset] = position - other
    }
    return end
  }

  /// Gathers the pushes of a row at `position` by a run of `runLength` positions, which goes on from
  /// the first after the last, from `count` on; returns the new count.
  @inline(__always)
  mutating func addPushes(
    _ position: SIMD2<Float>, run first: Int, runLength: Int, of positions: Span<SIMD2<Float>>,
    from count: Int
  ) -> Int {
    let end = count + runLength
    var output = pushes.mutableSpan
    precondition(end <= output.count && first >= 0 && first < positions.count)
    if first + runLength <= positions.count {
      for offset in 0..<runLength {
        output[unchecked: count &+ offset] = position - positions[unchecked: first &+ offset]
      }
    } else {
      for offset in 0..<runLength {
        output[count + offset] = position - positions[(first + offset) % positions.count]
      }
    }
    return end
  }

  /// Turns the differences into moves.
  mutating func compute(by forces: LayoutForces, pullCount: Int, pushCount: Int) {
    Self.replace(&pulls, count: pullCount) { forces.pulls($0, $1) }
    Self.replace(&pushes, count: pushCount) { forces.pushes($0, $1) }
  }

  /// The sum of the moves of some pulls.
  @inline(__always)
  func sumOfPulls(_ range: Range<Int>) -> SIMD2<Float> { Self.sum(pulls.span.extracting(range)) }

  /// The sum of the moves of some pushes.
  @inline(__always)
  func sumOfPushes(_ range: Range<Int>) -> SIMD2<Float> {
    Self.sum(pushes.span.extracting(range))
  }

  @inline(__always)
  private static func sum(_ moves: Span<SIMD2<Float>>) -> SIMD2<Float> {
    var sum = SIMD2<Float>.zero
    for index in moves.indices { sum += moves[unchecked: index] }
    return sum
  }

  /// Eight pairs lie as x and y by turns.
  @inline(__always)
  private static func replace(
    _ pairs: inout [SIMD2<Float>], count: Int,
    by move: (SIMD8<Float>, SIMD8<Float>) -> (x: SIMD8<Float>, y: SIMD8<Float>)
  ) {
    precondition((count + 7) & ~7 <= pairs.count)
    typealias Lanes = SIMD16<Float>
    var span = pairs.mutableSpan
    var bytes = span.mutableBytes
    for group in 0..<(count + 7) / 8 {
      let lanes = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: 64 &* group, as: Lanes.self)
      let moves = move(lanes.evenHalf, lanes.oddHalf)
      var result = Lanes()
      result.evenHalf = moves.x
      result.oddHalf = moves.y
      bytes.storeBytes(of: result, toUncheckedByteOffset: 64 &* group, as: Lanes.self)
    }
  }
}
