import Foundation
import TestSupport
import TestTags
import Testing

/// What `atlas-network summary` and `atlas-network check` say about a network.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct NetworkProgramTests {
  /// A line of the summary for scripts.
  private struct Entry: Decodable {
    let name, operation, type: String
    let shape: [Int]
    let parameters, flops: Int
    let aliases: [String]
    let atlas: Bool?
    let fieldRows, fieldColumns, strideRows, strideColumns: Int?
    let seesAll: Bool
  }

  private func entries(_ arguments: [String]) throws -> [Entry] {
    let outcome = try Program.network.succeed(["summary", "--json"] + arguments)
    #expect(outcome.results.count > 2)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      [Entry].self, from: Data(outcome.results.joined(separator: "\n").utf8))
  }

  // MARK: summary

  @Test("the summary holds the numbers that were worked out by hand")
  func numbers() throws {
    let entries = try entries([Workshop.shared().model])
    let names = [
      "data", "conv1_linear", "conv1", "pool1", "mixed/1x1_linear", "mixed/1x1",
      "mixed/reduce_linear", "mixed/reduce", "mixed/3x3_linear", "mixed/3x3", "mixed/pool",
      "mixed/pool_proj_linear", "mixed/pool_proj", "mixed/output", "average", "flat", "fc", "prob",
    ]
    #expect(entries.map(\.name) == names)
    let byName = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })
    let first = try #require(byName["conv1_linear"])
    #expect(first.operation == "convolution 7×7/2" && first.shape == [1, 16, 24, 24])
    #expect(first.parameters == 16 * 3 * 49 + 16 && first.flops == 2 * 3 * 49 * 16 * 24 * 24)
    #expect([first.fieldRows, first.fieldColumns] == [7, 7] && first.strideRows == 2)
    #expect(first.atlas == true && first.type == "float" && first.aliases.isEmpty)
    #expect(byName["conv1"]?.aliases == ["early"] && byName["conv1"]?.parameters == 0)
    // The pool spans two steps of 2 more, the 3 × 3 convolution two of 4.
    let mixed = try #require(byName["mixed/output"])
    #expect([mixed.fieldRows, mixed.strideRows, mixed.strideColumns] == [19, 4, 4])
    #expect(mixed.aliases == ["mixed"] && mixed.shape == [1, 48, 12, 12] && !mixed.seesAll)
    #expect(byName["mixed/1x1"]?.fieldRows == 11)
    let classes = try #require(byName["prob"])
    #expect(classes.seesAll && classes.fieldRows == nil && classes.strideRows == nil)
    #expect(byName["fc"]?.parameters == 10 * 48 + 10 && byName["fc"]?.flops == 2 * 10 * 48)
    #expect(entries.filter { $0.atlas != true }.map(\.name) == ["data"])
  }

  @Test("the table's columns are aligned, it keeps its width, and totals follow")
  func table() throws {
    let outcome = try Program.network.succeed(["summary", Workshop.shared().model])
    let lines = outcome.results
    let header = try #require(lines.first { $0.contains("field") })
    let row = try #require(lines.first { $0.contains("concatenation") })
    #expect(lines[0].hasPrefix("A small network, ") && lines[0].contains("48 × 48 pixels"))
    #expect(row.hasPrefix("*  mixed/output ") && row.hasSuffix("19 × 19       4  mixed"))
    for title in ["layer", "operation", "sizes"] {
      let place = try #require(header.range(of: title)?.lowerBound)
      let offset = header.distance(from: header.startIndex, to: place)
      let start = row.index(row.startIndex, offsetBy: offset)
      #expect(row[start] != " " && row[row.index(before: start)] == " ")
    }
    #expect(lines.allSatisfy { $0.count <= 150 || $0 == lines[0] })
    let total = 16 * 147 + 16 + 3 * (16 * 16 + 16) + 16 * 144 + 16 + 490
    let text = "\(total / 1000),\(String(1000 + total % 1000).dropFirst()) parameters"
    #expect(lines.contains { $0.hasPrefix(text) && $0.contains("of 17 of 18 tensors") })
  }

  @Test("--layers lists aliases first, then the results of blocks")
  func layers() throws {
    let entries = try entries([Workshop.shared().model, "--layers"])
    #expect(entries.map(\.name) == ["conv1", "mixed/output"])
    let folder = try TemporaryFolder()
    let bare = try folder.write("bare.onnx", InceptionModel.model.bytes)
    let unnamed = try self.entries([bare, "--layers"])
    #expect(unnamed.map(\.name) == ["conv1", "mixed/output"])
    #expect(unnamed.flatMap(\.aliases).isEmpty)
  }

  @Test("long names are cut in the middle, and whole with --width 0")
  func longNames() throws {
    let folder = try TemporaryFolder()
    let name = "the beginning/" + String(repeating: "and so on/", count: 30) + "the end"
    var model = SmallModel()
    model.nodes = [
      SmallModel.node("Relu", ["image"], [name]), SmallModel.node("Relu", [name], ["result"]),
    ]
    let path = try folder.write("net.onnx", model.bytes)
    let cut = try Program.network.succeed(["summary", path, "--width", "100"]).results
    let row = try #require(cut.first { $0.contains("the end") })
    #expect(row.count <= 100 && row.contains("the beg") && row.contains("…"))
    let whole = try Program.network.succeed(["summary", path, "--width", "0"]).results
    #expect(whole.contains { $0.contains(name) })
  }

  @Test("another size changes the maps; what it does not suit is left out with a warning")
  func sizes() throws {
    let entries = try entries([Workshop.shared().model, "--size", "64,32"])
    #expect(entries.first { $0.name == "mixed/output" }?.shape == [1, 48, 16, 8])
    let outcome = try Program.network.succeed(
      ["summary", Workshop.shared().model, "--size", "2"])
    #expect(outcome.says("warning: At 2 × 2 pixels") && outcome.says("pool1"))
    #expect(outcome.results.contains { $0.contains("conv1_linear") })
    #expect(!outcome.results.contains { $0.contains("mixed/output") })
    for size in ["0", "5,", "1,2,3", "5000", "", "a"] {
      let outcome = try Program.network.run(["summary", "x.onnx", "--size", size])
      #expect(outcome.status == 64 && outcome.errors.count == 1, "\(size): \(outcome)")
    }
  }

  // MARK: check

  @Test("a network with a full card passes the check, line by line")
  func passes() throws {
    let outcome = try Program.network.succeed(["check", Workshop.shared().model])
    let text = outcome.results.map { $0.split(separator: " ", omittingEmptySubsequences: true) }
    let subjects = text.filter { $0[0] == "ok" }.map { String($0[1]) }
    for subject in [
      "file", "card", "input", "labels", "logits", "probabilities", "operations", "outputs",
      "gradient", "forward", "80", "128", "atlas",
    ] { #expect(subjects.contains(subject), "\(subject) in \(outcome.results)") }
    let joined = outcome.results.joined(separator: "\n")
    #expect(joined.contains("10 for 10 classes") && joined.contains("BGR"))
    #expect(joined.contains("\"prob\" sums to 1.00000") && joined.contains("\"mixed\""))
    #expect(outcome.messages.isEmpty && !joined.contains("assumed"))
  }

  @Test("without a card, what is assumed and what is missing is said")
  func withoutCard() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("bare.onnx", InceptionModel.model.bytes)
    let outcome = try Program.network.succeed(["check", path])
    for beginning in [
      "missing  card", "assumed  card", "missing  labels", "missing  logits", "ok       gradient",
    ] {
      #expect(outcome.results.contains { $0.hasPrefix(beginning) }, "\(beginning)")
    }
    #expect(outcome.results.contains { $0.contains("likely \"fc\"") })
    let card = try folder.write("card.json", "{\"probabilities\": \"fc\"}")
    let wrong = try Program.network.succeed(["check", path, "--card", card])
    #expect(wrong.results.contains { $0.hasPrefix("warning  probabilities") })
  }

  /// A network of one convolution of 1 × 1 and what follows it.
  private func path(
    _ folder: TemporaryFolder, weights: [Float] = [1, 2, 3], channels: Int = 3,
    _ change: (inout SmallModel) -> Void = { _ in }
  ) throws -> String {
    var model = SmallModel()
    model.inputs = [SmallModel.value("image", [1, channels, 8, 8])]
    model.initializers = [
      SmallModel.tensor("w", [1, channels, 1, 1], Array(weights.prefix(channels)))
    ]
    model.nodes = [SmallModel.node("Conv", ["image", "w"], ["result"])]
    change(&model)
    return try folder.write("net.onnx", model.bytes)
  }

  private func expectFailure(
    _ path: String, arguments: [String] = [], says words: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try Program.network.run(["check", path] + arguments)
    #expect(outcome.status == 1, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.errors.count == 1, "\(outcome)", sourceLocation: sourceLocation)
    for word in words {
      #expect(outcome.says(word), "\(outcome)", sourceLocation: sourceLocation)
    }
  }

  @Test("values that overflow and a gradient of zeros fail the check")
  func values() throws {
    let folder = try TemporaryFolder()
    try expectFailure(
      path(folder, weights: [3e38, 3e38, 3e38]),
      says: ["64 of 64 values of \"result\" are not finite"])
    try expectFailure(path(folder, weights: [0, 0, 0]), says: ["\"result\"", "is zero"])
    let fine = try Program.network.run(["check", path(folder)])
    #expect(fine.status == 0, "\(fine)")
  }

  @Test("gradients fit central differences")
  func differences() throws {
    let folder = try TemporaryFolder()
    for path in try [path(folder), Workshop.shared().model] {
      let lines = try Program.network.succeed(["check", path]).results
      #expect(lines.contains { $0.hasPrefix("ok       differences") })
    }
  }

  /// Rounded to a finer grid than any difference sees, values rise where gradients are zero: beside
  /// the image, a part of the derivative is missing from the gradient.
  @Test("a gradient that is wrong fails the check", arguments: [0, 0.2, 0.5, -2] as [Float])
  func wrongGradient(part: Float) throws {
    let folder = try TemporaryFolder()
    let network = try path(folder) {
      $0.initializers = [
        SmallModel.tensor("fine", [1], [1024]), SmallModel.tensor("part", [1], [part / 1024]),
      ]
      $0.nodes = [
        SmallModel.node("Relu", ["image"], ["map"]),
        SmallModel.node("Mul", ["map", "fine"], ["steep"]),
        SmallModel.node("Floor", ["steep"], ["steps"]),
        SmallModel.node("Mul", ["steps", "part"], ["hidden"]),
        SmallModel.node("Add", ["map", "hidden"], ["result"]),
      ]
    }
    if part == 0 {
      let lines = try Program.network.succeed(["check", network]).results
      #expect(lines.contains { $0.hasPrefix("ok       differences") }, "\(lines)")
    } else {
      try expectFailure(network, says: ["the gradient of \"result\" does not fit"])
    }
  }

  @Test(
    "gray networks pass the check, and one of which something cannot be computed with a warning")
  func partial() throws {
    let folder = try TemporaryFolder()
    let gray = try folder.write(
      "gray.json", "{\"input\": {\"channels\": \"gray\", \"mean\": [0], \"range\": [0, 255]}}")
    let seen = try Program.network.succeed(["check", path(folder, channels: 1), "--card", gray])
    let words = seen.results.joined(separator: " ").split(separator: " ").joined(separator: " ")
    #expect(words.contains("gray of 0.00…255 from black to white"), "\(words)")
    let unknown = try path(folder) {
      $0.nodes.append(SmallModel.node("Conjure", ["result"], ["more"]))
      $0.outputs = [SmallModel.value("more", [])]
    }
    let text = try Program.network.succeed(["check", unknown]).results.joined(separator: " ")
    #expect(text.contains("warning") && text.contains("\"Conjure\""), "\(text)")
  }

  @Test("a network of unknown operations and a file that is none fail the check")
  func unsupported() throws {
    let folder = try TemporaryFolder()
    let unknown = try path(folder) {
      $0.nodes = [SmallModel.node("Conjure", ["image"], ["result"])]
    }
    try expectFailure(unknown, says: ["\"Conjure\"", "not supported"])
    let gray = try folder.write("gray.json", "{}")
    try expectFailure(gray, says: ["Cannot read network"])
    try expectFailure(folder.file("none.onnx"), says: ["none.onnx", "No such file"])
  }

  // MARK: Usage

  @Test("--help of each part shows an example", arguments: ["summary", "check", "run"])
  func help(part: String) throws {
    let text = try Program.network.succeed([part, "--help"]).results.joined(separator: "\n")
    #expect(text.contains("Example") && text.contains("  atlas-network \(part) "))
  }

  @Test("widths that make no sense are usage errors", arguments: ["5", "99", "-1", "x"])
  func width(value: String) throws {
    let outcome = try Program.network.run(["summary", "x.onnx", "--width=\(value)"])
    #expect(outcome.status == 64 && outcome.errors.count == 1 && outcome.says("--width"))
  }
}
