import CommandLine
import FoundationEssentials

/// The files of an atlas, by the names that make gives them.
struct AtlasFiles {
  /// Those of a grid.
  struct Grid {
    /// Its side.
    let side: Int
    let icons, cells: String
    /// The report on the icons, the effects and the list of patches; nil for what is not there.
    let report, attribution, evidence: String?

    var all: [String] { [icons, cells] + [report, attribution, evidence].compactMap { $0 } }
  }

  let folder: String
  /// The grids, coarsest first.
  let grids: [Grid]
  /// The layout, and the samples that it is of; nil for what is not there.
  let layout, activations: String?

  /// All files.
  var all: [String] { grids.flatMap(\.all) + [layout, activations].compactMap { $0 } }

  /// Finds the files in a folder.
  ///
  /// - Parameter folder: The folder.
  /// - Throws: When there are no icons, or icons without their cells.
  init(folder: String) throws {
    let folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    let files = FileManager.default
    func existing(_ path: String) -> String? { files.fileExists(atPath: path) ? path : nil }
    guard let names = try? files.contentsOfDirectory(atPath: folder) else {
      throw StageError("Cannot explore \(folder): it is no folder that can be read.")
    }
    let found = names.compactMap { name -> Int? in
      guard name.hasPrefix("icons-"), name.hasSuffix(".h5") else { return nil }
      return Int(name.dropFirst(6).dropLast(3))
    }.sorted()
    guard !found.isEmpty else {
      throw StageError(
        "Cannot explore \(folder): it has no icons-SIDE.h5; make an atlas there first (make atlas)."
      )
    }
    self.folder = folder
    grids = try found.map { side in
      guard let cells = existing("\(folder)/cells-\(side).h5") else {
        throw StageError(
          "Cannot explore \(folder): it has icons-\(side).h5 without cells-\(side).h5.")
      }
      return Grid(
        side: side, icons: "\(folder)/icons-\(side).h5", cells: cells,
        report: existing("\(folder)/icons-\(side).json"),
        attribution: existing("\(folder)/attribution-\(side).h5"),
        evidence: existing("\(folder)/evidence-\(side)/evidence.json"))
    }
    layout = existing(folder + "/layout.h5")
    activations = existing(folder + "/../activations.h5")
  }
}
