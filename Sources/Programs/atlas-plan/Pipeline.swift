import ArrayStore
import Artifacts
import CommandLine
import FoundationEssentials
import Glibc
import NetworkCommandLine
import NeuralNetworks

/// The files of an atlas, each with the stage that makes it, what it is made from, and what is asked
/// of it.
///
/// What samples and layouts have in common lies in the atlas's folder, a layout with its grids in a
/// folder for each method: both methods share activations, components and neighbors.
struct Pipeline {
  /// A file of the atlas.
  struct Product {
    /// The stage that makes it, as make knows it.
    let stage: String
    let path: String
    /// The products that it is made from; their digests stand in it.
    var inputs: [String] = []
    /// What it is made from besides.
    var sources: [String] = []
    /// The settings that decide it.
    var settings: [(name: String, value: String)] = []
    /// The form of the file; nil for pictures.
    var schema: FileSchema?
    /// Cells along a side, for products of a grid.
    var grid: String?

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The name of its stamp, which no other product has.
    var stamp: String {
      stage == "evidence" ? "evidence-\(grid ?? "").json" : name
    }
  }

  /// A product, and why it must be made; nil if it is what is asked for.
  struct State {
    let product: Product
    let reason: String?
    /// Whether it is made only if what it is made from becomes another file: sampling again may give the
    /// same bytes.
    var follows = false
  }

  /// What is to be made.
  enum Goal: String, CaseIterable {
    /// The atlas, and the images behind its cells.
    case atlas
    /// The same with what its cells argue for, and the poster.
    case explanation
    /// The effects of all samples, from which those of a class are selected, and what whitens icons.
    case effects
  }

  /// What is asked for.
  struct Request {
    var goal: Goal
    var folder, method: String
    var grids: [String]
    /// The folder of what is asked of each stage.
    var asked: String
    var laysOutActivations, whitens: Bool
    var alignTo: String?
    var judge: [String]
    /// The folder of the atlas of all samples, where this one is of a class's.
    var selection: String?
    /// Whether the effects on the class are computed for this atlas alone.
    var hasOwnEffects = false
    /// Whether samples are laid out by the difference of their effects on two classes.
    var contrasts = false
    /// The file whose columns are averaged over cells.
    var columns: String?
  }

  let request: Request
  var folder: String { request.folder }
  /// What is asked of each stage.
  let asked: [String: [(name: String, value: String)]]
  /// In the order of the data flow; the last one is what was asked for.
  let products: [Product]
  private let stampFolder: String

