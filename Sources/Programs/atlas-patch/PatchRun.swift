import ArrayStore
import Artifacts
import CommandLine
import Images
import ParallelLoops
import Patches

/// The work between patches and the file of their outcomes.
///
/// Outcomes grow on the disk in blocks of patches, and a journal says which patches are done: a run that was cut
/// off goes on behind it.
struct PatchRun: ShardedWork {
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

  /// How many rows the patches before each one have, and all together.
  private var firstRows: [Int] {
    let counts = table.pairs.indices.map { table.trials(of: $0).count }
    return table.patches.reduce(into: [0]) { $0.append(($0.last ?? 0) + counts[Int($1.pair)]) }
  }

  /// What a run has made of some patches.
  private struct Work {
    let doneCount: Int
    let rows: GrowingRows
    let journal: RunJournal
  }

  /// Tries all patches that are left, and writes the file.
  ///
  /// - Throws: When a picture cannot be read, or the disk is full; a later run goes on behind what is done.
  func run() throws {
    let work = try tried(output, table.patches.indices)
    try OutcomesFile.write(
      to: output, subject: file.subject, provenance: provenance, rows: work.rows)
    work.journal.remove()
  }

  private func tried(_ path: String, _ patches: Range<Int>) throws -> Work {
    try Interruption.heeding {
      let work = try begun(path, patches)
      try tryPatches(patches, into: work)
      return work
    }
  }

  /// What an earlier process has done of some patches, or the beginning.
  private func begun(_ path: String, _ patches: Range<Int>) throws -> Work {
    let firstRows = firstRows
    let journal = try RunJournal(path: path + ".progress", run: identity)
    let stored = GrowingRows.storedRowCount(
      for: path, columnCount: Self.columnCount, of: .float32)
    let start = firstRows[patches.lowerBound]
    let done = zip(patches, journal.entries).prefix { patch, line in
      line == self.line(patch) && firstRows[patch + 1] - start <= stored
    }.count
    try journal.keep(first: done)
    if done > 0 {
      Diagnostics.note(
        "patch: \(counted(done, "patch", plural: "patches")) \(done == 1 ? "is" : "are") there from an earlier run"
      )
    }
    return Work(
      doneCount: done, rows: try rows(path, keeping: firstRows[patches.lowerBound + done] - start),
      journal: journal)
  }

  private func rows(_ path: String, keeping count: Int) throws -> GrowingRows {
    try GrowingRows(for: path, columnCount: Self.columnCount, of: .float32, keeping: count)
  }

  /// What decides the result, in a line.
  private var identity: String {
    provenance.journalLine("format \(OutcomesFile.schema.format)")
  }

  private func line(_ patch: Int) -> String {
    "patch \(patch) \(table.trials(of: Int(table.patches[patch].pair)).count)"
  }

  // MARK: Shards

  var name: String { "patch" }

  var results: [String] { [output] }

  var isFinished: Bool { OutcomesFile.isFinished(output, provenance: provenance) }

  /// Tries a shard's patches, and writes its file.
  func run(_ shard: Shard) throws -> [String] {
    let files = [shard.path(of: output)]
    let range = shard.range(of: table.patches.count)
    guard !ShardFile.isThere(shard, of: output, run: identity) else {
      Diagnostics.note("patch: shard \(shard) is there from an earlier run")
      return files
    }
    let work = try tried(shard.path(of: output), range)
    try ShardFile.write(
      shard, of: output, run: identity, provenance: provenance, rows: work.rows,
      lines: range.map(line))
    work.journal.remove()
    return files
  }

  /// Which shards are missing, of so many.
  func missing(of count: Int) -> [Int] {
    ShardFile.missing(of: count, of: output, run: identity)
  }

  /// Takes the outcomes of all shards over, as if they had been made here; `run` then has none left to make.
  ///
  /// - Throws: `ArtifactError` that names the first shard that is missing or does not fit.
  func merge(_ count: Int) throws {
    let firstRows = firstRows
    let shards = (0..<count).map { Shard(index: $0, of: count) }
    for shard in shards { _ = try ShardFile(shard, of: output, run: identity) }
    let work = try begun(output, table.patches.indices)
    for shard in shards {
      let range = shard.range(of: table.patches.count)
      guard range.upperBound > work.doneCount else { continue }
      let file = try ShardFile(shard, of: output, run: identity)
      try file.verify()
      let lines = try file.lines()
      guard lines == range.map(line),
        file.rowCount == firstRows[range.upperBound] - firstRows[range.lowerBound]
      else {
        throw ArtifactError(
          "Cannot use shard \(shard), \(file.path): its outcomes are of other patches; remove it and make it again"
        )
      }
      try work.journal.keep(first: min(work.journal.entries.count, range.lowerBound))
      let rows = try rows(output, keeping: firstRows[range.lowerBound])
      for block in file.blocks { try rows.append(try file.floats(block)) }
      try rows.synchronize()
      try work.journal.append(lines)
    }
  }

  // MARK: Outcomes

  /// Tries those of some patches that are not done.
  private func tryPatches(_ all: Range<Int>, into work: Work) throws {
    let patches = all.dropFirst(work.doneCount)
    guard !patches.isEmpty else { return }
    let perRow = PatchClassifier.sweep.count + 1
    let firstRows = firstRows
    let total = perRow * (firstRows[all.upperBound] - firstRows[all.lowerBound])
    let progress = ProgressReporter(
      "patch", total: total,
      done: perRow * (firstRows[patches.startIndex] - firstRows[all.lowerBound]),
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
        writer.block = ([values.flatMap { $0 }], block.map(line))
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
