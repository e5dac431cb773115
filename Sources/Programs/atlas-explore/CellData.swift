import Artifacts
import Evidence
import Explorer
import IconCommandLine
import IconQuality
import Matrices
import Mosaics
import Neighbors

/// The numbers that every cell of every atlas has, in the order in which they are written.
let cellColumns = [
  ExplorerManifest.Column(
    name: "fidelity", label: "fidelity", unit: "cosine",
    description: "Cosine between the cell's mean activation and what its icon evokes."),
  ExplorerManifest.Column(
    name: "baseline", label: "baseline", unit: "cosine",
    description:
      "The same cosine for the mean of the whole layer: an icon well above it shows what is particular to its cell."
  ),
  ExplorerManifest.Column(
    name: "dispersion", label: "dispersion", unit: "1 − cosine",
    description: "1 less the mean cosine between the cell's samples and their mean."),
  ExplorerManifest.Column(
    name: "recognition", label: "recognition", unit: "fraction",
    description:
      "How often a second network tells the cell's icon from that of another cell; 0.5 is chance."),
]

/// Words for the names of classes, of which links and files know the places.
struct ClassPlaces {
  /// The names, in the order of their places.
  private(set) var names: [String] = []
  private var placeOfName: [String: Int] = [:]

  /// The place of a name, a new one if it has none.
  mutating func place(of name: String) -> Int {
    if let place = placeOfName[name] { return place }
    placeOfName[name] = names.count
    names.append(name)
    return names.count - 1
  }

  /// The place of a name; nil for one that has none.
  func known(_ name: String) -> Int? { placeOfName[name] }
}

/// How many of the most similar cells are named.
private let nearestCount = 6

extension MapSource.Level {
  /// The icons' cells as the page reads them, in the order of the icons.
  ///
  /// - Parameters:
  ///   - placeOfClass: The place of each logit that there are effects on, by its index.
  ///   - truth: The places of the photographs' classes.
  ///   - photographs: The photographs that are included.
  /// - Returns: What is known of them.
  /// - Throws: When a file is damaged.
  func data(
    placeOfClass: [Int: Int], truth: ClassPlaces, photographs: Photographs
  ) throws -> ExplorerCells {
    let indices = sheet.cells.map(\.index)
    let images = try cells.imageCounts(side: side)
    var data = ExplorerCells(
      row: sheet.cells.map(\.row), column: sheet.cells.map(\.column),
      count: sheet.cells.map(\.count),
      flags: sheet.cells.map { cell in
        (cell.isBlank ? 1 : 0) | ((images?[cell.index]).map { $0 <= 2 } ?? false ? 2 : 0)
      })
    data.images = images.map { images in .counts(indices.map { images[$0] }) }
    addMeasures(to: &data)
    try addNearest(to: &data)
    addEffects(to: &data, placeOfClass)
    if let shares = try cells.classShares(side: side) {
      let classCount = shares.titles.count
      data.truth = ExplorerCells.Truth(
        counts: indices.flatMap { shares.counts[$0 * classCount..<($0 + 1) * classCount] },
        classCount: classCount, place: shares.titles.map(truth.known))
    }
    if let columns = try cells.columns(side: side) {
      let count = columns.names.count
      data.numbers = columns.names.enumerated().map { place, name in
        ExplorerCells.Numbers(
          name: name, mean: indices.map { Float(columns.means[$0 * count + place]) },
          error: indices.map { Float(columns.errors[$0 * count + place]) },
          count: indices.map { columns.counts[$0 * count + place] })
      }
    }
    if let evidence { addPatches(of: evidence, to: &data, truth, photographs) }
    return data
  }

  private func addMeasures(to data: inout ExplorerCells) {
    var cellAtPlace: [SIMD2<Int>: IconReport.Cell] = [:]
    for cell in report?.cells ?? [] { cellAtPlace[SIMD2(cell.row, cell.column)] = cell }
    let judged = sheet.cells.map { cellAtPlace[SIMD2($0.row, $0.column)] }
    if report != nil { data.doubts = judged.map { ($0?.doubts ?? []).map(\.rawValue) } }
    data.columns = [
      .f32(sheet.cells.map(\.fidelity)), .f32(sheet.cells.map { level.baseline[$0.index] }),
      .f32(sheet.cells.map(\.dispersion)),
      .f32(judged.map { $0?.twoChoice.map(Float.init) ?? .nan }),
    ]
  }

  private func addNearest(to data: inout ExplorerCells) throws {
    var means = Matrix(rowCount: sheet.cells.count, columnCount: level.mean.columnCount)
    for (row, cell) in sheet.cells.enumerated() {
      for column in 0..<means.columnCount { means[row, column] = level.mean[cell.index, column] }
    }
    let table = try nearestNeighbors(of: means, count: nearestCount, metric: .cosine)
    data.nearestCount = table.neighborCount
    data.nearest = .indices(table.indices.map { Int($0) })
    data.similarity = .f32(table.distances.map { 1 - $0 })
  }

  private func addEffects(to data: inout ExplorerCells, _ placeOfClass: [Int: Int]) {
    guard let classes = sources.classes else { return }
    func packed(_ effects: (CellClasses) -> [ClassEffect], perCell: Int) -> ExplorerCells.Effects {
      ExplorerCells.Effects(
        classes.map { cell in
          effects(cell).compactMap { effect in
            placeOfClass[effect.index].map {
              ExplorerCells.CellEffect(
                place: $0, mean: effect.mean, standardError: effect.standardError,
                agreement: effect.agreement)
            }
          }
        }, perCell: perCell)
    }
    data.argued = packed(\.for, perCell: 5)
    data.against = packed(\.against, perCell: 3)
    data.effectSamples = .counts(classes.map(\.samples))
    data.effectImages = .counts(classes.map(\.images))
  }

  private func addPatches(
    of evidence: EvidenceManifest, to data: inout ExplorerCells, _ truth: ClassPlaces,
    _ photographs: Photographs
  ) {
    let chosen = sheet.cells.map { evidence.cells[$0.index] }
    let patches = chosen.flatMap(\.patches)
    var names = ClassPlaces()
    let nameOfPatch = patches.map { names.place(of: $0.image) }
    var start = [0]
    for cell in chosen { start.append((start.last ?? 0) + cell.patches.count) }
    func edges(_ box: [Double]?) -> [Float] {
      box.flatMap { $0.count == 4 ? $0.map(Float.init) : nil } ?? Array(repeating: .nan, count: 4)
    }
    data.patches = ExplorerCells.Patches(
      sprite: .indices(chosen.map(\.sprite)), y: .counts(chosen.map(\.y)),
      start: .counts(start), name: .counts(nameOfPatch),
      truth: .indices(patches.map { $0.kind.flatMap(truth.known) }),
      rectangle: .f32(patches.flatMap { edges($0.rectangle) }),
      field: .f32(patches.flatMap { edges($0.field?.map(Double.init)) }),
      readable: .u8(patches.map { $0.rectangle == nil ? 0 : 1 }))
    data.names = names.names
    data.photograph = .i32(names.names.map { Int32(photographs.number[$0] ?? -1) })
    data.photographSize = .counts(
      names.names.flatMap { name -> [Int] in
        photographs.number[name].map { number in
          let size = photographs.sizes[number]
          return [size.x, size.y]
        } ?? [0, 0]
      })
  }
}
