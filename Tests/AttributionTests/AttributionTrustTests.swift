import Attribution
import Matrices
import TestTags
import Testing

@Suite(.tags(.quick)) struct AttributionTrustTests {
  private func measurement(_ linear: [Float], _ truth: [Float]) -> AttributionTrust.Measurement {
    AttributionTrust.Measurement(
      linear: linear, ablatedToZero: truth, ablatedToMean: truth.map { -$0 }, integrated: truth,
      all: linear, ablatedAll: truth)
  }

  @Test("of a linear network nothing is missed")
  func linear() {
    let effects: [[Float]] = [[4, 1, -1], [2, 3, 0.5], [0, 1, 8]]
    let trust = AttributionTrust(effects.map { measurement($0, $0) }, seed: 0)
    #expect(trust.sampleCount == 3 && trust.topOne == 1 && trust.topFive == 1)
    #expect(trust.withZero.pearson == 1 && trust.withZero.spearman == 1)
    #expect(trust.withMean.pearson == -1 && trust.withZeroByClass.pearson == 1)
    #expect(trust.curvature == 0 && trust.missedFraction == 0)
    #expect(trust.completeness == 1 && trust.completenessError == 0)
    // Half of the median of 4, 3 and 8.
    #expect(trust.largeEffect == 2)
    // Two samples have small effects, and 1 − 0.01^(1/2).
    #expect(abs(trust.missedLimit - 0.9) < 1e-5)
  }

  @Test("saturated effects are found")
  func saturated() {
    // The first class's effect is hidden from the derivative in every sample.
    let measurements = (0..<40).map { _ in measurement([0.1, 2, 0.1], [4, 2, 0.1]) }
    let trust = AttributionTrust(measurements, seed: 0)
    #expect(trust.topOne == 0 && trust.topFive == 1 && trust.largeEffect == 2)
    // Of the classes 0 and 2, which look small, class 0 is large.
    #expect(trust.missedFraction == 0.5)
    #expect((0.5...0.85).contains(trust.missedLimit))
    #expect(abs(trust.curvature - 3.9 / (16 + 4 + 0.01).squareRoot()) < 1e-6)
  }

  @Test("deleting cells beside others gives a difference with its interval")
  func deletion() {
    let deletion = CellDeletion([(3, 1), (5, 1), (4, 1)])
    #expect(deletion.cellLoss == 4 && deletion.randomLoss == 1 && deletion.difference == 3)
    #expect(abs(deletion.standardError - (1.0 / 3).squareRoot()) < 1e-12)
    #expect(deletion.interval.contains(2) && !deletion.interval.contains(0))
  }

  @Test("samples of classes by rank, by magnitude, and both once each")
  func filters() {
    // Classes are columns 0 and 2; the samples come in two blocks and another order.
    let blocks: [(Matrix, [Int32])] = [
      (Matrix(rowCount: 3, columnCount: 3, elements: [5, 1, 0, 1, 2, 0, 3, 4, 3.5]), [4, 1, 2]),
      (Matrix(rowCount: 2, columnCount: 3, elements: [-2, -3, -4, 1, 0, 1]), [0, 3]),
    ]
    func chosen(_ filter: ClassFilter, most: Int = 2) -> [[Int]] {
      var selection = ClassSelection(filter, of: [0, 2], mostByMagnitude: most)
      for (effects, samples) in blocks { selection.add(effects, ofSamples: samples) }
      return selection.chosen().map(\.samples)
    }
    // Sample 0 argues against all; of equal effects the lower class wins.
    #expect(chosen(.rank) == [[3, 4], []])
    #expect(chosen(.magnitude) == [[2, 4], [2, 3]])
    #expect(chosen(.both) == [[2, 3, 4], [2, 3]])
    #expect(chosen(.magnitude, most: 10) == [[1, 2, 3, 4], [2, 3]])
  }
}
