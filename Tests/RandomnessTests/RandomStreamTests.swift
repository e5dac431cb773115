import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct RandomStreamTests {
  private func firstWords(_ stream: RandomStream, count: Int = 8) -> [UInt32] {
    var stream = stream
    return (0..<count).map { _ in stream.nextBits() }
  }

  @Test("the first words are Philox of seed, item, step and purpose")
  func layout() {
    let stream = RandomStream(
      seed: 0x1122_3344_5566_7788, purpose: .transform, item: 0x9A_BCDE_F012, step: 0x34_5678)
    let expected = (0..<2).map { block in
      philox4x32(
        counter: SIMD4(block, 0xBCDE_F012, 0x9A34_5678, 3), key: SIMD2(0x5566_7788, 0x1122_3344))
    }
    #expect(firstWords(stream) == expected.flatMap { block in (0..<4).map { block[$0] } })
  }

  @Test("streams differ by seed, purpose, item and step")
  func distinctness() {
    var streams: [RandomStream] = []
    for seed in [0, 1, 1 << 32] as [UInt64] {
      for purpose in [RandomPurpose.positions, .evaluation] {
        for item in [0, 1, 2, 1 << 32, 1 << 39] {
          for step in [0, 1, 2, 1 << 23] {
            streams.append(RandomStream(seed: seed, purpose: purpose, item: item, step: step))
          }
        }
      }
    }
    #expect(Set(streams.map { firstWords($0) }).count == streams.count)
    #expect(Set(streams.flatMap { firstWords($0) }).count == 8 * streams.count)
  }

  @Test("a stream is a function of its four parts alone")
  func repetition() {
    let make = { RandomStream(seed: 7, purpose: .iconStart, item: 3, step: 9) }
    #expect(firstWords(make(), count: 101) == firstWords(make(), count: 101))
  }

  // With n samples an average of unit variance errs by 1/√n; five of these are allowed below.
  private let sampleCount = 200_000
  private var tolerance: Double { 5 / Double(sampleCount).squareRoot() }

  @Test("uniform numbers lie in [0, 1) with the moments 1/2, 1/3, 1/4")
  func uniformMoments() {
    var stream = RandomStream(seed: 1, purpose: .evaluation)
    var moments = SIMD3<Double>()
    for _ in 0..<sampleCount {
      let value = Double(stream.uniform())
      #expect(0 <= value && value < 1)
      moments += SIMD3(value, value * value, value * value * value)
    }
    moments /= Double(sampleCount)
    for power in 0..<3 { #expect(abs(moments[power] - 1 / Double(power + 2)) < 0.3 * tolerance) }
  }

  @Test("uniform numbers in a range stay in it")
  func uniformRange() {
    var stream = RandomStream(seed: 2, purpose: .evaluation)
    let values = (0..<10_000).map { _ in stream.uniform(in: -3..<5) }
    #expect(values.allSatisfy { (-3..<5).contains($0) })
    #expect(abs(values.reduce(0, +) / 10_000 - 1) < 0.12)  // 5 · (8/√12)/√10,000
  }

  @Test("normal numbers have the moments 0, 1, 0, 3 and uncorrelated pairs")
  func normalMoments() {
    var stream = RandomStream(seed: 3, purpose: .evaluation)
    var moments = SIMD4<Double>()
    var product = 0.0
    for _ in 0..<sampleCount / 2 {
      let (first, second) = stream.normalPair()
      #expect(first.isFinite && second.isFinite)
      product += Double(first) * Double(second)
      for value in [Double(first), Double(second)] {
        let square = value * value
        moments += SIMD4(value, square, square * value, square * square)
      }
    }
    moments /= Double(sampleCount)
    #expect(abs(moments[0]) < tolerance)
    #expect(abs(moments[1] - 1) < tolerance * 2.0.squareRoot())  // Var x² = 2
    #expect(abs(moments[2]) < tolerance * 15.0.squareRoot())  // Var x³ = 15
    #expect(abs(moments[3] - 3) < tolerance * 96.0.squareRoot())  // Var x⁴ = 96
    #expect(abs(product / Double(sampleCount / 2)) < tolerance * 2.0.squareRoot())
  }

  @Test("whole numbers below a bound are all equally frequent", arguments: [1, 2, 3, 7, 10])
  func integers(bound: Int) {
    var stream = RandomStream(seed: 4, purpose: .evaluation, item: bound)
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<70_000 { counts[stream.integer(below: bound)] += 1 }
    let expected = 70_000 / Double(bound)
    for count in counts { #expect(abs(Double(count) - expected) < 5 * expected.squareRoot()) }
  }

  @Test("a large bound is not biased towards small numbers")
  func largeBound() {
    // Without rejection, of 3 · 2³⁰ numbers the residues would come out 2 : 1 : 1.
    var stream = RandomStream(seed: 5, purpose: .evaluation)
    var counts = [0, 0, 0]
    for _ in 0..<30_000 { counts[stream.integer(below: 3 << 30) % 3] += 1 }
    for count in counts { #expect(abs(count - 10_000) < 410) }  // 5 · √(n·⅓·⅔)
  }

  @Test("distinct integers ascend and stay below the bound")
  func distinctIntegers() {
    var stream = RandomStream(seed: 6, purpose: .positions)
    for (count, bound) in [(0, 0), (0, 5), (1, 1), (3, 10), (10, 10), (7, 196)] {
      let chosen = stream.distinctIntegers(count, below: bound)
      #expect(chosen.count == count)
      #expect(chosen.allSatisfy { 0 <= $0 && $0 < bound })
      #expect(zip(chosen, chosen.dropFirst()).allSatisfy(<))
    }
  }

  @Test("every subset is chosen equally often")
  func uniformSubsets() {
    var frequencies: [[Int]: Int] = [:]
    for item in 0..<20_000 {
      var stream = RandomStream(seed: 7, purpose: .positions, item: item)
      frequencies[stream.distinctIntegers(2, below: 5), default: 0] += 1
    }
    #expect(frequencies.count == 10)
    for frequency in frequencies.values { #expect(abs(frequency - 2_000) < 213) }  // 5 · √1,800
  }

  @Test("every order is drawn equally often")
  func uniformPermutations() {
    var frequencies: [[Int]: Int] = [:]
    for item in 0..<24_000 {
      var stream = RandomStream(seed: 8, purpose: .patchChoice, item: item)
      frequencies[stream.permutation(of: 4), default: 0] += 1
    }
    #expect(frequencies.count == 24)
    #expect(frequencies.keys.allSatisfy { $0.sorted() == [0, 1, 2, 3] })
    for frequency in frequencies.values { #expect(abs(frequency - 1_000) < 155) }  // 5 · √958
    var stream = RandomStream(seed: 8, purpose: .patchChoice)
    #expect(stream.permutation(of: 0).isEmpty && stream.permutation(of: 1) == [0])
  }
}
