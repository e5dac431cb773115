public import Images
internal import Matrices
internal import Models

/// Examines icons: by what was measured of them, by patches of real images, and by another network.
public struct IconExamination: Sendable {
  /// An icon with what is known of it.
  public struct Item: Sendable {
    /// Its cell, an index into the cells' patches.
    public var cell: Int
    /// Its position in the grid.
    public var row, column: Int
    /// What it looks like.
    public var image: RGBImage
    /// What was measured when it was rendered; NaN where there is none.
    public var fidelity, transformedFidelity, baseline: Float
    /// Whether it evokes nothing of its target.
    public var isBlank: Bool

    /// Describes an icon.
    public init(
      cell: Int, row: Int, column: Int, image: RGBImage, fidelity: Float,
      transformedFidelity: Float, baseline: Float, isBlank: Bool
    ) {
      self.cell = cell
      self.row = row
      self.column = column
      self.image = image
      self.fidelity = fidelity
      self.transformedFidelity = transformedFidelity
      self.baseline = baseline
      self.isBlank = isBlank
    }
  }

  /// Patches of real images of a cell.
  public struct Patches: Sendable {
    /// Those that stand for the cell.
    public var references: [RGBImage]
    /// Others, of other images, that are shown in an icon's place: the ceiling.
    public var queries: [RGBImage]

    /// No patches.
    public static let none = Patches(references: [], queries: [])

    /// Puts a cell's patches into these two, in turn; no image is in both.
    public init(_ patches: [(path: String, image: RGBImage)]) {
      references = []
      queries = []
      var sides: [String: Bool] = [:]
      for patch in patches {
        // A query from a reference's own image would be recognized by what else is in it.
        let isReference = sides[patch.path] ?? (references.count <= queries.count)
        sides[patch.path] = isReference
        if isReference { references.append(patch.image) } else { queries.append(patch.image) }
      }
    }

    private init(references: [RGBImage], queries: [RGBImage]) {
      (self.references, self.queries) = (references, queries)
    }
  }

  /// A network with what is read of it.
  public struct Eye {
    /// The network's name.
    public let name: String
    /// Its layers' names, and their features.
    public let layers: [String]
    /// The network.
    public let features: PooledFeatures

    /// Ties them together.
    public init(name: String, layers: [String], features: PooledFeatures) {
      (self.name, self.layers, self.features) = (name, layers, features)
    }
  }

  /// The icons.
  public var items: [Item]
  /// The patches of all cells of the grid, also of those without an icon.
  public var patches: [Patches]
  /// The position of each of these cells in the grid.
  public var positions: [(row: Int, column: Int)]

  /// Gathers icons and patches.
  public init(items: [Item], patches: [Patches], positions: [(row: Int, column: Int)]) {
    precondition(
      patches.count == positions.count && items.allSatisfy { patches.indices.contains($0.cell) },
      "icons of cells that there are not")
    (self.items, self.patches, self.positions) = (items, patches, positions)
  }

  /// How many pictures `report` shows to each network.
  public var pictureCount: Int {
    items.count + patches.reduce(0) { $0 + $1.references.count + $1.queries.count }
  }

  /// Makes the report.
  ///
  /// - Parameters:
  ///   - layer: The name of the icons' layer.
  ///   - network: The icons' own network, with the layers on the path to the icons' own.
  ///   - other: The judge, with the layers that may be compared, of which the one counts
  ///     that recognizes real patches best; nil for none.
  ///   - progress: Called with numbers of pictures that were shown, from any thread.
  /// - Returns: The report.
  /// - Throws: When a network cannot be run.
  public func report(
    layer: String, network: Eye, other: Eye?, progress: @Sendable (Int) -> Void = { _ in }
  ) throws -> IconReport {
    let path = path(try look(through: network.features, progress), network.layers)
    var verdicts: Verdicts?
    var recognition: IconReport.Recognition?
    if let other {
      for (layer, features) in zip(other.layers, try look(through: other.features, progress)) {
        let heard = self.verdicts(features)
        let candidate = IconReport.Recognition(
          network: other.name, layer: layer,
          icons: RecognitionScores((heard?.icons ?? []).compactMap { $0.map { [$0] } }),
          patches: RecognitionScores((heard?.patches ?? []).filter { !$0.isEmpty }))
        // The layer that knows real patches best; of equals the deepest.
        if candidate.ceiling >= recognition?.ceiling ?? 0 {
          (verdicts, recognition) = (heard, candidate)
        }
      }
    }
    let cells: [IconReport.Cell] = items.indices.map { index in
      cell(
        items[index], path: path.flatMap { Self.mean($0.layers.map { $0.ofIcons[index] }) },
        verdict: verdicts?.icons[index])
    }
    func quartiles(_ key: KeyPath<Item, Float>) -> IconReport.Quartiles? {
      IconReport.Quartiles(items.map { $0[keyPath: key] })
    }
    let patchImages = patches.flatMap { $0.references + $0.queries }
    return IconReport(
      network: network.name, layer: layer, icons: items.count, patches: patchImages.count,
      fidelity: quartiles(\.fidelity), transformedFidelity: quartiles(\.transformedFidelity),
      baseline: quartiles(\.baseline),
      recognition: recognition,
      path: path,
      pictures: IconReport.Pictures(
        icons: PictureStatistics.medians(items.map { PictureStatistics($0.image) }),
        patches: PictureStatistics.medians(patchImages.map { PictureStatistics($0) })),
      doubtful: cells.count { $0.doubts != nil }, cells: cells)
  }

