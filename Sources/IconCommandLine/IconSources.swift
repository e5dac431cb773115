internal import ArrayStore
internal import Artifacts
internal import CommandLine
internal import Matrices
public import Mosaics

/// What is known of icons out of the files that belong to them.
public struct IconSources {
  /// The classes of each icon's cell, in the order of the icons; nil without effects.
  public let classes: [CellClasses]?
  /// What the atlas was made of and what it leaves out.
  public private(set) var facts = AtlasFacts()

  /// Reads the files.
  ///
  /// - Parameters:
  ///   - sheet: The icons.
  ///   - attribution: The result of `atlas-attribute`; nil for none, as of the others.
  ///   - cells: The result of `atlas-grid`.
  ///   - layout: The result of `atlas-embed`.
  ///   - activations: The result of `atlas-extract`.
  /// - Throws: When one is not of the icons' network, layer, images and cells.
  public init(
    _ sheet: IconSheet, attribution: String?, cells: String?, layout: String?,
    activations: String?
  ) throws {
    let effects = try attribution.map { try AttributionFile(path: $0) }
    let grid = try cells.map { try CellsFile(path: $0) }
    let plane = try layout.map { try LayoutFile(path: $0) }
    let samples = try activations.map { try ActivationsFile(path: $0) }
    var files = [Described(sheet.path, sheet.subject)]
    if let effects { files.append(Described(effects.path, effects.subject)) }
    if let grid { files.append(Described(grid.path, grid.subject)) }
    if let plane { files.append(Described(plane.path, plane.subject)) }
    if let samples { files.append(Described(samples.path, samples.subject)) }
    try requireSame(files)

    classes = try effects?.classes(of: sheet)
    if let effects {
      facts.classes = effects.classCount
      facts.firstUnderAblation = try effects.trust("top_1")
      facts.amongFiveUnderAblation = try effects.trust("top_5")
      facts.completeness = try effects.trust("completeness")
      facts.pathSteps = try effects.pathSteps
    }
    facts.cellsWithoutIcon = sheet.cellTotal - sheet.cells.count
    if let grid { try add(grid, sheet, effects) }
    if let plane { try add(plane, grid) }
    if let samples { try add(samples, grid) }
  }

  /// The facts with names that may be written.
  public var printableFacts: AtlasFacts {
    var facts = facts
    facts.chosenFor = facts.chosenFor?.map(\.printable)
    facts.leftClass = facts.leftClass?.printable
    facts.rightClass = facts.rightClass?.printable
    return facts
  }

  private mutating func add(
    _ grid: CellsFile, _ sheet: IconSheet, _ effects: AttributionFile?
  ) throws {
    let digest = try sha256(ofFile: grid.path)
    var dependents: [(path: String, provenance: Provenance?)] = [(sheet.path, sheet.provenance)]
    if let effects { dependents.append((effects.path, try effects.provenance)) }
    for (path, provenance) in dependents {
      // By the digest: another grid may have as many cells at the same places.
      guard provenance?.inputs.contains(where: { $0.sha256 == digest }) ?? true else {
        throw StageError(
          "Cannot use \(path) with \(grid.path): it was made of other cells; make it anew of these."
        )
      }
    }
    let cellOfSample = try grid.cellOfSample(side: sheet.gridSide)
    let clipped = try grid.clippedCount()
    let outside = cellOfSample.count { $0 < 0 }
    facts.samples = cellOfSample.count
    facts.clippedSamples = clipped
    facts.samplesInSparseCells = max(0, outside - clipped)
    facts.emptyPlaces = max(0, sheet.gridSide * sheet.gridSide - sheet.cellTotal)
    let minimum = try grid.provenance?.parameters.first { $0.name == "minimum-count" }
    facts.minimumCount = minimum.flatMap { Int($0.value) }
  }

  private mutating func add(_ plane: LayoutFile, _ grid: CellsFile?) throws {
    if let grid { try require(plane.path, isInputOf: grid) }
    facts.samples = plane.sampleCount
    facts.trustworthiness = try plane.measure("trustworthiness_15")
    if let contrast = try plane.contrast() {
      (facts.leftClass, facts.rightClass) = (contrast.left, contrast.right)
    }
    if let origins = try plane.origins() { facts.images = Set(origins.image).count }
  }

  private mutating func add(_ samples: ActivationsFile, _ grid: CellsFile?) throws {
    if let grid { try require(samples.path, isInputOf: grid) }
    facts.samples = samples.sampleCount
    facts.failedImages = try samples.failedImageCount()
    facts.chosenFor = try samples.selection()?.classNames
    if facts.images == nil, let origins = try samples.origins() {
      facts.images = Set(origins.image).count
    }
  }

  private func require(_ path: String, isInputOf grid: CellsFile) throws {
    let digest = try sha256(ofFile: path)
    guard try grid.provenance?.inputs.contains(where: { $0.sha256 == digest }) ?? true else {
      throw StageError(
        "Cannot use \(path) with \(grid.path): these cells were made of another file; give the one that atlas-grid was given."
      )
    }
  }
}

extension AttributionFile {
  /// The classes that the cells of icons argue for and against.
  ///
  /// - Throws: When its cells are not those of the icons.
  fileprivate func classes(of sheet: IconSheet) throws -> [CellClasses] {
    let level = try level(side: sheet.gridSide)
    let (indices, names) = try classes()
    guard sheet.isOfCells(row: level.row, column: level.column) else {
      throw StageError(
        "Cannot use \(path) with \(sheet.path): its cells are not those of the icons; run atlas-attribute on the cells that these were rendered from."
      )
    }
    return sheet.cells.map { cell in
      let row = cell.index
      return CellClasses(
        means: level.mean[row: row].map { $0 }, samples: Int(level.sampleCount[row]),
        images: Int(level.imageCount[row])
      ) { place in
        ClassEffect(
          index: Int(indices[place]), name: names[place], mean: level.mean[row, place],
          standardError: level.standardError[row, place], agreement: level.agreement[row, place])
      }
    }
  }
}
