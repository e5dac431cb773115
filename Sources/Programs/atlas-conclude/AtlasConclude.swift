import Activations
import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import Explorer
import FoundationEssentials
import Images
import ModelFormats
import Models
import NetworkCommandLine
import Patches

@main struct AtlasConclude: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-conclude",
    abstract: "Say which patches turn one class into another, better than controls do.",
    usage: """
      atlas-conclude --model <file> --patches-file <file> --outcomes <file> \\
        --output <folder> [<options>]
      """,
    discussion: """
      On the choosing half of the pictures each patch gets its size and place, and each kind its best patch; \
      everything that is reported is of the other half. static: in that size and place; dynamic: in what suits \
      each picture (Carter et al. 2019); random: SNAFUE's protocol. Intervals of 95 % are over patches. The \
      candidates are compared with each control over the cells that they are of, by the exact test of rank sums: \
      a lucky draw of cells is no discovery. A pair's probability is the largest of them, and over all pairs the \
      false-discovery rate is that of Benjamini and Hochberg. The same is done with candidates of the shuffled \
      search.

      The folder gets patches.json, and pages: open index.html.

      Example:
        atlas-conclude --model googlenet.onnx --patches-file patches.h5 \\
          --outcomes outcomes.h5 --output patches
      """, version: projectVersion)

  @OptionGroup var network: NetworkArguments
  @Option(
    help: ArgumentHelp("The result of atlas-propose.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var patchesFile: String
  @Option(
    help: ArgumentHelp("The result of atlas-patch.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var outcomes: String
  @Option(
    help: ArgumentHelp(
      "The folder of pictures, if they are not where the file of patches says.",
      valueName: "folder"), completion: .directory)
  var heldOut: String?
  @Option(
    help: ArgumentHelp(
      "The explorer's page, as a link from the folder; cells are linked to it.", valueName: "link"))
  var explorer: String?
  @Option(
    help: ArgumentHelp("The folder of the results.", valueName: "folder"), completion: .directory)
  var output: String
  @OptionGroup var settings: Settings<ConcludeSettings>
  @OptionGroup var common: CommonArguments

  typealias AllSettings = Settings<ConcludeSettings>

  var inputs: [String] { network.files + [patchesFile, outcomes] }
  var outputs: [String] { [jsonPath] }

  private var jsonPath: String { output + "/patches.json" }

  func perform() throws -> [String] {
    let network = try network.load(writing: outputs)
    let file = try PatchesFile(path: patchesFile)
    let results = try OutcomesFile(path: outcomes)
    try requireSame([Described(patchesFile, file.subject), Described(outcomes, results.subject)])
    guard let folder = try heldOut ?? file.imagesFolder() else {
      throw StageError(
        "Cannot use \(patchesFile): it does not say where its pictures are; give their folder with --held-out."
      )
    }
    let sums = try PatchSums(file, results, seed: settings.parameters.seed)
    let record = try Provenance(
      program: "atlas-conclude", parameters: settings.record, inputs: [patchesFile, outcomes])
    let report = PatchReport(
      network: network.card.name ?? self.network.model, layer: file.subject.layer ?? "",
      gridSide: file.gridSide,
      pictures: try file.imagesFolder()?.split(separator: "/").last.map(String.init) ?? "",
      discoveryRate: settings.parameters.discoveryRate, patchesOfKind: sums.patchesOfKind,
      parameters: Dictionary(record.parameters.map { ($0.name, $0.value) }) { $1 },
      pairs: sums.pairs)
    let pages = PatchPages(report, explorer: explorer) { network.className($0) }
    // A former report would tell of other pages, if this is cut off before the end.
    try? FileManager.default.removeItem(atPath: jsonPath)
    let examples = try Examples(
      classifier: PatchClassifier(network, logits: network.logits()), file: file, folder: folder)
    var made: [String] = []
    func write(_ bytes: [UInt8], _ name: String) throws {
      try AtomicFile.write(bytes, to: output + "/" + name)
      made.append(name)
    }
    for (index, pair) in report.pairs.enumerated() where !pair.kinds.isEmpty {
      for (kind, patch) in pair.kinds.flatMap({ kind in kind.patches.map { (kind, $0) } })
      where kind.kind == PatchKind.candidate.rawValue || patch == kind.patches.first {
        try write(
          PNGWriter.encode(examples.square(patch.number)), PatchPages.file(ofPatch: patch.number))
      }
      let shown = try examples.examples(of: index, pair)
      for (number, example) in shown.enumerated() {
        for (isPatched, picture) in [(false, example.before), (true, example.after)] {
          try write(
            JPEGWriter.encode(picture, quality: 90, subsampling: .full),
            PatchPages.file(ofExample: number, pair: index, isPatched: isPatched))
        }
      }
      try write(pages.page(ofPair: index, examples: shown), PatchPages.file(ofPair: index))
    }
    try write(ExplorerPage.patchesStyleSheet, "patches.css")
    try write(pages.index(), "index.html")
    removeOthers(than: Set(made))
    try AtomicFile.write(report.json(), to: jsonPath)
    PatchTableText(report).print()
    return [output + "/index.html", jsonPath]
  }

  /// Removes pages and pictures of a former run that had more.
  private func removeOthers(than made: Set<String>) {
    for folder in ["", "pictures/"] {
      let path = output + "/" + folder
      for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
        let isOwn =
          folder.isEmpty
          ? name.hasPrefix("pair-") && name.hasSuffix(".html")
          : name.hasPrefix("patch-") || name.hasPrefix("pair-")
        guard isOwn, !made.contains(folder + name) else { continue }
        try? FileManager.default.removeItem(atPath: path + name)
      }
    }
  }
}

/// What counts as a discovery.
struct Concluding: Sendable {
  var discoveryRate = 0.05
  var seed: UInt64 = 0
}

/// The settings of `atlas-conclude`.
enum ConcludeSettings: SettingsTable {
  static var defaults: Concluding { Concluding() }
  static let settings = [
    Setting(
      "discovery-rate", \Concluding.discoveryRate, .number(above: 0, to: 1), make: "DISCOVERY_RATE",
      "False-discovery rate below which a pair counts as found"),
    Setting(
      "seed", \Concluding.seed, .number(from: 0), make: "SEED", "Seed of random numbers"),
  ]
}
