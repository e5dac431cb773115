import ArgumentParser
import ArrayStore
import CommandLine
import Embedding
import Matrices
import Neighbors
import PrincipalComponents

@main struct AtlasPlace: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-place",
    abstract: "Put new activations on a finished layout.",
    discussion: """
      The layout stays as it is. A new row goes among its nearest neighbours of the old rows, and \
      depends on itself alone: placed with others or by itself, it lands at the same place. New rows are \
      activations of the same layer; where the layout is one of components, they are projected to \
      these first.

      Example:
        atlas-extract --model network.onnx --images new --layer mixed4c --output new.h5
        atlas-place --layout layout.h5 --components components.h5 --new new.h5 --output placed.h5
      """, version: projectVersion)

  @Option(help: ArgumentHelp("The finished layout, from atlas-embed.", valueName: "file"))
  var layout: String
  @OptionGroup var rows: RowsArguments
  @Option(help: ArgumentHelp("The new activations, from atlas-extract.", valueName: "file"))
  var new: String
  @Option(help: ArgumentHelp("The result: a layout of the new rows.", valueName: "file"))
  var output: String
  @OptionGroup var common: CommonArguments

  func perform() throws -> [String] {
    let file = try ArrayFileReader(path: layout, kind: "layout")
    let method = try MethodArguments.method(of: file)
    let source = try rows.open()
    let finished = try file.matrix("layout")
    guard finished.rowCount == source.rowCount, finished.columnCount == method.dimension,
      finished.firstNonFiniteRow() == nil,
      try file.provenance?.inputs.first?.sha256 == sha256(ofFile: source.path)
    else {
      throw StageError(
        "Cannot use \(layout) with \(source.path): it is not a layout of these rows; give those that atlas-embed was given."
      )
    }
    guard let metric = Metric(rawValue: try file.text("metric")) else {
      throw StageError("Cannot use \(layout): it is damaged; make it again.")
    }
    let newFile = try ArrayFileReader(path: new, kind: "activations")
    let writer = try ArrayFileWriter(path: output, kind: "layout")
    try writer.write(
      Provenance(
        program: "atlas-place", parameters: [], inputs: [layout, source.path, new]))
    try writer.copyDescription(from: newFile)
    try writer.write(try newFile.rowOrigins())
    let neighbors = try search(
      try newRows(newFile, for: source), among: try source.rows(), source.path,
      count: method.neighborCount, metric: metric)
    let placed: Matrix
    do { placed = try method.place(neighbors, on: finished) } catch {
      throw StageError("Cannot use \(layout): \(error)")
    }
    try writer.write("layout", placed)
    try writer.write(
      "neighbors", neighbors.indices, shape: [neighbors.rowCount, neighbors.neighborCount])
    try writer.finish()
    Diagnostics.note("place: \(placed.rowCount) rows on a layout of \(finished.rowCount)")
    return [output]
  }

  /// The new rows, projected where the old ones are.
  private func newRows(_ file: ArrayFileReader, for source: RowsFile) throws -> Matrix {
    let activations = try file.matrix("activations")
    guard source.file.contains("axes") else {
      return try checked(activations, file.path, columnCount: source.columnCount, source.path)
    }
    let axes = try source.file.matrix("axes")
    let variances = try source.file.doubles("variances")
    let mean = try source.file.floats("mean")
    guard mean.count == axes.columnCount, variances.count == axes.rowCount else {
      throw StageError("Cannot use \(source.path): it is damaged; make it again.")
    }
    let components = PrincipalComponents(
      mean: mean, axes: axes, variances: variances, totalVariance: variances.reduce(0, +))
    return components.scores(
      of: try checked(activations, file.path, columnCount: axes.columnCount, source.path))
  }

  private func checked(
    _ rows: Matrix, _ path: String, columnCount: Int, _ oldPath: String
  ) throws -> Matrix {
    guard rows.columnCount == columnCount else {
      throw StageError(
        "Cannot place \(path): its rows have \(rows.columnCount) numbers, those of \(oldPath) have \(columnCount); extract the same layer."
      )
    }
    return rows
  }

  private func search(
    _ queries: Matrix, among rows: Matrix, _ path: String, count: Int, metric: Metric
  ) throws -> NeighborTable {
    let progress = ProgressReporter("place", total: queries.rowCount, unit: "rows")
    do {
      let table = try nearestNeighbors(
        of: queries, among: rows, count: count, metric: metric, search: SearchParameters()
      ) { progress.set(share: $0) }
      progress.finish()
      return table
    } catch { throw StageError("Cannot compare the rows of \(new) and \(path): \(error)") }
  }
}
