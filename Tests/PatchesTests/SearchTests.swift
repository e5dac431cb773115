import Patches
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct SearchTests {
  private func cell(
    _ contrast: Double, _ ownClass: Int, error: Double = 0, dispersion: Double = 0,
    samples: Int = 20,
    images: Int = 5
  ) -> CellEvidence {
    CellEvidence(
      sampleCount: samples, imageCount: images, dispersion: dispersion, target: max(contrast, 0.01),
      contrast: contrast, standardError: error, ownClass: ownClass)
  }

  @Test(
    "cells are ranked by the lower limit of what they argue for, and by how alike their samples are"
  )
  func order() {
    let cells = [
      cell(1, 7), cell(2, 7, error: 1), cell(1.5, 7, dispersion: 0.5), cell(-1, 7), cell(0.9, 7),
    ]
    let ranked = CellSearch().candidates(cells, excluding: [])
    #expect(ranked.map(\.cell) == [0, 4, 2, 1])
    let expected = [1, 0.9, 0.75, 2 - 1.645]
    for (item, score) in zip(ranked, expected) { #expect(abs(item.score - score) < 1e-12) }
  }

  @Test(
    "cells of related classes, of few samples or images, or that argue against the target are none")
  func conditions() {
    var against = cell(3, 7)
    against.target = -0.1
    let cells = [
      cell(1, 3), cell(1, 7, samples: 7), cell(1, 7, images: 2), cell(1, 7, error: .nan),
      cell(1, 8), against,
    ]
    let search = CellSearch()
    #expect(search.candidates(cells, excluding: [3, 4]).map(\.cell) == [4])
    #expect(search.candidates(cells, excluding: []).map(\.cell) == [0, 4])
    #expect(search.candidates(cells, excluding: [3, 8]).isEmpty)
  }

  @Test("shuffling moves what cells argue for, as a whole, and leaves the rest")
  func shuffling() {
    let cells = (0..<50).map { cell(Double($0), $0, error: Double($0) / 10, samples: 10 + $0) }
    var random = RandomStream(seed: 3, purpose: .patchChoice)
    let shuffled = CellSearch().shuffled(cells, random: &random)
    #expect(Set(shuffled.map(\.ownClass)) == Set(0..<50))
    #expect(shuffled.map(\.sampleCount) == cells.map(\.sampleCount))
    #expect(shuffled.map(\.ownClass) != cells.map(\.ownClass))
    for cell in shuffled {
      #expect(cell.contrast == Double(cell.ownClass))
      #expect(cell.standardError == Double(cell.ownClass) / 10)
    }
    var again = RandomStream(seed: 3, purpose: .patchChoice)
    #expect(CellSearch().shuffled(cells, random: &again) == shuffled)
  }

  @Test("shuffling leaves cells alone of which too little is known")
  func unknownCells() {
    var cells = (0..<20).map { cell(Double($0), $0) }
    for index in stride(from: 0, to: 20, by: 3) { cells[index].imageCount = 1 }
    var random = RandomStream(seed: 3, purpose: .patchChoice)
    let shuffled = CellSearch().shuffled(cells, random: &random)
    for index in stride(from: 0, to: 20, by: 3) { #expect(shuffled[index] == cells[index]) }
    #expect(shuffled != cells)
    #expect(Set(shuffled.map(\.ownClass)) == Set(0..<20))
  }

  @Test("classes are alike by the probability of one on images of the other")
  func confusion() {
    var confusion = ClassConfusion(classCount: 4)
    confusion.add([0.7, 0.2, 0.1, 0], ofClass: 0)
    confusion.add([0.5, 0.4, 0.1, 0], ofClass: 0)
    confusion.add([0.01, 0.9, 0.05, 0.04], ofClass: 1)
    #expect(confusion.shownClasses == [0, 1])
    #expect(abs((confusion.probability(of: 1, onImagesOf: 0) ?? 0) - 0.3) < 1e-6)
    #expect(confusion.probability(of: 0, onImagesOf: 2) == nil)
    #expect(abs(confusion.likeness(1, 0) - 0.3) < 1e-6)
    #expect(abs(confusion.likeness(0, 2) - 0.1) < 1e-6)
    #expect(confusion.likeness(2, 3) == 0)
    #expect(confusion.related(to: 1, likeness: 0.045) == [0, 1, 2])
    #expect(confusion.ranking(of: 0) == [1, 2, 3])
    let pairs = confusion.pairs(from: [0, 1], targets: 2, count: 3)
    #expect(pairs.map(\.source) == [0, 0, 1])
    #expect(pairs.map(\.target) == [1, 2, 2])
  }
}
