import LinearAlgebra
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct SymmetricEigenTests {
  /// A symmetric matrix of uniform numbers in [−1, 1).
  private func matrix(order: Int) -> SymmetricMatrix {
    var stream = RandomStream(seed: 12, purpose: .evaluation, item: order)
    var elements = [Double](repeating: 0, count: order * order)
    for row in 0..<order {
      for column in 0...row {
        let value = Double(stream.uniform(in: -1..<1))
        elements[row * order + column] = value
        elements[column * order + row] = value
      }
    }
    return SymmetricMatrix(order: order, elements: elements)
  }

  private func worstDifference(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(
    "rows are orthonormal eigenvectors, values descend and add up to the trace",
    arguments: [1, 2, 3, 7, 8, 33, 130])
  func definition(order: Int) throws {
    let matrix = matrix(order: order)
    let eigen = try SymmetricEigen(matrix)
    #expect(eigen.order == order)
    #expect(zip(eigen.values, eigen.values.dropFirst()).allSatisfy(>=))
    #expect(abs(eigen.values.reduce(0, +) - matrix.trace) < 1e-12 * Double(order))
    var worst = 0.0
    for i in 0..<order {
      for j in 0..<order {
        var (product, image) = (0.0, 0.0)
        for k in 0..<order {
          product += eigen.vectors[i * order + k] * eigen.vectors[j * order + k]
          image += matrix[j, k] * eigen.vectors[i * order + k]
        }
        worst = max(worst, abs(product - (i == j ? 1 : 0)))
        worst = max(worst, abs(image - eigen.values[i] * eigen.vectors[i * order + j]))
      }
    }
    #expect(worst < 1e-13 * Double(order + 10))
  }

  @Test("each eigenvector's largest component is positive", arguments: [1, 5, 64])
  func sign(order: Int) throws {
    let eigen = try SymmetricEigen(matrix(order: order))
    for i in 0..<order {
      let vector = eigen.vectors[i * order..<(i + 1) * order]
      let largest = vector.max { abs($0) < abs($1) }
      #expect(largest.map { $0 > 0 } == true)
    }
  }

  @Test("a known matrix has its known eigenpairs")
  func known() throws {
    let eigen = try SymmetricEigen(SymmetricMatrix(order: 2, elements: [2, -1, -1, 2]))
    let half = 0.5.squareRoot()
    #expect(worstDifference(eigen.values, [3, 1]) < 1e-15)
    #expect(worstDifference(eigen.vectors.map(abs), [half, half, half, half]) < 1e-15)
    #expect(eigen.vectors[0] * eigen.vectors[1] < 0)
    #expect(eigen.vectors[2] > 0 && eigen.vectors[3] > 0)
  }

  @Test("functions: the identity gives the matrix back, the square is the product")
  func functions() throws {
    for order in [1, 2, 9, 65] {
      let matrix = matrix(order: order)
      let eigen = try SymmetricEigen(matrix)
      #expect(worstDifference(eigen.matrix { $0 }.elements, matrix.elements) < 1e-12)
      let square = eigen.matrix { $0 * $0 }
      var worst = 0.0
      for i in 0..<order {
        for j in 0..<order {
          let sum = (0..<order).reduce(0.0) { $0 + matrix[i, $1] * matrix[$1, j] }
          worst = max(worst, abs(square[i, j] - sum))
        }
      }
      #expect(worst < 1e-11)
    }
  }

  @Test("zero, identity and empty matrices have defined eigenpairs")
  func degenerate() throws {
    #expect(try SymmetricEigen(SymmetricMatrix(order: 0, elements: [])).values.isEmpty)
    let zero = SymmetricMatrix(order: 3, elements: [Double](repeating: 0, count: 9))
    #expect(try SymmetricEigen(zero).values == [0, 0, 0])
    let identity = try SymmetricEigen(SymmetricMatrix(order: 2, elements: [1, 0, 0, 1]))
    #expect(identity.values == [1, 1])
  }

  @Test("what is not finite is named", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(bad: Double) {
    let matrix = SymmetricMatrix(order: 3, elements: [1, 0, 0, 0, 1, bad, 0, bad, 1])
    #expect(throws: EigenError.nonFiniteElement(row: 1, column: 2)) { try SymmetricEigen(matrix) }
  }

  @Test("a matrix that is not symmetric is refused")
  func notSymmetric() async {
    await #expect(processExitsWith: .failure) {
      _ = SymmetricMatrix(order: 2, elements: [1, 2, 3, 4])
    }
  }

  @Test("a stored matrix whose halves differ is named, one with mirrored NaN is taken")
  func validation() throws {
    let elements: [Double] = [1, 2, 3, 2, 4, 5, 3, 6, 7]
    #expect(throws: EigenError.notSymmetric(row: 2, column: 1)) {
      try SymmetricMatrix(validating: elements, order: 3)
    }
    let kept = try SymmetricMatrix(validating: [1, 2, 2, 4], order: 2)
    #expect(kept == SymmetricMatrix(order: 2, elements: [1, 2, 2, 4]))
    #expect(try SymmetricMatrix(validating: [1, .nan, .nan, 4], order: 2)[0, 1].isNaN)
  }
}
