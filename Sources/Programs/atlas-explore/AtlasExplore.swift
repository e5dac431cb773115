import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import Explorer
import FoundationEssentials
import IconCommandLine

@main struct AtlasExplore: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-explore",
    abstract: "Write a page to explore atlases.",
    usage: """
      atlas-explore --atlas <folder> ... --leaflet <folder> --output <folder> \\
        [<options>]
      """,
    discussion: """
      Makes a folder whose index.html opens in a browser, from a disk or from any web server, and asks for \
      nothing outside of the folder: a map of the icons in all grids, the cells with patches of real \
      photographs, their classes and numbers, classes to search for, layers side by side.

      An atlas is a folder with what the stages before have made, under the names that make gives: \
      icons-20.h5 and cells-20.h5 of each grid and, where they are there, icons-20.json, \
      attribution-20.h5, evidence-20, layout.h5, and ../activations.h5. Several atlases, of layers or of \
      classes, can be looked at side by side; all must be of one network.

      Examples:
        atlas-explore --atlas Data/atlas/net/mixed4c/photos/tsne \\
          --leaflet Data/work/leaflet --output explorer
        atlas-explore --atlas mixed4c/photos/tsne --atlas mixed5b/photos/tsne \\
          --photograph-pixels 500 --leaflet Data/work/leaflet --output explorer
      """, version: projectVersion)

  @Option(
    name: .customLong("atlas"),
    help: ArgumentHelp(
      "A folder with an atlas; repeat it for several.", valueName: "folder"),
    completion: .directory)
  var atlases: [String]
  @Option(
    help: ArgumentHelp(
      "New samples to show as points, a result of atlas-place; repeat it for several.",
      valueName: "file"), completion: .file(extensions: ["h5"]))
  var points: [String] = []
  @Option(
    help: ArgumentHelp(
      "The folder of images, if they are not where the cells' files say.", valueName: "folder"),
    completion: .directory)
  var images: String?
  @Option(
    help: ArgumentHelp(
      "The folder with leaflet.js and leaflet.css of Leaflet 1.9, the library that draws the map.",
      valueName: "folder"), completion: .directory)
  var leaflet: String
  @Option(
    help: ArgumentHelp("The folder of the explorer.", valueName: "folder"),
    completion: .directory)
  var output: String
  @OptionGroup var settings: Settings<ExploreSettings>
  @OptionGroup var common: CommonArguments

  typealias AllSettings = Settings<ExploreSettings>

  var inputs: [String] { points }
  var outputs: [String] { [path] }

  /// The folder without a slash at its end.
  private var path: String {
    var path = output
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
  }

  func validate() throws {
    guard !atlases.isEmpty else { throw ValidationError("--atlas is needed.") }
  }

  func perform() throws -> [String] {
    let library = try LeafletFiles(folder: leaflet)
    let files = try atlases.map { try AtlasFiles(folder: $0) }
    let maps = try files.map { try MapSource($0) }
    try requireSameNetwork(maps)
    let contents = try ExplorerContents(
      maps, points: points, imagesFolder: images, exploring: settings.parameters)
    let folder = try ExplorerFolder(path)
    do {
      try contents.write(into: folder)
      try library.write(into: folder)
      try folder.write(
        contents.manifest(
          digest: try digest(of: files), program: "atlas-explore \(projectVersion)"))
      try folder.finish()
    } catch {
      folder.discard()
      throw error
    }
    return [path + "/index.html"]
  }

  private func requireSameNetwork(_ maps: [MapSource]) throws {
    guard let first = maps.first else { return }
    for map in maps.dropFirst() {
      let (one, other) = (first.subject.networkSHA256, map.subject.networkSHA256)
      guard one == other || one == nil || other == nil else {
        throw StageError(
          "Cannot explore \(map.path) with \(first.path): they are of two networks; make an explorer of each."
        )
      }
    }
  }

  /// What tells one run from another: all that the explorer is made of.
  private func digest(of files: [AtlasFiles]) throws -> String {
    let inputs = files.flatMap(\.all) + points
    let record = try Provenance(
      program: "atlas-explore",
      parameters: settings.record + [("version", projectVersion)], inputs: inputs)
    let text = ([record.command] + record.inputs.map(\.sha256)).joined(separator: "\n")
    return String(sha256(of: text).prefix(16))
  }
}

/// How an explorer is made.
struct Exploring: Sendable {
  /// The quality of tiles.
  var quality = 80
  /// The longer side of photographs that are included; 0 leaves them out.
  var photographPixels = 0
}

/// The settings of `atlas-explore`.
enum ExploreSettings: SettingsTable {
  static var defaults: Exploring { Exploring() }
  static let settings = [
    Setting(
      "quality", \Exploring.quality, .number(in: 1...100), make: "EXPLORER_QUALITY",
      "WebP quality of the map's tiles"),
    Setting(
      "photograph-pixels", \Exploring.photographPixels, .number(in: 0...4096),
      make: "EXPLORER_PHOTOGRAPHS",
      "Longer side in pixels of the photographs that the explorer includes; 0 leaves them out"),
  ]
}
