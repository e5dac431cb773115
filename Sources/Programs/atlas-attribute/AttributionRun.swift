import ArrayStore
import Artifacts
import Attribution
import CommandLine
import LinearAlgebra
import Matrices
import Models
import NeuralNetworks
import ParallelLoops

/// The work between samples and the file of their effects.
///
/// Effects grow on the disk in blocks of images, and a journal says which images are done: a run that was
/// cut off goes on behind it. What cells do is then summed from the effects as they lie on the disk, so
/// that it is the same for a run that was never cut off.
struct AttributionRun: ShardedWork {
  let top: AttributionTop
  let photographs: Photographs
  /// The samples, image by image.
  let samples: [Int]
  /// The classes; nil for all.
  let classes: [Int]?
  let classCount: Int
  let subject: Subject
  let output: String
  let provenance: Provenance

  /// The samples of one image, as a range of `samples`.
  private var images: [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    while start < samples.count {
      let image = photographs.origins.image[samples[start]]
      let end =
        samples[start...].firstIndex { photographs.origins.image[$0] != image } ?? samples.count
      ranges.append(start..<end)
      start = end
    }
    return ranges
  }

  /// The number of columns of the result.
  private var columnCount: Int { classes?.count ?? classCount }

  /// What a run has made of some images: how many are done, and the effects of their samples.
  private struct Work {
    let doneCount: Int
    let rows: GrowingRows
    let journal: RunJournal
  }

  /// Computes what is missing and writes the file.
  ///
  /// - Parameters:
  ///   - levels: The grids whose cells are summed.
  ///   - allCount: How many samples there are to choose from.
  ///   - trust: Measures how far effects can be trusted.
  /// - Throws: When an image cannot be read, or the disk is full; a later run goes on behind what is done.
  func run(
    levels: [CellAssignment], allCount: Int,
    trust: (_ level: AttributionFile.Level?, _ classes: [Int]) throws -> TrustCheck.Result?
  ) throws {
    let images = images
    let work = try computed(output, images[...])
    let rows = work.rows
    let all = classes ?? Array(0..<classCount)
    let sums = try levels.map { try sum($0, images, rows) }
    let trust = try trust(sums.first, all)
    let writer = try AttributionWriter(
      path: output, subject: subject, provenance: provenance, rows: rows,
      samples: samples.map(Int32.init), isOfAll: samples.count == allCount,
      classes: (all.map(Int32.init), all.map(top.network.className)),
      logits: (top.logits, classCount))
    for level in sums { try writer.write(level) }
    if let trust {
      let measures = trust.samples.measures + (trust.deletion?.measures ?? [])
      for (name, value) in measures { try writer.write(trust: name, value) }
      for line in trust.samples.lines + [trust.deletion?.line].compactMap({ $0 }) {
        Diagnostics.note(line)
      }
      if trust.samples.completeness < 0.5 {
        Diagnostics.warn(
          "effects at the image say little about what the layer does to the logits, which are saturated; give --path-steps \(max(4, 2 * top.pathSteps)) (PATH_STEPS=\(max(4, 2 * top.pathSteps)) with make)"
        )
      }
    }
    try writer.finish()
    work.journal.remove()
  }

  /// The effects of the samples of some images, in rows for a file at a path.
  ///
  /// - Throws: `Interrupted` if the program is asked to end; what is done stays.
  private func computed(_ path: String, _ images: ArraySlice<Range<Int>>) throws -> Work {
    try Interruption.heeding {
      let work = try begun(path, images)
      try compute(images, into: work)
      return work
    }
  }

  /// What an earlier process has done of some images, or the beginning.
  private func begun(_ path: String, _ images: ArraySlice<Range<Int>>) throws -> Work {
    let first = images.first?.lowerBound ?? 0
    let journal = try RunJournal(path: path + ".progress", run: identity)
    let stored = GrowingRows.storedRowCount(
      for: path, columnCount: columnCount, of: .float16)
    // Lines without their rows, or of other samples, do not count.
    let done = zip(images, journal.entries).prefix { image, line in
      line == self.line(of: image) && image.upperBound - first <= stored
    }.count
    try journal.keep(first: done)
    if done > 0 {
      Diagnostics.note(
        "attribute: \(counted(done, "image")) \(done == 1 ? "is" : "are") there from an earlier run"
      )
    }
    return Work(
      doneCount: done, rows: try rows(path, keeping: rowCount(images.prefix(done))),
      journal: journal)
  }

