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
