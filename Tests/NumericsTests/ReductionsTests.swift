import Matrices
import Numerics
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct ReductionsTests {
  private func numbers(_ count: Int, item: Int = 0) -> [Float] {
    var stream = RandomStream(seed: 41, purpose: .evaluation, item: item)
    return (0..<count).map { _ in stream.normalPair().0 }
  }

  @Test(
    "dot products and squared distances agree with plain double sums",
    arguments: [0, 1, 7, 8, 9, 31, 32, 33, 100, 1_023])
  func products(count: Int) {
    let (a, b) = (numbers(count), numbers(count, item: 1))
    let pairs = zip(a.map(Double.init), b.map(Double.init))
    let dot = pairs.reduce(0) { $0 + $1.0 * $1.1 }
    let square = a.reduce(0) { $0 + Double($1) * Double($1) }
    let distance = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let size = Double(max(1, count))
    // Double sums of exact products, in another order.
    #expect(abs(dotProduct(a.span, b.span) - dot) < 1e-14 * size)
    #expect(sumOfSquares(a.span) == square)
    // Float sums in 32 parts: about √(n / 32) ulps of the sum.
    #expect(abs(Double(squaredDistance(a.span, b.span)) - distance) < 1e-6 * size)
    #expect(
      abs(Double(squaredDistance(a.span, b.span, factor: 0.5)) - distance / 4) < 1e-6 * size)
  }

  @Test("column means are double sums in the order of rows; those of no rows are 0")
  func means() {
    let matrix = Matrix(rowCount: 37, columnCount: 11, elements: numbers(37 * 11))
    let means = columnMeans(matrix)
    for column in 0..<11 {
      let sum = (0..<37).reduce(0.0) { $0 + Double(matrix[$1, column]) }
      #expect(means[column] == sum / 37)
    }
    let first = columnMeans(matrix.elements.span, rowCount: 5, columnCount: 11)
    #expect(first[3] == (0..<5).reduce(0.0) { $0 + Double(matrix[$1, 3]) } / 5)
    #expect(columnMeans(Matrix(rowCount: 0, columnCount: 2)) == [0, 0])
  }

  @Test("the greatest magnitude is that of either sign, and does not pass over NaN")
  func magnitudes() {
    #expect(greatestMagnitude([Float]().span) == 0)
    #expect(greatestMagnitude([1, -3, 2].span) == 3)
    #expect(greatestMagnitude([1, -.infinity, 2].span) == .infinity)
    #expect(greatestMagnitude([1, .nan, 2].span).isNaN)
  }
}
