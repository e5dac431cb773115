import ArrayStore
import CExplorerPage
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
    try write(PageScript.joined(Page.modules), to: "page/explorer.js")
    try write(Page.bytes(of: page_css), to: "page/explorer.css")
    let page = String(decoding: Page.bytes(of: page_html), as: UTF8.self)
      .replacing("{{title}}", with: PageScript.escaped(manifest.title.printable))
    try write(Array(page.utf8), to: "index.html")
  }
}

/// The page's own files, which the compiler has put into the program.
private enum Page {
  /// The modules of the script, each after those that it imports.
  static var modules: [[UInt8]] {
    (0..<Int(page_module_count)).map { bytes(of: page_modules[$0]) }
  }

  static func bytes(of file: page_file) -> [UInt8] {
    Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
  }
}
