public import CVectors

// Loads and stores of whole vectors in spans, and sums over the lanes of a vector.
//
// A kernel checks its spans' counts once, at its top; accesses of whole vectors are checked in
// debug builds alone. Swift's spans have no vector subscript, and a vector built lane by lane
// compiles to eight scalar loads, so the loads go through the span's bytes, which need no
// alignment.

extension Span where Element == Float {
  /// The eight elements from `index` on.
  @inlinable @inline(__always)
  package func vector(at index: Int) -> SIMD8<Float> {
    assert(index >= 0 && index + 8 <= count, "vector at \(index) of \(count)")
    return bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index &* 4, as: SIMD8<Float>.self)
  }

  /// The four elements from `index` on.
  @inlinable @inline(__always)
  package func vector4(at index: Int) -> SIMD4<Float> {
    assert(index >= 0 && index + 4 <= count, "vector at \(index) of \(count)")
    return bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index &* 4, as: SIMD4<Float>.self)
  }

  /// `lanes` elements from `index` on; the other lanes are zero.
  @inlinable @inline(__always)
  package func vector(at index: Int, lanes: Int) -> SIMD8<Float> {
    lanes == 8 ? vector(at: index) : partialVector(at: index, lanes: lanes)
  }

  /// `lanes` elements from `index` on, the last one first; the other lanes are zero.
  @inlinable @inline(__always)
  package func reversedVector(at index: Int, lanes: Int) -> SIMD8<Float> {
    lanes == 8
      ? vector(at: index).reversed
      : partialVector(at: index, lanes: lanes).reversed(lanes: lanes)
  }

  // Out of line, so that the rare tail does not crowd the registers of the loop.
  @inline(never) @usableFromInline
  func partialVector(at index: Int, lanes: Int) -> SIMD8<Float> {
    var result = SIMD8<Float>()
    for lane in 0..<lanes { result[lane] = self[index + lane] }
    return result
  }
}

extension MutableSpan where Element == Float {
  /// The eight elements from `index` on.
  @inlinable @inline(__always)
  package func vector(at index: Int) -> SIMD8<Float> {
    assert(index >= 0 && index + 8 <= count, "vector at \(index) of \(count)")
    return bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index &* 4, as: SIMD8<Float>.self)
  }

  /// `lanes` elements from `index` on; the other lanes are zero.
  @inlinable @inline(__always)
  package func vector(at index: Int, lanes: Int) -> SIMD8<Float> {
    lanes == 8 ? vector(at: index) : span.partialVector(at: index, lanes: lanes)
  }

  /// Writes eight elements from `index` on.
  @inlinable @inline(__always)
  package mutating func store(_ vector: SIMD8<Float>, at index: Int) {
    assert(index >= 0 && index + 8 <= count, "vector at \(index) of \(count)")
    var bytes = mutableBytes
    bytes.storeBytes(of: vector, toUncheckedByteOffset: index &* 4, as: SIMD8<Float>.self)
  }

  /// Writes four elements from `index` on.
  @inlinable @inline(__always)
  package mutating func store(_ vector: SIMD4<Float>, at index: Int) {
    assert(index >= 0 && index + 4 <= count, "vector at \(index) of \(count)")
    var bytes = mutableBytes
    bytes.storeBytes(of: vector, toUncheckedByteOffset: index &* 4, as: SIMD4<Float>.self)
  }

  /// Writes the first `lanes` elements from `index` on.
  @inlinable @inline(__always)
  package mutating func store(_ vector: SIMD8<Float>, at index: Int, lanes: Int) {
    guard lanes == 8 else { return storePart(of: vector, at: index, lanes: lanes) }
    store(vector, at: index)
  }

  /// Writes the first `lanes` elements from `index` on, the last one first.
  @inlinable @inline(__always)
  package mutating func storeReversed(_ vector: SIMD8<Float>, at index: Int, lanes: Int) {
    store(lanes == 8 ? vector.reversed : vector.reversed(lanes: lanes), at: index, lanes: lanes)
  }

  @inline(never) @usableFromInline
  mutating func storePart(of vector: SIMD8<Float>, at index: Int, lanes: Int) {
    for lane in 0..<lanes { self[index + lane] = vector[lane] }
  }
}

extension MutableSpan where Element == Double {
  /// The eight elements from `index` on.
  @inlinable @inline(__always)
  package func vector(at index: Int) -> SIMD8<Double> {
    assert(index >= 0 && index + 8 <= count, "vector at \(index) of \(count)")
    return bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index &* 8, as: SIMD8<Double>.self)
  }

  /// Writes eight elements from `index` on.
  @inlinable @inline(__always)
  package mutating func store(_ vector: SIMD8<Double>, at index: Int) {
    assert(index >= 0 && index + 8 <= count, "vector at \(index) of \(count)")
    var bytes = mutableBytes
    bytes.storeBytes(of: vector, toUncheckedByteOffset: index &* 8, as: SIMD8<Double>.self)
  }
}

// MARK: Choices

