internal import Explorer

/// The pages of a search: one with all pairs, and one for each.
public struct PatchPages: Sendable {
  private let report: PatchReport
  /// The way from the pages to the explorer's page; nil where there is none.
  private let explorer: String?
  private let className: @Sendable (Int) -> String

  /// Makes pages of a report.
  ///
  /// - Parameters:
  ///   - report: The report.
  ///   - explorer: The way from the pages to the explorer's page, to link cells to; nil where there is none.
  ///   - className: What a class of the network is called.
  public init(
    _ report: PatchReport, explorer: String?, className: @escaping @Sendable (Int) -> String
  ) {
    (self.report, self.explorer, self.className) = (report, explorer, className)
  }

  /// The file of a pair's page.
  public static func file(ofPair pair: Int) -> String { "pair-\(pair + 1).html" }

  /// The file of a patch's picture.
  public static func file(ofPatch number: Int) -> String { "pictures/patch-\(number).png" }

  /// The file of an example's picture.
  public static func file(ofExample index: Int, pair: Int, isPatched: Bool) -> String {
    "pictures/pair-\(pair + 1)-\(index + 1)-\(isPatched ? "after" : "before").jpg"
  }

  // MARK: All pairs

  /// The page with all pairs.
  public func index() -> [UInt8] {
    let counts = report.discoveryCounts
    let rows = report.pairs.indices.map(row).joined()
    return page(
      "Patches, \(report.network), \(report.layer)",
      """
      <h1>Patches that turn one class into another</h1>
      <p>\(text(report.network)), \(text(report.layer)). In \(report.pairs.count { $0.probability != nil }) \
      pairs of classes, cells of the atlas were looked for that argue for the target though they are of an \
      unrelated class. Their patches do better than as many of each control in \
      <strong>\(counts.found)</strong> pairs, at a false-discovery rate of \(percent(report.discoveryRate)); \
      the same search, after what cells argue for was shuffled among them, does so in \
      <strong>\(counts.shuffled)</strong>.</p>
      <p class="hint">Patches are chosen, with their size and place, on one half of the pictures; all numbers \
      are of the other half, which is used once. Intervals are of 95&nbsp;%, over patches.</p>
      <div class="scroll"><table>
      <tr><th>Pair</th><th>Confusability</th><th>Found, static</th><th>Dynamic</th><th>Random cells</th>\
      <th>Best patch</th><th>Best control</th><th>Optimized</th><th>Rate</th><th>Shuffled</th><th></th></tr>
      \(rows)</table></div>
      """, isIndex: true)
  }

  private func row(_ index: Int) -> String {
    let pair = report.pairs[index]
    let name = "\(text(pair.source)) → \(text(pair.target))"
    guard let found = pair.kinds.first(where: { $0.kind == PatchKind.candidate.rawValue }) else {
      return """
        <tr><td>\(name)</td><td>\(percent(pair.confusability))</td>\
        <td colspan="9" class="words problem">\(text(pair.problem ?? ""))</td></tr>

        """
    }
    let best = pair.kinds.filter { kind in PatchKind.controls.contains { $0.rawValue == kind.kind }
    }
    .compactMap { $0.patches.first?.success[PatchProtocol.fixed.rawValue] }.max()
    let optimized = pair.kinds.first { $0.kind == PatchKind.optimized.rawValue }?
      .patches.first?.success[PatchProtocol.fixed.rawValue]
    func success(_ way: PatchProtocol) -> String { interval(found.scores[way.rawValue]) }
    return """
      <tr class="\(pair.isDiscovery ? "own" : "")"><td><a href="\(Self.file(ofPair: index))">\(name)</a></td>\
      <td>\(percent(pair.confusability))</td><td>\(success(.fixed))</td><td>\(success(.dynamic))</td>\
      <td>\(percent(pair.randomSuccess))</td>\
      <td>\(percent(found.patches.first?.success[PatchProtocol.fixed.rawValue]))</td>\
      <td>\(percent(best))</td><td>\(percent(optimized))</td><td>\(rate(pair.rate))</td>\
      <td>\(rate(pair.shuffledRate))</td>\
      <td class="found">\(pair.isDiscovery ? "found" : "")</td></tr>

      """
  }

