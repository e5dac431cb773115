import ArrayStore
import CommandLine
import FeatureVisualization
import Synchronization

/// Icons to render, with where they belong.
struct RenderTargets {
  let targets: [IconTarget]
  let row, column, count: [Int32]
  let dispersion: [Float]
  /// Cells along a side of the grid.
  let side: Int
  /// How many cells the grid has, rendered here or elsewhere.
  let total: Int
}

/// The work between targets and the file of icons: parts, then the whole.
struct RenderRun {
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

  /// Parts belong to a block of cells as well as to a run.
  private var parts: PartFolder {
    var provenance = provenance
    let first = targets.targets.first?.index ?? 0
    provenance.parameters.append(("cells", "\(first)..<\(first + targets.targets.count)"))
    return PartFolder(of: output, kind: "icons-part", provenance: provenance)
  }

  /// Makes every part that is not there yet.
  func render() throws {
    let (blocks, parts, side) = (self.blocks, self.parts, parameters.sidePixels)
    let missing = blocks.indices.filter { parts.read($0) == nil }
    let done = targets.targets.count - missing.reduce(0) { $0 + blocks[$1].count }
    if done > 0 { Diagnostics.note("render: \(done) icons are there from an earlier run") }
    let scale = parameters.restartCount
    let progress = ProgressReporter(
      "render", total: scale * targets.targets.count, done: scale * done,
      unit: scale == 1 ? "icons" : "attempts")
    // A disk that cannot be written to is found before the work.
    if let first = missing.first { _ = try parts.write(first) }
    let places = missing.flatMap { blocks[$0] }
    let waiting = Mutex<[Int: [Int: Icon]]>([:])
    try renderer.render(places.map { targets.targets[$0] }, progress: { progress.advance() }) {
      place, icon in
      let index = places[place]
      let part = index / Self.partCount
      let complete = waiting.withLock { waiting in
        waiting[part, default: [:]][index] = icon
        return waiting[part]?.count == blocks[part].count ? waiting.removeValue(forKey: part) : nil
      }
      guard let complete else { return }
      try Self.write(blocks[part].compactMap { complete[$0] }, side: side, to: parts.write(part))
    }
    progress.finish()
  }

  private static func write(_ icons: [Icon], side: Int, to writer: ArrayFileWriter) throws {
    try writer.write("icons", icons.flatMap(\.pixels), shape: [icons.count, side, side, 3])
    let numbers: [(String, [Float])] = [
      ("fidelity", icons.map { $0.fidelity ?? .nan }),
      ("transformed_fidelity", icons.map { $0.transformedFidelity ?? .nan }),
      ("objective", icons.map(\.objective)),
    ]
    for (name, values) in numbers { try writer.write(name, values, shape: [icons.count]) }
    try writer.write("attempt", icons.map { Int32($0.restart) }, shape: [icons.count])
    try writer.finish()
  }

  /// Joins the parts and removes them.
  func assemble(network: String, layer: String, tensor: String, target: String) throws {
    let writer = try ArrayFileWriter(path: output, kind: "icons")
    try writer.write(provenance)
    for (name, value) in [
      ("network", network), ("layer", layer), ("tensor", tensor), ("target", target),
    ] { try writer.setAttribute(name, .string(value)) }
    try writer.setAttribute("grid_side", .integer(targets.side))
    try writer.setAttribute("cell_total", .integer(targets.total))
    let side = parameters.sidePixels
    let icons = try writer.appendable("icons", of: UInt8.self, rowShape: [side, side, 3])
    let names = ["fidelity", "transformed_fidelity", "objective"]
    var numbers = names.map { _ in [Float]() }
    var attempts: [Int32] = []
    for index in blocks.indices {
      let part = try parts.require(index)
      try icons.append(try part.bytes("icons"))
      for (place, name) in names.enumerated() { numbers[place] += try part.floats(name) }
      attempts += try part.int32s("attempt")
    }
    let count = targets.targets.count
    for (name, values) in zip(names, numbers) {
      try writer.write(name, values, shape: [count])
    }
    try writer.write("attempt", attempts, shape: [count])
    try writer.write("cell", targets.targets.map { Int32($0.index) }, shape: [count])
    try writer.write("row", targets.row, shape: [count])
    try writer.write("column", targets.column, shape: [count])
    try writer.write("count", targets.count, shape: [count])
    try writer.write("dispersion", targets.dispersion, shape: [count])
    try writer.finish()
    parts.remove()
    report(fidelities: numbers[0], transformed: numbers[1])
  }

  private func report(fidelities: [Float], transformed: [Float]) {
    guard let plain = median(fidelities), let moved = median(transformed) else { return }
    Diagnostics.note(
      "render: median fidelity \(decimal(plain)); under random transforms \(decimal(moved))")
  }
}
