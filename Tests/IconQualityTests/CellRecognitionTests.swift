import IconQuality
import TestTags
import Testing

@Suite(.tags(.quick)) struct CellRecognitionTests {
  /// Four cells along the axes of a plane, about a common center.
  private let cells: [[Float]] = [[11, 5], [9, 5], [10, 6], [10, 4]]

  @Test("a picture is ranked among the cells by its cosine from their center")
  func rank() {
    let recognition = CellRecognition(cells)
    let own = recognition.verdict(on: [13, 5.5], of: 0)
    #expect(own.rank == 1 && own.twoChoice == 1 && own.nearest == 0)
    // To the right and a little up: its own cell, to the left, is the least similar.
    let wrong = recognition.verdict(on: [13, 5.5], of: 1)
    #expect(wrong.rank == 4 && wrong.twoChoice == 0 && wrong.nearest == 0)
    let second = recognition.verdict(on: [13, 5.5], of: 2)
    #expect(second.rank == 2 && abs(second.twoChoice - 2 / 3.0) < 1e-12)
  }

  @Test("a picture that says nothing is right half of the time")
  func undecided() {
    let verdict = CellRecognition(cells).verdict(on: [10, 5], of: 3)
    #expect(verdict.twoChoice == 0.5 && verdict.rank == 1 && verdict.nearest == 3)
  }

  @Test("what all pictures have in common does not count, nor does their contrast")
  func centered() {
    let shifted = CellRecognition(cells.map { $0.map { $0 * 3 + 100 } })
    #expect(
      shifted.verdict(on: [139, 116.5], of: 2)
        == CellRecognition(cells).verdict(on: [13, 5.5], of: 2))
  }

  @Test("scores are means over cells, however many pictures each has")
  func scores() throws {
    func verdict(_ rank: Int) -> CellRecognition.Verdict {
      CellRecognition(cells).verdict(
        on: rank == 1 ? [13, 5.5] : [7, 4.5], of: rank == 1 ? 0 : 0)
    }
    let scores = try #require(
      RecognitionScores([[verdict(1)], [verdict(4), verdict(4), verdict(4)]]))
    #expect(scores.pictures == 4)
    #expect(scores.first.value == 0.5 && scores.amongFive.value == 1)
    #expect(abs(scores.meanReciprocalRank.value - 0.625) < 1e-12)
    #expect(RecognitionScores([]) == nil)
  }

  @Test("an interval holds the mean, shrinks with the number of cells, and is the same each time")
  func interval() {
    let few = Estimate(meanOf: (0..<20).map { Double($0 % 2) })
    let many = Estimate(meanOf: (0..<2000).map { Double($0 % 2) })
    #expect(few.value == 0.5 && few.lower < 0.5 && few.upper > 0.5)
    // The normal approximation: ±1.96 · 0.5 / √n, to the nearest cell.
    #expect(abs((few.upper - few.lower) - 0.438) < 0.06)
    #expect(abs((many.upper - many.lower) - 0.0438) < 0.006)
    #expect(few == Estimate(meanOf: (0..<20).map { Double($0 % 2) }))
    #expect(Estimate(meanOf: [3]).lower == 3)
  }
}
