import ArgumentParser
import Artifacts
import CommandLine
import FoundationEssentials
import Glibc

/// Prints the pages and the make file that follow from the code; `make documentation` puts them in
/// place.
@main struct AtlasDocumentation: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-documentation",
    abstract: "Print what documents say of files and settings, from the code.",
    discussion: """
      files is Documentation/files.md, settings is Documentation/settings.md, make is \
      Pipelines/settings.mk. The programs are asked that lie beside this one.

      Example:
        atlas-documentation files
      """, version: projectVersion)

  /// What can be printed.
  enum Page: String, ExpressibleByArgument, CaseIterable { case files, settings, make }

  @Argument(help: "What to print.")
  var page: Page

  func run() throws {
    switch page {
    case .files: print(FilesPage.text, terminator: "")
    case .settings: print(SettingsPage(try StageDescription.all()).text, terminator: "")
    case .make: print(SettingsMakefile(try StageDescription.all()).text, terminator: "")
    }
  }
}

/// A stage with the settings that its program describes.
struct StageDescription {
  /// The program's name.
  let program: String
  let groups: [SettingGroup]

  /// The name by which make knows the stage.
  var name: String { String(program.dropFirst("atlas-".count)) }

  /// The stages of the pipeline, in the order of the data flow.
  private static let programs = [
    "atlas-synthesize", "atlas-extract", "atlas-reduce", "atlas-neighbors", "atlas-embed",
    "atlas-grid", "atlas-render", "atlas-assemble", "atlas-attribute", "atlas-evidence",
    "atlas-select", "atlas-explore", "atlas-propose", "atlas-patch", "atlas-conclude",
  ]

  /// Asks every program.
  static func all() throws -> [StageDescription] {
    // The programs are asked, rather than their tables imported: each table is a file of its
    // program.
    try programs.map { program in
      let text = try output(of: "\(programFolder())/\(program)", "--describe-settings")
      let groups = try JSONDecoder().decode([SettingGroup].self, from: Data(text.utf8))
      return StageDescription(program: program, groups: groups)
    }
  }

  /// What a program prints.
  private static func output(of path: String, _ argument: String) throws -> String {
    // A shell reads the line: the path may hold spaces.
    guard let stream = popen("'\(path)' \(argument)", "r") else {
      throw StageError("Cannot run \(path): \(String(cString: strerror(errno))); build it.")
    }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, stream)
      guard count > 0 else { break }
      text += buffer[..<count]
    }
    guard pclose(stream) == 0 else { throw StageError("Cannot run \(path): it failed; build it.") }
    return String(decoding: text, as: UTF8.self)
  }
}
