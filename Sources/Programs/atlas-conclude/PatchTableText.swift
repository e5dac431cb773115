import CommandLine
import Patches

/// A report as a table on the terminal.
struct PatchTableText {
  private let report: PatchReport

  init(_ report: PatchReport) { self.report = report }

  /// Prints a line a pair, and what the whole comes to.
  func print() {
    let names = report.pairs.map { "\($0.source) → \($0.target)" }
    let width = max(4, names.map(\.count).max() ?? 0)
    line(
      "pair", width,
      [
        "found", "95 %", "dynamic", "39 %", "random", "best", "control", "optimized", "rate",
        "shuffled",
      ])
    for (name, pair) in zip(names, report.pairs) {
      guard let found = kind(.candidate, of: pair), let score = found.scores["static"] else {
        Diagnostics.note("conclude: \(padded(name, width))  \(pair.problem ?? "")")
        continue
      }
      let control = PatchKind.controls.compactMap {
        kind($0, of: pair)?.patches.first?.success["static"]
      }.max()
      line(
        name, width,
        [
          percent(score.success),
          score.low.flatMap { low in score.high.map { "\(whole(low))-\(whole($0))" } } ?? "-",
          percent(found.scores["dynamic"]?.success), percent(found.scores["random"]?.success),
          percent(pair.randomSuccess), percent(found.patches.first?.success["static"]),
          percent(control),
          percent(kind(.optimized, of: pair)?.patches.first?.success["static"]),
          pair.rate.map { decimal($0, places: 3) } ?? "-",
          pair.shuffledRate.map { decimal($0, places: 3) } ?? "-",
        ])
    }
    let counts = report.discoveryCounts
    Diagnostics.note(
      "conclude: \(counts.found) of \(counted(report.pairs.count, "pair")) at a false-discovery rate of \(decimal(100 * report.discoveryRate, places: 0)) %; of the shuffled search \(counts.shuffled)"
    )
  }

  private func kind(_ kind: PatchKind, of pair: PatchReport.Pair) -> PatchReport.Kind? {
    pair.kinds.first { $0.kind == kind.rawValue }
  }

  private func line(_ name: String, _ width: Int, _ cells: [String]) {
    Diagnostics.note(
      "conclude: \(padded(name, width))"
        + cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined())
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private func whole(_ value: Double) -> String { decimal(100 * value, places: 0) }

  private func percent(_ value: Double?) -> String {
    value.map { "\(whole($0)) %" } ?? "-"
  }
}
