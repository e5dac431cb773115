import ArgumentParser
import ArrayStore
import CommandLine
import IconCommandLine

/// What a poster is made of beside its icons.
struct PosterArguments: ParsableArguments {
  @Flag(
    name: .customLong("labels"),
    help: "Make a poster: name below each icon the class that its cell argues for most.")
  var isAsked = false
  @Option(
    help: ArgumentHelp("The result of atlas-attribute on the same cells.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var attribution: String?
  @Option(
    help: ArgumentHelp(
      "The result of atlas-grid that the icons were rendered from, for what is left out.",
      valueName: "file"), completion: .file(extensions: ["h5"]))
  var cellsFile: String?
  @Option(
    help: ArgumentHelp(
      "The result of atlas-embed, for its trustworthiness and the ends of its axis where it contrasts two classes.",
      valueName: "file"), completion: .file(extensions: ["h5"]))
  var layout: String?
  @Option(
    help: ArgumentHelp(
      "The result of atlas-extract, for the number of images that could not be read.",
      valueName: "file"), completion: .file(extensions: ["h5"]))
  var activations: String?

  /// The files beside the icons.
  var files: [String] { [attribution, cellsFile, layout, activations].compactMap { $0 } }

  func validate() throws {
    guard isAsked == (attribution != nil) else {
      throw ValidationError(
        isAsked
          ? "--labels needs --attribution: it names the classes."
          : "--attribution is for a poster, which --labels asks for.")
    }
    guard isAsked || files.isEmpty else {
      throw ValidationError(
        "--cells-file, --layout and --activations are for a poster, which --labels asks for.")
    }
  }

  /// Reads the files; nil if no poster is asked for.
  func sources(of sheet: IconSheet) throws -> IconSources? {
    guard isAsked, let attribution else { return nil }
    return try IconSources(
      sheet, attribution: attribution, cells: cellsFile, layout: layout, activations: activations)
  }

  /// The digests of all files, by their names; files of one name in several folders are told by numbers.
  func digests(with icons: [String]) throws -> [(name: String, sha256: String)] {
    let inputs = try Provenance(
      program: "atlas-assemble", parameters: [], inputs: icons + files
    ).inputs
    var counts: [String: Int] = [:]
    return inputs.map { input in
      counts[input.name, default: 0] += 1
      let number = counts[input.name] ?? 1
      return (number == 1 ? input.name : "\(input.name) (\(number))", input.sha256)
    }
  }
}
