import Activations
import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import Images
import ModelFormats
import Models
import NetworkCommandLine
import NeuralNetworks
import Patches

@main struct AtlasPropose: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-propose",
    abstract: "Find cells whose look may turn one class into another, and make patches of them.",
    usage: """
      atlas-propose --model <file> --activations <file> --cells-file <file> \\
        --attribution <file> --icons <file> --held-out <folder> --output <file> \\
        [--from <class>] [--to <class>] [<options>]
      """,
    discussion: """
      A cell that argues for the target over the source though its own class is related to neither shows a \
      feature that serves several classes: a patch of it may bring the network to take the one for the other \
      (Carter et al. 2019). The cell's mean activation is put into images of the source, and the logits are \
      computed: cells are ranked by (d - 1.645 e) (1 - dispersion), how much the target's log-odds rise, by \
      its lower limit over images, times how far the cell's samples are of one kind. \
      Candidates are icons and the most central crops of the best cells; crops that the network takes for \
      the target are left out. As many controls are made of each kind: noise, flat colors, icons and crops of \
      random cells, crops of other classes related to the target, crops by attribution alone, and \
      candidates after what cells argue for was shuffled among them.

      The pictures to try them on lie in folders that bear the names of classes. Those that the atlas was \
      made of are left out, by their bytes. By a digest each belongs to the half that patches are chosen by, \
      or to the half that results are reported of.

      Example:
        atlas-propose --model googlenet.onnx --activations activations.h5 \\
          --cells-file cells-20.h5 --attribution attribution-20.h5 \\
          --icons icons-20.h5 --held-out validation --output patches.h5
      """, version: projectVersion)

  @OptionGroup var network: NetworkArguments
  @Option(
    help: ArgumentHelp("The result of atlas-extract.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var activations: String
  @Option(
    help: ArgumentHelp("The result of atlas-grid.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var cellsFile: String
  @Option(
    help: ArgumentHelp("The result of atlas-attribute, of all classes.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var attribution: String
  @Option(
    help: ArgumentHelp("The result of atlas-render.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var icons: String
  @Option(help: "The grid of the cells file; by default its only one.")
  var grid: Int?
  @Option(
    help: ArgumentHelp("The folder of pictures to try patches on.", valueName: "folder"),
    completion: .directory)
  var heldOut: String
  @Option(
    help: ArgumentHelp(
      "The class whose pictures are to be taken for another; by default all.", valueName: "class"))
  var from: String?
  @Option(
    help: ArgumentHelp(
      "The class that they are to be taken for; by default what is most confusable.",
      valueName: "class"))
  var to: String?
  @Option(help: ArgumentHelp("The result.", valueName: "file"), completion: .file())
  var output: String
  @OptionGroup var settings: Settings<ProposeSettings>
  @OptionGroup var common: CommonArguments

  typealias AllSettings = Settings<ProposeSettings>

  var inputs: [String] { network.files + [activations, cellsFile, attribution, icons] }
  var outputs: [String] { [output] }

  /// The most pictures that cells are put into; ten passes for each cell.
  private static let insertionPictures = 8

  /// The least pictures of a half that a class needs to be a source by itself.
  private static let leastPictures = 5

  func perform() throws -> [String] {
    let network = try network.load(writing: outputs)
    let choice = settings.parameters
    guard let layer = try CellsFile(path: cellsFile).subject.layer, !layer.isEmpty else {
      throw StageError(
        "Cannot use \(cellsFile): it does not name its layer; make it with atlas-extract and atlas-grid."
      )
    }
    let atlas = try self.network.subject(of: network, layer: layer)
    let logits = try network.logits()
    let classCount = try network.classCount(of: logits)
    let named = try [from, to].map {
      try $0.map { try network.classIndex(named: $0, of: classCount) }
    }
    guard named[0] == nil || named[0] != named[1] else {
      throw StageError(
        "Cannot turn \(from ?? "") into itself; give --from and --to of two classes.")
    }
    let collection = try ImageCollection(folder: heldOut, classes: .none)
    // The result is of the pictures, and of the atlas's images only by what it reads.
    var subject = atlas
    subject.imagesFingerprint = String(collection.fingerprint, radix: 16)
    let provenance = try Provenance(
      program: "atlas-propose",
      parameters: zip(["from", "to"], named).compactMap { name, index in
        index.map { (name, "\($0)") }
      } + settings.record,
      inputs: self.network.inputs(of: network) + [activations, cellsFile, attribution, icons])
    guard
      !PatchesFile.isFinished(
        output, provenance: provenance, imagesFingerprint: subject.imagesFingerprint)
    else {
      Diagnostics.note("propose: the result is there from an earlier run")
      return [output]
    }

    let classifier = try PatchClassifier(network, logits: logits)
    let side = Placement(fraction: PatchClassifier.fractions.max() ?? 1, x: 0, y: 0)
      .side(in: network.preprocessing.size)
    let cells = try AtlasCells(
      network, atlas, activations: activations, cells: cellsFile, attribution: attribution,
      icons: icons, grid: grid, side: side)
    let held = try HeldOutPictures(
      heldOut, classes: .automatic, atlas: cells.folder, network, classifier)
    describe(held)
    var choosing = ClassConfusion(classCount: classCount)
    for picture in held.pictures where !picture.isReported {
      choosing.add(picture.probabilities, ofClass: picture.shown)
    }
    let pairs = try pairs(named, choosing, held, network)
    var confusion = choosing
    try addAtlasImages(to: &confusion, of: cells.folder, network, classifier)
    let proposal = Proposal(
      cells: cells, classifier: classifier, confusion: confusion, network: network,
      choice: choice, side: side)
    let made = try make(pairs, proposal, cells, held, network, classifier, side)
    try PatchesFile.write(
      to: output, subject: subject, provenance: provenance, table: made.table,
      gridSide: cells.gridSide, side: side, pixels: made.pixels, imagesFolder: ImagesFolder(heldOut)
    )
    return [output]
  }

  // MARK: - Pairs

  private func describe(_ held: HeldOutPictures) {
    let right = held.pictures.count(where: \.isRight)
    Diagnostics.note(
      "propose: the network is right on \(right) of \(counted(held.pictures.count, "picture")), \(decimal(100 * Double(right) / Double(max(1, held.pictures.count)), places: 1)) %"
        + (held.knownCount > 0
          ? "; \(held.knownCount) are left out, which are among the atlas's images or twice there"
          : "")
        + (held.unknownCount > 0 ? "; \(held.unknownCount) are of no class of the network" : ""))
  }

  private func pairs(
    _ named: [Int?], _ confusion: ClassConfusion, _ held: HeldOutPictures, _ network: TrainedNetwork
  ) throws -> [ClassPair] {
    let choice = settings.parameters
    func counts(_ index: Int) -> [Int] {
      [false, true].map { held.right(ofClass: index, reported: $0).count }
    }
    if let source = named[0] {
      let counts = counts(source)
      guard counts.allSatisfy({ $0 > 0 }) else {
        throw StageError(
          "Cannot turn \(network.className(source)) into anything: of its pictures in \(heldOut) the network is right on \(counts[0]) of the half that patches are chosen by and on \(counts[1]) of the half that is reported; give more of its pictures, or another --from."
        )
      }
      guard let target = named[1] else {
        return confusion.pairs(from: [source], targets: choice.pairCount, count: choice.pairCount)
      }
      return [
        ClassPair(
          source: source, target: target,
          confusability: confusion.probability(of: target, onImagesOf: source) ?? 0)
      ]
    }
    let sources = confusion.shownClasses.filter { index in
      index != named[1] && counts(index).allSatisfy { $0 >= Self.leastPictures }
    }
    guard !sources.isEmpty else {
      throw StageError(
        "Cannot search: of no class in \(heldOut) the network is right on \(Self.leastPictures) pictures of either half; give more pictures, or a class with --from."
      )
    }
    guard let target = named[1] else {
      return confusion.pairs(
        from: sources, targets: choice.targetsPerSource, count: choice.pairCount)
    }
    return confusion.pairs(from: sources, targets: confusion.classCount, count: .max)
      .filter { $0.target == target }.prefix(choice.pairCount).map { $0 }
  }

  /// Adds what the network says of some of the atlas's images of each class.
  private func addAtlasImages(
    to confusion: inout ClassConfusion, of folder: String, _ network: TrainedNetwork,
    _ classifier: PatchClassifier
  ) throws {
    let collection = try ImageCollection(
      folder: folder, classes: .automatic, labels: network.labels)
    let labels = collection.labelIndices(among: network.labels)
    var chosen: [(index: Int, shown: Int)] = []
    var counts: [Int: Int] = [:]
    for index in collection.names.indices where collection.classes[index] >= 0 {
      guard let shown = labels[Int(collection.classes[index])], shown < classifier.classCount,
        counts[shown, default: 0] < settings.parameters.imagesPerClass
      else { continue }
      counts[shown, default: 0] += 1
      chosen.append((index, shown))
    }
    let progress = ProgressReporter("confusion", total: chosen.count, unit: "image")
    for start in stride(from: 0, to: chosen.count, by: 64) {
      let block = chosen[start..<min(start + 64, chosen.count)]
      let read = classifier.inputs(of: block.map { collection.path(of: $0.index) })
      let usable = zip(block, read).compactMap { item, result in
        (try? result.get()).map { (item.shown, $0) }
      }
      for ((shown, _), probabilities) in zip(
        usable, try classifier.probabilities(of: usable.map(\.1)))
      {
        confusion.add(probabilities, ofClass: shown)
      }
      block.forEach { _ in progress.advance() }
    }
    progress.finish()
  }

  // MARK: - Evidence

  /// What cells argue for in images of each pair's source, the choosing half; where the layer is not all that
  /// the logits depend on, in their own photographs.
  func inserted(
    _ pairs: [ClassPair], _ attribution: [[CellEvidence]], _ cells: AtlasCells,
    _ held: HeldOutPictures, _ network: TrainedNetwork, _ classifier: PatchClassifier
  ) throws -> [[CellEvidence]] {
    let insertion: CellInsertion
    do {
      insertion = try CellInsertion(network, layer: cells.layer, logits: network.logits())
    } catch {
      Diagnostics.warn(
        "cells are judged by their effects in their own photographs alone, since they cannot be put into others (\(error))"
      )
      return attribution
    }
    var evidence = attribution
    let sources = Set(pairs.map(\.source)).sorted()
    let chosen = sources.map {
      held.right(ofClass: $0, reported: false)
        .prefix(min(Self.insertionPictures, settings.parameters.picturesPerHalf))
    }
    // The samples of a cell are the same for all pairs.
    let search = CellSearch()
    let known = cells.means.indices.filter { cell in
      attribution.first.map { search.isKnown($0[cell]) } ?? false
    }
    let progress = ProgressReporter(
      "insertion", total: chosen.reduce(0) { $0 + $1.count }, unit: "picture")
    for (source, pictures) in zip(sources, chosen) {
      let own = pairs.indices.filter { pairs[$0].source == source }
      let inputs = try classifier.inputs(of: pictures.map { held.collection.path(of: $0.index) })
        .map { try $0.get() }
      let effects = try insertion.effects(
        of: known.map { cells.means[$0] }, in: inputs, pairs: own.map { pairs[$0] }
      ) { progress.advance() }
      for (pair, ofPair) in zip(own, effects) {
        for (cell, effect) in zip(known, ofPair) {
          evidence[pair][cell].target = effect.target
          evidence[pair][cell].contrast = effect.contrast
          evidence[pair][cell].standardError = effect.standardError
        }
      }
    }
    progress.finish()
    return evidence
  }
}
