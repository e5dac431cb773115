import Activations
import ArrayStore
import Artifacts
import CommandLine
import Models
import NeuralNetworks
import ParallelLoops

/// The work between a folder of images and a file of activations for each layer.
///
/// Activations grow on the disk in blocks of images; a journal beside the first result says of each
/// image how it went. A run that was cut off reads the journal and goes on behind it.
struct ExtractionRun {
  private let extractor: ActivationExtractor
  let images: ImageCollection
  private let subjects: [Subject]
  let paths: [String]
  let provenance: Provenance
  private let fields: [SampleGeometry.Field?]
  private let classLabels: [String]

  /// - Parameters:
  ///   - extractor: What samples.
  ///   - images: The images.
  ///   - subjects: For each layer, what its file is about.
  ///   - paths: For each layer, where its file will be.
  ///   - provenance: The run.
  ///   - fields: For each layer, which pixels of the input its positions depend on.
  ///   - classLabels: What the network calls each class of the images; empty for others.
  init(
    extractor: ActivationExtractor, images: ImageCollection, subjects: [Subject], paths: [String],
    provenance: Provenance, fields: [SampleGeometry.Field?], classLabels: [String]
  ) {
    self.extractor = extractor
    self.images = images
    self.subjects = subjects
    self.paths = paths
    self.provenance = provenance
    self.fields = fields
    self.classLabels = classLabels
    fingerprint = String(images.fingerprint, radix: 16)
  }

  private let fingerprint: String

  /// What the file of a layer is about.
  private func subject(ofLayer layer: Int) -> Subject {
    var subject = subjects[layer]
    subject.imagesFingerprint = fingerprint
    return subject
  }

  /// How an image went.
  enum Outcome {
    /// It was sampled; its size in pixels, whether it hardly varies, and its best classes, if they were
    /// asked for.
    case sampled(NeuralNetworks.Extent, isPlain: Bool, [Int32])
    /// It could not be read.
    case failed(String)

    /// The line of the journal.
    var line: String {
      switch self {
      case .sampled(let size, let isPlain, let classes):
        ([isPlain ? "plain" : "sampled", "\(size.height)x\(size.width)"]
          + classes.map(String.init)).joined(separator: " ")
      case .failed(let reason): "failed " + reason.split(whereSeparator: \.isNewline).joined()
      }
    }

    init?(line: String) {
      let words = line.split(separator: " ", maxSplits: 1)
      switch words.first {
      case "sampled", "plain":
        let rest = words.dropFirst().flatMap { $0.split(separator: " ") }
        let sides = rest.first?.split(separator: "x").compactMap { Int($0) } ?? []
        guard sides.count == 2, sides.allSatisfy({ (1..<1 << 30).contains($0) }) else { return nil }
        self = .sampled(
          NeuralNetworks.Extent(height: sides[0], width: sides[1]), isPlain: words[0] == "plain",
          rest.dropFirst().compactMap { Int32($0) })
      case "failed": self = .failed(words.count > 1 ? String(words[1]) : "")
      default: return nil
      }
    }
  }

  // MARK: Sampling

  /// What a run has made of some images: how each went, and the rows of each layer, nil where its file is finished.
  struct Work {
    var outcomes: [Outcome]
    let rows: [GrowingRows?]
    let journal: RunJournal
  }

  /// Samples all images, and writes the file of each layer.
  ///
  /// - Returns: The best classes of the images, if they were asked for.
  func run() throws -> Predictions {
    try finish(sampled(0..<images.names.count, paths, isFinished: isResult))
  }

  /// Samples some images, behind what an earlier process has done of them.
  ///
  /// - Throws: `Interrupted` if the program is asked to end; what is done stays.
  func sampled(
    _ range: Range<Int>, _ paths: [String], isFinished: (String) -> Bool
  ) throws -> Work {
    try Interruption.heeding {
      var work = try begun(paths, range, isFinished: isFinished)
      try sample(range, into: &work)
      return work
    }
  }

