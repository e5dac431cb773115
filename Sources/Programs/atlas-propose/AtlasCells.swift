import Activations
import ArrayStore
import Artifacts
import Attribution
import CommandLine
import Evidence
import Images
import LinearAlgebra
import Matrices
import Models
import NeuralNetworks
import Patches

/// The cells of an atlas: what they argue for, their icons, and parts of photographs in them.
struct AtlasCells {
  /// The grid rows and columns.
  let row, column: [Int]
  /// The class that each argues for most, as an index of the logits.
  let ownClass: [Int]
  /// The icons; nil for cells without one.
  let icons: [RGBImage?]
  /// The exemplars, samples nearest to a cell's mean, each of another photograph.
  let exemplars: [[CellsFile.LocatedExemplar]]
  /// The photographs' folder.
  let folder: String
  /// The mean activation of each cell, c numbers.
  let means: [[Float]]
  /// The layer.
  let layer: NetworkLayer

  /// The number of grid rows.
  var gridSide: Int { level.side }

  private let level: AttributionFile.Level
  private let dispersion: [Double]
  private let attribution: AttributionFile
  /// The image and the cell of each of the attribution's samples.
  private let image, cell: [Int32]
  /// For each class of the network its column in the attribution.
  private let columnOfClass: [Int: Int]
  private let cutter: PatchCutter

  /// Opens an atlas.
  ///
  /// - Throws: When its files are of different runs, or lack what is needed.
  init(
    _ network: TrainedNetwork, _ subject: Subject, activations: String, cells: String,
    attribution: String, icons: String, grid: Int?, side: Int
  ) throws {
    let source = try ActivationsFile(path: activations)
    let cellsFile = try CellsFile(path: cells)
    let effects = try AttributionFile(path: attribution)
    let iconsFile = try IconsFile(path: icons)
    try requireSame([
      Described(network.path, subject), Described(activations, source.subject),
      Described(cells, cellsFile.subject), Described(attribution, effects.subject),
      Described(icons, iconsFile.subject),
    ])
    let cellLevel = try cellsFile.level(side: grid)
    let level = try effects.level(side: cellLevel.side)
    guard level.row == cellLevel.row, level.column == cellLevel.column else {
      throw StageError(
        "Cannot use \(attribution) with \(cells): its cells are others; make it anew with atlas-attribute."
      )
    }
    guard let origins = try source.origins(), let folder = try cellsFile.imagesFolder(),
      let exemplars = try cellsFile.locatedExemplars(side: cellLevel.side)
    else {
      throw StageError(
        "Cannot use \(cells): it does not say which images its samples come from; make it with atlas-extract and atlas-grid."
      )
    }
    let samples = try effects.samples(below: source.sampleCount)
    let cellOfSample = try cellsFile.cellOfSample(side: cellLevel.side)
    guard cellOfSample.count == source.sampleCount else {
      throw StageError(
        "Cannot use \(cells) with \(activations): its cells are of \(cellOfSample.count) samples, not \(source.sampleCount); make it anew with atlas-grid."
      )
    }
    let classes = try effects.classes().indices.map(Int.init)
    self.level = level
    self.attribution = effects
    self.folder = folder
    self.exemplars = exemplars
    (row, column) = (level.row.map(Int.init), level.column.map(Int.init))
    dispersion = cellLevel.dispersion.map(Double.init)
    image = samples.map { origins.image[Int($0)] }
    cell = samples.map { cellOfSample[Int($0)] }
    columnOfClass = Dictionary(zip(classes, 0...)) { first, _ in first }
    ownClass = (0..<level.row.count).map { cell in
      classes[(0..<classes.count).max { level.mean[cell, $0] < level.mean[cell, $1] } ?? 0]
    }
    means = (0..<cellLevel.mean.rowCount).map { Array(cellLevel.mean[row: $0]) }
    self.icons = try Self.icons(of: iconsFile, row: row, column: column)
    layer = try network.layer(named: subject.layer ?? "")
    cutter = try Self.cutter(network, layer, exemplars, in: folder, side: side)
  }

