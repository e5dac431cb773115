import Numerics
import TestTags
import Testing

@Suite(.tags(.quick)) struct SignificanceTests {
  // scipy.stats.binomtest(hits, count, alternative="greater").pvalue
  @Test(
    "the sign test is the binomial distribution's tail",
    arguments: [
      (0, 0, 1), (5, 5, 0.03125), (8, 10, 0.0546875), (3, 10, 0.9453125),
      (60, 100, 0.028443966820490444), (700, 1200, 4.267683040517158e-09),
      (1500, 2500, 6.662935824188383e-24),
    ] as [(Int, Int, Double)])
  func signTail(hits: Int, count: Int, expected: Double) {
    let probability = signTest(hits: hits, of: count)
    #expect(abs(probability - expected) <= 1e-10 * expected, "\(probability)")
  }

  // scipy.stats.permutation_test of the sum of scipy.stats.rankdata's ranks, independent, all permutations; without
  // ties mannwhitneyu(..., method="exact").
  @Test(
    "the rank-sum test is exact, with ties as well",
    arguments: [
      (
        [1, 0.9, 1, 0.5, 0.8], [0.4, 0, 0, 0.5, 0.9, 0.1, 0, 0.3, 0.2, 0], 0.002664002664002664
      ),
      ([0.2, 0.2, 0.2], [0.2, 0.2], 1), ([3, 1.5, 4.5], [1, 2, 6, 0.5], 0.3142857142857143),
      ([0, 0, 0.1, 0], [0, 0.2, 0, 0, 0, 0.1], 0.8333333333333334),
      ([5, 6, 7, 8], [1, 2, 3, 4], 0.014285714285714285), ([], [1], 1), ([1], [], 1),
    ] as [([Double], [Double], Double)])
  func rankSums(first: [Double], second: [Double], expected: Double) {
    let probability = rankSumTest(first, over: second)
    #expect(abs(probability - expected) <= 1e-12, "\(probability)")
  }

  @Test("the rank-sum test of many values stays a probability")
  func manyRankSums() {
    let values = (0..<40).map(Double.init)
    // All 40 of 80 at the top: one choice of 80 over 40.
    let expected = (1...40).reduce(1.0) { $0 * Double($1) / Double(40 + $1) }
    let probability = rankSumTest(values.map { $0 + 100 }, over: values)
    #expect(abs(probability / expected - 1) < 1e-9, "\(probability)")
  }

  @Test("false-discovery rates are those of Benjamini and Hochberg")
  func rates() {
    // scipy.stats.false_discovery_control(...)
    let rates = falseDiscoveryRates([0.01, 0.04, 0.03, 0.005, 0.8, 0.5, 0.04])
    let expected = [0.035, 0.056, 0.056, 0.035, 0.8, 0.5833333333333334, 0.056]
    for (rate, value) in zip(rates, expected) { #expect(abs(rate - value) < 1e-12) }
    #expect(falseDiscoveryRates([]).isEmpty)
    #expect(falseDiscoveryRates([0.3]) == [0.3])
    #expect(falseDiscoveryRates([1, 1]) == [1, 1])
  }
}
