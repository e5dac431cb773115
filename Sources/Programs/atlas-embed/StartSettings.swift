import ArgumentParser
import Artifacts
import CommandLine
import Embedding
import LayoutCommandLine
import Layouts
import Matrices
import Neighbors

/// Where a layout begins, and how strongly it is held to another.
struct Start: Sendable {
  /// The initializations that there are.
  enum Choice: String, CaseIterable, Sendable { case pca, spectral, random, sample }

  var choice = Choice.pca
  /// Samples that are laid out first with `sample`.
  var sampleCount = 20_000
  /// How strongly samples are held near their partners, from 0 to 1.
  var alignment: Float = 0.1
}

/// The settings of the start.
enum StartSettings: SettingsTable {
  static var defaults: Start { Start() }
  static let settings = [
    Setting(
      "start", \Start.choice, .choice, make: "START",
      "Initialization: principal components, eigenvectors of the graph, random, or a part that is laid out first, for very many samples"
    ),
    Setting(
      "start-samples", \Start.sampleCount, .number(from: 100),
      "Samples that --start sample lays out first"),
    Setting(
      "alignment", \Start.alignment, .number(in: 0...1), make: "ALIGNMENT",
      "How strongly samples are held near their partners in the layout to align to; 0 only begins there"
    ),
  ]
}

/// Where the samples of a layout begin, and what holds them.
struct StartArguments: ParsableArguments {
  @OptionGroup var settings: Settings<StartSettings>
  @Option(
    help: ArgumentHelp(
      "Keep samples near their partners in this layout, of another layer or network and the same images: a sample's partner is the one nearest to its position in its image.",
      valueName: "file"), completion: .file(extensions: ["h5"]))
  var alignTo: String?

  private var start: Start { settings.parameters }

  var record: [(name: String, value: String)] {
    settings.record.filter { name, _ in
      switch name {
      case "start-samples": start.choice == .sample
      case "alignment": alignTo != nil
      default: true
      }
    }
  }

  /// The memory that a start needs beside the vectors and the graph, at most.
  func forecastBytes(_ source: SampleVectors, _ method: LayoutMethod) -> Int {
    guard start.choice == .sample else { return 0 }
    let sample = Double(min(start.sampleCount, source.sampleCount))
    // The chosen samples and their neighbors; then they and all vectors prepared for the metric, in
    // another order as well where there are enough to be searched by inverted lists.
    let copies = start.sampleCount > SearchParameters().exactRowLimit ? 4.0 : 2
    let rows = copies * (Double(source.sampleCount) + sample) * Double(source.dimension) * 4
    return Int(rows + 3 * sample * Double(method.neighborCount) * 8)
  }

  /// The first positions, and the anchors at partners if the layout is aligned.
  func prepare(
    _ rows: Matrix, of source: SampleVectors, origins: SampleOrigins?, metric: Metric,
    method: LayoutMethod, graph: NeighborGraph
  ) throws -> (Matrix, LayoutAnchors?) {
    let first = try positions(rows, source.path, metric: metric, method: method, graph: graph)
    guard let alignTo else { return (first, nil) }
    let targets = try partnerPositions(alignTo, source, origins, dimension: method.dimension)
    var aligned = first
    for row in 0..<targets.rowCount {
      // A sample without a partner begins at the center. Several may have the same partner: a
      // little of the first positions parts them, since samples at one point would have no
      // direction to move in.
      for axis in 0..<targets.columnCount {
        let target = targets[row, axis].isFinite ? targets[row, axis] : 0
        aligned[row, axis] = target + 1e-3 * first[row, axis]
      }
    }
    return (aligned, LayoutAnchors(targets: targets, strength: start.alignment))
  }

  private func positions(
    _ rows: Matrix, _ path: String, metric: Metric, method: LayoutMethod, graph: NeighborGraph
  ) throws -> Matrix {
    let dimension = method.dimension
    let principal = { principalInitialization(of: rows, dimension: dimension, seed: method.seed) }
    switch start.choice {
    case .pca: return principal()
    case .random:
      return randomInitialization(
        sampleCount: rows.rowCount, dimension: dimension, seed: method.seed)
    case .spectral:
      return spectralInitialization(of: graph, principal: principal(), seed: method.seed)
    case .sample:
      Diagnostics.note("start: \(min(start.sampleCount, rows.rowCount)) samples are laid out first")
      do {
        var search = SearchParameters()
        (search.recall, search.seed) = (0.95, method.seed)
        return try sampledInitialization(
          of: rows, chosenCount: start.sampleCount, metric: metric, method: method, search: search)
      } catch { throw StageError("\(error) (in \(path))") }
    }
  }

  /// Where each sample's partner lies in another layout, n × dimension; NaN for samples without
  /// one.
  private func partnerPositions(
    _ path: String, _ source: SampleVectors, _ origins: SampleOrigins?, dimension: Int
  ) throws -> Matrix {
    let file = try LayoutFile(path: path)
    let layout = try file.positions()
    guard let others = try file.origins(), let origins else {
      throw StageError(
        "Cannot align \(source.path) to \(path): one of them does not say which images its samples come from; make it anew."
      )
    }
    guard layout.columnCount == dimension else {
      throw StageError(
        "Cannot align \(source.path) to \(path): that layout has \(counted(layout.columnCount, "dimension")), this one \(dimension); use the same method and --dimensions."
      )
    }
    // Squares of differences would overflow; layouts that the methods make stay far below.
    let limit = PlacementError.greatestCoordinate
    if let bad = layout.elements.firstIndex(where: { abs($0) > limit }) {
      throw StageError(
        "Cannot align \(source.path) to \(path): the position of its sample \(bad / dimension) is not within \(limit) of the origin; make that layout anew."
      )
    }
    let partners = origins.partners(in: others)
    let found = partners.count { $0 >= 0 }
    guard found > 0 else {
      throw StageError(
        "Cannot align \(source.path) to \(path): they have no image in common; lay out samples of the same images."
      )
    }
    if found < partners.count {
      let lonely = partners.count - found
      Diagnostics.warn(
        "\(counted(lonely, "sample")) \(lonely == 1 ? "has" : "have") no partner in \(path)")
    }
    var targets = Matrix(rowCount: partners.count, columnCount: dimension, repeating: .nan)
    for (row, partner) in partners.enumerated() where partner >= 0 {
      for axis in 0..<dimension { targets[row, axis] = layout[Int(partner), axis] }
    }
    return targets
  }
}
