import ArgumentParser
import ArrayStore
import CommandLine
import Embedding
import Layouts
import Matrices
import Neighbors
import ParallelLoops

@main struct AtlasEmbed: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-embed",
    abstract: "Lay out activations in the plane by UMAP or t-SNE.",
    discussion: """
      Rows that are alike come to lie near each other. The rows are the scores of atlas-reduce, or the \
      raw activations of atlas-extract; their neighbours are those that atlas-neighbors found, or are \
      searched now. The layout is the same for a seed on any number of threads.

      Beside the layout, with .json for .h5, lies its report card: how much of the rows' \
      neighbourhoods and distances it keeps, measured on a fixed sample, how much another seed \
      changes it, and the course of its loss; and pictures of it, by class, by density, and of the \
      loss.

      Examples:
        atlas-embed --activations activations.h5 --neighbor-graph neighbors.h5 --output layout.h5
        atlas-embed --activations mixed5a.h5 --align-to mixed4c/layout.h5 --output layout.h5
      """, version: projectVersion)

  @OptionGroup var rows: RowsArguments
  @Option(
    help: ArgumentHelp("The neighbours of these rows, from atlas-neighbors.", valueName: "file"))
  var neighborGraph: String?
  @Option(help: "Without --neighbor-graph: how rows are compared, cosine or euclidean.")
  var metric: Metric = .cosine
  @Option(help: ArgumentHelp("The result.", valueName: "file"))
  var output: String
  @OptionGroup var method: MethodArguments
  @OptionGroup(title: "Start") var start: StartArguments
  @OptionGroup(title: "Report") var report: ReportArguments
  @OptionGroup var memory: MemoryArguments
  @OptionGroup var common: CommonArguments

  func perform() throws -> [String] {
    let source = try rows.open()
    guard source.rowCount >= 2 else {
      throw StageError(
        "Cannot lay out \(source.path): it has \(source.rowCount) row, at least two are needed; sample more positions."
      )
    }
    let provenance = try Provenance(
      program: "atlas-embed",
      parameters: (neighborGraph == nil ? [("metric", metric.rawValue)] : [])
        + self.method.description + start.description + report.description,
      inputs: [source.path] + [neighborGraph, start.alignTo].compactMap { $0 })
    let graphFile = try neighborGraph.map {
      try NeighborsFile.open($0, for: source, sha256: provenance.inputs[0].sha256)
    }
    let method = method.layoutMethod
    try forecast(source, method, storedCount: graphFile?.matrixShape(of: "neighbors").columnCount)
    let writer = try ArrayFileWriter(path: output, kind: "layout")
    try writer.write(provenance)
    try writer.copyDescription(from: source.file)
    let origins = try source.file.rowOrigins()
    try writer.write(origins)

    let rows = try source.rows()
    let (graph, metric) = try joinedNeighbors(of: rows, source.path, graphFile, method)
    try writer.setAttribute("metric", .string(metric.rawValue))
    let (first, anchors) = try start.prepare(
      rows, of: source, origins: origins, metric: metric, method: method, graph: graph)
    let layout = lay(out: graph, from: first, anchors, by: method, label: "layout")
    try writer.write("layout", layout.positions)
    let steps = layout.losses.map { Int32(clamping: $0.step) }
    try writer.write("loss/step", steps, shape: [steps.count])
    try writer.write("loss/value", layout.losses.map { Float($0.value) }, shape: [steps.count])
    let made = try report.report(
      on: layout, of: rows, metric: metric, method: method, classes: origins?.classes,
      beside: output, into: writer
    ) { seed in
      var other = method
      other.seed = seed
      let (first, anchors) = try start.prepare(
        rows, of: source, origins: origins, metric: metric, method: other, graph: graph)
      return lay(out: graph, from: first, anchors, by: other, label: "another seed").positions
    }
    try writer.finish()
    return [output] + made
  }

  private func forecast(_ source: RowsFile, _ method: LayoutMethod, storedCount: Int?) throws {
    let threads = Parallelism.threadCount
    let layout = method.forecast(
      sampleCount: source.rowCount, dimension: source.columnCount,
      storedNeighborCount: storedCount ?? method.neighborCount)
    let runCount = 1 + (report.report == .full ? report.stability : 0)
    var seconds = layout.threadSeconds * Double(runCount) / Double(threads)
    var bytes = layout.bytes + start.forecastBytes(source, method)
    if storedCount == nil {
      let search = forecastSearch(
        rowCount: source.rowCount, dimension: source.columnCount, count: method.neighborCount,
        metric: metric, search: search, threadCount: threads)
      bytes = max(bytes, search.bytes)
      seconds += search.operations / (0.4e9 * quickSGEMMRate())
    }
    try memory.admit(
      "a layout of \(source.rowCount) × \(source.columnCount) numbers", bytes: bytes,
      seconds: seconds,
      remedy: "take fewer rows or neighbours, or fewer columns with atlas-reduce")
  }

  private var search: SearchParameters {
    var search = SearchParameters()
    (search.recall, search.seed) = (0.95, method.layoutMethod.seed)
    return search
  }

  /// The graph to lay out, and by what metric rows are near.
  private func joinedNeighbors(
    of rows: Matrix, _ path: String, _ file: ArrayFileReader?, _ method: LayoutMethod
  ) throws -> (NeighborGraph, Metric) {
    if let file {
      let (table, metric) = try NeighborsFile.read(file, count: method.neighborCount)
      return (method.graph(of: table), metric)
    }
    let table = try findNeighbors(
      of: rows, in: path, count: method.neighborCount, metric: metric, search: search)
    return (method.graph(of: table), metric)
  }

  private func lay(
    out graph: NeighborGraph, from start: Matrix, _ anchors: LayoutAnchors?,
    by method: LayoutMethod, label: String
  ) -> Layout {
    let total = method.stepCount(forSampleCount: graph.rowCount)
    let progress = ProgressReporter(label, total: total, unit: "steps")
    let layout = method.layout(of: graph, initialization: start, anchors: anchors) {
      progress.set(share: $0)
    }
    progress.set(share: 1)
    progress.finish()
    return layout
  }
}
