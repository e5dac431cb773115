import ArgumentParser
import Artifacts
import CommandLine
import FeatureVisualization
import LinearAlgebra
import Matrices
import Models
import NeuralNetworks
import PrincipalComponents

/// What icons show: directions and how they are whitened, or units of the network.
struct Targeting: Sendable {
  var kind = TargetKind.direction
  var whitens = true
  var conditionNumber = Whitening.Shrinkage.defaultConditionNumber
  var cosinePower: Float = 4
  var cosineFloor = DirectionMeasure.defaultCosineFloor
}

/// The settings of what icons show.
enum TargetSettings: SettingsTable {
  static var defaults: Targeting { Targeting() }
  static let settings = [
    Setting(
      "target", \Targeting.kind, .choice,
      "What an icon shows: direction (a cell's mean activation), channel, neuron (a channel at the center), logit, probability or log-odds (of a class, from its layer of logits)"
    ),
    Setting(
      "whiten", \Targeting.whitens, .flag, make: "WHITEN",
      "Whiten directions, by --components"),
    Setting(
      "condition", \Targeting.conditionNumber, .number(above: 1), make: "CONDITION",
      "Largest condition number of the whitening matrix; smaller whitens less"),
    Setting(
      "cosine-power", \Targeting.cosinePower, .number(in: 0...100), make: "COSINE_POWER",
      "Power of the cosine in the objective; 0 is the plain dot product"),
    Setting(
      "cosine-floor", \Targeting.cosineFloor, .number(in: 0...1), make: "COSINE_FLOOR",
      "Least cosine that counts in the objective; at 0, an activation that points away stays there"),
  ]
}

