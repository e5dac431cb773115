import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

private func utf8(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Files that stand in a network's place.
@Suite(.tags(.quick)) struct ForeignFileTests {
  static let foreign: [(String, [UInt8], String)] = [
    (
      "pointer.onnx",
      utf8("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
      "Git LFS pointer, not the network; run git lfs pull"
    ),
    ("page.onnx", utf8("\n <!DOCTYPE html>\n<html lang=\"en\">"), "web page"),
    ("page.pb", utf8("\u{FEFF}<html><body>Not Found"), "web page"),
    ("net.onnx", utf8("<?xml version=\"1.0\"?><net name=\"x\"/>"), "it is XML"),
    ("card.onnx", utf8("{\"input\": {\"size\": [8, 8]}}"), "it is JSON"),
    ("deploy.onnx", utf8("name: \"GoogleNet\"\nlayer {"), "in text"),
    (
      "net.pth", [0x50, 0x4b, 3, 4] + [UInt8](repeating: 0, count: 26) + utf8("net/data.pkl"),
      "PyTorch checkpoint"
    ),
    (
      "net.pt",
      [0x50, 0x4b, 3, 4] + utf8("net/code/__torch__.py") + utf8("net/constants.pkl net/data.pkl"),
      "TorchScript"
    ),
    (
      "net.keras", [0x50, 0x4b, 3, 4] + utf8("metadata.json config.json model.weights.h5"),
      "Keras archive"
    ),
    ("net.zip", [0x50, 0x4b, 3, 4] + utf8("net.onnx"), "ZIP archive; unpack"),
    ("old.pth", [0x80, 2, 0x8a, 10, 0x6c], "Python pickle"),
    (
      "net.safetensors",
      [0x20, 0, 0, 0, 0, 0, 0, 0] + utf8("{\"w\":{\"dtype\":\"F32\"}}         "),
      "safetensors"
    ),
    ("net.h5", [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0], "Keras' .h5"),
    ("net.tflite", [0x1c, 0, 0, 0] + utf8("TFL3") + [0, 0], "TensorFlow Lite"),
    ("net.ort", [0x1c, 0, 0, 0] + utf8("ORTM") + [0, 0], ".ort"),
    ("net.onnx.gz", [0x1f, 0x8b, 8, 0], "gzip"),
    ("net.onnx.xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0], "xz"),
    ("net.onnx.zst", [0x28, 0xb5, 0x2f, 0xfd], "zstd"),
    ("photo.onnx", [0xff, 0xd8, 0xff, 0xe0], "JPEG image"),
    ("net.tar", [UInt8](repeating: 0x61, count: 257) + utf8("ustar"), "tar archive"),
    ("empty.onnx", [], "it is empty"),
  ]

  @Test("what a file is instead of a network is said, with what to do", arguments: foreign)
  func instead(name: String, bytes: [UInt8], words: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(name, bytes)
    let error = #expect(throws: ModelError.self) { try TrainedNetwork.load(path: path) }
    let line = error?.description ?? ""
    #expect(line.contains(words) && line.contains(name) && !line.contains("\n"), "\(line)")
  }

  @Test("a folder is told from a SavedModel")
  func folders() throws {
    let folder = try TemporaryFolder()
    try folder.write("saved/saved_model.pb", [8, 1])
    for (path, words) in [(folder.path, "it is a folder"), (folder.file("saved"), "SavedModel")] {
      let error = #expect(throws: ModelError.self) { try TrainedNetwork.load(path: path) }
      #expect(error?.description.contains(words) == true)
    }
  }

  @Test("networks are not taken for anything else")
  func networks() throws {
    #expect(try SmallModel.complete.graph().nodes.count == 12)
    for length in [7, 8, 9, 40] {
      // Cut files are damaged, whatever their first bytes are like.
      let folder = try TemporaryFolder()
      let path = try folder.write(
        "cut.onnx", Array(SmallModel.complete.bytes.prefix(length)))
      let error = #expect(throws: ModelError.self) { try TrainedNetwork.load(path: path) }
      #expect(
        error?.description.contains("cut or damaged") == true
          || error?.description.contains("holds no network") == true)
    }
  }

  // MARK: The files of a network

  @Test(
    "the files of a network are listed without reading weights, and are those that loading reads")
  func files() throws {
    let folder = try TemporaryFolder()
    let floats = SmallModel.ramp(12).flatMap { Wire.littleEndian($0.bitPattern) }
    try folder.write("w.bin", floats)
    try folder.write("data/v.bin", floats)
    var model = SmallModel()
    let entries = { (name: String) in [(key: "location", value: name)] }
    model.initializers = [
      SmallModel.tensor("w", [1, 3, 2, 2], entries: entries("w.bin")),
      SmallModel.tensor("inline", [100_000], SmallModel.ramp(100_000)),
    ]
    let constant = SmallModel.tensor("v", [1, 3, 2, 2], entries: entries("data/v.bin"))
    model.nodes = [
      SmallModel.node("Constant", [], ["v"])
        + Wire.bytes(5, Wire.text(1, "value") + Wire.bytes(5, constant) + Wire.integer(20, 4)),
      SmallModel.node("Conv", ["image", "w"], ["result"]),
      SmallModel.node("Conv", ["image", "v"], ["other"]),
    ]
    let path = try folder.write("net.onnx", model.bytes)
    let files = [path, folder.file("data/v.bin"), folder.file("w.bin")]
    #expect(try NetworkFile.files(of: path) == files)
    #expect(try TrainedNetwork.load(path: path).files == files)
    let plain = try folder.write("plain.onnx", SmallModel.complete.bytes)
    #expect(try NetworkFile.files(of: plain) == [plain])
    let pointer = try folder.write("p.onnx", "version https://git-lfs.github.com/spec/v1\n")
    for path in [pointer, folder.file("nowhere.onnx"), folder.path] {
      #expect(throws: ModelError.self) { try NetworkFile.files(of: path) }
    }
    model.initializers = [SmallModel.tensor("w", [1, 3, 2, 2], entries: entries("../w.bin"))]
    let outside = try folder.write("outside.onnx", model.bytes)
    #expect(throws: ModelError.self) { try NetworkFile.files(of: outside) }
  }
}
