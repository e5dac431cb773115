import ArrayStore
import Artifacts
import CommandLine
import Images
import NetworkCommandLine
import ParallelLoops
import Patches

/// The work between patches and the file of their outcomes, which grows on the disk patch by patch.
struct PatchRun: JournaledWork {
  let classifier: PatchClassifier
  let file: PatchesFile
  /// The folder of the pictures.
  let folder: String
  let seed: UInt64
  let output: String
  let provenance: Provenance

  private var table: PatchesFile.Table { file.table }

  /// The numbers of a row.
  private static let columnCount =
    OutcomesFile.valuesPerPlacement * (PatchClassifier.sweep.count + 1)

  /// Tries all patches that are left, and writes the file.
  ///
  /// - Throws: When a picture cannot be read, or the disk is full; a later run goes on behind what is done.
  func run() throws {
    let work = try computed()
    try OutcomesFile.write(
      to: output, subject: file.subject, provenance: provenance, rows: work.rows)
    work.journal.remove()
  }

  // MARK: Items

  var name: String { "patch" }

  /// The patches, with their outcomes on the pictures of their pairs.
  var items: RowItems {
    let counts = table.pairs.indices.map { table.trials(of: $0).count }
    let rowCounts = table.patches.map { counts[Int($0.pair)] }
    return RowItems(
      run: provenance.journalLine("format \(OutcomesFile.schema.format)"),
      lines: rowCounts.enumerated().map { "patch \($0.offset) \($0.element)" },
      rowCounts: rowCounts, columnCount: Self.columnCount, type: .float32,
      names: ("patch", "patches"), mismatch: "its outcomes are of other patches")
  }

  var isFinished: Bool { OutcomesFile.isFinished(output, provenance: provenance) }

  // MARK: Outcomes

  /// Tries those of some patches that are not done.
  func compute(_ all: Range<Int>, into work: RowProgress) throws {
    let (patches, items) = (all.dropFirst(work.doneCount), items)
    guard !patches.isEmpty else { return }
    let perRow = PatchClassifier.sweep.count + 1
    let progress = ProgressReporter(
      "patch", total: perRow * items.rowCount(of: all),
      done: perRow * items.rowCount(of: all.lowerBound..<patches.startIndex),
      unit: "classification")
    let writer = JournaledRows<Float>([work.rows], journal: work.journal)
    var start = patches.startIndex
    while start < patches.endIndex {
      if Interruption.isRequested { break }
      // Patches of one pair share pictures, which are read once.
      let pair = Int(table.patches[start].pair)
      let ofPair = patches[start...].prefix { Int(table.patches[$0].pair) == pair }
      let trials = table.trials(of: pair)
      let pictures = table.trials[trials].map { Int($0.picture) }
      let inputs = try inputs(of: pictures)
      for first in stride(
        from: ofPair.startIndex, to: ofPair.endIndex, by: 2 * classifier.workerCount)
      {
        if Interruption.isRequested { break }
        let block = first..<min(first + 2 * classifier.workerCount, ofPair.endIndex)
        let (squares, classes) = (try squares(block), classes(of: pair))
        let values = try parallel(beside: { try writer.write() }) {
          try parallelMap(workerCount: classifier.workerCount, itemCount: block.count) {
            [classifier, seed] worker, item in
            let outcomes = try classifier.outcomes(
              of: PatchTrial(
                picture: squares[item], number: block.lowerBound + item, pair: classes),
              on: inputs, pictures: pictures, seed: seed, worker: worker)
            progress.advance(by: outcomes.count)
            return outcomes.flatMap { [$0.source, $0.target, Float($0.answer)] }
          }
        }
        writer.block = ([values.flatMap { $0 }], Array(items.lines[block]))
      }
      start = ofPair.endIndex
    }
    try writer.write()
    try Interruption.check("patch")
    progress.finish()
  }

  private func classes(of pair: Int) -> ClassPair {
    let pair = table.pairs[pair]
    return ClassPair(
      source: Int(pair.source), target: Int(pair.target),
      confusability: Double(pair.confusability))
  }

  /// The pixels of some patches.
  private func squares(_ patches: Range<Int>) throws -> [RGBImage] {
    let pixels = try file.pixels(patches)
    let count = 3 * file.side * file.side
    return patches.indices.map { patch in
      let start = (patch - patches.lowerBound) * count
      return RGBImage(
        width: file.side, height: file.side, pixels: Array(pixels[start..<start + count]))
    }
  }

  private func inputs(of pictures: [Int]) throws -> [[Float]] {
    let paths = pictures.map { folder + "/" + table.pictures[$0] }
    return try classifier.inputs(of: paths).map { try $0.get() }
  }
}