  // MARK: One pair

  /// The page of a pair.
  ///
  /// - Parameters:
  ///   - index: Which one.
  ///   - examples: Pictures without and with the best candidate.
  /// - Returns: The file's bytes.
  public func page(ofPair index: Int, examples: [PatchExample]) -> [UInt8] {
    let pair = report.pairs[index]
    let name = "\(pair.source) → \(pair.target)"
    let kinds = pair.kinds.map(row).joined()
    let found = pair.kinds.first { $0.kind == PatchKind.candidate.rawValue }
    let others = pair.kinds.filter { $0.kind != PatchKind.candidate.rawValue }
    let verdict =
      pair.isDiscovery
      ? "The patches do better than each control; false-discovery rate \(rate(pair.rate))."
      : "The patches do not do better than each control; false-discovery rate \(rate(pair.rate))."
    return page(
      name,
      """
      <h1>\(text(name))</h1>
      <p>\(pair.choosing) pictures of \(text(pair.source)) to choose patches by, \(pair.reporting) to report of; \
      the network takes all of them for \(text(pair.source)) without a patch. There the mean probability of \
      \(text(pair.target)) is \(percent(pair.meanBefore)). \
      \(pair.leftOut) crops were left out, which the network takes for \(text(pair.target)) by themselves.</p>
      <p class="\(pair.isDiscovery ? "found" : "")">\(verdict)</p>
      <div class="scroll"><table>
      <tr><th>Patches</th><th></th><th>Static</th><th>Dynamic</th><th>39 %, random place</th>\
      <th>Best</th><th>Worst</th><th>Mean probability</th></tr>
      \(kinds)</table></div>
      <h2>Against controls</h2>
      <div class="scroll"><table>
      <tr><th>Control</th><th>Found</th><th>Control</th><th>p</th><th>Best found alone</th>\
      <th>Best control alone</th><th>p</th></tr>
      \(pair.comparisons.map(row).joined())</table></div>
      <p class="hint">Success, static, over cells, and the probability that chance ranks the found cells so high \
      (rank sums). Then how many pictures the best patch of the one turns and that of the other does not \
      (McNemar).</p>
      <h2>With the best patch</h2>
      \(examples.enumerated().map { example($0.offset, $0.element, index) }.joined())
      <h2>What was found</h2>
      <div class="gallery">\(found?.patches.enumerated().map { figure($0.element, "\($0.offset + 1)") }.joined() ?? "")</div>
      <h2>The best of each control</h2>
      <div class="gallery">\(others.compactMap { kind in
        kind.patches.first.map { figure($0, kind.title) }
      }.joined())</div>
      """, isIndex: false)
  }

  private func row(_ kind: PatchReport.Kind) -> String {
    let own = kind.kind == PatchKind.candidate.rawValue
    guard let score = kind.scores[PatchProtocol.fixed.rawValue] else { return "" }
    func width(_ value: Double) -> String { decimal(100 * value, 1) }
    let whisker =
      if let low = score.low, let high = score.high {
        "<b style=\"left:\(width(low))%;width:\(width(max(0.01, high - low)))%\"></b>"
      } else { "" }
    return """
      <tr class="\(own ? "own" : "")"><td>\(kind.patches.count) \(text(kind.title))</td>\
      <td><span class="bar"><i style="width:\(width(score.success))%"></i>\(whisker)</span></td>\
      <td>\(interval(score))</td><td>\(interval(kind.scores[PatchProtocol.dynamic.rawValue]))</td>\
      <td>\(interval(kind.scores[PatchProtocol.random.rawValue]))</td>\
      <td>\(percent(score.best))</td><td>\(percent(score.worst))</td>\
      <td>\(percent(score.meanAfter))</td></tr>

      """
  }

  private func row(_ compared: PatchReport.Comparison) -> String {
    let titles = compared.control.map { PatchKind(rawValue: $0)?.title ?? $0 }
    return """
      <tr><td>\(text(titles.joined(separator: " and ")))</td>\
      <td>\(percent(compared.success)) of \(compared.cells)</td>\
      <td>\(percent(compared.controlSuccess)) of \(compared.controlCells)</td>\
      <td>\(rate(compared.probability))</td><td>\(compared.bestAlone)</td>\
      <td>\(compared.controlBestAlone)</td><td>\(rate(compared.bestProbability))</td></tr>

      """
  }

