import Foundation
import Images
import TestSupport
import TestTags
import Testing

/// What documents, make and `--help` say of the programs is true of them.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct DocumentsTests {
  @Test(
    "pages that follow from the code are as the code has them; make documentation writes them",
    arguments: [
      ("files", "Documentation/files.md"), ("settings", "Documentation/settings.md"),
      ("make", "Pipelines/settings.mk"),
    ])
  func fresh(page: String, path: String) throws {
    let outcome = try Program.documentation.succeed([page])
    let stored = try String(contentsOfFile: Program.package + "/" + path, encoding: .utf8)
    let lines = stored.split(separator: "\n").map(String.init)
    for (stored, made) in zip(lines, outcome.results) { try #require(stored == made) }
    #expect(lines.count == outcome.results.count)
  }

  /// Runs a line of the shell in a folder, with the programs in its path.
  private func shell(_ line: String, in folder: String) throws -> Outcome {
    let programs = (try Program.extract.path as NSString).deletingLastPathComponent
    return try Running(
      "/bin/sh", ["-c", "cd '\(folder)' && PATH='\(programs)':$PATH && \(line)"]
    ).outcome()
  }

  /// A folder with the files that examples begin with.
  private func exampleFolder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let model = try InceptionModel.write(to: folder)
    try FileManager.default.moveItem(atPath: model, toPath: folder.file("googlenet.onnx"))
    try FileManager.default.removeItem(atPath: folder.file("net.json"))
    let card = InceptionModel.card.split(separator: "\"mixed\"").joined(separator: "\"mixed4c\"")
      .split(separator: "net.onnx").joined(separator: "googlenet.onnx")
    try folder.write("googlenet.json", card)
    var labels = InceptionModel.labels.split(separator: "\n").map(String.init)
    labels.replaceSubrange(0..<2, with: ["snorkel", "scuba diver"])
    try folder.write("labels.txt", labels.joined(separator: "\n"))
    // The judge may be any other network; here it is the same.
    for ending in ["onnx", "json"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file("squeezenet.\(ending)"),
        withDestinationPath: folder.file("googlenet.\(ending)"))
    }
    // A network with tensors of the names that the examples of `atlas-network run` have.
    var tiny = SmallModel()
    tiny.nodes = [
      SmallModel.node("Relu", ["image"], ["mixed4c"]),
      SmallModel.node("Relu", ["mixed4c"], ["logits"]),
    ]
    tiny.outputs = [SmallModel.value("logits", [])]
    try folder.write("net.onnx", tiny.bytes)
    for name in ["photos", "new-photos"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(name), withDestinationPath: Workshop.shared().images)
    }
    return folder
  }

  /// The commands below `Example:` in a help text, as they are printed.
  private func examples(_ program: Program, _ subcommand: String? = nil) throws -> [String] {
    let lines = try program.succeed((subcommand.map { [$0] } ?? []) + ["--help"]).results
    #expect(lines.allSatisfy { $0.count <= 80 }, "\(lines.filter { $0.count > 80 })")
    let start = try #require(lines.firstIndex { $0.hasPrefix("Example") })
    let end = try #require(lines.firstIndex { $0.hasPrefix("USAGE") })
    var commands: [String] = []
    for line in lines[(start + 1)..<end] {
      if commands.last?.hasSuffix("\\") == true {
        commands[commands.count - 1] += "\n" + line
      } else {
        commands.append(line)
      }
    }
    #expect(commands.allSatisfy { $0.hasPrefix("  atlas-") }, "\(commands)")
    return commands
  }

  @Test(
    "examples in help are at most 80 columns wide and run as they are printed, and files are as documented"
  )
  func helpExamples() throws {
    let folder = try exampleFolder()
    for program in [
      Program.extract, .reduce, .neighbors, .embed, .place, .grid, .render, .judge, .assemble,
      .attribute, .evidence,
      .select, .synthesize,
    ] {
      if program == .assemble {
        // What the example of a poster begins with.
        let outcome = try shell(
          "atlas-attribute --model googlenet.onnx --layer mixed4c --activations activations.h5 --cells-file cells.h5 --trust-samples 4 --output attribution.h5",
          in: folder.path)
        #expect(outcome.status == 0, "\(outcome.messages)")
      }
      for command in try examples(program) {
        let outcome = try shell(command, in: folder.path)
        #expect(outcome.status == 0, "\(command): \(outcome.messages)")
      }
    }
    for subcommand in ["summary", "check", "profile", "class"] {
      for command in try examples(.network, subcommand) {
        let outcome = try shell(command, in: folder.path)
        #expect(outcome.status == 0, "\(command): \(outcome.messages) \(outcome.results)")
      }
    }
    try checkFiles(in: folder)
  }

  /// Checks the files against their page and runs the examples in Python, where there are Python and h5py.
  private func checkFiles(in folder: TemporaryFolder) throws {
    let script = Program.package + "/Scripts/check_files.py"
    func check(_ names: String) throws -> Bool {
      let outcome = try shell("python3 '\(script)' . \(names)", in: folder.path)
      if outcome.status == 127 || outcome.results.first?.hasPrefix("skipped") == true {
        print(outcome.results.first ?? "skipped: Documentation/files.md needs python3 and h5py")
        return false
      }
      #expect(outcome.status == 0, "\(outcome.results) \(outcome.messages)")
      return true
    }
    guard
      try check(
        "activations.h5 components.h5 neighbors.h5 layout.h5 cells.h5 icons.h5 in.h5")
    else { return }
    // The page's own input, for the network that the help of `atlas-network run` names.
    let input = """
      python3 -c "
      import h5py, numpy as np
      with h5py.File('in.h5', 'w') as f:
          f.attrs['kind'] = 'network-input'
          f['input'] = np.ones((1, 3, 4, 4), 'float32')
          f['seeds/0'] = np.ones((1, 3, 4, 4), 'float32')"
      """
    try #require(try shell(input, in: folder.path).status == 0)
    for command in try examples(.network, "run") {
      let outcome = try shell(command, in: folder.path)
      #expect(outcome.status == 0, "\(command): \(outcome.messages)")
    }
    _ = try check("out.h5")
  }

  @Test("the example shows a cell with its icon, its exemplars in their boxes and its classes")
  func showCell() throws {
    let chain = try Chain.finished()
    let folder = try TemporaryFolder()
    guard try shell("python3 -c 'import h5py, numpy, PIL'", in: folder.path).status == 0 else {
      print("skipped: Examples/show_cell.py needs python3 with h5py, numpy and Pillow")
      return
    }
    let script = Program.package + "/Examples/show_cell.py"
    let files = "'\(chain.cells)' '\(chain.file("icons.h5"))'"
    // From another folder than the files': the images are found nevertheless.
    let outcome = try shell("python3 '\(script)' \(files) --output cell.png", in: folder.path)
    #expect(outcome.status == 0 && outcome.results == ["cell.png"], "\(outcome)")
    let page = try ImageReader.read(folder.file("cell.png"))
    #expect(page.width > 800 && page.height > 400)
    // Boxes, centers and bars have one color, which is not one of the photographs'.
    let accents = stride(from: 0, to: page.pixels.count, by: 3).count {
      Array(page.pixels[$0..<$0 + 3]) == [255, 112, 67]
    }
    #expect(accents > 300, "\(accents)")
    let missing = try shell("python3 '\(script)' \(files) --cell 99 0", in: folder.path)
    #expect(missing.status == 1 && missing.says("has no cell in row 99, column 0"))
  }
}
