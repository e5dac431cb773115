import LayoutQuality
import Matrices
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct LayoutOutliersTests {
  /// Points spread evenly over a disc of radius 1 around (5, −2), and some more at given distances.
  private func disc(_ count: Int, and distances: [Float] = []) -> Matrix {
    var stream = RandomStream(seed: 3, purpose: .evaluation)
    var points: [Float] = []
    while points.count < 2 * count {
      let (x, y) = (stream.uniform(in: -1..<1), stream.uniform(in: -1..<1))
      if x * x + y * y < 1 { points += [5 + x, y - 2] }
    }
    for (index, distance) in distances.enumerated() {
      points += index % 2 == 0 ? [5 + distance, -2] : [5, -2 - distance]
    }
    return Matrix(rowCount: points.count / 2, columnCount: 2, elements: points)
  }

  @Test("a disc has none, and its tail is that of an even disc")
  func none() {
    let outliers = LayoutOutliers(of: disc(5000))
    #expect(outliers.count == 0 && outliers.fraction == 0)
    // √0.98 over √0.5; the sampling error is about 0.02.
    #expect(abs(outliers.tailRatio - 1.4) < 0.05)
  }

  @Test("what lies beyond three times the 98th percentile is counted, however far")
  func some() {
    // 99 of the 5,099 are beyond the percentile, which stays near 1.
    let far = [Float](repeating: 2.8, count: 40) + [Float](repeating: 3.2, count: 40)
    let outliers = LayoutOutliers(of: disc(4985, and: far + [50, 1e12, 3e38]))
    #expect(outliers.count == 43)
    #expect(abs(outliers.fraction - 43.0 / 5068) < 1e-12)
  }

  @Test("where too many are outside for the percentile, the tail tells")
  func many() {
    let outliers = LayoutOutliers(of: disc(1000, and: [Float](repeating: 100, count: 60)))
    #expect(outliers.count == 0 && outliers.tailRatio > 100)
  }

  @Test("few samples, equal samples, a line")
  func degenerate() {
    for count in [0, 1, 5] {
      let outliers = LayoutOutliers(of: Matrix(rowCount: count, columnCount: 2, repeating: 4))
      #expect(outliers.count == 0 && outliers.fraction == 0 && outliers.tailRatio == 0)
    }
    let line = Matrix(rowCount: 101, columnCount: 1, elements: (0..<100).map(Float.init) + [1e9])
    #expect(LayoutOutliers(of: line).count == 1)
  }
}
