import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import IconQuality
import Images
import ModelFormats
import Models
import Mosaics
import NetworkCommandLine
import NeuralNetworks

@main struct AtlasJudge: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-judge",
    abstract: "Examine icons: are they recognized, and do they work as real images do?",
    usage: """
      atlas-judge --model <file> --icons <file> --cells-file <file> \\
        --output <file> [--judge <file>] [<options>]
      """,
    discussion: """
      Fidelity is measured with the very network that an icon was optimized for. This report card asks \
      others. Patches of real images, cut out about each cell's exemplars, stand for the cells. A second \
      network (--judge) says which cell an icon looks like, and as the ceiling which one a patch does. \
      The icons' own network says, layer by layer, whether an icon comes to its activation as the \
      patches do. Contrast, color and roughness of icons stand beside those of patches.

      Icons that are not to be trusted are listed with the reasons; atlas-assemble --report marks them \
      in atlas.json. Beside the JSON file lies a picture, with .png for .json.

      Example:
        atlas-judge --model googlenet.onnx --icons icons.h5 \\
          --cells-file cells.h5 --judge squeezenet.onnx \\
          --output icons.json
      """, version: projectVersion)

  @OptionGroup var network: NetworkArguments
  @Option(
    help: ArgumentHelp("The result of atlas-render, of cells.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var icons: String
  @Option(
    help: ArgumentHelp(
      "The result of atlas-grid that the icons were rendered from.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var cellsFile: String
  @Option(
    help: ArgumentHelp(
      "The folder of images, if they are not where the cells file says.", valueName: "folder"),
    completion: .directory)
  var images: String?
  @Option(
    help: ArgumentHelp(
      "The judge, of another architecture or training.", valueName: "file"),
    completion: .file(extensions: ["onnx", "pb"]))
  var judge: String?
  @Option(
    help: ArgumentHelp(
      "Its model card; by default the JSON file of its name beside it.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var judgeCard: String?
  @Option(
    help: ArgumentHelp(
      "Its layer that is compared, the mean over all positions; by default, of six on the way to its classifier, the one that recognizes real patches best.",
      valueName: "name"))
  var judgeLayer: String?
  @Option(help: ArgumentHelp("The result, JSON.", valueName: "file"), completion: .file())
  var output: String
  @OptionGroup var common: CommonArguments

  var inputs: [String] {
    network.files + [icons, cellsFile] + [judge, judgeCard].compactMap { $0 }
  }
  var outputs: [String] { [output, picture] }

  private var picture: String {
    (output.hasSuffix(".json") ? String(output.dropLast(5)) : output) + ".png"
  }

  func validate() throws {
    guard judge != nil || (judgeCard == nil && judgeLayer == nil) else {
      throw ValidationError("--judge-card and --judge-layer are of the network that --judge names.")
    }
  }

  func perform() throws -> [String] {
    let network = try network.load(writing: outputs)
    let file = try IconsFile(path: icons)
    let cells = try CellsFile(path: cellsFile)
    let subject = try self.network.subject(of: network, layer: file.layer)
    try requireSame(
      [
        Described(network.path, subject), Described(icons, file.subject),
        Described(cellsFile, cells.subject),
      ])
    let level = try cells.level(side: file.gridSide)
    let rendered = try file.icons()
    try check(rendered.cells, against: level)
    let side = file.iconSidePixels
    let patches = try patches(of: cells, side: file.gridSide, for: network, iconSide: side)
    let examination = IconExamination(
      items: items(rendered, level, side: side), patches: patches,
      positions: zip(level.row, level.column).map { (Int($0), Int($1)) })
    let eye = try eye(of: network, to: try network.layer(named: file.layer), side: side)
    let other = try judge.map { try evaluation($0, side: side) }
    let progress = ProgressReporter(
      "judge", total: examination.pictureCount * (other == nil ? 1 : 2), unit: "picture")
    var report = try examination.report(layer: file.layer, network: eye, other: other) {
      progress.advance(by: $0)
    }
    progress.finish()
    report.made = try made(of: network)
    let image = try ReportPicture(report, examination).image()
    // The picture comes last: where it is, all is there.
    try AtomicFile.write(report.json(), to: output)
    try AtomicFile.write(PNGWriter.encode(image), to: picture)
    describe(report)
    return [output, picture]
  }

  /// How the report is made: by which settings, and from which files.
  private func made(of network: TrainedNetwork) throws -> AtlasManifest.Making {
    let others = try judge.map { path in
      let card = ModelCard.path(besides: path, explicit: judgeCard)
      return try NetworkFile.files(of: path) + (fileExists(card) ? [card] : [])
    }
    let record = try Provenance(
      program: "atlas-judge", parameters: [("judge-layer", judgeLayer ?? "auto")],
      inputs: self.network.inputs(of: network) + [icons, cellsFile] + (others ?? []))
    return AtlasManifest.Making(
      program: record.program, version: projectVersion,
      parameters: Dictionary(record.parameters.map { ($0.name, $0.value) }) { $1 },
      inputs: Dictionary(record.inputs.map { ($0.name, $0.sha256) }) { $1 })
  }

  /// That the icons are of these cells.
  private func check(_ icons: IconsFile.Cells, against level: CellsFile.Level) throws {
    for index in icons.cell.indices {
      let cell = Int(icons.cell[index])
      guard level.row.indices.contains(cell), level.row[cell] == icons.row[index],
        level.column[cell] == icons.column[index], level.count[cell] == icons.count[index]
      else {
        throw StageError(
          "Cannot judge \(self.icons): it was made of other cells than \(cellsFile) has; give the cells file that it was rendered from."
        )
      }
    }
  }

  private func items(
    _ icons: IconsFile.Icons, _ level: CellsFile.Level, side: Int
  ) -> [IconExamination.Item] {
    let byteCount = 3 * side * side
    return icons.cells.cell.indices.map { index in
      let cell = Int(icons.cells.cell[index])
      return IconExamination.Item(
        cell: cell, row: Int(level.row[cell]), column: Int(level.column[cell]),
        image: RGBImage(
          width: side, height: side,
          pixels: Array(icons.pixels[index * byteCount..<(index + 1) * byteCount])),
        fidelity: icons.measures.fidelity[index],
        transformedFidelity: icons.measures.transformedFidelity[index],
        baseline: level.baseline[cell], isBlank: icons.measures.isBlank(at: index))
    }
  }

  /// The patches of each cell, as large as icons.
  private func patches(
    of cells: CellsFile, side: Int, for network: TrainedNetwork, iconSide: Int
  ) throws -> [IconExamination.Patches] {
    let level = try cells.level(side: side)
    guard let exemplars = try cells.exemplars(side: side, in: images) else {
      Diagnostics.warn(
        "\(cellsFile) does not say which images its samples come from: icons are compared with none"
      )
      return level.row.map { _ in .none }
    }
    let wanted = zip(exemplars.paths, exemplars.centers).flatMap { paths, centers in
      zip(paths, centers).map { ImagePatch(path: $0, x: $1.x, y: $1.y) }
    }
    let progress = ProgressReporter("patches", total: wanted.count, unit: "crop")
    let read = network.preprocessing.read(wanted, side: iconSide) { progress.advance(by: $0) }
    progress.finish()
    let failures = read.compactMap { result in
      if case .failure(let error) = result { error } else { nil }
    }
    if let first = failures.first {
      let remedy = failures.count == wanted.count ? "; give their folder with --images" : ""
      Diagnostics.warn(
        "\(failures.count) of \(counted(wanted.count, "patch", plural: "patches")) of images cannot be read: \(first)\(remedy)"
      )
    }
    var place = 0
    return exemplars.paths.map { paths in
      defer { place += paths.count }
      return IconExamination.Patches(
        paths.indices.compactMap { index in
          guard case .success(let image) = read[place + index] else { return nil }
          return (paths[index], image)
        })
    }
  }

  private func eye(
    of network: TrainedNetwork, to layer: NetworkLayer, side: Int
  ) throws -> IconExamination.Eye {
    let layers = network.layers(to: layer.tensor, side: side)
    return IconExamination.Eye(
      name: network.card.name ?? self.network.model, layers: layers.map(\.name),
      features: try PooledFeatures(network, tensors: layers.map(\.tensor), side: side))
  }

  private func evaluation(_ path: String, side: Int) throws -> IconExamination.Eye {
    let other = try TrainedNetwork.load(path: path, card: judgeCard)
    for warning in other.warnings { Diagnostics.warn(warning) }
    guard
      let last = try judgeLayer.map({ name in
        TrainedNetwork.NamedLayer(name: name, tensor: try other.layer(named: name).tensor)
      }) ?? other.featureLayer(side: side)
        ?? other.featureLayer(side: other.preprocessing.size.height)
    else {
      throw StageError(
        "Cannot judge with \(path): it has no layer before a classifier; name one with --judge-layer."
      )
    }
    let suitable = try other.iconSide(for: try other.layer(named: last.tensor), preferring: side)
    let layers =
      judgeLayer == nil ? other.layers(to: last.tensor, side: suitable, count: 6) : [last]
    return IconExamination.Eye(
      name: other.card.name ?? path, layers: layers.map(\.name),
      features: try PooledFeatures(other, tensors: layers.map(\.tensor), side: suitable))
  }

  /// The report in a few lines.
  private func describe(_ report: IconReport) {
    func percent(_ value: Estimate) -> String {
      "\(decimal(100 * value.value, places: 1)) % (\(decimal(100 * value.lower, places: 1)) to \(decimal(100 * value.upper, places: 1)))"
    }
    if let recognition = report.recognition, let icons = recognition.icons {
      let ceiling = recognition.patches.map { "; real patches \(percent($0.twoChoice))" } ?? ""
      Diagnostics.note(
        "judge: \(recognition.network) chooses an icon's own cell over another in \(percent(icons.twoChoice))\(ceiling)"
      )
      let patches = recognition.patches.map {
        "; of patches \(decimal($0.meanReciprocalRank.value, places: 2))"
      }
      Diagnostics.note(
        "judge: mean reciprocal rank of the own cell \(decimal(icons.meanReciprocalRank.value, places: 2)) (\(decimal(icons.meanReciprocalRank.lower, places: 2)) to \(decimal(icons.meanReciprocalRank.upper, places: 2)))\(patches ?? "")"
      )
    }
    if let path = report.path?.mean {
      Diagnostics.note(
        "judge: path similarity \(decimal(path, places: 2)) (1: as real images of the cell, 0: as those of other cells)"
      )
    }
    if report.doubtful > 0 {
      Diagnostics.note(
        "judge: \(report.doubtful) of \(counted(report.icons, "icon")) are not to be trusted; the reasons are in \(output)"
      )
    }
  }
}
