import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import Embedding
import LayoutCommandLine
import Layouts
import LinearAlgebra
import Matrices
import Neighbors
import ParallelLoops

@main struct AtlasEmbed: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-embed",
    abstract: "Lay samples out in the plane, by t-SNE or UMAP.",
    discussion: """
      Similar samples end up close together. They are compared by the scores of atlas-reduce, or by the \
      raw activations of atlas-extract; their neighbors are those that atlas-neighbors found, or are \
      searched now. The layout is the same for a seed on any number of threads.

      Beside the layout, with .json for .h5, lies its quality report: how well neighborhoods and \
      distances are preserved, estimated on a fixed sample, how much another seed changes the layout, \
      and the loss curve; and plots of it, by class, by density, and of the loss.

      Examples:
        atlas-embed --components components.h5 \\
          --neighbor-graph neighbors.h5 --output layout.h5
        atlas-embed --activations activations.h5 --align-to layout.h5 \\
          --output aligned.h5
      """, version: projectVersion)

  @OptionGroup var samples: SampleArguments
  @Option(help: ArgumentHelp("The result.", valueName: "file"), completion: .file())
  var output: String
  @OptionGroup var settings: EmbedSettings
  @OptionGroup var common: CommonArguments

  typealias AllSettings = EmbedSettings

  var inputs: [String] {
    samples.files
      + [settings.neighborGraph, settings.start.alignTo, settings.contrast].compactMap {
        $0
      }
  }
  var outputs: [String] { [output] + settings.report.parameters.paths(beside: output) }

  func validate() throws {
    if settings.layout.isImpossibleLine {
      throw ValidationError("UMAP makes planes; take --method tsne with --dimensions 1.")
    }
    if settings.contrast != nil, settings.layout.method.dimension != 1 {
      throw ValidationError("--contrast lays out a line beside its axis; give --dimensions 1.")
    }
  }

  func perform() throws -> [String] {
    let source = try samples.open()
    guard source.sampleCount >= 2 else {
      throw StageError(
        "Cannot lay out \(source.path): it has one sample, at least two are needed; sample more positions."
      )
    }
    let (neighborGraph, start) = (settings.neighborGraph, settings.start)
    let provenance = try Provenance(
      program: "atlas-embed", parameters: settings.record,
      inputs: [source.path]
        + [neighborGraph, start.alignTo, settings.contrast].compactMap { $0 })
    let contrast = try settings.contrast.map { try ContrastAxis(path: $0, of: source) }
    // The digest was taken for provenance; the neighbors' file has that of the samples it is of.
    let graphFile = try neighborGraph.map {
      try NeighborsFile(path: $0, of: source, sha256: provenance.inputs[0].sha256)
    }
    let method = settings.layout.method
    try forecast(source, method, storedCount: graphFile?.neighborCount)
    if method.dimension == 1 && contrast == nil {
      Diagnostics.note("layout: a line; atlas-grid takes planes only")
    }
    let origins = try source.origins()
    // Begun before the work: a folder that cannot be written to is found now.
    let writer = try LayoutWriter(
      path: output, subject: source.subject, provenance: provenance, origins: origins)

    let vectors = try source.vectors()
    let (graph, metric) = try joinedNeighbors(of: vectors, source.path, graphFile, method)
    try writer.write(settings.layout.fileRecord, metric: metric.rawValue)
    let (first, anchors) = try start.prepare(
      vectors, of: source, origins: origins, metric: metric, method: method, graph: graph)
    var layout = lay(out: graph, from: first, anchors, by: method, label: "layout")
    if let contrast {
      layout.positions = contrast.plane(with: layout.positions)
      try writer.write(contrast.contrast)
    }
    try writer.write(positions: layout.positions)
    try writer.write(
      losses: layout.losses.map { (Int32(clamping: $0.step), Float($0.value)) })
    // Before the file is complete, since the measures are attributes of it; other seeds run the
    // whole method again, from a start of their own.
    let made = try settings.report.parameters.report(
      on: layout, of: vectors, metric: metric, method: method, subject: source.subject,
      origins: origins, contrast: contrast?.contrast,
      beside: output, into: writer
    ) { seed in
      var other = method
      other.seed = seed
      let (first, anchors) = try start.prepare(
        vectors, of: source, origins: origins, metric: metric, method: other, graph: graph)
      let again = lay(out: graph, from: first, anchors, by: other, label: "another seed").positions
      return contrast?.plane(with: again) ?? again
    }
    try writer.finish()
    return [output] + made
  }

  private func forecast(
    _ source: SampleVectors, _ method: LayoutMethod, storedCount: Int?
  ) throws {
    let threads = Parallelism.threadCount
    let layout = method.forecast(
      sampleCount: source.sampleCount, dimension: source.dimension,
      storedNeighborCount: storedCount ?? method.neighborCount)
    let report = settings.report.parameters
    let runCount = 1 + (report.choice == .full ? report.otherSeedCount : 0)
    var seconds = layout.threadSeconds * Double(runCount) / Double(threads)
    var bytes = layout.bytes + settings.start.forecastBytes(source, method)
    if storedCount == nil {
      let search = forecastSearch(
        rowCount: source.sampleCount, dimension: source.dimension, count: method.neighborCount,
        metric: settings.search.parameters.metric, search: search, threadCount: threads)
      bytes = max(bytes + search.keptBytes, search.bytes)
      seconds += search.operations / (0.4e9 * quickSGEMMRate())
    }
    try settings.memory.admit(
      "a layout of \(source.sampleCount) × \(source.dimension) numbers", bytes: bytes,
      seconds: seconds,
      remedy: "take fewer samples or neighbors, or fewer components with atlas-reduce")
  }

  private var search: SearchParameters {
    var search = SearchParameters()
    (search.recall, search.seed) = (0.95, settings.layout.method.seed)
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
    let metric = settings.search.parameters.metric
    let table = try findNeighbors(
      of: vectors, in: path, count: method.neighborCount, metric: metric, search: search)
    return (method.graph(of: table), metric)
  }

  private func lay(
    out graph: NeighborGraph, from start: Matrix, _ anchors: LayoutAnchors?,
    by method: LayoutMethod, label: String
  ) -> Layout {
    let total = method.stepCount(forSampleCount: graph.rowCount)
    let progress = ProgressReporter(label, total: total, unit: "step")
    let layout = method.layout(of: graph, initialization: start, anchors: anchors) {
      progress.set(fraction: $0)
    }
    progress.set(fraction: 1)
    progress.finish()
    return layout
  }
}
