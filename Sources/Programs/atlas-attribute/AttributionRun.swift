import ArrayStore
import Artifacts
import Attribution
import CommandLine
import LinearAlgebra
import Matrices
import Models
import NetworkCommandLine
import NeuralNetworks
import ParallelLoops

/// The work between samples and the file of their effects.
///
/// Effects grow on the disk image by image. What cells do is then summed from the effects as they lie on the
/// disk, so that it is the same for a run that was cut off.
struct AttributionRun: JournaledWork {
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
    let work = try computed()
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

  // MARK: Items

  var name: String { "attribute" }

  /// The images, with the effects of their samples.
  var items: RowItems {
    RowItems(
      // What decides the result.
      run: provenance.journalLine(
        "images \(subject.imagesFingerprint ?? "") classes \(classCount) "
          + "format \(AttributionFile.schema.format)"),
      lines: images.map {
        "image \(photographs.origins.image[samples[$0.lowerBound]]) \($0.count)"
      },
      rowCounts: images.map(\.count), columnCount: columnCount, type: .float16,
      names: ("image", "images"), mismatch: "its effects are of other samples")
  }

  var isFinished: Bool {
    ShardFile.isFinished(
      output, AttributionFile.schema, provenance: provenance,
      imagesFingerprint: subject.imagesFingerprint)
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
  func compute(_ range: Range<Int>, into work: RowProgress) throws {
    let (all, items) = (images[range], items)
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
      "attribute: \(counted(items.rowCount(of: range), "sample")) of \(counted(all.count, "image")), \(counted(columnCount, "class", plural: "classes")) by \(way == .pullback ? "pullback" : "pushforward"), \(decimal(operations / 1e9)) GFLOP each, about \(approximateDuration(passes * operations / (0.6 * peak)))"
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
      writer.block = ([effects.flatMap { $0 }], Array(items.lines[block.indices]))
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
