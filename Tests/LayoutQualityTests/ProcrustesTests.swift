import LayoutQuality
import Matrices
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct ProcrustesTests {
  private func points(_ count: Int, columns: Int = 2, seed: UInt64) -> Matrix {
    var stream = RandomStream(seed: seed, purpose: .evaluation)
    return Matrix(
      rowCount: count, columnCount: columns,
      elements: (0..<columns * count).map { _ in stream.normalPair().0 })
  }

  private func mapped(_ layout: Matrix, _ map: (Float, Float) -> (Float, Float)) -> Matrix {
    var result = layout
    for row in 0..<layout.rowCount {
      (result[row, 0], result[row, 1]) = map(layout[row, 0], layout[row, 1])
    }
    return result
  }

  @Test("translation, rotation, reflection and scale do not count")
  func similar() {
    let layout = points(500, seed: 1)
    // A turn by the angle of the triangle 3, 4, 5.
    let turned = mapped(layout) { (7 * (0.6 * $0 - 0.8 * $1) + 30, 7 * (0.8 * $0 + 0.6 * $1) - 9) }
    let mirrored = mapped(turned) { (-$0, $1) }
    for other in [layout, turned, mirrored] {
      // Float positions 30 from the origin keep six digits of the shape; squares are compared.
      #expect(procrustesDisparity(layout, other) < 1e-11)
    }
    let line = points(500, columns: 1, seed: 2)
    var reversed = line
    for row in 0..<500 { reversed[row, 0] = 5 - 3 * line[row, 0] }
    #expect(procrustesDisparity(line, reversed) < 1e-11)
  }

  @Test("known answers")
  func known() {
    // scipy.spatial.procrustes gives these disparities.
    let square = Matrix(rowCount: 4, columnCount: 2, elements: [0, 0, 1, 0, 1, 1, 0, 1])
    let kite = Matrix(rowCount: 4, columnCount: 2, elements: [0, 0, 2, 0, 1, 1, 0, 3])
    let crossed = Matrix(rowCount: 4, columnCount: 2, elements: [0, 0, 1, 1, 1, 0, 0, 1])
    #expect(abs(procrustesDisparity(square, kite) - 0.2857142857142857) < 1e-12)
    #expect(abs(procrustesDisparity(kite, square) - 0.2857142857142857) < 1e-12)
    #expect(abs(procrustesDisparity(square, crossed) - 0.7499999999999999) < 1e-12)
    let line = Matrix(rowCount: 3, columnCount: 1, elements: [0, 1, 2])
    let bent = Matrix(rowCount: 3, columnCount: 1, elements: [0, 1, 0])
    let uneven = Matrix(rowCount: 3, columnCount: 1, elements: [0, 1, 5])
    #expect(procrustesDisparity(line, bent) == 1)
    #expect(abs(procrustesDisparity(line, uneven) - 0.10714285714285712) < 1e-12)
  }

  @Test("random layouts have nothing in common")
  func random() {
    // Four sums of 5,000 products: each of about 1/√5000 of the norms.
    #expect(procrustesDisparity(points(5000, seed: 1), points(5000, seed: 2)) > 0.995)
  }

  @Test("layouts with all samples at one position")
  func degenerate() {
    let point = Matrix(rowCount: 7, columnCount: 2, repeating: 0.1)
    #expect(procrustesDisparity(point, point) == 0)
    #expect(procrustesDisparity(point, points(7, seed: 1)) == 1)
    let none = Matrix(rowCount: 0, columnCount: 2)
    #expect(procrustesDisparity(none, none) == 0)
  }
}
