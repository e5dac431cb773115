import Foundation
import Patches
import TestTags
import Testing

@Suite(.tags(.quick)) struct ReportTests {
  private static let count = PatchClassifier.sweep.count + 1

  /// A patch that turns pictures in given placements, and in no others.
  private func table(_ flips: [Set<Int>], low: Float = 0.1) -> PatchTable {
    PatchTable(
      flips.map { flipped in
        (0..<Self.count).map { placement in
          let isFlipped = flipped.contains(placement)
          return PatchOutcome(
            source: isFlipped ? low : 0.8, target: isFlipped ? 0.8 : low, answer: isFlipped ? 1 : 0)
        }
      }, target: 1)
  }

  @Test("static takes one placement for all, dynamic the best of each, random the last")
  func ways() {
    let random = Self.count - 1
    let patch = table([[3, 4], [4], [7], [], [random]])
    #expect(patch.bestPlacement == 4)
    #expect(patch.score(.fixed(4)).flips == [true, true, false, false, false])
    #expect(patch.score(.best).flips == [true, true, true, false, false])
    #expect(patch.score(.random).flips == [false, false, false, false, true])
    #expect(abs(patch.score(.best).success - 0.6) < 1e-12)
    #expect(abs(patch.score(.fixed(4)).meanTarget - (2 * 0.8 + 3 * 0.1) / 5) < 1e-6)
  }

  @Test("patches, sizes and places are chosen on the choosing half alone")
  func halves() {
    let weak = table([[2], [], []])
    let strong = table([[5], [5], []])
    let first = KindTable(
      choosing: [weak, strong], reporting: [table([[2], [2], [2]]), table([[2], [2], [5]])])
    #expect(first.best == 1)
    #expect(first.placements == [2, 5])
    #expect(first.score(of: 1, .fixed).flips == [false, false, true])
    // Whatever the reporting half says, the choice stays.
    let other = KindTable(
      choosing: [weak, strong], reporting: [table([[2], [2], [2]]), table([[], [], []])])
    #expect(other.best == 1)
    #expect(other.placements == first.placements)
    #expect(other.score(of: 1, .fixed).success == 0)
  }

  @Test("the interval is the percentile bootstrap's over patches")
  func interval() throws {
    // scipy.stats.bootstrap((x,), numpy.mean, n_resamples=200000, method="percentile"): 0.315 to 0.68, and
    // 0.38 to 0.62 at a confidence of 0.8.
    let means = [0.85, 0.4, 0.1, 0.95, 0.55, 0.6, 0, 0.75, 0.3, 0.5]
    var bootstrap = ClusterBootstrap()
    let interval = try #require(bootstrap.interval(of: means, item: 0, seed: 0))
    #expect(abs(interval.lowerBound - 0.315) < 0.008)
    #expect(abs(interval.upperBound - 0.68) < 0.008)
    #expect(interval == bootstrap.interval(of: means, item: 0, seed: 0))
    #expect(interval != bootstrap.interval(of: means, item: 1, seed: 0))
    bootstrap.confidence = 0.8
    let narrow = try #require(bootstrap.interval(of: means, item: 0, seed: 0))
    #expect(abs(narrow.lowerBound - 0.38) < 0.008 && abs(narrow.upperBound - 0.62) < 0.008)
    #expect(bootstrap.interval(of: [0.4], item: 0, seed: 0) == nil)
    #expect(bootstrap.interval(of: [0.4, 0.4], item: 0, seed: 0) == 0.4...0.4)
  }

  @Test("patches are compared on the pictures that one alone turns")
  func comparison() {
    let compared = PairedComparison(
      [true, true, true, true, true, true, false, false],
      [false, false, false, false, false, true, true, false])
    #expect((compared.first, compared.second) == (5, 1))
    // scipy.stats.binomtest(5, 6, alternative="greater").pvalue
    #expect(abs(compared.probability - 0.109375) < 1e-12)
  }

  @Test("a cell counts once, by all of its patches, whatever kinds they are of")
  func cells() {
    func kind(_ flips: [Int], cells: [SIMD2<Int>?]) -> KindTable {
      let tables = flips.map { count in table((0..<4).map { $0 < count ? [0] : [] }) }
      return KindTable(
        choosing: flips.map { _ in table([[0]]) }, reporting: tables, cells: cells)
    }
    let (first, second) = (SIMD2(0, 1), SIMD2(5, 5))
    let found = kind([4, 2, 4], cells: [first, first, second])
    let icons = kind([1, 0], cells: [second, first])
    let crops = kind([3, 4, 2], cells: [second, nil, nil])
    let compared = CellComparison([found], over: [icons, crops])
    #expect((compared.firstCount, compared.secondCount) == (2, 4))
    #expect(abs(compared.first - (0.75 + 1) / 2) < 1e-9)
    #expect(abs(compared.second - (0.5 + 0 + 1 + 0.5) / 4) < 1e-9)
    // Ranks of 0.75 and 1 among 0, 0.5, 0.5, 0.75, 1, 1: 4 + 5.5; as high are 3 of 15 choices.
    #expect(abs(compared.probability - 3.0 / 15) < 1e-12)
  }

  @Test(
    "candidates are compared with noise, colors, random cells and related classes, each by itself")
  func controls() throws {
    func kind(_ flipped: Set<Int>, choosing: Set<Int>) -> KindTable {
      KindTable(choosing: [table([choosing])], reporting: [table([flipped, [], flipped])])
    }
    let comparisons = PatchReport.Pair.comparisons(
      of: .candidate,
      in: [
        .candidate: kind([2], choosing: [2]), .noise: kind([], choosing: []),
        .icon: kind([2], choosing: [2]), .crop: kind([], choosing: []),
        .attributed: kind([2], choosing: [2]), .optimized: kind([2], choosing: [2]),
      ])
    #expect(comparisons.map(\.control) == [["noise"], ["icon", "crop"]])
    let cells = try #require(comparisons.last)
    #expect((cells.cells, cells.controlCells) == (1, 2))
    #expect(abs(cells.success - 2.0 / 3) < 1e-9 && abs(cells.controlSuccess - 1.0 / 3) < 1e-9)
    // The best of random cells is the icon, by the choosing half.
    #expect((cells.bestAlone, cells.controlBestAlone) == (0, 0))
    #expect((comparisons[0].bestAlone, comparisons[0].bestProbability) == (2, 0.25))
  }

  private func pair(_ probability: Double?, shuffled: Double?) -> PatchReport.Pair {
    var pair = PatchReport.Pair(
      source: "a<b", target: "c", sourceClass: 0, targetClass: 1, confusability: 0.1, choosing: 4,
      reporting: 5, meanBefore: 0.02, leftOut: 1, problem: probability == nil ? "no cell" : nil)
    (pair.probability, pair.shuffledProbability) = (probability, shuffled)
    return pair
  }

  private func report(_ pairs: [PatchReport.Pair]) -> PatchReport {
    PatchReport(
      network: "net", layer: "mixed", gridSide: 20, pictures: "held", discoveryRate: 0.05,
      patchesOfKind: 2,
      parameters: [:], pairs: pairs)
  }

  @Test("discoveries are corrected for the number of pairs; pairs that were not tried do not count")
  func discoveries() {
    let report = report([
      pair(0.02, shuffled: 0.5), pair(0.03, shuffled: 0.9), pair(nil, shuffled: nil),
      pair(0.9, shuffled: 0.001),
    ])
    #expect(report.pairs.map(\.isDiscovery) == [true, true, false, false])
    #expect(report.pairs[0].rate == 0.045)
    #expect(report.pairs[2].rate == nil)
    #expect(report.discoveryCounts.found == 2)
    #expect(report.discoveryCounts.shuffled == 1)
  }

  @Test("the report survives JSON, and pages escape what names hold")
  func output() throws {
    var own = pair(0.01, shuffled: 1)
    let tables = KindTable(
      choosing: [table([[2]]), table([[3]])], reporting: [table([[2], []]), table([[3], [3]])])
    var patch = PatchReport.Patch(number: 0, origin: "crop of <x>")
    (patch.row, patch.column, patch.ownClass) = (2, 3, "\"y\"")
    own.kinds = [
      PatchReport.Kind(
        .candidate, tables,
        descriptions: [patch, PatchReport.Patch(number: 1, origin: "icon")], item: 0, seed: 0)
    ]
    own.comparisons = PatchReport.Pair.comparisons(
      of: .candidate, in: [.candidate: tables, .noise: tables])
    #expect(own.comparisons.map(\.control) == [["noise"]])
    #expect(own.kinds[0].scores["static"]?.flipped == 3)
    #expect(own.kinds[0].scores["static"]?.tried == 4)
    let report = report([own])
    let json = try report.json()
    #expect(try JSONDecoder().decode(PatchReport.self, from: Data(json)) == report)
    let pages = PatchPages(report, explorer: "../explorer/index.html") { "class \($0)" }
    let index = String(decoding: pages.index(), as: UTF8.self)
    #expect(index.contains("a&lt;b → c") && index.contains("pair-1.html"))
    let page = String(decoding: pages.page(ofPair: 0, examples: []), as: UTF8.self)
    #expect(page.contains("crop of &lt;x&gt;") && page.contains("&quot;y&quot;"))
    #expect(page.contains("<td>noise</td>"))
    #expect(page.contains("#layer=mixed&amp;cell=0,20,2,3"))
    #expect(!page.contains("<x>"))
  }
}
