import Glibc
import Numerics
import Randomness
import TSNE
import TestTags
import Testing

@Suite(.tags(.quick), .serialized) struct TSNEFieldTests {
  /// Ten clusters of unit width in a square, or on a line, of some side.
  private func clustered(_ count: Int, side: Float, dimension: Int) -> [SIMD2<Float>] {
    (0..<count).map { row in
      var stream = RandomStream(seed: 1, purpose: .evaluation, item: row)
      var middle = RandomStream(seed: 2, purpose: .evaluation, item: row % 10)
      let (x, y) = stream.normalPair()
      let position = SIMD2(
        side * middle.uniform() + min(1, side) * x, side * middle.uniform() + min(1, side) * y)
      return dimension == 2 ? position : SIMD2(position.x, 0)
    }
  }

  /// φ without the sample's own part, summed, and its gradients, in double precision.
  private func direct(
    _ positions: [SIMD2<Float>], degreesOfFreedom: Double
  ) -> (sum: Double, slopes: [SIMD2<Double>]) {
    var total = 0.0
    let slopes = positions.indices.map { row in
      var slope = SIMD2<Double>.zero
      for other in positions.indices where other != row {
        let difference = SIMD2<Double>(positions[row]) - SIMD2<Double>(positions[other])
        let base = 1 + (difference * difference).sum() / degreesOfFreedom
        total += pow(base, -degreesOfFreedom)
        slope -= 2 * pow(base, -degreesOfFreedom - 1) * difference
      }
      return slope
    }
    return (total, slopes)
  }

  /// The error of the gradients over their size.
  ///
  /// What is common to all errors moves the layout as a whole, and is left out.
  private func relativeError(_ slopes: [SIMD2<Float>], _ exact: [SIMD2<Double>]) -> Double {
    let errors = zip(slopes, exact).map { SIMD2<Double>($0) - $1 }
    let mean = errors.reduce(.zero, +) / Double(errors.count)
    let error = errors.reduce(0) { $0 + (($1 - mean) * ($1 - mean)).sum() }
    return (error / exact.reduce(0) { $0 + ($1 * $1).sum() }).squareRoot()
  }

  /// Extents from a fraction of the kernel's width to many, either dimension, and heavy tails.
  @Test(
    "gradients and sum agree with the pairwise ones",
    arguments: [0.01, 1, 10, 30, 100] as [Float],
    [(1, 1), (2, 1), (1, 0.5), (2, 0.5)] as [(Int, Float)]
  )
  func accuracy(side: Float, kind: (dimension: Int, degrees: Float)) {
    let positions = clustered(2000, side: side, dimension: kind.dimension)
    let field = RepulsiveField(dimension: kind.dimension, degreesOfFreedom: kind.degrees)
    field.update(positions, bounds: BoundingBox(positions))
    var slopes = [SIMD2<Float>](repeating: .zero, count: positions.count)
    let sum = field.gather(&slopes) - Double(positions.count)
    let exact = direct(positions, degreesOfFreedom: Double(kind.degrees))
    let error = relativeError(slopes, exact.slopes)
    let sumError = abs(sum / exact.sum - 1)
    #expect(error < 1e-3)
    #expect(sumError < 2e-5)
  }

  @Test("the field follows a growing and shrinking layout")
  func changes() {
    let field = RepulsiveField(dimension: 2, degreesOfFreedom: 1)
    for side in [1, 200, 5, 40, 1] as [Float] {
      let positions = clustered(600, side: side, dimension: 2)
      field.update(positions, bounds: BoundingBox(positions))
      var slopes = [SIMD2<Float>](repeating: .zero, count: positions.count)
      _ = field.gather(&slopes)
      #expect(relativeError(slopes, direct(positions, degreesOfFreedom: 1).slopes) < 1e-2)
    }
  }

  @Test("a layout too wide for its grid has a coarser one")
  func runaway() {
    var positions = clustered(600, side: 10, dimension: 2)
    positions[0] = SIMD2(40_000, -3000)
    let field = RepulsiveField(dimension: 2, degreesOfFreedom: 1)
    field.update(positions, bounds: BoundingBox(positions))
    var slopes = [SIMD2<Float>](repeating: .zero, count: positions.count)
    #expect(field.gather(&slopes).isFinite)
    #expect(slopes.allSatisfy { abs($0.x) < 600 && abs($0.y) < 600 })
  }

  @Test("the pairwise field agrees with double precision", arguments: [1, 0.5, 2] as [Float])
  func pairs(degrees: Float) {
    let positions = clustered(101, side: 10, dimension: 2)
    var slopes = [SIMD2<Float>](repeating: .zero, count: positions.count)
    let sum = exactField(of: positions, degreesOfFreedom: degrees, gradients: &slopes)
    let exact = direct(positions, degreesOfFreedom: Double(degrees))
    // The fast power has five digits.
    #expect(relativeError(slopes, exact.slopes) < 1e-5)
    #expect(abs(sum / exact.sum - 1) < 1e-5)
  }
}
