import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct PhiloxTests {
  /// Known answers of the Random123 distribution (`kat_vectors`, philox4x32 with 10 rounds).
  @Test("known answers")
  func knownAnswers() {
    #expect(
      philox4x32(counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0))
        == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    #expect(
      philox4x32(counter: SIMD4(repeating: 0xffff_ffff), key: SIMD2(repeating: 0xffff_ffff))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let piDigits = SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344)
    #expect(
      philox4x32(counter: piDigits, key: SIMD2(0xa409_3822, 0x299f_31d0))
        == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test("one flipped bit of the counter or the key flips about half the bits")
  func avalanche() {
    let (counter, key) = (SIMD4<UInt32>(1, 2, 3, 4), SIMD2<UInt32>(5, 6))
    let answer = philox4x32(counter: counter, key: key)
    func flipped(_ other: SIMD4<UInt32>) -> Int {
      (0..<4).reduce(0) { $0 + (other[$1] ^ answer[$1]).nonzeroBitCount }
    }
    // 128 fair bits: 64 ± 5.7; 32...96 is 5.7 standard deviations.
    for bit in 0..<128 {
      var changed = counter
      changed[bit / 32] ^= 1 << UInt32(bit % 32)
      #expect(32...96 ~= flipped(philox4x32(counter: changed, key: key)))
    }
    for bit in 0..<64 {
      var changed = key
      changed[bit / 32] ^= 1 << UInt32(bit % 32)
      #expect(32...96 ~= flipped(philox4x32(counter: counter, key: changed)))
    }
  }
}
