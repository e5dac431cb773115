import ArrayStore
import Artifacts
import CommandLine
import FeatureVisualization
import PrincipalComponents
import Synchronization

/// Icons to render, with where they belong.
struct RenderTargets {
  /// What the icons are of.
  let subject: Subject
  let targets: [IconTarget]
  let cells: IconsFile.Cells
  /// Cells along a side of the grid.
  let side: Int
  /// How many cells the grid has, rendered here or elsewhere.
  let total: Int
  /// How directions are whitened; nil if they are not.
  let whitening: Whitening?
}

/// The work between targets and the file of icons: parts, then the whole.
struct RenderRun: ShardedWork {
  let renderer: IconRenderer
  let targets: RenderTargets
  let parameters: IconParameters
  let output: String
  let provenance: Provenance

  /// Icons in a part; a run that is cut off loses the parts that are not complete.
  private static let partCount = 16

  private var blocks: [Range<Int>] {
    let count = targets.targets.count
    return stride(from: 0, to: count, by: Self.partCount).map {
      $0..<min($0 + Self.partCount, count)
    }
  }

  private var parts: PartFolder { PartFolder(of: output) }

  /// Parts belong to a block of cells as well as to a run.
  private var partProvenance: Provenance {
    var provenance = provenance
    let first = targets.targets.first?.index ?? 0
    provenance.parameters.append(("cells", "\(first)..<\(first + targets.targets.count)"))
    return provenance
  }

  /// Whether a part is not there yet, or is of another run.
  private func isMissing(_ part: Int) -> Bool {
    guard let made = IconsPart.provenance(path: parts.part(part)) else { return true }
    return !made.isSameRun(as: partProvenance)
  }

  /// The parts of a shard.
  private func parts(of shard: Shard?) -> Range<Int> {
    shard?.range(of: blocks.count) ?? 0..<blocks.count
  }

  var name: String { "render" }

  var results: [String] { [output] }

  var isFinished: Bool {
    ShardFile.isFinished(
      output, IconsFile.schema, provenance: provenance, imagesFingerprint: nil)
  }

  /// Which shards lack parts, of so many.
  func missing(of count: Int) -> [Int] {
    (0..<count).filter { index in
      parts(of: Shard(index: index, of: count)).contains(where: isMissing)
    }
  }

  /// Makes every part that is not there yet, of a shard or of all.
  func render(_ shard: Shard? = nil) throws {
    let (blocks, parts, side) = (self.blocks, self.parts, parameters.sidePixels)
    let mostSteps = parameters.schedule.maximumStepCount
    let provenance = partProvenance
    let own = self.parts(of: shard)
    let missing = own.filter(isMissing)
    let targetCount = own.reduce(0) { $0 + blocks[$1].count }
    let done = targetCount - missing.reduce(0) { $0 + blocks[$1].count }
    if done > 0 {
      Diagnostics.note(
        "render: \(counted(done, "icon")) \(done == 1 ? "is" : "are") there from an earlier run")
    }
    let scale = parameters.restartCount
    let progress = ProgressReporter(
      "render", total: scale * targetCount, done: scale * done,
      unit: scale == 1 ? "icon" : "run")
    // A disk that cannot be written to is found before the work.
    if let first = missing.first { try IconsPart.begin(path: parts.part(first)) }
    let indices = missing.flatMap { blocks[$0] }
    // Icons come in any order from several threads; a part is written when its last one has come.
    let waiting = Mutex<[Int: [Int: Icon]]>([:])
    let begun = Mutex<Set<Int>>([])
    // Interrupted, the parts that are begun are finished.
    let mayBegin = { @Sendable (order: Int) in
      let part = indices[order] / Self.partCount
      return begun.withLock { begun in
        guard !Interruption.isRequested || begun.contains(part) else { return false }
        begun.insert(part)
        return true
      }
    }
    try Interruption.heeding {
      try renderer.render(
        indices.map { targets.targets[$0] }, mayBegin: mayBegin, progress: { progress.advance() }
      ) { order, icon in
        let index = indices[order]
        let part = index / Self.partCount
        let complete = waiting.withLock { waiting in
          waiting[part, default: [:]][index] = icon
          return waiting[part]?.count == blocks[part].count
            ? waiting.removeValue(forKey: part) : nil
        }
        guard let complete else { return }
        let icons = blocks[part].compactMap { complete[$0] }
        try IconsPart.write(
          pixels: icons.flatMap(\.pixels), sidePixels: side,
          IconsFile.Measures(icons, mostSteps: mostSteps),
          provenance: provenance, to: parts.part(part))
      }
      try Interruption.check("render")
    }
    progress.finish()
  }