  /// What an earlier process has done of some images, or the beginning: for each layer, of the file to be made at one of
  /// `paths`, of which `isFinished` says whether it is there already.
  func begun(
    _ paths: [String], _ range: Range<Int>, isFinished: (String) -> Bool
  ) throws -> Work {
    let journal = try RunJournal(path: paths[0] + ".progress", run: identity)
    var outcomes = journal.entries.prefix(range.count).map { Outcome(line: $0) }
      .prefix { $0 != nil }.compactMap { $0 }
    let rows: [GrowingRows?]
    // Layers are sampled together, so that one that lacks rows sends all of them back to the
    // beginning.
    if let kept = try storedRows(paths, outcomes, of: range.count, isFinished) {
      rows = kept
    } else {
      outcomes = []
      rows = try paths.indices.map { try self.rows(paths[$0], ofLayer: $0, keeping: 0) }
    }
    try journal.keep(first: outcomes.count)
    if !outcomes.isEmpty {
      let verb = outcomes.count == 1 ? "is" : "are"
      Diagnostics.note(
        "extract: \(counted(outcomes.count, "image")) \(verb) there from an earlier run")
    }
    return Work(outcomes: outcomes, rows: rows, journal: journal)
  }

  /// What decides the result, in a line: settings, inputs, images, and the form of the files.
  var identity: String {
    provenance.journalLine(
      "images \(fingerprint) layers \(extractor.shapes) format \(ActivationsFile.schema.format)")
  }

  /// The rows of images that are done; nil for a layer whose file is finished, nothing at all if
  /// some rows are missing.
  private func storedRows(
    _ paths: [String], _ outcomes: [Outcome], of imageCount: Int, _ isFinished: (String) -> Bool
  ) throws -> [GrowingRows?]? {
    let count = rowCount(outcomes)
    guard count > 0 else { return nil }
    let isComplete = outcomes.count == imageCount
    var finished: [Bool] = []
    for (layer, path) in paths.enumerated() {
      let stored = GrowingRows.storedRowCount(
        for: path, columnCount: extractor.shapes[layer].channels)
      let isFinished = isComplete && stored < count && isFinished(path)
      guard stored >= count || isFinished else { return nil }
      finished.append(isFinished)
    }
    return try paths.indices.map { layer in
      finished[layer] ? nil : try rows(paths[layer], ofLayer: layer, keeping: count)
    }
  }

  func rows(_ path: String, ofLayer layer: Int, keeping count: Int) throws -> GrowingRows {
    try GrowingRows(for: path, columnCount: extractor.shapes[layer].channels, keeping: count)
  }

  /// Whether a file is this run's result already, from a run that was cut off between two layers.
  func isResult(_ path: String) -> Bool {
    ShardFile.isFinished(
      path, ActivationsFile.schema, provenance: provenance, imagesFingerprint: fingerprint)
  }

  /// The rows that images have given.
  func rowCount(_ outcomes: [Outcome]) -> Int {
    extractor.sampler.positionCount
      * outcomes.count { if case .sampled = $0 { true } else { false } }
  }

  /// Samples those of some images that are not done; a block counts once its rows and its lines are
  /// on the disk.
  private func sample(_ images: Range<Int>, into work: inout Work) throws {
    let progress = ProgressReporter(
      "extract", total: images.count, done: work.outcomes.count, unit: "image")
    // At most 128 images, or what keeps all threads busy, and about 64 MiB of rows: so much is held, and
    // lost when a run is killed.
    let busy = 8 * extractor.imagesPerPass * Parallelism.threadCount
    let step = min(max(128, busy), max(8, (64 << 20) / max(1, extractor.bytesPerImage)))
    let writer = JournaledRows<Float>(work.rows.compactMap { $0 }, journal: work.journal)
    let first = images.lowerBound + work.outcomes.count
    for start in stride(from: first, to: images.upperBound, by: step) {
      if Interruption.isRequested { break }
      let range = start..<min(start + step, images.upperBound)
      // While the rows of a block go to the disk, the next one is sampled.
      let block = try parallel(beside: { try writer.write() }) {
        try extractor.extract(range) { progress.advance() }
      }
      for failure in block.failures { Diagnostics.warn(failure.reason) }
      let outcomes = outcomes(of: block, in: range)
      writer.block = (block.activations, outcomes.map(\.line))
      work.outcomes += outcomes
    }
    try writer.write()
    try Interruption.check("extract")
    progress.finish()
  }

