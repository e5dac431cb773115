import Mosaics
import TestTags
import Testing

@Suite(.tags(.quick)) struct CellClassesTests {
  private func classes(_ means: [Float], errors: [Float]? = nil) -> CellClasses {
    CellClasses(means: means, samples: 8, images: 5) { place in
      ClassEffect(
        index: 10 + place, name: "class \(place)", mean: means[place],
        standardError: errors?[place] ?? 0.1, agreement: 0.75)
    }
  }

  @Test("the first class is that of the largest mean, the first against it that of the smallest")
  func order() {
    var means: [Float] = (0..<100).map { Float(($0 * 37) % 101) - 50 }
    means[63] = 99
    means[7] = -99
    let classes = classes(means)
    let sorted = means.indices.sorted { means[$0] > means[$1] }
    #expect(classes.for.map { $0.index - 10 } == Array(sorted.prefix(5)))
    #expect(classes.against.map { $0.index - 10 } == Array(sorted.reversed().prefix(3)))
    #expect(classes.for[0].name == "class 63" && classes.against[0].name == "class 7")
    #expect(classes.samples == 8 && classes.images == 5)
  }

  @Test("of equal means the class with the lower place comes first")
  func ties() {
    let classes = classes([1, 2, 2, 1, 2, 1, 1, -3, -3])
    #expect(classes.for.map(\.index) == [11, 12, 14, 10, 13])
    #expect(classes.against.map(\.index) == [17, 18])
  }

  @Test("a mean of 0 argues for nothing, and a cell without samples for no class")
  func nothing() {
    #expect(classes([0, 0, 0]).for.isEmpty && classes([0, 0]).against.isEmpty)
    #expect(classes([-1, -2]).for.isEmpty && classes([]).for.isEmpty)
    #expect(classes([.nan, 1]).for.map(\.index) == [11])
  }

  @Test("a mean is clear from two standard errors on, and not where there is none")
  func clarity() {
    let effects = classes([0.2, 0.19, 0.18], errors: [0.1, 0.1, .nan]).for
    #expect(effects.map(\.isClear) == [true, false, false])
    #expect(effects[2].standardError == nil)
  }
}