  /// Makes the parts of a shard.
  func run(_ shard: Shard) throws -> [String] {
    try render(shard)
    return parts(of: shard).map(parts.part)
  }

  /// Makes sure that all parts are there.
  ///
  /// - Throws: `StageError` that names the first shard that lacks one.
  func requireShards(_ count: Int) throws {
    guard let index = missing(of: count).first else { return }
    let shard = Shard(index: index, of: count)
    let part = parts(of: shard).first(where: isMissing) ?? 0
    throw StageError(
      "Cannot put \(count) shards of \(output) together: \(parts.part(part)) of shard \(shard) is missing, damaged or of another run; make it with --shard \(shard)"
    )
  }

  /// Joins the parts.
  func assemble(_ subject: Subject, target: String) throws {
    let writer = try IconsWriter(
      path: output, subject: subject, provenance: provenance, target: target,
      gridSide: targets.side, cellTotal: targets.total, iconSidePixels: parameters.sidePixels)
    if let whitening = targets.whitening {
      try writer.write(
        whitening: (whitening.conditionNumberBefore, whitening.conditionNumber),
        shrinkage: whitening.shrinkage)
    }
    // One part at a time: the icons of a large grid are never held together.
    var measures = IconsFile.Measures()
    for index in blocks.indices {
      let part = try IconsPart.read(path: parts.part(index))
      try writer.append(pixels: part.pixels)
      measures.append(part.measures)
    }
    try writer.finish(measures, targets.cells)
    report(measures)
    warnOfBlanks(measures)
  }

  /// Says which icons show nothing: they look like any other, and are none.
  private func warnOfBlanks(_ measures: IconsFile.Measures) {
    let count = measures.objective.count
    let blanks = (0..<count).filter(measures.isBlank).map { targets.cells.cell[$0] }
    guard !blanks.isEmpty else { return }
    let listed = blanks.prefix(8).map(String.init).joined(separator: ", ")
    Diagnostics.warn(
      "\(blanks.count) of \(counted(count, "icon")) found nothing that excites their target: \(listed)\(blanks.count > 8 ? ", …" : ""); give --steps or --restarts more, or the layer before its ReLU"
    )
  }

  /// The median of the values that are finite; nil if there is none, as for channels.
  private func median(_ values: [Float]) -> Double? {
    let sorted = values.filter(\.isFinite).sorted()
    guard !sorted.isEmpty else { return nil }
    let upper = Double(sorted[sorted.count / 2])
    return sorted.count % 2 == 1 ? upper : (Double(sorted[sorted.count / 2 - 1]) + upper) / 2
  }

  private func report(_ measures: IconsFile.Measures) {
    let steps = measures.steps.reduce(0) { $0 + Double($1) } / Double(max(1, measures.steps.count))
    let most = parameters.schedule.maximumStepCount
    Diagnostics.note("render: \(Int(steps.rounded())) steps an icon, of at most \(most)")
    guard let plain = median(measures.fidelity), let moved = median(measures.transformedFidelity)
    else { return }
    Diagnostics.note(
      "render: median fidelity \(decimal(plain)); under random transforms \(decimal(moved))")
  }
}

extension IconsFile.Measures {
  /// What was measured of some icons; NaN for a fidelity that they have not.
  fileprivate init(_ icons: [Icon], mostSteps: Int) {
    self.init(
      fidelity: icons.map { $0.fidelity ?? .nan },
      transformedFidelity: icons.map { $0.transformedFidelity ?? .nan },
      objective: icons.map(\.objective), restart: icons.map { Int32($0.restart) },
      steps: icons.map { Int32($0.stepCount) },
      objectiveByStep: icons.flatMap { icon in
        let values = icon.objectiveByStep
        let missing = values.isEmpty ? 0 : mostSteps - values.count
        return values + [Float](repeating: .nan, count: missing)
      })
  }
}
