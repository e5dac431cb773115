import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import Evidence
import FoundationEssentials
import Images
import ModelFormats
import Models
import Mosaics
import NetworkCommandLine
import NeuralNetworks

@main struct AtlasEvidence: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-evidence",
    abstract: "Cut out of photographs what the cells of a grid respond to.",
    usage: """
      atlas-evidence --model <file> --cells-file <file> --output <folder> \\
        [<options>]
      """,
    discussion: """
      For each cell the patches of its exemplars, samples nearest to the cell's mean, each of another \
      photograph. A patch is a square about the center of the sample's receptive field. Much of that field \
      hardly counts, so the square holds a given part of the gradient (--extent), which is measured with \
      the network. Patches are cut from the photographs' own pixels, inside what the network sees of them.

      The folder gets JPEG files, a row a cell and a column an exemplar, and evidence.json, which says where \
      each patch lies and comes from. Patches of photographs that cannot be read are gray.

      Example:
        atlas-evidence --model googlenet.onnx --cells-file cells.h5 \\
          --output evidence
      """, version: projectVersion)

  @OptionGroup var network: NetworkArguments
  @Option(
    help: ArgumentHelp("The layer; by default that of the cells.", valueName: "name"))
  var layer: String?
  @Option(
    help: ArgumentHelp("The result of atlas-grid.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var cellsFile: String
  @Option(help: "The grid of the cells file; by default its only one.")
  var grid: Int?
  @Option(
    help: ArgumentHelp(
      "The folder of images, if they are not where the cells file says.", valueName: "folder"),
    completion: .directory)
  var images: String?
  @Option(
    help: ArgumentHelp("The folder of the results.", valueName: "folder"), completion: .directory)
  var output: String
  @OptionGroup var settings: Settings<EvidenceSettings>
  @OptionGroup var common: CommonArguments

  typealias AllSettings = Settings<EvidenceSettings>

  var inputs: [String] { network.files + [cellsFile] }
  var outputs: [String] { [manifestPath] }

  private var manifestPath: String { output + "/evidence.json" }
  private var evidencing: Evidencing { settings.parameters }

  func perform() throws -> [String] {
    let network = try network.load(writing: outputs)
    let file = try CellsFile(path: cellsFile)
    guard let layerName = layer ?? file.subject.layer, !layerName.isEmpty else {
      throw StageError("Cannot use \(cellsFile): it does not name its layer; give it with --layer.")
    }
    let layer = try network.layer(named: layerName)
    try requireSame([
      Described(network.path, try self.network.subject(of: network, layer: layerName)),
      Described(cellsFile, file.subject),
    ])
    let level = try file.level(side: grid)
    let exemplars = try exemplars(of: file, count: evidencing.patchCount)
    let folder = try imagesFolder(of: file)
    let items = exemplars.map { cell in
      cell.map { EvidenceItem(path: folder + "/" + $0.name, center: $0.center, box: $0.box) }
    }
    let positions = try PositionMap(of: layer, in: network)
    let extent = try EffectiveExtent.measure(
      network, positions, samples: EffectiveExtent.samples(of: items),
      fraction: evidencing.fraction)
    describe(extent, positions)
    let cutter = PatchCutter(
      preprocessing: network.preprocessing, extent: extent?.side, side: evidencing.side)
    let read = try patches(items, by: cutter)
    let sprites = EvidenceSprites(
      cellCount: items.count, columnCount: items.map(\.count).max() ?? 1,
      cellsPerSprite: evidencing.cellsPerSprite, side: evidencing.side)
    let manifest = EvidenceManifest(
      network: network.card.name ?? self.network.model, layer: layerName, gridSide: level.side,
      sprites: sprites, extent: described(extent, positions),
      cells: items.indices.map { cell in
        let place = sprites.place(ofCell: cell)
        return EvidenceManifest.Cell(
          row: Int(level.row[cell]), column: Int(level.column[cell]),
          count: Int(level.count[cell]), sprite: place.sprite, y: place.y,
          patches: items[cell].indices.map { index in
            let exemplar = exemplars[cell][index]
            return EvidenceManifest.Patch(
              image: exemplar.name, sample: exemplar.sample, kind: exemplar.classTitle,
              item: items[cell][index], patch: try? read[cell][index].get())
          })
      },
      unreadable: try unreadable(exemplars, read),
      made: try made(of: network, layerName, level.side))
    return try write(manifest, sprites, read)
  }

  /// The most memory that patches may take: those of 200 × 200 cells by default.
  private static let largestByteCount = 4 << 30

  // MARK: - What is read

  /// The best exemplars of each cell.
  private func exemplars(
    of file: CellsFile, count: Int
  ) throws -> [[CellsFile.LocatedExemplar]] {
    guard let all = try file.locatedExemplars(side: grid) else {
      throw StageError(
        "Cannot show evidence of \(cellsFile): it does not say which images its samples come from; extract them with atlas-extract."
      )
    }
    guard all.contains(where: { !$0.isEmpty }) else {
      throw StageError(
        "Cannot show evidence of \(cellsFile): its cells have no exemplars; make it with atlas-grid --exemplars 8."
      )
    }
    return all.map { Array($0.prefix(count)) }
  }

  /// The folder of images; the result may not lie in it, where it would be sampled next time.
  private func imagesFolder(of file: CellsFile) throws -> String {
    guard let folder = try images ?? file.imagesFolder() else {
      throw StageError(
        "Cannot show evidence of \(cellsFile): it does not say where its images are; give their folder with --images."
      )
    }
    // What is not there yet will lie in the folder that is.
    var above = output
    while resolvedPath(above) == nil, let slash = above.lastIndex(of: "/"), slash > above.startIndex
    {
      above = String(above[..<slash])
    }
    if let there = resolvedPath(folder),
      let here = resolvedPath(above) ?? resolvedPath(output.hasPrefix("/") ? "/" : "."),
      here == there || here.hasPrefix(there + "/")
    {
      throw StageError(
        "Cannot write into \(output): it lies in the folder of images \(folder), whose images would be more; choose another --output."
      )
    }
    return folder
  }

  /// The patches of each cell; nothing is made where no photograph can be read.
  private func patches(
    _ items: [[EvidenceItem]], by cutter: PatchCutter
  ) throws -> [[Result<EvidencePatch, ImageError>]] {
    let all = Array(items.joined())
    // All are held, since a photograph has patches in many cells and is decoded once.
    let byteCount = 3 * cutter.side * cutter.side * all.count
    guard byteCount <= Self.largestByteCount else {
      throw StageError(
        "Cannot show evidence of \(cellsFile): \(all.count) patches of \(cutter.side) pixels take \(MemorySize(bytes: byteCount)); lower --size or --patches."
      )
    }
    let progress = ProgressReporter(
      "evidence", total: Set(all.map(\.path)).count, unit: "photograph")
    let read = cutter.read(all) { progress.advance() }
    progress.finish()
    let failures = read.compactMap { result in
      if case .failure(let error) = result { error } else { nil }
    }
    // What the system could not read is no photograph that is damaged or gone.
    if let fault = failures.first(where: \.isSystemFault) { throw fault }
    if let first = failures.first {
      guard failures.count < read.count else {
        throw StageError(
          "Cannot show evidence of \(cellsFile): none of its photographs can be read; the first: \(first); give their folder with --images."
        )
      }
      Diagnostics.warn(
        "\(failures.count) of \(counted(read.count, "patch", plural: "patches")) are gray, since their photographs cannot be read; the first: \(first)"
      )
    }
    var place = 0
    return items.map { cell in
      defer { place += cell.count }
      return Array(read[place..<place + cell.count])
    }
  }

  /// The photographs that could not be read, each once.
  private func unreadable(
    _ exemplars: [[CellsFile.LocatedExemplar]], _ read: [[Result<EvidencePatch, ImageError>]]
  ) throws -> [EvidenceManifest.Omission] {
    var seen: Set<String> = []
    return zip(exemplars.joined(), read.joined()).compactMap { exemplar, result in
      guard case .failure(let error) = result, seen.insert(exemplar.name).inserted else {
        return nil
      }
      return EvidenceManifest.Omission(image: exemplar.name, reason: error.cause)
    }
  }

  // MARK: - What is said

  private func described(
    _ extent: EffectiveExtent?, _ positions: PositionMap
  ) -> EvidenceManifest.Extent {
    EvidenceManifest.Extent(
      pixels: extent?.side, part: extent.map { _ in evidencing.fraction },
      samples: extent?.sampleCount, fieldPixels: positions.fieldSide,
      inputWidth: positions.input.width, inputHeight: positions.input.height)
  }

  private func describe(_ extent: EffectiveExtent?, _ positions: PositionMap) {
    guard let extent else {
      let reason =
        positions.hasPositions
        ? "since no gradient could be measured" : "since the layer has one position for all of it"
      Diagnostics.note("evidence: patches of the network's whole input, \(reason)")
      return
    }
    let field = positions.fieldSide.map { "has \($0)" } ?? "is the whole input"
    let percent = decimal(100 * evidencing.fraction, places: 1)
    Diagnostics.note(
      "evidence: patches of \(extent.side) pixels of the input's \(max(positions.input.width, positions.input.height)), which hold \(percent.hasSuffix(".0") ? String(percent.dropLast(2)) : percent) % of the gradient; the receptive field \(field)"
    )
  }

  /// How the evidence is made: by which settings, and from which files.
  private func made(
    of network: TrainedNetwork, _ layer: String, _ side: Int
  ) throws -> AtlasManifest.Making {
    let record = try Provenance(
      program: "atlas-evidence",
      parameters: [("layer", layer), ("grid", "\(side)")] + settings.record,
      inputs: self.network.inputs(of: network) + [cellsFile])
    return AtlasManifest.Making(
      program: record.program, version: projectVersion,
      parameters: Dictionary(record.parameters.map { ($0.name, $0.value) }) { $1 },
      inputs: Dictionary(record.inputs.map { ($0.name, $0.sha256) }) { $1 })
  }

  // MARK: - What is written

  /// Writes the sprites, then the manifest: where it is, all is there.
  private func write(
    _ manifest: EvidenceManifest, _ sprites: EvidenceSprites,
    _ patches: [[Result<EvidencePatch, ImageError>]]
  ) throws -> [String] {
    let json = try manifest.json()
    // A former manifest would tell of other sprites, if this is cut off before the end.
    try? FileManager.default.removeItem(atPath: manifestPath)
    var paths: [String] = []
    for sprite in 0..<sprites.count {
      let image = sprites.image(
        ofSprite: sprite,
        sprites.cells(ofSprite: sprite).map { cell in
          patches[cell].map { try? $0.get().picture }
        })
      let path = output + "/" + EvidenceSprites.name(sprite)
      // A color for each pixel: patches of two cells do not run into each other.
      try AtomicFile.write(
        JPEGWriter.encode(image, quality: evidencing.quality, subsampling: .full), to: path)
      paths.append(path)
    }
    try AtomicFile.write(json, to: manifestPath)
    removeFormerSprites(from: sprites.count)
    return paths + [manifestPath]
  }

  /// Removes the sprites of a former run that had more.
  private func removeFormerSprites(from count: Int) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: output)) ?? [] {
      guard let number = EvidenceSprites.number(ofName: name), number >= count else { continue }
      try? FileManager.default.removeItem(atPath: output + "/" + name)
    }
  }
}
