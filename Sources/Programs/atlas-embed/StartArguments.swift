import ArgumentParser
import ArrayStore
import CommandLine
import Embedding
import Layouts
import Matrices
import Neighbors

/// `--start`.
enum StartChoice: String, ExpressibleByArgument, CaseIterable { case pca, spectral, random, sample }

/// Where the rows of a layout begin, and what holds them.
struct StartArguments: ParsableArguments {
  @Option(
    help:
      "Where rows begin: pca (principal components), spectral (eigenvectors of the graph), random, or sample (a sample is laid out first; for very many rows)."
  )
  var start: StartChoice = .pca
  @Option(help: "Rows in the sample that --start sample lays out first.")
  var sampleRows = 20_000
  @Option(
    help: ArgumentHelp(
      "Keep rows near their partners in this layout, of another layer or network and the same photographs: a row's partner is the one nearest to its place in its photograph.",
      valueName: "file"))
  var alignTo: String?
  @Option(help: "How strongly, from 0 to 1; 0 only begins there.")
  var alignment: Float = 0.1

  func validate() throws {
    guard sampleRows >= 100 else {
      throw ValidationError("--sample-rows must be at least 100, got \(sampleRows).")
    }
    guard alignment >= 0, alignment <= 1 else {
      throw ValidationError("--alignment must be from 0 to 1, got \(alignment).")
    }
  }

  var description: [(name: String, value: String)] {
    [("start", start.rawValue)] + (start == .sample ? [("sample-rows", "\(sampleRows)")] : [])
      + (alignTo == nil ? [] : [("alignment", "\(alignment)")])
  }

  /// The memory that a start needs beside the rows and the graph, at most.
  func forecastBytes(_ source: RowsFile, _ method: LayoutMethod) -> Int {
    guard start == .sample else { return 0 }
    let sample = Double(min(sampleRows, source.rowCount))
    // The sample and its neighbours; then it and all rows made comparable, in order where it is
    // large enough to be searched by lists.
    let copies = sampleRows > SearchParameters().exactRowLimit ? 4.0 : 2
    let rows = copies * (Double(source.rowCount) + sample) * Double(source.columnCount) * 4
    return Int(rows + 3 * sample * Double(method.neighborCount) * 8)
  }

  /// The first positions, and the springs to partners if the layout is aligned.
  func prepare(
    _ rows: Matrix, of source: RowsFile, origins: RowOrigins?, metric: Metric,
    method: LayoutMethod, graph: NeighborGraph
  ) throws -> (Matrix, LayoutAnchors?) {
    let first = try positions(rows, source.path, metric: metric, method: method, graph: graph)
    guard let alignTo else { return (first, nil) }
    let targets = try partnerPositions(alignTo, source, origins, dimension: method.dimension)
    var aligned = first
    for row in 0..<targets.rowCount {
      // A row without a partner begins in the middle; noise from the first positions parts rows
      // with one partner.
      for axis in 0..<targets.columnCount {
        let target = targets[row, axis].isFinite ? targets[row, axis] : 0
        aligned[row, axis] = target + 1e-3 * first[row, axis]
      }
    }
    return (aligned, LayoutAnchors(targets: targets, strength: alignment))
  }

  private func positions(
    _ rows: Matrix, _ path: String, metric: Metric, method: LayoutMethod, graph: NeighborGraph
  ) throws -> Matrix {
    let dimension = method.dimension
    let principal = { principalInitialization(of: rows, dimension: dimension, seed: method.seed) }
    switch start {
    case .pca: return principal()
    case .random:
      return randomInitialization(
        sampleCount: rows.rowCount, dimension: dimension, seed: method.seed)
    case .spectral:
      return spectralInitialization(of: graph, principal: principal(), seed: method.seed)
    case .sample:
      Diagnostics.note("start: \(min(sampleRows, rows.rowCount)) rows are laid out first")
      do {
        var search = SearchParameters()
        (search.recall, search.seed) = (0.95, method.seed)
        return try sampledInitialization(
          of: rows, chosenCount: sampleRows, metric: metric, method: method, search: search)
      } catch { throw StageError("Cannot compare the rows of \(path): \(error)") }
    }
  }

  /// Where each row's partner stands in another layout; NaN for rows without one.
  private func partnerPositions(
    _ path: String, _ source: RowsFile, _ origins: RowOrigins?, dimension: Int
  ) throws -> Matrix {
    let file = try ArrayFileReader(path: path, kind: "layout")
    let layout = try file.matrix("layout")
    guard let others = try file.rowOrigins(), let origins, others.image.count == layout.rowCount
    else {
      throw StageError(
        "Cannot align \(source.path) to \(path): one of them does not say which photographs its rows come from; make it again."
      )
    }
    guard layout.firstNonFiniteRow() == nil else {
      throw StageError("Cannot align to \(path): it is damaged; make it again.")
    }
    guard layout.columnCount == dimension else {
      throw StageError(
        "Cannot align \(source.path) to \(path): that layout has \(layout.columnCount) dimensions, this one \(dimension); use the same method and --dimensions."
      )
    }
    let partners = origins.partners(in: others)
    let found = partners.count { $0 >= 0 }
    guard found > 0 else {
      throw StageError(
        "Cannot align \(source.path) to \(path): they have no photograph in common; lay out rows of the same photographs."
      )
    }
    if found < partners.count {
      Diagnostics.warn("\(partners.count - found) rows have no partner in \(path)")
    }
    var targets = Matrix(rowCount: partners.count, columnCount: dimension, repeating: .nan)
    for (row, partner) in partners.enumerated() where partner >= 0 {
      for axis in 0..<dimension { targets[row, axis] = layout[Int(partner), axis] }
    }
    return targets
  }
}
