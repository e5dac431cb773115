import Activations
import ArgumentParser
import CommandLine
import FoundationEssentials
import Glibc
import ModelFormats
import Models
import NetworkCommandLine

@main struct AtlasPlan: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-plan",
    abstract: "Say what an atlas still needs, why, and at what cost; make asks before it begins.",
    discussion: """
      Each file of an atlas says in its attributes which settings and which files, by their digests, it \
      was made from. What was made from others than those asked for is made again, with all that \
      follows; times of files do not count. Nothing is begun that does not fit the disk or belongs to \
      another network, layer or folder of images.

      With --asked and --stamps it tells make what to do: the folder of stamps gets an empty file for \
      each product, younger than the product if that must be made.

      Example, as make plan calls it:
        atlas-plan --model net.onnx --images photos --layer mixed4c \\
          --folder Data/atlas/net/mixed4c/photos --method tsne --grid 20 \\
          --asked Data/atlas/net/mixed4c/photos/.settings
      """, version: projectVersion)

  @OptionGroup var network: NetworkArguments
  @Option(help: ArgumentHelp("The folder of images.", valueName: "folder"), completion: .directory)
  var images: String
  @Option(help: ArgumentHelp("The layer.", valueName: "name"))
  var layer: String
  @Option(
    help: ArgumentHelp("The folder of the atlas.", valueName: "folder"), completion: .directory)
  var folder: String
  @Option(help: ArgumentHelp("The folder's part for one layout: tsne or umap.", valueName: "name"))
  var method: String
  @Option(help: ArgumentHelp("Cells along a side, with commas.", valueName: "numbers"))
  var grid: String
  @Option(
    help: ArgumentHelp(
      "The folder of what is asked of each stage: STAGE.asked, as --record-settings prints it.",
      valueName: "folder"), completion: .directory)
  var asked: String
  @Flag(help: "Lay out raw activations instead of their principal components.")
  var rawActivations = false
  @Flag(help: "Render without whitening, which the components are for.")
  var noWhiten = false
  @Option(
    help: ArgumentHelp("The layout to align to.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var alignTo: String?
  @Option(
    help: ArgumentHelp("What is to be made: atlas, explanation or effects.", valueName: "word"))
  var goal = Pipeline.Goal.atlas
  @Option(
    help: ArgumentHelp(
      "The folder of the atlas of all samples, for the atlas of a class.", valueName: "folder"),
    completion: .directory)
  var selectFrom: String?
  @Flag(help: "Compute the effects on the class for its atlas alone.")
  var ownEffects = false
  @Flag(help: "Lay samples out by the difference of their effects on two classes.")
  var contrast = false
  @Option(
    help: ArgumentHelp("The table of the images, averaged over cells.", valueName: "file"),
    completion: .file(extensions: ["csv", "tsv", "txt"]))
  var columns: String?
  @Option(
    help: ArgumentHelp("The network that judges the icons.", valueName: "file"),
    completion: .file(extensions: ["onnx", "pb"]))
  var judge: String?
  @Flag(help: "The images are drawn by the project: when they were drawn does not count.")
  var drawnImages = false
  @Flag(help: "Tell make by stamps what to do.")
  var stamps = false
  @Flag(help: "Show all products, not only those to make.")
  var all = false
  @Flag(help: "Print the names of the products that must be made, and do nothing else.")
  var due = false
  @Flag(
    help:
      "Print the costs of all products as JSON, at 100 GFLOP/s on one thread, and do nothing else.")
  var costs = false
  @Option(
    help: ArgumentHelp(
      "For --costs: the cells of each grid, with commas, in the order of --grid.",
      valueName: "numbers"))
  var cells: String?
  @Option(
    help: ArgumentHelp(
      "For --costs: the number of images, if not those of the folder.", valueName: "number"))
  var imageCount: Int?
  @Option(
    help: ArgumentHelp(
      "For --costs: name so many of the images as well, evenly spaced.", valueName: "number"))
  var sample = 0
  @Flag(help: "Say how the finished atlas has turned out, instead.")
  var result = false
  @OptionGroup var common: CommonArguments

  func perform() throws -> [String] {
    let pipeline = try Pipeline(
      Pipeline.Request(
        goal: goal, folder: folder, method: method,
        grids: grid.split(separator: ",").map(String.init), asked: asked,
        laysOutActivations: rawActivations, whitens: !noWhiten, alignTo: alignTo,
        judge: try judgeFiles, selection: selectFrom, hasOwnEffects: ownEffects,
        contrasts: contrast, columns: columns))
    if result {
      for line in try ResultBlock(pipeline).lines { Diagnostics.note(line) }
      return [pipeline.products.last?.path ?? folder]
    }
    let source = try Source(
      network: network, images: images, layer: layer, arrivedImagesCount: !drawnImages)
    try source.requireSame(as: pipeline)
    if costs {
      let counts = zip(pipeline.request.grids, cells?.split(separator: ",") ?? [])
        .compactMap { grid, count in Int(count).map { (grid, $0) } }
      let costs = try Costs(
        pipeline, source, images: imageCount, cells: Dictionary(counts) { $1 },
        rate: Costs.nominalRate)
      let names = source.images.names
      let count = min(sample, names.count)
      return [try costs.json(sample: (0..<count).map { names[$0 * names.count / count] })]
    }
    let states = try pipeline.states(from: source)
    if due { return states.filter { $0.reason != nil }.map(\.product.stamp) }
    if stamps {
      try source.record(in: pipeline, isNew: !fileExists(pipeline.products[0].path))
      try pipeline.stamp(states)
    }
    let missing = states.filter { $0.reason != nil }
    guard !missing.isEmpty || all else { return [] }
    let costs = try Costs(pipeline, source)
    for line in costs.table(of: states, all: all) { Diagnostics.note(line) }
    try costs.requireSpace(for: states)
    return []
  }
}

extension Pipeline.Goal: ExpressibleByArgument {}

extension AtlasPlan {
  /// The files of the judge.
  private var judgeFiles: [String] {
    get throws {
      guard let judge else { return [] }
      let card = ModelCard.path(besides: judge, explicit: nil)
      return try NetworkFile.files(of: judge) + (fileExists(card) ? [card] : [])
    }
  }

  func validate() throws {
    guard !grid.isEmpty else { throw ValidationError("--grid is needed.") }
    for (name, count) in [("image-count", imageCount ?? 0), ("sample", sample)] {
      guard (0...1_000_000_000).contains(count) else {
        throw ValidationError("--\(name) must be a number from 0 to 1,000,000,000, got \(count).")
      }
    }
  }
}
