import Numerics
import TestTags
import Testing

@Suite(.tags(.quick)) struct QuantileTests {
  @Test("quantiles interpolate between neighbors")
  func quantiles() {
    let values: [Float] = [1, 2, 4]
    #expect(quantile(0.5, ofSorted: [7.0]) == 7)
    #expect(quantile(0, ofSorted: values) == 1)
    #expect(quantile(1, ofSorted: values) == 4)
    #expect(quantile(0.5, ofSorted: values) == 2)
    #expect(quantile(0.75, ofSorted: values) == 3)
  }
}
