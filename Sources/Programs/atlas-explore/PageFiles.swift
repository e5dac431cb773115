import ArrayStore
import CommandLine
import Explorer
import FoundationEssentials

/// The library that draws the map; it is no part of the project, and its license lies beside it.
struct LeafletFiles {
  private let files: [(name: String, bytes: [UInt8])]

  /// Reads the library.
  ///
  /// - Throws: When it is not there, or is another version.
  init(folder: String) throws {
    files = try ["leaflet.js", "leaflet.css", "leaflet-license.txt"].map { name in
      guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
        throw StageError(
          "Cannot read \(folder)/\(name), of the library that draws the map; fetch it with Scripts/fetch-leaflet."
        )
      }
      return (name, Array(data))
    }
    let head = String(decoding: files[0].bytes.prefix(200), as: UTF8.self)
    guard head.contains("Leaflet 1.9") else {
      throw StageError("Cannot use \(folder)/leaflet.js: it is not of Leaflet 1.9.")
    }
  }

  /// Copies it into an explorer.
  func write(into folder: ExplorerFolder) throws {
    for file in files { try folder.write(file.bytes, to: "page/\(file.name)") }
  }
}

extension ExplorerFolder {
  /// Writes the manifest and the page.
  func write(_ manifest: ExplorerManifest) throws {
    try write(try DataScript.call("open", [], manifest), to: "data/atlas.js")
    try write(ExplorerPage.script, to: "page/explorer.js")
    try write(ExplorerPage.styleSheet, to: "page/explorer.css")
    try write(ExplorerPage.html(title: manifest.title.printable), to: "index.html")
  }
}
