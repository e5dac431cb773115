import Numerics
import TestTags
import Testing

@Suite(.tags(.quick)) struct CorrelationTests {
  @Test("correlations are those of the definition")
  func definition() {
    let (x, y): ([Float], [Float]) = ([1, 2, 3, 4], [2, 1, 4, 3])
    #expect(abs(correlation(x, y) - 0.6) < 1e-12)
    #expect(correlation(x, x.map { 3 * $0 - 7 }) == 1)
    #expect(correlation(x, x.map { -$0 }) == -1)
    #expect(correlation(x, [5, 5, 5, 5]).isNaN)
    #expect(correlation([Float](), []).isNaN)
  }

  @Test("ranks do not depend on sizes, and equal numbers share theirs")
  func ranks() {
    #expect(abs(rankCorrelation([1, 2, 3, 100], [2, 1, 40, 4]) - 0.6) < 1e-12)
    // scipy.stats.spearmanr([1, 2, 2, 3], [1, 3, 2, 4])
    #expect(abs(rankCorrelation([1.0, 2, 2, 3], [1, 3, 2, 4]) - 0.9486832980505139) < 1e-12)
  }

  @Test("the upper limit of a probability is that of Clopper and Pearson")
  func limit() {
    // Without a hit 1 − (1 − confidence)^(1/n); the others by bisection of the binomial distribution.
    #expect(abs(upperLimit(hits: 0, of: 128, confidence: 0.99) - 0.03533780) < 1e-6)
    #expect(abs(upperLimit(hits: 3, of: 100, confidence: 0.99) - 0.0969710453) < 1e-8)
    #expect(upperLimit(hits: 5, of: 5, confidence: 0.99) == 1)
    #expect(abs(upperLimit(hits: 9, of: 10, confidence: 0.99) - 0.9989955) < 1e-6)
  }
}