  // MARK: Features

  /// Features of a layer.
  private struct Features {
    var icons: [[Float]] = []
    var references: [[[Float]]] = []
    var queries: [[[Float]]] = []
  }

  /// Features of all pictures, layer by layer.
  private func look(
    through features: PooledFeatures, _ progress: @Sendable (Int) -> Void
  ) throws -> [Features] {
    let references = patches.flatMap(\.references)
    let queries = patches.flatMap(\.queries)
    let matrices = try features.means(
      of: items.map(\.image) + references + queries, progress: progress)
    return matrices.map { matrix in
      var row = 0
      func next() -> [Float] {
        defer { row += 1 }
        return Array(matrix[row: row])
      }
      var result = Features()
      result.icons = items.map { _ in next() }
      result.references = patches.map { $0.references.map { _ in next() } }
      result.queries = patches.map { $0.queries.map { _ in next() } }
      return result
    }
  }

  private func path(_ features: [Features], _ layers: [String]) -> IconReport.Path? {
    guard patches.contains(where: { $0.references.count + $0.queries.count > 1 }) else {
      return nil
    }
    let layers = zip(layers, features).map { name, features in
      PathSimilarity(
        layer: name, icons: features.icons, of: items.map(\.cell),
        patches: zip(features.references, features.queries).map { $0 + $1 })
    }
    return IconReport.Path(layers: layers, mean: Self.mean(layers.map { $0.similarity ?? .nan }))
  }

  /// The mean of what is finite; nil where nothing is.
  private static func mean(_ values: [Double]) -> Double? {
    let known = values.filter(\.isFinite)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  /// What the judge says.
  private struct Verdicts {
    /// Of each icon; nil where its cell has no patch.
    let icons: [CellRecognition.Verdict?]
    /// Of each cell's queries.
    let patches: [[CellRecognition.Verdict]]
  }

  /// What the judge says of each icon, and of each cell's queries; nil where there are not
  /// two cells to choose between.
  private func verdicts(_ features: Features) -> Verdicts? {
    let known = patches.indices.filter { !features.references[$0].isEmpty }
    guard known.count > 1 else { return nil }
    let places = Dictionary(uniqueKeysWithValues: zip(known, 0...))
    let recognition = CellRecognition(known.map { meanFeature(features.references[$0]) })
    func verdict(_ feature: [Float], _ cell: Int) -> CellRecognition.Verdict? {
      places[cell].map { place in
        let verdict = recognition.verdict(on: feature, of: place)
        return CellRecognition.Verdict(
          rank: verdict.rank, twoChoice: verdict.twoChoice, nearest: known[verdict.nearest])
      }
    }
    return Verdicts(
      icons: zip(items, features.icons).map { verdict($1, $0.cell) },
      patches: patches.indices.map { cell in
        features.queries[cell].compactMap { verdict($0, cell) }
      })
  }

  // MARK: Doubts

  private func cell(
    _ item: Item, path: Double?, verdict: CellRecognition.Verdict?
  ) -> IconReport.Cell {
    var doubts: [IconReport.Doubt] = []
    if item.isBlank { doubts.append(.blank) }
    if item.fidelity < item.baseline { doubts.append(.fidelityBelowBaseline) }
    if let verdict, verdict.twoChoice < 0.5 { doubts.append(.notRecognized) }
    if let path, path < 0 { doubts.append(.foreignPath) }
    func finite(_ value: Float) -> Float? { value.isFinite ? value : nil }
    let takenFor = verdict.flatMap { $0.nearest == item.cell ? nil : positions[$0.nearest] }
    return IconReport.Cell(
      row: item.row, column: item.column, fidelity: finite(item.fidelity),
      transformedFidelity: finite(item.transformedFidelity), baseline: finite(item.baseline),
      rank: verdict?.rank, twoChoice: verdict?.twoChoice, takenForRow: takenFor?.row,
      takenForColumn: takenFor?.column, path: path, doubts: doubts.isEmpty ? nil : doubts)
  }
}

extension IconReport.Recognition {
  /// How well real patches are recognized; 0 where there are none to tell.
  fileprivate var ceiling: Double { patches?.meanReciprocalRank.value ?? 0 }
}
