import Activations
import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import ModelFormats
import Models
import NetworkCommandLine
import Patches

@main struct AtlasPatch: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-patch",
    abstract: "Paste patches on pictures, and see what the network takes them for.",
    usage: """
      atlas-patch --model <file> --patches-file <file> --output <file> \\
        [<options>]
      """,
    discussion: """
      Each patch is pasted, opaque, on each picture of its pair, in five sizes from 10 to 50 % of the input's \
      side, in the four corners and the center (Carter et al. 2019), and once in 39 % of the side at a random \
      place in the middle (SNAFUE, Casper et al. 2022). Pictures are resized and cropped as the network's \
      images are, patches then to their size in the input. An interrupted run continues where it stopped.

      Example:
        atlas-patch --model googlenet.onnx --patches-file patches.h5 \\
          --output outcomes.h5
      """, version: projectVersion)

  @OptionGroup var network: NetworkArguments
  @Option(
    help: ArgumentHelp("The result of atlas-propose.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var patchesFile: String
  @Option(
    help: ArgumentHelp(
      "The folder of pictures, if they are not where the file of patches says.",
      valueName: "folder"), completion: .directory)
  var heldOut: String?
  @Option(help: ArgumentHelp("The result.", valueName: "file"), completion: .file())
  var output: String
  @OptionGroup var settings: Settings<PatchSettings>
  @OptionGroup var shards: ShardArguments
  @OptionGroup var common: CommonArguments

  typealias AllSettings = Settings<PatchSettings>

  var inputs: [String] { network.files + [patchesFile] }
  var outputs: [String] { shards.outputs(output) }

  func perform() throws -> [String] {
    let network = try network.load(writing: outputs)
    let file = try PatchesFile(path: patchesFile)
    guard let layer = file.subject.layer else {
      throw StageError(
        "Cannot use \(patchesFile): it does not name its layer; make it with atlas-propose.")
    }
    try requireSame([
      Described(network.path, try self.network.subject(of: network, layer: layer)),
      Described(patchesFile, file.subject),
    ])
    guard let folder = try heldOut ?? file.imagesFolder() else {
      throw StageError(
        "Cannot use \(patchesFile): it does not say where its pictures are; give their folder with --held-out."
      )
    }
    let collection = try ImageCollection(folder: folder, classes: .none)
    guard String(collection.fingerprint, radix: 16) == file.subject.imagesFingerprint else {
      throw StageError(
        "Cannot use \(patchesFile): the pictures in \(folder) are others than those it was made for; give their folder with --held-out, or make it anew with atlas-propose."
      )
    }
    let logits = try network.logits()
    let classes = try network.classCount(of: logits)
    guard
      file.table.pairs.allSatisfy({ Int($0.source) < classes && Int($0.target) < classes })
    else {
      throw StageError(
        "Cannot use \(patchesFile): its classes are more than the network's \(classes); make it anew with atlas-propose."
      )
    }
    let run = PatchRun(
      classifier: try PatchClassifier(network, logits: logits), file: file, folder: folder,
      seed: settings.parameters.seed, output: output,
      provenance: try Provenance(
        program: "atlas-patch", parameters: settings.record,
        inputs: self.network.inputs(of: network) + [patchesFile]))
    return try shards.perform(run) { shardCount in
      guard !run.isFinished else {
        Diagnostics.note("patch: the result is there from an earlier run")
        return
      }
      if let shardCount { try run.merge(shardCount) }
      try run.run()
    }
  }
}

/// How patches are placed at random.
struct Patching: Sendable {
  var seed: UInt64 = 0
}

/// The settings of `atlas-patch`.
enum PatchSettings: SettingsTable {
  static var defaults: Patching { Patching() }
  static let settings = [
    Setting("seed", \Patching.seed, .number(from: 0), make: "SEED", "Seed of random numbers")
  ]
}