/// What icons show, with the files that it comes from.
struct TargetArguments: ParsableArguments {
  @OptionGroup var settings: Settings<TargetSettings>
  @Option(
    help: ArgumentHelp("The result of atlas-grid; for directions.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var cellsFile: String?
  @Option(help: "The grid of the cells file; by default its only one.")
  var grid: Int?
  @Option(
    help: ArgumentHelp(
      "Only these cells (or channels, or classes), as a:b or 'a..<b', counted from 0, b left out.",
      valueName: "range"))
  var cells: IndexRange?
  @Option(
    help: ArgumentHelp(
      "The result of atlas-reduce, whose second moment whitens directions.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var components: String?

  var target: TargetKind { settings.parameters.kind }
  private var whiten: Bool { settings.parameters.whitens }

  /// Checks that there is a file of cells for directions, and a range for all else.
  func requireSources() throws {
    if target == .direction {
      guard cellsFile != nil else {
        throw ValidationError("--cells-file is needed for directions.")
      }
      guard components != nil || !whiten else {
        throw ValidationError("--components is needed to whiten; or give --no-whiten.")
      }
      return
    }
    guard cells != nil else {
      throw ValidationError("--cells is needed for --target \(target.rawValue): which of them?")
    }
    let unread = [
      cellsFile.map { _ in "--cells-file" }, grid.map { _ in "--grid" },
      components.map { _ in "--components" },
    ].compactMap { $0 }
    guard unread.isEmpty else {
      throw ValidationError(
        "\(unread.joined(separator: ", ")) \(unread.count == 1 ? "is" : "are") for directions, not for --target \(target.rawValue)."
      )
    }
  }

  /// The files that are named, whether they decide the result or not.
  var files: [String] { [cellsFile, components].compactMap { $0 } }

  /// The files that decide the result.
  var inputs: [String] {
    guard target == .direction else { return [] }
    return [cellsFile, whiten ? components : nil].compactMap { $0 }
  }

  /// What decides an icon, apart from which cells are rendered.
  var record: [(name: String, value: String)] {
    guard target == .direction else { return [("target", target.rawValue)] }
    var record = settings.record.filter { $0.name != "condition" || whiten }
    record.insert(("grid", grid.map(String.init) ?? "only"), at: 1)
    return record
  }

  /// Reads the targets.
  ///
  /// - Parameters:
  ///   - layer: The layer.
  ///   - network: The network.
  ///   - subject: What of it is rendered.
  /// - Returns: What to render, with where it belongs.
  /// - Throws: `ArtifactError` for files that are about another network or layer.
  func load(
    _ layer: NetworkLayer, of network: TrainedNetwork, subject: Subject
  ) throws -> RenderTargets {
    let (shape, tensor) = (layer.shape, layer.tensor)
    let result =
      target == .direction
      ? try directions(of: network, subject, shape: shape, tensor: tensor)
      : try units(of: network, subject, shape: shape, tensor: tensor)
    // Before the network is compiled for every thread.
    for target in result.targets { try target.objective.check(shapes: [tensor: shape]) }
    return result
  }

  private func units(
    of network: TrainedNetwork, _ subject: Subject, shape: MapShape, tensor: String
  ) throws -> RenderTargets {
    let range = try chosen(of: shape.channels, "\(target.rawValue)s of \(tensor)")
    if target.isOfLogits, let logits = network.graph.logits(behind: tensor) {
      throw StageError(
        "Cannot take \(quoted(tensor)) for \(target.rawValue): it is the result of a softmax; give the layer of logits, \(quoted(logits))."
      )
    }
    // Units have no cells; they get a sheet as square as can be.
    var columns = 1
    while columns * columns < range.count { columns += 1 }
    let positions = (0..<range.count).map { number in
      (row: Int32(number / columns), column: Int32(number % columns))
    }
    return RenderTargets(
      subject: subject,
      targets: range.compactMap { index in
        target.objective(index, of: tensor).map { IconTarget(index: index, objective: $0) }
      },
      cells: IconsFile.Cells(
        cell: range.map(Int32.init), row: positions.map(\.row), column: positions.map(\.column),
        count: [Int32](repeating: 0, count: range.count),
        dispersion: [Float](repeating: 0, count: range.count)),
      side: columns, total: range.count, whitening: nil)
  }

  private func directions(
    of network: TrainedNetwork, _ subject: Subject, shape: MapShape, tensor: String
  ) throws -> RenderTargets {
    let channels = shape.channels
    let path = cellsFile ?? ""
    let cells = try CellsFile(path: path)
    let moments = try whiten ? components.map { try ComponentsFile(path: $0) } : nil
    try requireSame(
      [Described(network.path, subject), Described(path, cells.subject)]
        + (moments.map { [Described($0.path, $0.subject)] } ?? []))
    var subject = subject
    subject.imagesFingerprint = cells.subject.imagesFingerprint
    let level = try cells.level(side: grid)
    guard level.mean.columnCount == channels else {
      throw StageError(
        "Cannot render \(path): its cells have \(level.mean.columnCount) channels, the layer has \(channels); give the layer that the cells were made of."
      )
    }
    let whitening = try moments.map { try self.whitening(by: $0, channels: channels) }
    let range = try chosen(of: level.mean.rowCount, "cells of grid \(level.side) in \(path)")
    return RenderTargets(
      subject: subject,
      targets: range.map { cell in
        IconTarget(
          index: cell,
          objective: .direction(
            Array(level.mean[row: cell]), of: tensor, whitening: whitening?.matrix,
            cosinePower: settings.parameters.cosinePower,
            cosineFloor: settings.parameters.cosineFloor))
      },
      cells: IconsFile.Cells(
        cell: range.map(Int32.init), row: Array(level.row[range]),
        column: Array(level.column[range]), count: Array(level.count[range]),
        dispersion: Array(level.dispersion[range])),
      side: level.side, total: level.mean.rowCount, whitening: whitening)
  }

  private func whitening(by file: ComponentsFile, channels: Int) throws -> Whitening {
    let components = file.path
    guard file.channelCount == channels else {
      throw StageError(
        "Cannot whiten with \(components): it is of \(file.channelCount) channels, the layer has \(channels); reduce this layer's activations."
      )
    }
    let whitening: Whitening
    do {
      whitening = try Whitening(
        secondMoment: SymmetricMatrix(validating: try file.secondMoment(), order: channels),
        shrinkage: .conditionNumber(atMost: settings.parameters.conditionNumber))
    } catch let error as PrincipalComponentsError {
      throw StageError("Cannot use \(components)", error)
    } catch let error as EigenError {
      throw StageError("Cannot use \(components)", error)
    }
    Diagnostics.note(
      "render: whitening shrunk by \(decimal(100 * whitening.shrinkage)) %, condition number \(decimal(whitening.conditionNumberBefore)) → \(decimal(whitening.conditionNumber))"
    )
    return whitening
  }

  private func chosen(of count: Int, _ what: String) throws -> Range<Int> {
    guard let cells else { return 0..<count }
    guard cells.range.upperBound <= count else {
      throw StageError(
        "Cannot render \(cells.description): there are \(count) \(what); give a range within 0..<\(count)."
      )
    }
    return cells.range
  }
}

/// `--target`.
enum TargetKind: String, CaseIterable, Sendable {
  case direction, channel, neuron, logit, probability
  case logOdds = "log-odds"

  /// Whether it is of a class, by its logit.
  var isOfLogits: Bool { [.logit, .probability, .logOdds].contains(self) }

  /// The objective of a unit of a tensor; nil for directions, which a cells file gives.
  func objective(_ index: Int, of tensor: String) -> Objective? {
    switch self {
    case .direction: nil
    case .channel: .channel(index, of: tensor)
    case .neuron: .neuron(index, of: tensor)
    case .logit: .logit(index, of: tensor)
    case .probability: .probability(index, ofLogits: tensor)
    case .logOdds: .logOdds(index, ofLogits: tensor)
    }
  }
}

/// `--cells`: `a..<b`, or `a:b`, which needs no quotes in a shell.
struct IndexRange: ExpressibleByArgument {
  let range: Range<Int>

  init?(argument: String) {
    let separator = argument.contains(":") ? ":" : "..<"
    let ends = argument.split(separator: separator, omittingEmptySubsequences: false)
      .map { Int($0) }
    guard ends.count == 2, let first = ends[0], let end = ends[1], first >= 0, first < end
    else { return nil }
    range = first..<end
  }

  var description: String { "\(range.lowerBound)..<\(range.upperBound)" }
}
