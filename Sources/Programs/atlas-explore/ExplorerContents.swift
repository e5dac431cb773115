import Artifacts
import CommandLine
import Evidence
import Explorer
import FoundationEssentials
import IconCommandLine
import Images
import Matrices
import Mosaics
import Numerics
import ParallelLoops

/// All that an explorer shows.
struct ExplorerContents {
  private let maps: [MapSource]
  private let exploring: Exploring
  /// The word for each map in paths and links.
  private let ids: [String]
  /// The classes with effects, in the order of their logits, and the place of each by that.
  private let classes: [String]
  private let placeOfClass: [Int: Int]
  private let truth: ClassPlaces
  private let points: [[ExplorerManifest.Points]]
  private let imagesFolder: String?

  /// Collects what maps share.
  ///
  /// - Throws: When a file is damaged, or points are of none of the maps.
  init(
    _ maps: [MapSource], points: [String], imagesFolder: String?, exploring: Exploring
  ) throws {
    self.maps = maps
    self.exploring = exploring
    self.imagesFolder = try imagesFolder ?? maps[0].levels[0].cells.imagesFolder()
    ids = Self.words(for: maps.map(\.title))
    var names: [Int: String] = [:]
    var truth = ClassPlaces()
    for level in maps.flatMap(\.levels) {
      if let effects = try level.effects?.classes() {
        for (index, name) in zip(effects.indices, effects.names) { names[Int(index)] = name }
      }
      for title in try level.cells.classShares(side: level.side)?.titles ?? [] {
        _ = truth.place(of: title)
      }
    }
    let order = names.keys.sorted()
    classes = order.map { names[$0] ?? "" }
    placeOfClass = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    self.truth = truth
    var placed = maps.map { _ in [ExplorerManifest.Points]() }
    for path in points {
      let file = try LayoutFile(path: path)
      guard
        let map = maps.firstIndex(where: {
          $0.subject.layer == file.subject.layer && $0.kind == .layer
            && $0.subject.networkSHA256 == file.subject.networkSHA256
        })
      else {
        throw StageError("Cannot show \(path): its samples are of none of the layers' atlases.")
      }
      placed[map].append(try Self.points(of: file, in: maps[map]))
    }
    self.points = placed
  }

  /// Words for paths: small letters of English, digits and hyphens, each word once.
  private static func words(for titles: [String]) -> [String] {
    var words: [String] = []
    for title in titles {
      let letters = title.lowercased().unicodeScalars.map { scalar -> Character in
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
          ? Character(scalar) : "-"
      }
      let parts = String(letters).split(separator: "-").joined(separator: "-").prefix(40)
      let word = parts.isEmpty ? "map" : String(parts)
      var unique = word
      var number = 1
      while words.contains(unique) {
        number += 1
        unique = "\(word)-\(number)"
      }
      words.append(unique)
    }
    return words
  }

  private static func points(
    of file: LayoutFile, in map: MapSource
  ) throws -> ExplorerManifest.Points {
    let borders = try map.levels[0].cells.borders()
    let positions = try file.positions()
    let origins = try file.origins()
    let rows = 0..<positions.rowCount
    return ExplorerManifest.Points(
      name: String(file.path.split(separator: "/").last ?? ""),
      x: rows.map {
        Float((Double(positions[$0, 0]) - borders.left) / (borders.right - borders.left))
      },
      y: rows.map {
        Float((borders.top - Double(positions[$0, 1])) / (borders.top - borders.bottom))
      },
      names: rows.map { row in origins.map { $0.collection.names[Int($0.image[row])] } ?? "" })
  }

  // MARK: - Manifest

  /// The manifest.
  func manifest(digest: String, program: String) -> ExplorerManifest {
    let network = maps[0].network
    let layers = maps.indices.map(layer)
    return ExplorerManifest(
      program: program, digest: digest, network: network,
      title: "\(maps[0].title) of \(network)", classes: classes,
      truth: truth.names, photographs: exploring.photographPixels > 0, layers: layers)
  }

  private func layer(_ index: Int) -> ExplorerManifest.Layer {
    let map = maps[index]
    let fidelities = map.levels[0].sheet.cells.map(\.fidelity).filter(\.isFinite).sorted()
    return ExplorerManifest.Layer(
      id: ids[index], name: map.layer, title: map.title, kind: map.kind,
      of: map.chosen.compactMap { classes.firstIndex(of: $0) }, axis: map.axis,
      images: map.subject.imagesFingerprint, worldSide: map.worldSide,
      effects: map.levels.contains { $0.effects != nil }, samples: map.origins != nil,
      notes: map.levels[0].sources.printableFacts.notes(
        side: map.levels[0].side,
        medianFidelity: fidelities.isEmpty ? nil : quantile(0.5, ofSorted: fidelities)),
      columns: cellColumns,
      levels: map.levels.map { level in
        ExplorerManifest.Level(
          pyramid: map.pyramid(of: level), sized: true,
          patches: level.evidence.map {
            ExplorerManifest.Patches(side: $0.patchSidePixels, perCell: $0.patchesPerCell)
          })
      }, points: points[index])
  }

  // MARK: - Data