  private func rows(_ path: String, keeping count: Int) throws -> GrowingRows {
    try GrowingRows(for: path, columnCount: columnCount, of: .float16, keeping: count)
  }

  private func rowCount(_ images: ArraySlice<Range<Int>>) -> Int {
    images.reduce(0) { $0 + $1.count }
  }

  /// What decides the result, in a line.
  private var identity: String {
    provenance.journalLine(
      "images \(subject.imagesFingerprint ?? "") classes \(classCount) "
        + "format \(AttributionFile.schema.format)")
  }

  private func line(of image: Range<Int>) -> String {
    "image \(photographs.origins.image[samples[image.lowerBound]]) \(image.count)"
  }

  // MARK: Shards

  var name: String { "attribute" }

  var results: [String] { [output] }

  var isFinished: Bool {
    ShardFile.isFinished(
      output, AttributionFile.schema, provenance: provenance,
      imagesFingerprint: subject.imagesFingerprint)
  }

  /// Computes the effects of the samples of a shard's images, and writes its file.
  func run(_ shard: Shard) throws -> [String] {
    let files = [shard.path(of: output)]
    let images = images
    let range = images[shard.range(of: images.count)]
    guard !ShardFile.isThere(shard, of: output, run: identity) else {
      Diagnostics.note("attribute: shard \(shard) is there from an earlier run")
      return files
    }
    let work = try computed(shard.path(of: output), range)
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

  /// Takes the effects of all shards over, as if they had been computed here; `run` then has none left to compute.
  ///
  /// - Throws: `ArtifactError` that names the first shard that is missing or does not fit.
  func merge(_ count: Int) throws {
    let images = images
    let shards = (0..<count).map { Shard(index: $0, of: count) }
    for shard in shards { _ = try ShardFile(shard, of: output, run: identity) }
    let work = try begun(output, images[...])
    let progress = ProgressReporter("merge", total: count, unit: "shard")
    for shard in shards {
      let range = shard.range(of: images.count)
      defer { progress.advance() }
      guard range.upperBound > work.doneCount else { continue }
      let file = try ShardFile(shard, of: output, run: identity)
      try file.verify()
      let lines = try file.lines()
      guard lines == images[range].map(line), file.rowCount == rowCount(images[range]) else {
        throw ArtifactError(
          "Cannot use shard \(shard), \(file.path): its effects are of other samples; remove it and make it again"
        )
      }
      // What there is of this shard's, by a run in one piece, is left out.
      try work.journal.keep(first: min(work.journal.entries.count, range.lowerBound))
      let rows = try rows(output, keeping: rowCount(images[..<range.lowerBound]))
      for block in file.blocks { try rows.append(try file.halves(block)) }
      try rows.synchronize()
      try work.journal.append(lines)
    }
    progress.finish()
  }

  // MARK: Effects

  /// Tangents of a pushforward: of 2, 4, 8 and 16 the quickest for each.
  static let lanes = 8

  /// Which way is cheaper: a pushforward carries tangents of as many positions at once, a pullback has all
  /// positions of an image for a class.
  private func way(_ imageCount: Int) throws -> LogitAttribution.Way {
    // A pullback costs a quarter more than one of the eight tangents of a pass: it has as many multiply-adds,
    // on maps of one image, which keep the multipliers less busy (RESULTS.md, "Attribution").
    let pullbacks = 5 * columnCount * imageCount / 4
    return pullbacks < samples.count ? .pullback : .pushforward(tangentCount: Self.lanes)
  }

  /// Computes the effects of those of some images that are not done.
  private func compute(_ all: ArraySlice<Range<Int>>, into work: Work) throws {
    let images = all.dropFirst(work.doneCount)
    guard !images.isEmpty else { return }
    let way = try way(self.images.count)
    let operations = Double(try top.operations()) * Double(max(1, top.pathSteps))
    let peak = 1e9 * quickSGEMMRate()
    let passes =
      way == .pullback
      ? 1.25 * Double(columnCount * images.count)
      : Double(images.reduce(0) { $0 + ($1.count + Self.lanes - 1) / Self.lanes * Self.lanes })
    Diagnostics.note(
      "attribute: \(counted(rowCount(all), "sample")) of \(counted(all.count, "image")), \(counted(columnCount, "class", plural: "classes")) by \(way == .pullback ? "pullback" : "pushforward"), \(decimal(operations / 1e9)) GFLOP each, about \(approximateDuration(passes * operations / (0.6 * peak)))"
    )
    let copies = try (0..<min(Parallelism.threadCount, images.count)).map { _ in
      Copy(try top.attribution(way))
    }
    let progress = ProgressReporter(
      "attribute", total: all.count, done: work.doneCount, unit: "image")
    let writer = JournaledRows<Float16>([work.rows], journal: work.journal)
    // A block is held, and lost when a run is killed.
    for start in stride(from: images.startIndex, to: images.endIndex, by: 64) {
      if Interruption.isRequested { break }
      let block = images[start..<min(start + 64, images.endIndex)]
      // While the effects of a block go to the disk, the next ones are computed.
      let effects = try parallel(beside: { try writer.write() }) {
        try parallelMap(workerCount: copies.count, itemCount: block.count) { worker, item in
          defer { progress.advance() }
          return try imageEffects(
            of: block[block.startIndex + item], by: copies[worker].attribution, way)
        }
      }
      writer.block = ([effects.flatMap { $0 }], block.map(line))
    }
    try writer.write()
    try Interruption.check("attribute")
    progress.finish()
  }

  /// The effects of an image's samples, rows × classes.
  private func imageEffects(
    of image: Range<Int>, by attribution: LogitAttribution, _ way: LogitAttribution.Way
  ) throws -> [Float16] {
    let samples = samples[image]
    let positions = samples.map(photographs.position)
    let path = photographs.path(of: Int(photographs.origins.image[samples[image.lowerBound]]))
    try attribution.show(path)
    let effects: [Float]
    if way == .pullback {
      let columns = try (classes ?? Array(0..<classCount)).map {
        try attribution.effects(onClass: $0, at: positions)
      }
      effects = positions.indices.flatMap { row in columns.map { $0[row] } }
    } else {
      let all = try attribution.effects(at: positions)
      effects =
        classes.map { classes in
          positions.indices.flatMap { row in classes.map { all[row * classCount + $0] } }
        } ?? all
    }
    guard effects.allSatisfy(\.isFinite) else {
      throw StageError(
        "Cannot attribute \(path): an effect is not finite; the network's derivative overflows there."
      )
    }
    let most = Float(Float16.greatestFiniteMagnitude)
    return effects.map { Float16(min(most, max(-most, $0))) }
  }

  /// A compiled network of one worker.
  private struct Copy: @unchecked Sendable {
    let attribution: LogitAttribution
    init(_ attribution: LogitAttribution) { self.attribution = attribution }
  }

  // MARK: Cells

  /// What the cells of a grid do.
  private func sum(
    _ level: CellAssignment, _ images: [Range<Int>], _ rows: GrowingRows
  ) throws -> AttributionFile.Level {
    let cellCount = level.row.count
    var sums = CellEffects(cellCount: cellCount, classCount: columnCount)
    for image in images {
      let effects = try rows.values(ofRows: image, as: Float16.self).map(Float.init)
      sums.add(effects.span, ofCells: samples[image].map { Int(level.cellOfSample[$0]) })
    }
    func matrix(_ value: (Int, Int) -> Double) -> Matrix {
      Matrix(
        rowCount: cellCount, columnCount: columnCount,
        elements: (0..<cellCount).flatMap { cell in
          (0..<columnCount).map { Float(value(cell, $0)) }
        })
    }
    return AttributionFile.Level(
      side: level.side, row: level.row, column: level.column,
      sampleCount: sums.sampleCounts.map(Int32.init), imageCount: sums.imageCounts.map(Int32.init),
      mean: matrix(sums.mean), standardError: matrix(sums.standardError),
      agreement: matrix(sums.agreement))
  }
}
