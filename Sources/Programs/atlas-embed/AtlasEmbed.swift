public import ArgumentParser
import ArrayStore
import Embedding
public import Neighbors
import Stages
import Tensors

extension Metric: ExpressibleByArgument {}

@main struct AtlasEmbed: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-embed",
    abstract: "Lay out activations in the plane by UMAP.",
    discussion: """
      Rows that are alike come to lie near each other. The rows are the scores of atlas-reduce, or \
      the raw activations of atlas-extract. The layout is the same for a seed on any number of \
      threads.

      Example:
        atlas-embed --components components.h5 --neighbors 50 --min-dist 0.05 --output layout.h5
      """, version: projectVersion)

  @Option(
    help: ArgumentHelp("Lay out the scores of this result of atlas-reduce.", valueName: "file"))
  var components: String?
  @Option(
    help: ArgumentHelp("Lay out the raw rows of this result of atlas-extract.", valueName: "file"))
  var activations: String?
  @Option(help: ArgumentHelp("The result.", valueName: "file"))
  var output: String
  @Option(help: "How rows are compared: cosine or euclidean.")
  var metric: Metric = .cosine
  @Option(help: "Neighbours a row.")
  var neighbors = 50
  @Option(help: "How close rows may come in the layout.")
  var minDist: Float = 0.05
  @Option(help: "Passes over the graph; 0 means 500 for fewer than 10,000 rows, else 200.")
  var epochs = 0
  @Option(help: "Random rows that each row is pushed away from, for each neighbour.")
  var negativeSamples = 5
  @Option(help: "The seed of the layout.")
  var seed: UInt64 = 0
  @OptionGroup var common: CommonArguments

  func validate() throws {
    guard (components == nil) != (activations == nil) else {
      throw ValidationError("Give either --components or --activations.")
    }
    guard neighbors >= 2 else {
      throw ValidationError("--neighbors must be at least 2, got \(neighbors).")
    }
    guard minDist >= 0, minDist < 1 else {
      throw ValidationError("--min-dist must be at least 0 and below 1, got \(minDist).")
    }
    guard epochs >= 0, epochs <= 100_000 else {
      throw ValidationError("--epochs must be from 0 to 100000, got \(epochs).")
    }
    guard (1...100).contains(negativeSamples) else {
      throw ValidationError("--negative-samples must be from 1 to 100, got \(negativeSamples).")
    }
  }

  func perform() throws -> [String] {
    let (source, rows) = try readRows()
    guard rows.rowCount >= 2, rows.columnCount > 0 else {
      throw StageError(
        "Cannot lay out \(source.path): it has \(rows.rowCount) rows of \(rows.columnCount) numbers, at least two rows are needed; sample more positions."
      )
    }
    let writer = try ArrayFileWriter(path: output, kind: "layout")
    try writer.write(
      Provenance(
        program: "atlas-embed",
        parameters: [
          ("metric", metric.rawValue), ("neighbors", "\(neighbors)"), ("min-dist", "\(minDist)"),
          ("epochs", "\(epochs)"), ("negative-samples", "\(negativeSamples)"), ("seed", "\(seed)"),
        ], inputs: [source.path]))
    try writer.copyDescription(from: source)
    let table = try findNeighbors(rows, source.path)
    let layout = lay(out: table, rows)
    try writer.write("layout", layout)
    try writer.write(
      "neighbors", table.indices, shape: [rows.rowCount, table.neighborCount])
    try writer.write(
      "distances", table.distances, shape: [rows.rowCount, table.neighborCount])
    try report(layout, rows, writer)
    try writer.finish()
    return [output]
  }

  private func readRows() throws -> (ArrayFileReader, Matrix) {
    if let components {
      let source = try ArrayFileReader(path: components, kind: "components")
      guard source.contains("scores") else {
        throw StageError(
          "Cannot lay out \(components): it was made with --components 0 and holds no scores; give the raw rows with --activations."
        )
      }
      return (source, try source.matrix("scores"))
    }
    let source = try ArrayFileReader(path: activations ?? "", kind: "activations")
    return (source, try source.matrix("activations"))
  }

  private func findNeighbors(_ rows: Matrix, _ path: String) throws -> NeighborTable {
    let progress = ProgressReporter("neighbors", total: rows.rowCount, unit: "rows")
    do {
      let table = try nearestNeighbors(of: rows, count: neighbors, metric: metric) {
        progress.set(share: $0)
      }
      progress.set(share: 1)
      progress.finish()
      return table
    } catch { throw StageError("Cannot lay out \(path): \(error)") }
  }

  private func lay(out table: NeighborTable, _ rows: Matrix) -> Matrix {
    var parameters = UMAPParameters(seed: seed)
    parameters.neighborCount = table.neighborCount
    parameters.minimumDistance = minDist
    parameters.epochCount = epochs > 0 ? epochs : nil
    parameters.negativeSampleCount = negativeSamples
    let epochTotal = parameters.epochCount(forRowCount: rows.rowCount)
    let progress = ProgressReporter("layout", total: epochTotal, unit: "epochs")
    let layout = umapLayout(
      of: table, start: principalStart(rows: rows, seed: seed), parameters: parameters
    ) { progress.set(share: $0) }
    progress.set(share: 1)
    progress.finish()
    return layout
  }

  /// Measures the layout on a fixed sample of rows.
  private func report(_ layout: Matrix, _ rows: Matrix, _ writer: ArrayFileWriter) throws {
    guard rows.rowCount > 32 else { return }
    let quality = try layoutQuality(
      of: layout, for: rows, neighborCount: 15, metric: metric, sampleCount: 500, seed: seed)
    let trust = Double(quality.trustworthiness)
    let kept = Double(quality.keptNeighborShare)
    try writer.setAttribute("trustworthiness_15", .number(trust))
    try writer.setAttribute("kept_neighbors_15", .number(kept))
    Diagnostics.note(
      "layout: trustworthiness \(decimal(trust)), \(decimal(100 * kept)) % of the 15 nearest kept")
  }
}
