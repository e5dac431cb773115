import LinearAlgebra
import Matrices
import PrincipalComponents
import TestTags
import Testing

@Suite(.tags(.quick)) struct WhiteningTests {
  /// A limit that well-spread rows stay below: nothing is shrunk.
  private let wide = Whitening.Shrinkage.conditionNumber(atMost: 1e4)

  private func moments(_ rows: Matrix) throws -> Moments {
    var moments = Moments(columnCount: rows.columnCount)
    try moments.add(rows)
    return moments
  }

  /// The largest element of |A B − C|, all c × c.
  private func worstOfProduct(_ a: [Double], _ b: [Double], minus c: [Double], order: Int)
    -> Double
  {
    var worst = 0.0
    for i in 0..<order {
      for j in 0..<order {
        let sum = (0..<order).reduce(0.0) { $0 + a[i * order + $1] * b[$1 * order + j] }
        worst = max(worst, abs(sum - c[i * order + j]))
      }
    }
    return worst
  }

  /// S^½, the symmetric square root: the squared length of S^½ v is v · (S v).
  private func squareRoot(of whitening: Whitening) throws -> [Double] {
    let matrix = SymmetricMatrix(
      order: whitening.matrix.rowCount, elements: whitening.matrix.elements.map(Double.init))
    return try SymmetricEigen(matrix).matrix { $0.squareRoot() }.elements
  }

  /// Checks S M′ = I, with M′ put together from the moments and λ, and that S is symmetric.
  private func expectInverse(_ whitening: Whitening, of moments: Moments) {
    let order = moments.columnCount
    let moment = moments.secondMoment()
    let average = moment.trace / Double(order)
    var (shrunk, identity) = (moment.elements, [Double](repeating: 0, count: order * order))
    for index in shrunk.indices { shrunk[index] *= 1 - whitening.shrinkage }
    for i in 0..<order {
      shrunk[i * order + i] += whitening.shrinkage * average
      identity[i * order + i] = 1
    }
    let matrix = whitening.matrix.elements.map(Double.init)
    // Single precision at a condition number of up to 10⁴: 10⁴ · 2⁻²⁴ = 6·10⁻⁴.
    #expect(worstOfProduct(matrix, shrunk, minus: identity, order: order) < 2e-3)
    #expect(whitening.matrix.transposed() == whitening.matrix)
  }

  @Test("the whitening inverts the shrunk second moment", arguments: [1, 2, 9, 40])
  func inverse(columnCount: Int) throws {
    let moments = try moments(correlatedRows(2_000, columnCount))
    let whitening = try Whitening(moments, shrinkage: wide)
    expectInverse(whitening, of: moments)
    // These rows are well spread: nothing needs to be shrunk.
    #expect(whitening.shrinkage == 0)
    #expect(whitening.conditionNumber == whitening.conditionNumberBefore)
    #expect(1...1e4 ~= whitening.conditionNumber)
  }

  @Test("whitened rows are equally spread in all directions")
  func equalSpread() throws {
    let rows = correlatedRows(2_000, 8)
    let root = try squareRoot(of: try Whitening(try moments(rows), shrinkage: wide))
    var whitened = Matrix(rowCount: 2_000, columnCount: 8)
    for row in 0..<2_000 {
      for column in 0..<8 {
        whitened[row, column] = (0..<8).reduce(0) {
          $0 + rows[row, $1] * Float(root[$1 * 8 + column])
        }
      }
    }
    let moment = plainMoment(whitened, about: [Double](repeating: 0, count: 8))
    let identity = (0..<64).map { $0 % 9 == 0 ? 1.0 : 0 }
    #expect(worstDifference(moment, identity) < 1e-3)
  }

  @Test("a dead channel is shrunk to the limit and stays apart from the others")
  func deadChannel() throws {
    var rows = correlatedRows(1_500, 6)
    for row in 0..<1_500 { rows[row, 4] = 0 }
    let moments = try moments(rows)
    let whitening = try Whitening(moments, shrinkage: wide)
    #expect(whitening.conditionNumberBefore == .infinity)
    #expect(abs(whitening.conditionNumber / 1e4 - 1) < 1e-9)
    #expect(0 < whitening.shrinkage && whitening.shrinkage < 0.01)
    expectInverse(whitening, of: moments)
    let scale = whitening.matrix[4, 4]
    for column in 0..<6 where column != 4 {
      #expect(abs(whitening.matrix[4, column]) < 1e-6 * scale)
    }
  }

  @Test("equal channels are shrunk to the limit and treated alike")
  func duplicateChannels() throws {
    var rows = correlatedRows(1_500, 6)
    for row in 0..<1_500 { rows[row, 5] = rows[row, 2] }
    let moments = try moments(rows)
    let whitening = try Whitening(moments, shrinkage: .conditionNumber(atMost: 1e3))
    #expect(whitening.conditionNumberBefore == .infinity)
    #expect(abs(whitening.conditionNumber / 1e3 - 1) < 1e-9)
    expectInverse(whitening, of: moments)
    #expect(abs(whitening.matrix[2, 2] / whitening.matrix[5, 5] - 1) < 1e-4)
  }

  @Test("a fixed shrinkage is kept; at 1 only the scale is left")
  func fixedShrinkage() throws {
    let moments = try moments(correlatedRows(1_000, 5))
    let some = try Whitening(moments, shrinkage: .fixed(0.25))
    #expect(some.shrinkage == 0.25 && some.conditionNumber < some.conditionNumberBefore)
    expectInverse(some, of: moments)
    let all = try Whitening(moments, shrinkage: .fixed(1))
    #expect(abs(all.conditionNumber - 1) < 1e-12)
    let scale = Float(5 / moments.secondMoment().trace)
    for i in 0..<5 {
      for j in 0..<5 { #expect(abs(all.matrix[i, j] - (i == j ? scale : 0)) < 1e-6 * scale) }
    }
  }

  @Test("one row can be whitened, after shrinking")
  func oneRow() throws {
    let moments = try moments(correlatedRows(1, 7))
    let whitening = try Whitening(moments, shrinkage: wide)
    #expect(whitening.conditionNumberBefore == .infinity)
    expectInverse(whitening, of: moments)
  }

  @Test(
    "the second moment alone gives the bytes that the moments give",
    arguments: [.default, .conditionNumber(atMost: 1e4), .fixed(0.25)] as [Whitening.Shrinkage])
  func secondMoment(shrinkage: Whitening.Shrinkage) throws {
    let moments = try moments(correlatedRows(1_500, 12))
    let expected = try Whitening(moments, shrinkage: shrinkage)
    let stored = moments.secondMoment().elements
    let whitening = try Whitening(
      secondMoment: try SymmetricMatrix(validating: stored, order: 12), shrinkage: shrinkage)
    #expect(whitening.matrix == expected.matrix)
    #expect(whitening.shrinkage == expected.shrinkage)
    #expect(whitening.conditionNumber == expected.conditionNumber)
    #expect(whitening.conditionNumberBefore == expected.conditionNumberBefore)
  }

  @Test("a second moment that is zero, not finite or of no channels is an error")
  func badSecondMoments() throws {
    let zeros = SymmetricMatrix(order: 2, elements: [0, 0, 0, 0])
    #expect(throws: PrincipalComponentsError.allZero) { try Whitening(secondMoment: zeros) }
    let bad = SymmetricMatrix(order: 2, elements: [1, 0, 0, .nan])
    #expect(throws: PrincipalComponentsError.self) { try Whitening(secondMoment: bad) }
    let none = SymmetricMatrix(order: 0, elements: [])
    #expect(throws: PrincipalComponentsError.noSamples) { try Whitening(secondMoment: none) }
  }

  @Test("no rows and rows of zeros are errors")
  func nothing() throws {
    #expect(throws: PrincipalComponentsError.noSamples) { try Whitening(Moments(columnCount: 3)) }
    let zeros = try moments(Matrix(rowCount: 4, columnCount: 3))
    #expect(throws: PrincipalComponentsError.allZero) { try Whitening(zeros) }
  }
}
