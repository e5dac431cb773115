import Artifacts
import CommandLine
import Patches

/// Outcomes, summed up pair by pair.
struct PatchSums {
  let pairs: [PatchReport.Pair]
  /// The most patches of a kind.
  let patchesOfKind: Int

  /// Sums outcomes up.
  ///
  /// - Throws: When the outcomes are of other patches.
  init(_ file: PatchesFile, _ results: OutcomesFile, seed: UInt64) throws {
    let table = file.table
    let trials = table.pairs.indices.map { table.trials(of: $0) }
    let rowCount = table.patches.reduce(0) { $0 + trials[Int($1.pair)].count }
    guard results.rowCount == rowCount,
      results.placementCount == PatchClassifier.sweep.count + 1
    else {
      throw StageError(
        "Cannot use \(results.path) with \(file.path): its outcomes are of other patches; make it anew with atlas-patch."
      )
    }
    var row = 0
    var first = 0
    var pairs: [PatchReport.Pair] = []
    var most = 0
    for (index, pair) in table.pairs.enumerated() {
      var kinds: [(kind: PatchKind, patches: [Int])] = []
      let patches = table.patches[first...].prefix { Int($0.pair) == index }.indices
      for kind in PatchKind.allCases {
        let own = patches.filter { table.patches[$0].kind == kind.rawValue }
        if !own.isEmpty { kinds.append((kind, own)) }
        if kind != .optimized { most = max(most, own.count) }
      }
      let own = trials[index]
      let values = try results.values(row..<row + patches.count * own.count)
      let halves = own.map { table.trials[$0].isReported }
      func outcomes(_ patch: Int, reported: Bool) -> PatchTable {
        let perRow = results.placementCount * OutcomesFile.valuesPerPlacement
        let rows = halves.indices.filter { halves[$0] == reported }.map { trial in
          let start = ((patch - patches.lowerBound) * own.count + trial) * perRow
          return (0..<results.placementCount).map { placement in
            let place = start + placement * OutcomesFile.valuesPerPlacement
            return PatchOutcome(
              source: values[place], target: values[place + 1], answer: Int(values[place + 2]))
          }
        }
        return PatchTable(rows, target: Int(pair.target))
      }
      var tables: [PatchKind: KindTable] = [:]
      var summed: [PatchReport.Kind] = []
      for (kind, own) in kinds {
        let kindTable = KindTable(
          choosing: own.map { outcomes($0, reported: false) },
          reporting: own.map { outcomes($0, reported: true) },
          cells: own.map { patch in
            let (row, column) = (table.patches[patch].row, table.patches[patch].column)
            return row >= 0 ? SIMD2(Int(row), Int(column)) : nil
          })
        tables[kind] = kindTable
        let number = PatchKind.allCases.firstIndex(of: kind) ?? 0
        summed.append(
          PatchReport.Kind(
            kind, kindTable, descriptions: own.map { Self.described($0, table.patches[$0], kind) },
            item: index * PatchKind.allCases.count + number, seed: seed))
      }
      let comparisons = PatchReport.Pair.comparisons(of: .candidate, in: tables)
      let shuffled = PatchReport.Pair.comparisons(of: .shuffled, in: tables)
      let reported = own.filter { table.trials[$0].isReported }
      var result = PatchReport.Pair(
        source: pair.sourceName, target: pair.targetName, sourceClass: Int(pair.source),
        targetClass: Int(pair.target), confusability: Double(pair.confusability),
        choosing: own.count - reported.count, reporting: reported.count,
        meanBefore: reported.reduce(0) { $0 + Double(table.trials[$1].target) }
          / Double(max(1, reported.count)),
        leftOut: Int(pair.leftOut), problem: pair.problem.isEmpty ? nil : pair.problem)
      (result.kinds, result.comparisons) = (summed, comparisons)
      result.probability = comparisons.map(\.probability).max()
      result.shuffledProbability = shuffled.map(\.probability).max()
      pairs.append(result)
      row += patches.count * own.count
      first += patches.count
    }
    self.pairs = pairs
    patchesOfKind = most
  }

  /// What is known of a patch before it was tried.
  private static func described(
    _ number: Int, _ patch: PatchesFile.Patch, _ kind: PatchKind
  ) -> PatchReport.Patch {
    let isOfCell = patch.row >= 0
    let origin =
      !patch.image.isEmpty
      ? patch.imageClass.isEmpty ? "crop" : "crop of \(patch.imageClass)"
      : isOfCell ? "icon" : kind.title
    var described = PatchReport.Patch(number: number, origin: origin)
    if isOfCell { (described.row, described.column) = (Int(patch.row), Int(patch.column)) }
    if !patch.ownClass.isEmpty { described.ownClass = patch.ownClass }
    if !patch.score.isNaN { described.score = Double(patch.score) }
    if !patch.image.isEmpty { described.image = patch.image }
    if !patch.imageClass.isEmpty { described.imageClass = patch.imageClass }
    return described
  }
}