  /// Writes everything but the manifest and the page.
  ///
  /// - Throws: When a file is damaged, or one cannot be written.
  func write(into folder: ExplorerFolder) throws {
    let photographs = try copyPhotographs(into: folder)
    for (map, id) in zip(maps, ids) {
      try writeTiles(of: map, id, into: folder)
      try writeEffects(of: map, id, into: folder)
      if let origins = map.origins { try writeImages(origins, id, into: folder) }
      for level in map.levels {
        let place = "data/\(id)/\(level.side)"
        let names: [DataScript.Name] = [.word(id), .number(level.side)]
        let cells = try level.data(
          placeOfClass: placeOfClass, truth: truth, photographs: photographs)
        try folder.write(try DataScript.call("cells", names, cells), to: "\(place)/cells.js")
        if map.origins != nil {
          try folder.write(
            try DataScript.call("samples", names, try samples(of: level)),
            to: "\(place)/samples.js")
        }
        try copyPatches(of: level, id, into: folder)
      }
    }
  }

  private func copyPhotographs(into folder: ExplorerFolder) throws -> Photographs {
    guard exploring.photographPixels > 0 else { return Photographs() }
    let names = Set(
      maps.flatMap(\.levels).flatMap { $0.evidence?.cells ?? [] }.flatMap(\.patches).map(\.image))
    guard let imagesFolder, !names.isEmpty else {
      throw StageError(
        "Cannot include photographs: there are no patches of any; run atlas-evidence, and give the folder of images with --images."
      )
    }
    return try Photographs(
      names.sorted(), from: imagesFolder, side: exploring.photographPixels, into: folder)
  }

  private func writeTiles(of map: MapSource, _ id: String, into folder: ExplorerFolder) throws {
    let quality = exploring.quality
    for level in map.levels {
      let pyramid = map.pyramid(of: level)
      let sizes = sizesByDensity(level.sheet.cells.map(\.count))
      let tiles = (0...pyramid.nativeZoom).flatMap { zoom in
        pyramid.tiles(ofZoom: zoom).map { (zoom: zoom, place: $0) }
      }
      let progress = ProgressReporter(
        "tiles of \(map.layer), \(level.side)", total: tiles.count, unit: "tile")
      let root = "tiles/\(id)/\(level.side)"
      try parallelFor(count: tiles.count, grain: 1) { range in
        for index in range {
          let (zoom, place) = tiles[index]
          for (kind, sizes) in [("even", nil), ("sized", sizes)] {
            let bytes = try WebPWriter.encode(
              rgba: pyramid.tile(at: place, zoom: zoom, sizes: sizes),
              width: TilePyramid.tileSide, height: TilePyramid.tileSide, quality: quality)
            try folder.write(bytes, to: "\(root)/\(kind)/\(zoom)/\(place.x)/\(place.y).webp")
          }
          progress.advance()
        }
      }
      progress.finish()
    }
  }

  private func writeEffects(of map: MapSource, _ id: String, into folder: ExplorerFolder) throws {
    var columns = [[String: ClassColumn]](repeating: [:], count: classes.count)
    for level in map.levels {
      guard let effects = level.effects else { continue }
      let data = try effects.level(side: level.side)
      let rows = level.sheet.cells.map(\.index)
      for (column, index) in try effects.classes().indices.enumerated() {
        guard let place = placeOfClass[Int(index)] else { continue }
        columns[place]["\(level.side)"] = ClassColumn(
          means: rows.map { data.mean[$0, column] },
          errors: rows.map { data.standardError[$0, column] })
      }
    }
    // A class that a map knows no effects on has a file without any: the page may ask for it.
    guard map.levels.contains(where: { $0.effects != nil }) else { return }
    for (place, column) in columns.enumerated() {
      try folder.write(
        try DataScript.call("effects", [.word(id), .number(place)], column),
        to: "data/\(id)/effects/\(place).js")
    }
  }

  private func writeImages(
    _ origins: SampleOrigins, _ id: String, into folder: ExplorerFolder
  ) throws {
    struct Images: Encodable {
      let names: [String]
      let start: PackedArray
    }
    var start: [Int] = []
    for (sample, image) in origins.image.enumerated() {
      while start.count <= Int(image) { start.append(sample) }
    }
    while start.count <= origins.collection.names.count { start.append(origins.image.count) }
    try folder.write(
      try DataScript.call(
        "images", [.word(id)], Images(names: origins.collection.names, start: .counts(start))),
      to: "data/\(id)/images.js")
  }

  private func samples(of level: MapSource.Level) throws -> [String: PackedArray] {
    var placeOfCell = [Int](repeating: -1, count: level.sheet.cellTotal)
    for (place, cell) in level.sheet.cells.enumerated() { placeOfCell[cell.index] = place }
    return [
      "cell": .indices(
        try level.cells.cellOfSample(side: level.side).map { cell in
          cell < 0 || placeOfCell[Int(cell)] < 0 ? nil : placeOfCell[Int(cell)]
        })
    ]
  }

  private func copyPatches(
    of level: MapSource.Level, _ id: String, into folder: ExplorerFolder
  ) throws {
    guard let evidence = level.evidence, let source = level.evidenceFolder else { return }
    for sprite in evidence.sprites.indices {
      let name = EvidenceSprites.name(sprite)
      guard let data = FileManager.default.contents(atPath: "\(source)/\(name)") else {
        throw StageError("Cannot read \(source)/\(name); run atlas-evidence again.")
      }
      try folder.write(Array(data), to: "patches/\(id)/\(level.side)/\(name)")
    }
  }
}
