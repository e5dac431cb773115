// The two generators underneath: Philox for streams that belong to an item, SplitMix64 where inner
// loops need many numbers at little cost. Both are counters put through a mixing function, so any
// number of a sequence can be computed by itself, on any thread.

/// The Philox 4×32-10 bijection: 128 bits of counter and 64 bits of key to 128 random bits.
///
/// A counter-based generator (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3", SC 2011): the numbers that belong to an item are a function of the seed and the item
/// alone, whoever computes them and in whatever order.
@inlinable
public func philox4x32(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
  var (c, k) = (counter, key)
  // Ten rounds pass all statistical tests with a margin of three (Salmon et al., table 2).
  for _ in 0..<10 {
    let product0 = UInt64(0xD251_1F53) &* UInt64(c[0])
    let product1 = UInt64(0xCD9E_8D57) &* UInt64(c[2])
    c = SIMD4(
      UInt32(truncatingIfNeeded: product1 >> 32) ^ c[1] ^ k[0],
      UInt32(truncatingIfNeeded: product1),
      UInt32(truncatingIfNeeded: product0 >> 32) ^ c[3] ^ k[1],
      UInt32(truncatingIfNeeded: product0))
    k = SIMD2(k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85)
  }
  return c
}

/// The 64-bit mixing function of SplitMix64, with Stafford's constants.
///
/// A change of one bit changes each bit of the result with probability one half (Steele, Lea and
/// Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
@inlinable @inline(__always)
package func mixed(_ value: UInt64) -> UInt64 {
  var bits = value
  bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
  bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
  return bits ^ (bits >> 31)
}

/// Random indices, two from each number of SplitMix64.
///
/// A number takes two multiplications where a block of Philox takes twenty: negative sampling draws
/// an index for every edge.
package struct RandomIndices {
  @usableFromInline var state: UInt64
  @usableFromInline var bits: UInt64 = 0
  @usableFromInline var isHalfUsed = false

  /// The indices that belong to a seed.
  @inlinable
  package init(seed: UInt64) { state = mixed(seed) }

  /// An index below `count`.
  ///
  /// The upper half of the product of 32 random bits and the count; its probability is right to one
  /// part in 2³² / count.
  @inlinable @inline(__always)
  package mutating func next(below count: Int) -> Int {
    if isHalfUsed {
      bits >>= 32
    } else {
      // 2⁶⁴ over the golden ratio, odd: the counter visits all 2⁶⁴ states.
      state &+= 0x9E37_79B9_7F4A_7C15
      bits = mixed(state)
    }
    isHalfUsed.toggle()
    return Int(((bits & 0xFFFF_FFFF) &* UInt64(count)) >> 32)
  }
}
