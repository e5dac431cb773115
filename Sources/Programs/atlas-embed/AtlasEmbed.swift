import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import Embedding
import LayoutCommandLine
import LinearAlgebra
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

  @OptionGroup var samples: SampleArguments
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
    let source = try samples.open()
    guard source.sampleCount >= 2 else {
      throw StageError(
        "Cannot lay out \(source.path): it has one sample, at least two are needed; sample more positions."
      )
    }
    let provenance = try Provenance(
      program: "atlas-embed",
      parameters: (neighborGraph == nil ? [("metric", metric.rawValue)] : [])
        + self.method.description + start.description + report.description,
      inputs: [source.path] + [neighborGraph, start.alignTo].compactMap { $0 })
    let graphFile = try neighborGraph.map {
      try NeighborsFile(path: $0, of: source, sha256: provenance.inputs[0].sha256)
    }
    let method = method.layoutMethod
    try forecast(source, method, storedCount: graphFile?.neighborCount)
    let origins = try source.origins()
    let writer = try LayoutWriter(
      path: output, subject: source.subject, provenance: provenance, origins: origins)

    let vectors = try source.vectors()
    let (graph, metric) = try joinedNeighbors(of: vectors, source.path, graphFile, method)
    try writer.write(self.method.record, metric: metric.rawValue)
    let (first, anchors) = try start.prepare(
      vectors, of: source, origins: origins, metric: metric, method: method, graph: graph)
    let layout = lay(out: graph, from: first, anchors, by: method, label: "layout")
    try writer.write(positions: layout.positions)
    try writer.write(
      losses: layout.losses.map { (Int32(clamping: $0.step), Float($0.value)) })
    let made = try report.report(
      on: layout, of: vectors, metric: metric, method: method, classes: origins?.classes,
      beside: output, into: writer
    ) { seed in
      var other = method
      other.seed = seed
      let (first, anchors) = try start.prepare(
        vectors, of: source, origins: origins, metric: metric, method: other, graph: graph)
      return lay(out: graph, from: first, anchors, by: other, label: "another seed").positions
    }
    try writer.finish()
    return [output] + made
  }

  private func forecast(
    _ source: SampleVectors, _ method: LayoutMethod, storedCount: Int?
  ) throws {
    let threads = Parallelism.threadCount
    let layout = method.forecast(
      rowCount: source.sampleCount, dimension: source.dimension,
      storedNeighborCount: storedCount ?? method.neighborCount)
    let runCount = 1 + (report.report == .full ? report.stability : 0)
    var seconds = layout.threadSeconds * Double(runCount) / Double(threads)
    var bytes = layout.bytes + start.forecastBytes(source, method)
    if storedCount == nil {
      let search = forecastSearch(
        rowCount: source.sampleCount, dimension: source.dimension, count: method.neighborCount,
        metric: metric, search: search, threadCount: threads)
      bytes = max(bytes, search.bytes)
      seconds += search.operations / (0.4e9 * quickSGEMMRate())
    }
    try memory.admit(
      "a layout of \(source.sampleCount) × \(source.dimension) numbers", bytes: bytes,
      seconds: seconds,
      remedy: "take fewer samples or neighbors, or fewer components with atlas-reduce")
  }

  private var search: SearchParameters {
    var search = SearchParameters()
    (search.recall, search.seed) = (0.95, method.layoutMethod.seed)
    return search
  }

  /// The graph to lay out, and by what metric samples are near.
  private func joinedNeighbors(
    of vectors: Matrix, _ path: String, _ file: NeighborsFile?, _ method: LayoutMethod
  ) throws -> (NeighborGraph, Metric) {
    if let file {
      let (table, metric) = try NeighborTable.read(file, atLeast: method.neighborCount)
      return (method.graph(of: table), metric)
    }
    let table = try findNeighbors(
      of: vectors, in: path, count: method.neighborCount, metric: metric, search: search)
    return (method.graph(of: table), metric)
  }

  private func lay(
    out graph: NeighborGraph, from start: Matrix, _ anchors: LayoutAnchors?,
    by method: LayoutMethod, label: String
  ) -> Layout {
    let total = method.stepCount(forRowCount: graph.rowCount)
    let progress = ProgressReporter(label, total: total, unit: "steps")
    let layout = method.layout(of: graph, start: start, anchors: anchors) {
      progress.set(share: $0)
    }
    progress.set(share: 1)
    progress.finish()
    return layout
  }
}
