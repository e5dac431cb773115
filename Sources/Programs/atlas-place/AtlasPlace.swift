import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import Embedding
import LayoutCommandLine
import Matrices
import Neighbors
import PrincipalComponents

@main struct AtlasPlace: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-place",
    abstract: "Place new samples on a finished layout.",
    usage: """
      atlas-place --layout <file> --components <file> --new <file> \\
        --output <file> [<options>]
      """,
    discussion: """
      The layout stays as it is. A new sample goes among its nearest neighbors of the old ones, and \
      depends on itself alone: placed with others or by itself, it lands at the same position. New \
      samples are activations of the same layer; where the layout is one of components, they are \
      projected to these first.

      Example:
        atlas-extract --model googlenet.onnx --images new-photos \\
          --layer mixed4c --output new.h5
        atlas-place --layout layout.h5 --components components.h5 \\
          --new new.h5 --output placed.h5
      """, version: projectVersion)

  @Option(
    help: ArgumentHelp("The finished layout, from atlas-embed.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var layout: String
  @OptionGroup var samples: SampleArguments
  @Option(
    help: ArgumentHelp("The new activations, from atlas-extract.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var new: String
  @Option(
    help: ArgumentHelp("The result: a layout of the new samples.", valueName: "file"),
    completion: .file())
  var output: String
  @OptionGroup var common: CommonArguments

  var inputs: [String] { [layout, new] + samples.files }
  var outputs: [String] { [output] }

  func perform() throws -> [String] {
    let file = try LayoutFile(path: layout)
    let method = try LayoutSettings.method(of: file)
    let source = try samples.open()
    try file.require(of: source, sha256: try sha256(ofFile: source.path))
    let finished = try file.positions()
    guard finished.columnCount == method.dimension else {
      throw StageError(
        "Cannot use \(layout): it has \(counted(finished.columnCount, "coordinate")), its method makes \(method.dimension); make it anew."
      )
    }
    let metric = try Metric(named: try file.metric(), in: layout)
    let newFile = try ActivationsFile(path: new)
    // New images, but the same layer.
    try requireSame(
      [Described(new, newFile.subject), Described(source.path, source.subject)],
      in: [.network, .layer])
    // Nothing of the method is recorded: a placed layout was not made by it, and cannot be placed
    // upon.
    let writer = try LayoutWriter(
      path: output, subject: newFile.subject,
      provenance: Provenance(
        program: "atlas-place", parameters: [], inputs: [layout, source.path, new]),
      origins: try newFile.origins())
    let neighbors = try search(
      try newVectors(newFile, for: source), among: try source.vectors(), source.path,
      count: method.neighborCount, metric: metric)
    let placed: Matrix
    do { placed = try method.place(neighbors, on: finished) } catch {
      throw StageError("Cannot use \(layout)", error)
    }
    try writer.write(positions: placed)
    try writer.write(neighbors: neighbors.indices, sampleCount: neighbors.rowCount)
    try writer.finish()
    Diagnostics.note(
      "place: \(counted(placed.rowCount, "sample")) on a layout of \(finished.rowCount)")
    return [output]
  }

  /// The vectors of the new samples: their activations, projected where the old ones are.
  private func newVectors(_ file: ActivationsFile, for source: SampleVectors) throws -> Matrix {
    let activations = try file.activations()
    guard case .scores(let old) = source else {
      return try checked(activations, file.path, channelCount: source.dimension, source.path)
    }
    let (mean, axes, variances) = try old.axes()
    // The axes of the old samples, not of the new ones: both must be compared in one space. The
    // total variance is not asked for.
    let components = PrincipalComponents(
      mean: mean, axes: axes, variances: variances, totalVariance: variances.reduce(0, +))
    return components.scores(
      of: try checked(activations, file.path, channelCount: old.channelCount, source.path))
  }

  private func checked(
    _ activations: Matrix, _ path: String, channelCount: Int, _ oldPath: String
  ) throws -> Matrix {
    guard activations.columnCount == channelCount else {
      throw StageError(
        "Cannot place \(path): its samples have \(activations.columnCount) channels, those of \(oldPath) have \(channelCount); extract the same layer."
      )
    }
    return activations
  }

  private func search(
    _ queries: Matrix, among vectors: Matrix, _ path: String, count: Int, metric: Metric
  ) throws -> NeighborTable {
    let progress = ProgressReporter("place", total: queries.rowCount, unit: "sample")
    do {
      let table = try nearestNeighbors(
        of: queries, among: vectors, count: count, metric: metric, search: SearchParameters()
      ) { progress.set(fraction: $0) }
      progress.finish()
      return table
    } catch { throw StageError("\(error) (in \(new) or \(path))") }
  }
}