  init(_ request: Request) throws {
    self.request = request
    stampFolder = request.asked
    var asked: [String: [(name: String, value: String)]] = [:]
    for stage in Self.stages { asked[stage] = try Self.record("\(request.asked)/\(stage).asked") }
    self.asked = asked
    func product(
      _ stage: String, _ path: String, _ inputs: [String], sources: [String] = [],
      _ schema: FileSchema? = nil, grid: String? = nil
    ) -> Product {
      Product(
        stage: stage, path: path, inputs: inputs, sources: sources,
        settings: (grid == nil || stage != "grid" ? [] : [("grid", grid ?? "")])
          + (asked[stage] ?? []).filter { stage != "grid" || $0.name != "grid" },
        schema: schema, grid: grid)
    }
    let folder = request.folder
    let (activations, components) = ("\(folder)/activations.h5", "\(folder)/components.h5")
    let (neighbors, part) = ("\(folder)/neighbors.h5", "\(folder)/\(request.method)")
    let layout = "\(part)/layout.h5"
    let samples = request.laysOutActivations ? activations : components
    var products: [Product] = []
    if let whole = request.selection {
      if request.hasOwnEffects {
        products.append(
          product(
            "effects", "\(folder)/effects.h5", [], sources: ["\(whole)/activations.h5"],
            AttributionFile.schema))
      }
      products.append(
        product(
          "select", activations, request.hasOwnEffects ? ["\(folder)/effects.h5"] : [],
          sources: ["\(whole)/activations.h5"]
            + (request.hasOwnEffects ? [] : ["\(whole)/effects.h5"]), ActivationsFile.schema))
    } else {
      products.append(product("extract", activations, [], ActivationsFile.schema))
    }
    // Without whitening nothing but a layout of components needs them; a class's icons are whitened as those
    // of all samples are.
    let whitener = request.selection.map { "\($0)/components.h5" } ?? components
    if !request.laysOutActivations || (request.whitens && request.selection == nil) {
      products.append(product("reduce", components, [activations], ComponentsFile.schema))
    }
    guard request.goal != .effects else {
      products.append(
        product("effects", "\(folder)/effects.h5", [activations], AttributionFile.schema))
      self.products = products
      return
    }
    products += [
      product("neighbors", neighbors, [samples], NeighborsFile.schema),
      product(
        "embed", layout, [samples, neighbors] + (request.contrasts ? [activations] : []),
        sources: request.alignTo.map { [$0] } ?? [], LayoutFile.schema),
    ]
    for grid in request.grids {
      let (cells, icons) = ("\(part)/cells-\(grid).h5", "\(part)/icons-\(grid).h5")
      let (report, effects) = ("\(part)/icons-\(grid).json", "\(part)/attribution-\(grid).h5")
      let isOwn = whitener == components
      products += [
        product(
          "grid", cells, [activations, layout], sources: request.columns.map { [$0] } ?? [],
          CellsFile.schema, grid: grid),
        product(
          "render", icons, [cells] + (request.whitens && isOwn ? [components] : []),
          sources: request.whitens && !isOwn ? [whitener] : [], IconsFile.schema, grid: grid),
        product("judge", report, [icons, cells], sources: request.judge, grid: grid),
        product("assemble", "\(part)/atlas-\(grid).png", [icons, report], grid: grid),
      ]
      products.append(
        product("evidence", "\(part)/evidence-\(grid)/evidence.json", [cells], grid: grid))
      guard request.goal == .explanation else { continue }
      products += [
        product("attribute", effects, [activations, cells], AttributionFile.schema, grid: grid),
        product(
          "poster", "\(part)/poster-\(grid).png", [icons, effects, cells, layout, activations],
          grid: grid),
      ]
    }
    products.append(
      product("first", "\(part)/atlas.png", ["\(part)/atlas-\(request.grids[0]).png"]))
    self.products = products
  }

  /// The stages of which something is asked.
  private static let stages = [
    "extract", "reduce", "neighbors", "embed", "grid", "render", "assemble", "attribute", "effects",
    "select", "evidence", "poster",
  ]

  /// The stages that read the network.
  private static let readers: Set = [
    "extract", "render", "judge", "attribute", "effects", "evidence",
  ]

