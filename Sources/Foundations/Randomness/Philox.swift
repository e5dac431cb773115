/// The Philox 4×32-10 bijection: 128 bits of counter and 64 bits of key to 128 random bits.
///
/// A counter-based generator (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3", SC 2011): the numbers that belong to an item are a function of the seed and the item
/// alone, whoever computes them and in whatever order.
@inlinable
public func philox4x32(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
  var (c, k) = (counter, key)
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