  private static func icons(of file: IconsFile, row: [Int], column: [Int]) throws -> [RGBImage?] {
    let icons = try file.icons()
    let (side, count) = (file.iconSidePixels, 3 * file.iconSidePixels * file.iconSidePixels)
    var places: [SIMD2<Int>: Int] = [:]
    for index in icons.cells.row.indices {
      places[SIMD2(Int(icons.cells.row[index]), Int(icons.cells.column[index]))] = index
    }
    return zip(row, column).map { row, column in
      places[SIMD2(row, column)].map { index in
        RGBImage(
          width: side, height: side,
          pixels: Array(icons.pixels[index * count..<(index + 1) * count]))
      }
    }
  }

  /// Cuts parts of photographs as large as what the layer responds to.
  private static func cutter(
    _ network: TrainedNetwork, _ layer: NetworkLayer, _ exemplars: [[CellsFile.LocatedExemplar]],
    in folder: String, side: Int
  ) throws -> PatchCutter {
    let positions = try PositionMap(of: layer, in: network)
    let items = exemplars.map { $0.map { Self.item($0, in: folder) } }
    let extent = try EffectiveExtent.measure(
      network, positions, samples: EffectiveExtent.samples(of: items), fraction: 0.9)
    return PatchCutter(preprocessing: network.preprocessing, extent: extent?.side, side: side)
  }

  private static func item(
    _ exemplar: CellsFile.LocatedExemplar, in folder: String
  ) -> EvidenceItem {
    EvidenceItem(path: folder + "/" + exemplar.name, center: exemplar.center, box: exemplar.box)
  }

  /// The number of cells.
  var count: Int { row.count }

  // MARK: Effects

  /// What the cells argue for between two classes, for some pairs at once.
  ///
  /// - Throws: When effects were not computed for one of the classes.
  func evidence(for pairs: [ClassPair]) throws -> [[CellEvidence]] {
    let columns = try pairs.map { pair in
      guard let source = columnOfClass[pair.source], let target = columnOfClass[pair.target] else {
        throw StageError(
          "Cannot use \(attribution.path): it has no effects on class \(columnOfClass[pair.source] == nil ? pair.source : pair.target); make it with atlas-attribute, without --class."
        )
      }
      return (source, target)
    }
    var sums = CellEffects(cellCount: count, classCount: pairs.count)
    var (held, cells): ([Float], [Int]) = ([], [])
    var current: Int32 = -1
    func flush() {
      if !cells.isEmpty { sums.add(held.span, ofCells: cells) }
      (held, cells) = ([], [])
    }
    for block in attribution.blocks {
      let effects = try attribution.effects(block)
      for (offset, sample) in block.enumerated() {
        if image[sample] != current { flush() }
        current = image[sample]
        cells.append(Int(cell[sample]))
        held += columns.map { effects[offset, $0.1] - effects[offset, $0.0] }
      }
    }
    flush()
    return pairs.indices.map { pair in
      (0..<count).map { cell in
        CellEvidence(
          sampleCount: sums.sampleCounts[cell], imageCount: sums.imageCounts[cell],
          dispersion: dispersion[cell], target: Double(level.mean[cell, columns[pair].1]),
          contrast: sums.mean(cell: cell, onClass: pair),
          standardError: sums.standardError(cell: cell, onClass: pair), ownClass: ownClass[cell])
      }
    }
  }

  /// The cells that argue for a class, those with the largest effect first; its own before others.
  func cells(for index: Int) -> [Int] {
    guard let column = columnOfClass[index] else { return [] }
    return (0..<count).sorted { first, second in
      let (own, other) = (ownClass[first] == index, ownClass[second] == index)
      if own != other { return own }
      return (level.mean[second, column], first) < (level.mean[first, column], second)
    }
  }

  // MARK: Photographs

  /// A part of a photograph about an exemplar; nil where the photograph cannot be read.
  ///
  /// - Throws: When the system fails where it is read.
  func crop(_ exemplar: CellsFile.LocatedExemplar) throws -> RGBImage? {
    switch cutter.read([Self.item(exemplar, in: folder)])[0] {
    case .success(let patch): return patch.picture
    case .failure(let error) where error.isSystemFault: throw error
    case .failure: return nil
    }
  }
}
