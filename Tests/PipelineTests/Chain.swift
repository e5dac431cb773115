import Foundation
import TestSupport
import Testing

/// The pipeline from images to an atlas, with small numbers, in a folder of its own.
struct Chain: Sendable {
  static let positionCount = 60
  static let componentCount = 8
  static let iconSide = 24
  static let gridSides = [3, 5]
  static let sampleCount = 12 * positionCount

  let folder: TemporaryFolder
  let workshop: Workshop
  let threads: Int

  init(threads: Int = 2) throws {
    folder = try TemporaryFolder()
    workshop = try .shared()
    self.threads = threads
  }

  /// A chain that was run once for all tests that only read its artifacts.
  static func finished() throws -> Chain { try made.get() }

  private static let made: Result<Chain, any Error> = Result {
    let chain = try Chain()
    try chain.run()
    atexit { try? FileManager.default.removeItem(atPath: Chain.finished().folder.path) }
    return chain
  }

  func file(_ name: String) -> String { folder.file(name) }

  var cells: String { file("cells.h5") }
  var components: String { file("components.h5") }
  var activations: String { file("activations.h5") }
  var neighbors: String { file("neighbors.h5") }
  var layout: String { file("layout.h5") }

  /// What every program is told.
  private var common: [String] { ["--threads", "\(threads)", "--quiet"] }

  /// The names of all artifacts in order.
  static let artifacts = [
    "activations.h5", "components.h5", "neighbors.h5", "layout.h5", "layout.json",
    "layout-classes.png", "layout-density.png", "layout-loss.png", "cells.h5", "icons.h5",
    "icons.json", "icons.png", "atlas.png", "atlas.json",
  ]

  func run() throws {
    for program in Program.stages { try program.succeed(arguments(of: program)) }
  }

  /// The arguments of a stage, with some options set otherwise, or left out where they are nil.
  func arguments(of program: Program, _ changes: [String: String?] = [:]) -> [String] {
    var options: [(String, String?)] =
      switch program {
      case .synthesize:
        [
          ("--output", file("world")), ("--classes", "fish"), ("--count", "2"), ("--size", "32"),
        ]
      case .extract:
        [
          ("--model", workshop.model), ("--images", workshop.images), ("--layer", "mixed"),
          ("--positions", "\(Self.positionCount)"), ("--output", activations),
        ]
      case .reduce:
        [
          ("--activations", activations), ("--components", "\(Self.componentCount)"),
          ("--output", components),
        ]
      case .neighbors:
        [("--components", components), ("--neighbors", "20"), ("--output", neighbors)]
      case .embed:
        [
          ("--components", components), ("--neighbor-graph", neighbors), ("--method", "umap"),
          ("--neighbors", "15"), ("--epochs", "40"), ("--output", layout),
        ]
      case .place:
        [
          ("--layout", layout), ("--components", components), ("--new", activations),
          ("--output", file("placed.h5")),
        ]
      case .grid:
        [
          ("--activations", activations), ("--layout", layout),
          ("--grid", Self.gridSides.map(String.init).joined(separator: ",")),
          ("--minimum-count", "4"), ("--output", cells),
        ]
      case .render:
        [
          ("--model", workshop.model), ("--layer", "mixed"), ("--cells-file", cells),
          ("--grid", "5"), ("--components", components), ("--size", "\(Self.iconSide)"),
          ("--steps", "6"), ("--output", file("icons.h5")),
        ]
      case .judge:
        [
          ("--model", workshop.model), ("--icons", file("icons.h5")), ("--cells-file", cells),
          ("--judge", workshop.model), ("--output", file("icons.json")),
        ]
      case .evidence:
        [
          ("--model", workshop.model), ("--cells-file", cells), ("--grid", "5"),
          ("--output", file("evidence")),
        ]
      case .assemble:
        [
          ("--icons", file("icons.h5")), ("--report", file("icons.json")),
          ("--output", file("atlas")),
        ]
      case .attribute:
        [
          ("--model", workshop.model), ("--layer", "mixed"), ("--activations", activations),
          ("--cells-file", cells), ("--rows", "6"), ("--trust-samples", "5"),
          ("--output", file("attribution.h5")),
        ]
      case .select:
        [
          ("--model", workshop.model), ("--activations", activations),
          ("--attribution", file("effects.h5")), ("--output", file("selected.h5")),
        ]
      case .propose, .patch, .conclude, .explore, .network, .documentation, .plan: []
      }
    for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
      if let place = options.firstIndex(where: { $0.0 == name }) {
        options[place].1 = value
      } else {
        options.append((name, value))
      }
    }
    return options.flatMap { name, value in value.map { [name, $0] } ?? [] } + common
  }
}
