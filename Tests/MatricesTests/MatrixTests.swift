import Matrices
import TestTags
import Testing

@Suite(.tags(.quick)) struct MatrixTests {
  private func counting(_ rowCount: Int, _ columnCount: Int) -> Matrix {
    Matrix(
      rowCount: rowCount, columnCount: columnCount,
      elements: (0..<rowCount * columnCount).map { Float($0) })
  }

  @Test("elements lie row after row")
  func order() {
    var matrix = counting(3, 4)
    #expect(matrix[1, 2] == 6)
    #expect(Array(matrix[row: 2]) == [8, 9, 10, 11])
    matrix[2, 0] = -1
    #expect(matrix.elements[8] == -1)
  }

  @Test(
    "transposing swaps rows and columns, and twice is nothing",
    arguments: [(0, 3), (1, 1), (3, 7), (64, 65)])
  func transposition(rowCount: Int, columnCount: Int) {
    let matrix = counting(rowCount, columnCount)
    let transposed = matrix.transposed()
    #expect(transposed.rowCount == columnCount && transposed.columnCount == rowCount)
    #expect(transposed.transposed() == matrix)
    for row in 0..<rowCount {
      for column in 0..<columnCount { #expect(transposed[column, row] == matrix[row, column]) }
    }
  }

  @Test("a number that is not finite is found wherever it lies", arguments: [1, 7, 8, 9, 33])
  func finiteness(columnCount: Int) {
    let large = Matrix(
      rowCount: 5, columnCount: columnCount, repeating: .greatestFiniteMagnitude)
    #expect(large.firstNonFiniteRow() == nil)
    for bad in [Float.infinity, -.infinity, .nan] {
      for column in 0..<columnCount {
        var matrix = large
        matrix[4, 0] = .nan
        matrix[3, column] = bad
        #expect(matrix.firstNonFiniteRow() == 3)
      }
    }
    #expect(Matrix(rowCount: 0, columnCount: columnCount).firstNonFiniteRow() == nil)
    #expect(Matrix(rowCount: 4, columnCount: 0).firstNonFiniteRow() == nil)
  }

  @Test("writing elements one by one does not copy the matrix")
  func writing() {
    // 500,000 writes into a megabyte: milliseconds, or half a minute if each copied it.
    var matrix = Matrix(rowCount: 500, columnCount: 500)
    let duration = ContinuousClock().measure {
      for index in matrix.elements.indices { matrix.elements[index] = 1 }
      for row in 0..<500 {
        for column in 0..<500 { matrix[row, column] += 1 }
      }
    }
    #expect(duration < .seconds(5))
    #expect(matrix.elements.allSatisfy { $0 == 2 })
  }

  @Test("a matrix refuses elements that do not fill it")
  func wrongSize() async {
    await #expect(processExitsWith: .failure) {
      _ = Matrix(rowCount: 2, columnCount: 3, elements: [1, 2, 3])
    }
  }
}
