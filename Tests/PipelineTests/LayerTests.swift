import ArrayStore
import Foundation
import TestSupport
import TestTags
import Testing

/// Every tensor of several networks, from extraction to icons.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct LayerTests {
  private struct Entry: Decodable {
    let name: String
    let atlas: Bool
    let channels: Int?
  }

  static let names = LayerForms.all.map(\.name)

  @Test(
    "a layer works from extraction to icons, or is refused in one line at once; summary says which",
    arguments: names)
  func everyTensor(name: String) throws {
    let folder = try TemporaryFolder()
    let model = try #require(LayerForms.all.first { $0.name == name }).model
    let path = try folder.write("net.onnx", model.bytes)
    let entries = try JSONDecoder().decode(
      [Entry].self,
      from: Data(
        try Program.network.succeed(["summary", "--json", path]).results
          .joined(separator: "\n").utf8))
    #expect(entries.count > 2 && entries.contains { $0.atlas })
    for (index, entry) in entries.enumerated() {
      let (activations, icons) = (folder.file("a\(index).h5"), folder.file("i\(index).h5"))
      let extracted = try Program.extract.run([
        "--model", path, "--images", Workshop.shared().images, "--layer", entry.name,
        "--positions", "1", "--output", activations,
      ])
      let rendered = try Program.render.run([
        "--model", path, "--layer", entry.name, "--target", "channel", "--cells", "0:1", "--steps",
        "1", "--size", "48", "--output", icons,
      ])
      let what = "\(name), \(entry.name): \(extracted.messages) \(rendered.messages)"
      #expect(extracted.status == (entry.atlas ? 0 : 1), "\(what)")
      // A layer that cannot be rendered was warned of when it was extracted.
      let isWarned = extracted.says("Cannot render icons")
      #expect(rendered.status == (entry.atlas && !isWarned ? 0 : 1), "\(what)")
      for outcome in [extracted, rendered] where outcome.status == 1 {
        #expect(outcome.errors.count == 1, "\(what)")
      }
      #expect(FileManager.default.fileExists(atPath: activations) == entry.atlas)
    }
  }

  @Test("a network tied to its size has icons of that size, and says so")
  func ownSize() throws {
    let folder = try TemporaryFolder()
    let model = try #require(LayerForms.all.first { $0.name.contains("tied") }).model
    let path = try folder.write("net.onnx", model.bytes)
    let icons = folder.file("icons.h5")
    for (layer, note) in [("fc", true), ("flat", true), ("relu", false)] {
      let outcome = try Program.render.succeed([
        "--model", path, "--layer", layer, "--target", "channel", "--cells", "0:1", "--steps", "1",
        "--size", "48", "--output", icons,
      ])
      #expect(outcome.says("32 × 32 pixels alone: icons have this size") == note, "\(layer)")
    }
  }

  // MARK: Files

  @Test("summary lists the files of a network, and names folders for layers")
  func files() throws {
    let folder = try TemporaryFolder()
    var model = SmallModel()
    model.initializers = [
      SmallModel.tensor("w", [1, 3, 2, 2], entries: [(key: "location", value: "net.onnx.data")])
    ]
    model.nodes = [SmallModel.node("Conv", ["image", "w"], ["result"])]
    let path = try folder.write("net.onnx", model.bytes)
    let weights = try folder.write(
      "net.onnx.data", SmallModel.ramp(12).flatMap { Wire.littleEndian($0.bitPattern) })
    #expect(try Program.network.succeed(["summary", "--files", path]).results == [path, weights])
    let card = try folder.write("net.json", "{}")
    #expect(
      try Program.network.succeed(["summary", "--files", path]).results == [path, weights, card])
  }

  @Test("a layer's file is named as make names its folder, whatever the layer is called")
  func fileNames() throws {
    let folder = try TemporaryFolder()
    let long = String(repeating: "block/", count: 60) + "Relu"
    let names = [
      ("/act 1;x/Relu", "_act_1_x_Relu"), ("it's \"relu\"", "it_s__relu_"), ("..", "_.."),
      ("-n", "_-n"), (long, nil),
    ]
    var model = SmallModel()
    model.nodes = names.enumerated().map { index, name in
      SmallModel.node("Relu", [index == 0 ? "image" : names[index - 1].0], [name.0])
    }
    model.outputs = [SmallModel.value(long, [])]
    let path = try folder.write("net.onnx", model.bytes)
    let images = try Workshop.shared().images
    for (layer, expected) in names {
      let outcome = try Program.extract.succeed([
        "--model", path, "--images", images, "--layer=\(layer)", "--positions", "1", "--output",
        folder.file("{layer}.h5"),
      ])
      let result = try #require(outcome.results.first).split(separator: "/").last.map(String.init)
      #expect(result == expected.map { $0 + ".h5" } ?? result, "\(layer)")
      // 90 bytes, a dash and 8 digits of the digest.
      if expected == nil { #expect(result?.utf8.count == 99 + 3) }
    }
  }

  @Test("names of tensors cannot write to the terminal")
  func escapes() throws {
    let folder = try TemporaryFolder()
    let hostile = "a\u{1b}[2Jb\u{9b}31m\u{202e}c"
    var model = SmallModel()
    model.nodes = [
      SmallModel.node("Relu", ["image"], [hostile]),
      SmallModel.node("Loop", [hostile], ["result"], name: hostile),
    ]
    let path = try folder.write("net.onnx", model.bytes)
    for arguments in [
      ["summary", path], ["summary", "--layers", path], ["summary", "--json", path],
      ["check", path], ["profile", path, "--layer", hostile], ["profile", path, "--layer", "x"],
      ["profile", path, "--layer", "result"],
    ] {
      let outcome = try Program.network.run(arguments)
      let text = (outcome.results + outcome.messages).joined(separator: "\n")
      #expect(
        !text.unicodeScalars.contains {
          ($0.value < 0x20 && $0 != "\n") || (0x7f...0x9f).contains($0.value) || $0 == "\u{202e}"
        }, "\(arguments)")
    }
  }

  @Test("a network runs at the size of its input where its file leaves it open, also for modules")
  func openSize() throws {
    let folder = try TemporaryFolder()
    var model = SmallModel()
    model.inputs = [SmallModel.value("image", [-1, 3, -1, -1])]
    model.nodes = [SmallModel.node("Relu", ["image"], ["result"], name: "/act/Relu")]
    let path = try folder.write("net.onnx", model.bytes)
    let input = folder.file("in.h5")
    let writer = try ArrayFileWriter(path: input, kind: "network-input")
    let values = (0..<60).map { Float($0) - 30 }
    try writer.write("input", values, shape: [1, 3, 4, 5])
    try writer.finish()
    for names in [[], ["--read", "act"]] {
      try Program.network.succeed(
        ["run", path, "--input", input, "--output", folder.file("out.h5")] + names)
      let reader = try ArrayFileReader(path: folder.file("out.h5"), kind: "network-values")
      #expect(try reader.shape(of: "tensors/0") == [1, 3, 4, 5])
      #expect(try reader.floats("tensors/0") == values.map { max($0, 0) })
    }
  }
}