// `replacing(with:where:)` compares lane by lane, and whether the compiler joins the lanes again
// depends on the code around it; a loop of which it does not is ten times as slow.

/// In the lanes where a > b those of one vector, elsewhere those of another; not where one is NaN.
@inlinable @inline(__always)
package func choose(
  _ yes: SIMD8<Float>, where a: SIMD8<Float>, exceeds b: SIMD8<Float>, else no: SIMD8<Float>
) -> SIMD8<Float> { where_greater(a, b, yes, no) }

/// In the lanes where a = b those of one vector, elsewhere those of another; not where one is NaN.
@inlinable @inline(__always)
package func choose(
  _ yes: SIMD8<Float>, where a: SIMD8<Float>, equals b: SIMD8<Float>, else no: SIMD8<Float>
) -> SIMD8<Float> { where_equal(a, b, yes, no) }

// Points of the plane lie in memory as x and y in turn, so a vector holds half as many of them.

extension Span where Element == SIMD2<Float> {
  /// The four points from `index` on, x and y in turn.
  @inlinable @inline(__always)
  package func fourPoints(at index: Int) -> SIMD8<Float> {
    assert(index >= 0 && index + 4 <= count, "points at \(index) of \(count)")
    return bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index &* 8, as: SIMD8<Float>.self)
  }
}

extension MutableSpan where Element == SIMD2<Float> {
  /// The eight points from `index` on, x and y in turn.
  @inlinable @inline(__always)
  package func eightPoints(at index: Int) -> SIMD16<Float> {
    assert(index >= 0 && index + 8 <= count, "points at \(index) of \(count)")
    return bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index &* 8, as: SIMD16<Float>.self)
  }

  /// Writes four points from `index` on, given as x and y in turn.
  @inlinable @inline(__always)
  package mutating func storeFour(_ points: SIMD8<Float>, at index: Int) {
    assert(index >= 0 && index + 4 <= count, "points at \(index) of \(count)")
    var bytes = mutableBytes
    bytes.storeBytes(of: points, toUncheckedByteOffset: index &* 8, as: SIMD8<Float>.self)
  }

  /// Writes eight points from `index` on, given as x and y in turn.
  @inlinable @inline(__always)
  package mutating func storeEight(_ points: SIMD16<Float>, at index: Int) {
    assert(index >= 0 && index + 8 <= count, "points at \(index) of \(count)")
    var bytes = mutableBytes
    bytes.storeBytes(of: points, toUncheckedByteOffset: index &* 8, as: SIMD16<Float>.self)
  }
}

extension Span where Element == UInt16 {
  /// The sixteen elements from `index` on.
  @inlinable @inline(__always)
  package func vector(at index: Int) -> SIMD16<UInt16> {
    assert(index >= 0 && index + 16 <= count, "vector at \(index) of \(count)")
    return bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: index &* 2, as: SIMD16<UInt16>.self)
  }
}

extension SIMD8<Float> {
  /// The elements in the opposite order.
  @inlinable @inline(__always)
  package var reversed: SIMD8<Float> {
    SIMD8(self[7], self[6], self[5], self[4], self[3], self[2], self[1], self[0])
  }

  /// The first `lanes` elements in the opposite order; the other lanes are zero.
  @inline(never) @usableFromInline
  package func reversed(lanes: Int) -> SIMD8<Float> {
    var result = SIMD8<Float>()
    for lane in 0..<lanes { result[lane] = self[lanes - 1 - lane] }
    return result
  }

  /// The sum of the lanes, halves first: ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)).
  ///
  /// Three vector additions, where `sum()` adds one lane after the other.
  @inlinable @inline(__always)
  package var pairwiseSum: Float {
    let four = lowHalf + highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  /// The sum of the even lanes, and of the odd ones: of four points of the plane, x and y in turn.
  ///
  /// A call on purpose: inlined, its order of additions spreads backwards through the compiler and
  /// takes the vectors of the whole loop before it apart.
  @inline(never)
  package func sumOfPoints() -> SIMD2<Float> {
    let four = lowHalf + highHalf
    return four.lowHalf + four.highHalf
  }
}

/// Calls `body` for blocks of eight that make up `0..<count`, and once for what is left.
@inlinable @inline(__always)
package func forEachBlock(of count: Int, _ body: (_ start: Int, _ lanes: Int) -> Void) {
  var start = 0
  while start + 8 <= count {
    body(start, 8)
    start += 8
  }
  if start < count { body(start, count - start) }
}

/// Calls `body` for blocks of eight that cover `0..<count`; the last one overlaps the one before,
/// or is shorter when it is the only one.
///
/// For kernels that write each element from inputs alone: the overlap is computed twice, to the
/// same bits, and no tail is needed.
@inlinable @inline(__always)
package func forEachOverlappingBlock(of count: Int, _ body: (_ start: Int, _ lanes: Int) -> Void) {
  guard count >= 8 else { return count > 0 ? body(0, count) : () }
  var start = 0
  while start < count {
    body(min(start, count - 8), 8)
    start += 8
  }
}