  private func outcomes(of block: ActivationExtractor.Block, in range: Range<Int>) -> [Outcome] {
    let failures = Dictionary(uniqueKeysWithValues: block.failures.map { ($0.image, $0.reason) })
    let classCount = block.predictions.count / max(1, block.images.count)
    var sampledCount = 0
    return range.map { image in
      if let reason = failures[image] { return .failed(reason) }
      let start = sampledCount * classCount
      sampledCount += 1
      return .sampled(
        block.extents[sampledCount - 1], isPlain: block.plainness[sampledCount - 1],
        Array(block.predictions[start..<start + classCount]))
    }
  }

  // MARK: Files

  /// Writes the file of each layer around its rows.
  private func finish(_ work: Work) throws -> Predictions {
    let outcomes = work.outcomes
    var predictions = Predictions(images: [], classes: [])
    var sizes = [Int32](repeating: 0, count: 2 * outcomes.count)
    var windows = [Float](repeating: 0, count: 4 * outcomes.count)
    var failures: [(image: Int32, reason: String)] = []
    var plain: [Int] = []
    for (image, outcome) in outcomes.enumerated() {
      switch outcome {
      case .sampled(let size, let isPlain, let classes):
        if isPlain { plain.append(image) }
        predictions.images.append(Int32(image))
        predictions.classes += classes
        let window = extractor.preprocessing.window(of: size)
        sizes.replaceSubrange(
          2 * image..<2 * image + 2, with: [Int32(size.height), Int32(size.width)])
        windows.replaceSubrange(
          4 * image..<4 * image + 4,
          with: [window.x, window.y, window.width, window.height].map(Float.init))
      case .failed(let reason): failures.append((Int32(image), reason))
      }
    }
    guard !predictions.images.isEmpty else {
      for rows in work.rows { rows?.remove() }
      work.journal.remove()
      throw StageError(
        "Cannot sample \(images.folder): none of its \(counted(failures.count, "image")) could be read; the first: \(failures.first?.reason ?? "")"
      )
    }
    if !failures.isEmpty {
      Diagnostics.warn(
        "\(failures.count) of \(counted(images.names.count, "image")) could not be read")
    }
    if let first = plain.first {
      Diagnostics.warn(
        "\(plain.count) of \(counted(images.names.count, "image")) \(plain.count == 1 ? "shows" : "show") hardly more than one color; the first: \(images.names[first])"
      )
    }
    let input = extractor.preprocessing.size
    for (layer, rows) in work.rows.enumerated() {
      guard let rows else { continue }
      let geometry = SampleGeometry(
        field: fields[layer], inputHeight: input.height, inputWidth: input.width, sizes: sizes,
        windows: windows)
      try write(layer, rows, predictions, geometry, failures)
    }
    work.journal.remove()
    return predictions
  }

  private func write(
    _ layer: Int, _ rows: GrowingRows, _ predictions: Predictions, _ geometry: SampleGeometry,
    _ failures: [(image: Int32, reason: String)]
  ) throws {
    let shape = extractor.shapes[layer]
    let file = try ActivationsWriter(
      path: paths[layer], subject: subject(ofLayer: layer), provenance: provenance, rows: rows,
      positionsPerImage: extractor.sampler.positionCount)
    // In blocks: one image at a time would be as many calls into HDF5.
    for start in stride(from: 0, to: predictions.images.count, by: 256) {
      let block = predictions.images[start..<min(start + 256, predictions.images.count)]
      let positions = block.map { extractor.sampler.positions(ofImage: Int($0), in: shape) }
      try file.append(
        image: zip(block, positions).flatMap { [Int32](repeating: $0, count: $1.count) },
        y: positions.flatMap { $0.map { Int32($0.y) } },
        x: positions.flatMap { $0.map { Int32($0.x) } })
    }
    try file.write(
      ImageNames(
        names: images.names, classes: images.classes, classNames: images.classNames,
        classLabels: classLabels),
      layerHeight: shape.height, layerWidth: shape.width)
    try file.write(geometry, imagesFolder: ImagesFolder(images.folder))
    try file.write(failures: failures)
    if !predictions.classes.isEmpty { try file.write(predictions) }
    try file.finish()
  }
}