  /// The lines `name=value` of a file.
  private static func record(_ path: String) throws -> [(name: String, value: String)] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw StageError("Cannot read \(path): \(String(cString: strerror(errno))).")
    }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map { line in
      let end = line.firstIndex(of: "=") ?? line.endIndex
      return (String(line[..<end]), String(line[end...].dropFirst()))
    }
  }

  // MARK: - What must be made

  /// Whether each product is what is asked for.
  ///
  /// - Complexity: Digests every file that another one is made from: about a second for 1 GB.
  func states(from source: Source) throws -> [State] {
    var digests: [String: String] = [:]
    var made: Set<String> = []
    return try products.map { product in
      var reason: String?
      var follows = false
      if let input = product.inputs.first(where: made.contains) {
        let own = changes(product)
        follows = own == nil
        reason = own ?? "\(input.split(separator: "/").last ?? "") is made"
      } else {
        var expected = Self.readers.contains(product.stage) ? source.digests : []
        for path in product.inputs + product.sources {
          let digest = try digests[path] ?? sha256(ofFile: path)
          digests[path] = digest
          expected.append((path.split(separator: "/").last.map(String.init) ?? path, digest))
        }
        var product = product
        if product.stage == "assemble" {
          // An atlas names the run that rendered its icons rather than their file: blocks of cells may
          // come in several.
          let icons = products.first { $0.path == product.inputs[0] }.flatMap(record)
          expected = icons?.inputs ?? []
          product.settings.append(("icons", icons?.command ?? ""))
          product.settings.append(("report", digests[product.inputs[1]] ?? ""))
        }
        reason = try difference(product, expected, source)
      }
      if reason != nil { made.insert(product.path) }
      return State(product: product, reason: reason, follows: follows)
    }
  }

  /// What keeps a product from being what is asked for.
  private func difference(
    _ product: Product, _ expected: [(name: String, sha256: String)], _ source: Source
  ) throws -> String? {
    guard fileExists(product.path) else { return absence(of: product) }
    if product.stage == "first" {
      let isCopy = try sha256(ofFile: product.path) == expected.first?.sha256
      return isCopy ? nil : "another \(expected.first?.name ?? "")"
    }
    if let changes = changes(product) { return changes }
    guard let record = record(of: product) else { return "damaged" }
    let digests = Dictionary(record.inputs.map { ($0.name, $0.sha256) }) { first, _ in first }
    let others = expected.filter { digests[$0.name] != $0.sha256 }.map(\.name)
    if !others.isEmpty { return "another \(others.joined(separator: ", "))" }
    if digests.count != expected.count {
      let gone = Set(digests.keys).subtracting(expected.map(\.name)).sorted()
      return "without \(gone.joined(separator: ", "))"
    }
    return product.stage == "extract" ? try source.changeOfImages(since: product, in: self) : nil
  }

  /// What is told of a product that is not there: whether a run that was cut off left some of it.
  private func absence(of product: Product) -> String {
    let parts = [".parts", ".new.progress", ".progress"].map { product.path + $0 }
    return parts.contains(where: fileExists) ? "new, a part is there" : "new"
  }

  /// What of a product itself is not as asked for: that it is not there, its form or its settings.
  private func changes(_ product: Product) -> String? {
    guard fileExists(product.path) else { return absence(of: product) }
    if product.stage == "first" { return nil }
    guard let record = record(of: product) else { return "of another version, or damaged" }
    let known = Dictionary(record.parameters.map { ($0.name, $0.value) }) { first, _ in first }
    let changes = product.settings.compactMap { name, value -> String? in
      let value = name == "precision" ? PrecisionChoice(rawValue: value)?.resolved.rawValue : value
      guard known[name] != value else { return nil }
      return "\(name) \(known[name] ?? "–") → \(value ?? "")"
    }
    return changes.isEmpty ? nil : changes.joined(separator: ", ")
  }

  /// How a product was made, as it says itself; nil if it does not.
  private func record(of product: Product) -> Provenance? {
    guard let schema = product.schema else { return PictureRecord(product).provenance }
    guard let reader = try? ArrayFileReader(path: product.path, kind: schema.kind),
      case .integer(let format) = try? reader.attribute("format"), format == schema.format
    else { return nil }
    return try? reader.provenance
  }

  // MARK: - What make is told

  /// Writes an empty file for each product: younger than the product if that must be made, else as old.
  ///
  /// Products that are what is asked for get their times in the order of the data flow, so that make,
  /// which knows times alone, comes to the same conclusion.
  func stamp(_ states: [State]) throws {
    var last = timespec()
    for state in states {
      let stamp = "\(stampFolder)/\(state.product.stamp)"
      guard state.reason == nil || state.follows else {
        try AtomicFile.write([], to: stamp)
        continue
      }
      var status = stat()
      guard stat(state.product.path, &status) == 0 else { continue }
      if (status.st_mtim.tv_sec, status.st_mtim.tv_nsec) < (last.tv_sec, last.tv_nsec) {
        _ = utimensat(AT_FDCWD, state.product.path, [last, last], 0)
      } else {
        last = status.st_mtim
      }
      try AtomicFile.write([], to: stamp)
      _ = utimensat(AT_FDCWD, stamp, [last, last], 0)
    }
  }

  /// Where make keeps what it was told.
  func stamp(_ name: String) -> String { "\(stampFolder)/\(name)" }
}