  private func figure(_ patch: PatchReport.Patch, _ title: String) -> String {
    let cell = patch.row.flatMap { row in patch.column.map { (row, $0) } }
    let place = cell.map { row, column in
      let words = "row \(row), column \(column)"
      return explorer.map { explorer in
        "<a href=\"\(text(explorer))#layer=\(text(report.layer))&amp;cell=0,\(report.gridSide),\(row),\(column)\">\(words)</a>"
      } ?? words
    }
    let own = patch.ownClass.map { ", of class \(text($0))" } ?? ""
    let image = patch.image.map { "<br>\(text($0))" } ?? ""
    return """
      <figure><img src="\(Self.file(ofPatch: patch.number))" alt="\(text(patch.origin))">\
      <figcaption><strong>\(text(title)): \(percent(patch.success[PatchProtocol.fixed.rawValue]))</strong>\
      \(percent(patch.size)), \(patch.place); dynamic \(percent(patch.success[PatchProtocol.dynamic.rawValue])), \
      choosing half \(percent(patch.choosing))<br>\(text(patch.origin))\(place.map { ", \($0)" } ?? "")\(own)\(image)\
      </figcaption></figure>
      """
  }

  private func example(_ index: Int, _ example: PatchExample, _ pair: Int) -> String {
    func side(_ isPatched: Bool, _ probabilities: [Float]) -> String {
      let items = PatchExample.topFive(probabilities).map { item in
        """
        <li class="\(item.index == report.pairs[pair].targetClass ? "target" : "")">\
        <i style="width:\(decimal(100 * Double(item.probability), 1))%"></i>\
        <span>\(text(className(item.index)))</span><span>\(percent(Double(item.probability)))</span></li>
        """
      }.joined()
      return """
        <div class="side"><img src="\(Self.file(ofExample: index, pair: pair, isPatched: isPatched))" \
        alt="\(isPatched ? "with" : "without") the patch"><ol>\(items)</ol></div>
        """
    }
    return """
      <div class="example"><h3>\(text(example.name))</h3>\
      \(side(false, example.probabilitiesBefore))\(side(true, example.probabilitiesAfter))</div>

      """
  }

  // MARK: Words

  private func page(_ title: String, _ body: String, isIndex: Bool) -> [UInt8] {
    Array(
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(text(title))</title>
      <link rel="icon" href="data:,">
      <link rel="stylesheet" href="patches.css">
      <script>if (matchMedia("(prefers-color-scheme: dark)").matches) document.documentElement.dataset.theme = "dark";</script>
      </head>
      <body>
      <main>
      <nav>\(isIndex ? "" : "<a href=\"index.html\">All pairs</a>")\
      \(explorer.map { "\(isIndex ? "" : " · ")<a href=\"\(text($0))\">The atlas</a>" } ?? "")</nav>
      \(body)
      </main>
      </body>
      </html>

      """.utf8)
  }

  private func text(_ text: String) -> String { ExplorerPage.escaped(text) }

  private func interval(_ score: PatchReport.Score?) -> String {
    guard let score else { return "" }
    guard let low = score.low, let high = score.high else { return percent(score.success) }
    return "\(percent(score.success)) (\(decimal(100 * low, 0)) to \(decimal(100 * high, 0)))"
  }

  private func percent(_ value: Double?) -> String {
    value.map { "\(decimal(100 * $0, $0 < 0.1 ? 1 : 0))&nbsp;%" } ?? ""
  }

  private func rate(_ value: Double?) -> String {
    value.map { $0 < 0.0005 ? "&lt;&nbsp;0.001" : decimal($0, 3) } ?? ""
  }

  private func decimal(_ value: Double, _ places: Int) -> String {
    let scale = [1.0, 10, 100, 1000][places]
    let whole = Int((value * scale).rounded())
    guard places > 0 else { return "\(whole)" }
    let digits = String(abs(whole) % Int(scale))
    return (whole < 0 ? "-" : "") + "\(abs(whole) / Int(scale))."
      + String(repeating: "0", count: places - digits.count) + digits
  }
}
