import Attribution
import TestTags
import Testing

@Suite(.tags(.quick)) struct CellEffectsTests {
  @Test("means, agreement and errors over images are those of the definition")
  func definition() throws {
    // Cell 1 has three samples of two images, cell 0 one, cell 2 none; a sample is in no cell.
    var effects = CellEffects(cellCount: 3, classCount: 2)
    effects.add([1, 4, 3, -2, 9, 9].span, ofCells: [1, 1, -1])
    effects.add([8, -10, 5, 6].span, ofCells: [1, 0])
    #expect(effects.sampleCounts == [1, 3, 0] && effects.imageCounts == [1, 2, 0])
    #expect(effects.mean(cell: 1, onClass: 0) == 4)
    #expect(abs(effects.mean(cell: 1, onClass: 1) + 8 / 3) < 1e-12)
    #expect(effects.agreement(cell: 1, onClass: 0) == 1)
    #expect(abs(effects.agreement(cell: 1, onClass: 1) - 2 / 3) < 1e-12)
    // Images' sums less their samples' means: (1 + 3) − 2 · 4 = −4 and 8 − 4 = 4; √(2 · (16 + 16)) / 3.
    #expect(abs(effects.standardError(cell: 1, onClass: 0) - 8 / 3) < 1e-12)
    #expect(effects.mean(cell: 0, onClass: 1) == 6)
    #expect(effects.standardError(cell: 0, onClass: 1).isNaN)
    #expect(effects.mean(cell: 2, onClass: 0) == 0 && effects.agreement(cell: 2, onClass: 0) == 0)
  }

  @Test("with a sample an image the standard error is the usual one")
  func independentSamples() {
    let values: [Float] = [2, 4, 4, 4, 5, 5, 7, 9]
    var effects = CellEffects(cellCount: 1, classCount: 1)
    for value in values { effects.add([value].span, ofCells: [0]) }
    // Variance 32 / 7 of 8 samples.
    let expected = (32.0 / 7 / 8).squareRoot()
    #expect(abs(effects.standardError(cell: 0, onClass: 0) - expected) < 1e-12)
  }

  private func choose(_ cells: [[Int32]], _ count: Int, perImage: Int = 1, seed: UInt64) -> [Int] {
    let images = cells[0].indices.map { Int32($0 / 10) }
    return SampleChoice.samples(
      of: cells, count: count, images: images, perImage: perImage, seed: seed)
  }

  @Test("where samples of an image are chosen, others fill up its passes")
  func filled() {
    let cells = (0..<1000).map { Int32($0 % 7 - 1) }
    let few = choose([cells], 5, seed: 3)
    let filled = choose([cells], 5, perImage: 4, seed: 3)
    #expect(Set(filled).isSuperset(of: few) && filled.allSatisfy { cells[$0] >= 0 })
    let images = Set(few.map { $0 / 10 })
    #expect(Set(filled.map { $0 / 10 }) == images)
    for image in images {
      let inCells = (10 * image..<10 * image + 10).count { cells[$0] >= 0 }
      let own = few.count { $0 / 10 == image }
      #expect(filled.count { $0 / 10 == image } == min(inCells, (own + 3) / 4 * 4))
    }
  }

  @Test("a cell's samples are as many as wanted, chosen by themselves")
  func choice() {
    let cells = (0..<1000).map { Int32($0 % 7 - 1) }
    let chosen = choose([cells], 20, seed: 3)
    #expect(chosen == chosen.sorted() && Set(chosen).count == 6 * 20)
    for cell in 0..<6 { #expect(chosen.count { cells[$0] == Int32(cell) } == 20) }
    #expect(choose([cells], 20, seed: 4) != chosen)
    // More keep the fewer; a cell of fewer samples gives all.
    let more = choose([cells], 30, seed: 3)
    #expect(Set(more).isSuperset(of: chosen))
    let all = choose([cells], 1000, seed: 3)
    #expect(all == cells.indices.filter { cells[$0] >= 0 })
    // A second grid adds its own.
    let halves = (0..<1000).map { Int32($0 / 500) }
    let both = choose([cells, halves], 20, seed: 3)
    #expect(Set(both).isSuperset(of: chosen))
    for half in 0..<2 { #expect(both.count { halves[$0] == Int32(half) } >= 20) }
    #expect(SampleChoice.samples(of: [[]], count: 5, images: [], seed: 0).isEmpty)
  }
}
