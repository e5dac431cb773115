// Eight floats at a time: what the kernels of this module load and store.
//
// A kernel checks its spans' counts once, at its top; accesses of whole vectors are checked in debug
// builds alone. A vector of fewer than eight `lanes` has zeros in the others.

extension Span where Element == Float {
  /// The elements from `index` on.
  @inline(__always)
  func vector(at index: Int) -> SIMD8<Float> {
    assert(index >= 0 && index + 8 <= count, "vector at \(index) of \(count)")
    return bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: index &* 4, as: SIMD8<Float>.self)
  }

  /// `lanes` elements from `index` on.
  @inline(__always)
  func vector(at index: Int, lanes: Int) -> SIMD8<Float> {
    lanes == 8 ? vector(at: index) : partialVector(at: index, lanes: lanes)
  }

  /// The elements from `index` on, the last one first.
  @inline(__always)
  func reversedVector(at index: Int, lanes: Int) -> SIMD8<Float> {
    lanes == 8
      ? vector(at: index).reversed
      : partialVector(at: index, lanes: lanes).reversed(lanes: lanes)
  }

  @inline(never)
  fileprivate func partialVector(at index: Int, lanes: Int) -> SIMD8<Float> {
    var result = SIMD8<Float>()
    for lane in 0..<lanes { result[lane] = self[index + lane] }
    return result
  }
}

extension MutableSpan where Element == Float {
  /// `lanes` elements from `index` on.
  @inline(__always)
  func vector(at index: Int, lanes: Int) -> SIMD8<Float> {
    guard lanes == 8 else { return span.partialVector(at: index, lanes: lanes) }
    assert(index >= 0 && index + 8 <= count, "vector at \(index) of \(count)")
    return bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: index &* 4, as: SIMD8<Float>.self)
  }

  /// Writes the first `lanes` elements from `index` on.
  @inline(__always)
  mutating func store(_ vector: SIMD8<Float>, at index: Int, lanes: Int) {
    guard lanes == 8 else { return storePart(of: vector, at: index, lanes: lanes) }
    assert(index >= 0 && index + 8 <= count, "vector at \(index) of \(count)")
    var bytes = mutableBytes
    bytes.storeBytes(of: vector, toUncheckedByteOffset: index &* 4, as: SIMD8<Float>.self)
  }

  /// Writes the first `lanes` elements from `index` on, the last one first.
  @inline(__always)
  mutating func storeReversed(_ vector: SIMD8<Float>, at index: Int, lanes: Int) {
    store(
      lanes == 8 ? vector.reversed : vector.reversed(lanes: lanes), at: index, lanes: lanes)
  }

  @inline(never)
  private mutating func storePart(of vector: SIMD8<Float>, at index: Int, lanes: Int) {
    for lane in 0..<lanes { self[index + lane] = vector[lane] }
  }
}

extension SIMD8<Float> {
  /// The elements in the opposite order.
  @inline(__always)
  fileprivate var reversed: SIMD8<Float> {
    SIMD8(self[7], self[6], self[5], self[4], self[3], self[2], self[1], self[0])
  }

  /// The first `lanes` elements in the opposite order.
  @inline(never)
  fileprivate func reversed(lanes: Int) -> SIMD8<Float> {
    var result = SIMD8<Float>()
    for lane in 0..<lanes { result[lane] = self[lanes - 1 - lane] }
    return result
  }
}

/// Calls `body` for blocks of eight that make up `0..<count`, and once for what is left.
@inline(__always)
func forEachBlock(of count: Int, _ body: (_ start: Int, _ lanes: Int) -> Void) {
  var start = 0
  while start + 8 <= count {
    body(start, 8)
    start += 8
  }
  if start < count { body(start, count - start) }
}

/// Calls `body` for blocks of eight that cover `0..<count`; the last one overlaps the one before, or
/// is shorter when it is the only one.
@inline(__always)
func forEachOverlappingBlock(of count: Int, _ body: (_ start: Int, _ lanes: Int) -> Void) {
  guard count >= 8 else { return count > 0 ? body(0, count) : () }
  var start = 0
  while start < count {
    body(min(start, count - 8), 8)
    start += 8
  }
}
