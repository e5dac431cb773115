import Activations
import ArrayStore
import CommandLine
import Matrices
import Models
import NeuralNetworks

/// The work between a folder of photographs and the files of activations: parts, then whole files.
struct ExtractionRun {
  let extractor: ActivationExtractor
  let images: ImageCollection
  let network: TrainedNetwork
  let layerNames: [String]
  let paths: [String]
  let provenance: Provenance

  /// Parts belong to the photographs that were there as well as to a run.
  private let parts: PartFolder

  init(
    extractor: ActivationExtractor, images: ImageCollection, network: TrainedNetwork,
    layerNames: [String], paths: [String], provenance: Provenance
  ) {
    self.extractor = extractor
    self.images = images
    self.network = network
    self.layerNames = layerNames
    self.paths = paths
    self.provenance = provenance
    var withPhotographs = provenance
    withPhotographs.parameters.append(("photographs", String(images.fingerprint, radix: 16)))
    parts = PartFolder(
      of: paths[0], kind: "activations-part", provenance: withPhotographs)
  }

  /// The photographs of a part: at most 256, and at most 64 MiB of rows.
  private var blocks: [Range<Int>] {
    let count = min(256, max(8, (64 << 20) / max(1, extractor.bytesPerImage)))
    return stride(from: 0, to: images.names.count, by: count).map {
      $0..<min($0 + count, images.names.count)
    }
  }

  // MARK: Sampling

  /// Makes every part that is not there yet.
  func sample() throws {
    let missing = blocks.indices.filter { parts.read($0) == nil }
    let done = blocks.indices.filter { !missing.contains($0) }.reduce(0) { $0 + blocks[$1].count }
    if done > 0 { Diagnostics.note("extract: \(done) photographs are there from an earlier run") }
    let progress = ProgressReporter(
      "extract", total: images.names.count, done: done, unit: "photographs")
    for index in missing {
      // Begun before the work, so that a disk that cannot be written to is found at once.
      let writer = try parts.write(index)
      let block = try extractor.extract(blocks[index]) { progress.advance() }
      for failure in block.failures { Diagnostics.warn(failure.reason) }
      try write(block, to: writer)
    }
    progress.finish()
  }

  private func write(_ block: ActivationExtractor.Block, to writer: ArrayFileWriter) throws {
    let rowCount = block.images.count * extractor.sampler.positionCount
    try writer.write("images", block.images.map(Int32.init), shape: [block.images.count])
    try writer.write(
      "predictions", block.predictions,
      shape: [block.images.count, block.predictions.count / max(1, block.images.count)])
    for (index, shape) in extractor.shapes.enumerated() {
      try writer.write("rows/\(index)", block.rows[index], shape: [rowCount, shape.channels])
      try writer.write("y/\(index)", block.y[index], shape: [rowCount])
      try writer.write("x/\(index)", block.x[index], shape: [rowCount])
    }
    try writer.write(
      "failed", block.failures.map { Int32($0.image) }, shape: [block.failures.count])
    try writer.write("reasons", block.failures.map(\.reason))
    try writer.finish()
  }

  // MARK: Whole files

  /// Joins the parts to one file a layer and removes them.
  func assemble() throws -> [String] {
    var used: [Int32] = []
    var failed: [Int32] = []
    var reasons: [String] = []
    var predictions: [Int32] = []
    for index in blocks.indices {
      let part = try parts.require(index)
      used += try part.int32s("images")
      failed += try part.int32s("failed")
      reasons += try part.strings("reasons")
      predictions += try part.int32s("predictions")
    }
    guard !used.isEmpty else {
      parts.remove()
      throw StageError(
        "Cannot sample \(images.folder): none of its \(failed.count) pictures could be read; the first: \(reasons.first ?? "")"
      )
    }
    if !failed.isEmpty {
      Diagnostics.warn("\(failed.count) of \(images.names.count) pictures could not be read")
    }
    for layer in layerNames.indices {
      try assemble(layer, used: used, failed: failed, reasons: reasons, predictions: predictions)
    }
    parts.remove()
    return paths
  }

  private func assemble(
    _ layer: Int, used: [Int32], failed: [Int32], reasons: [String], predictions: [Int32]
  ) throws {
    let shape = extractor.shapes[layer]
    let writer = try ArrayFileWriter(path: paths[layer], kind: "activations")
    try writer.write(provenance)
    try describe(layer, in: writer)
    let rows = try writer.appendable("activations", of: Float.self, rowShape: [shape.channels])
    let rowImages = try writer.appendable("image", of: Int32.self, rowShape: [])
    let ys = try writer.appendable("y", of: Int32.self, rowShape: [])
    let xs = try writer.appendable("x", of: Int32.self, rowShape: [])
    for index in blocks.indices {
      let part = try parts.require(index)
      try rows.append(try part.floats("rows/\(layer)"))
      try ys.append(try part.int32s("y/\(layer)"))
      try xs.append(try part.int32s("x/\(layer)"))
      try rowImages.append(
        try part.int32s("images").flatMap { image in
          [Int32](repeating: image, count: extractor.sampler.positionCount)
        })
    }
    try writer.write("images/name", images.names)
    try writer.write("images/class", images.classes, shape: [images.classes.count])
    try writer.write("classes/name", images.classNames)
    try writer.write("failures/image", failed, shape: [failed.count])
    try writer.write("failures/reason", reasons)
    if !predictions.isEmpty {
      try writer.write("predictions/image", used, shape: [used.count])
      try writer.write(
        "predictions/classes", predictions, shape: [used.count, predictions.count / used.count])
    }
    try writer.finish()
  }

  private func describe(_ layer: Int, in writer: ArrayFileWriter) throws {
    let shape = extractor.shapes[layer]
    try writer.setAttribute("network", .string(network.card.name ?? network.path))
    try writer.setAttribute("layer", .string(layerNames[layer]))
    try writer.setAttribute("tensor", .string(extractor.layers[layer]))
    try writer.setAttribute("layer_height", .integer(shape.height))
    try writer.setAttribute("layer_width", .integer(shape.width))
    try writer.setAttribute("positions_per_image", .integer(extractor.sampler.positionCount))
  }

  // MARK: Accuracy

  /// Reports how often the right class is the best, or among the best five.
  func reportAccuracy(_ path: String) throws {
    let file = try ArrayFileReader(path: path, kind: "activations")
    let used = try file.int32s("predictions/image")
    let predictions = try file.int32s("predictions/classes")
    let labels = images.labelIndices(among: network.labels)
    let kept = predictions.count / used.count
    var (known, first, firstFive) = (0, 0, 0)
    for (row, image) in used.enumerated() {
      let number = Int(images.classes[Int(image)])
      guard number >= 0, let label = labels[number] else { continue }
      known += 1
      let best = predictions[row * kept..<(row + 1) * kept]
      if best.first == Int32(label) { first += 1 }
      if best.contains(Int32(label)) { firstFive += 1 }
    }
    guard known > 0 else {
      Diagnostics.warn("no class of \(images.folder) is a label of the network: no accuracy")
      return
    }
    func percent(_ count: Int) -> String { decimal(100 * Double(count) / Double(known)) }
    Diagnostics.note(
      "top-1 \(percent(first)) %, top-5 \(percent(firstFive)) % of \(known) photographs")
  }
}
