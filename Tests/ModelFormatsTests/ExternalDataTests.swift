import Foundation
import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

@Suite(.tags(.quick)) struct ExternalDataTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A tensor of 1 × 3 × 2 × 2 that lies in another file.
  private func tensor(
    _ name: String, type: Int = 1, _ entries: [(String, String)]
  ) -> [UInt8] {
    SmallModel.tensor(
      name, [1, 3, 2, 2], type: type, entries: entries.map { (key: $0.0, value: $0.1) })
  }

  private func graph(_ tensors: [[UInt8]]) throws -> NetworkGraph {
    var model = SmallModel()
    model.initializers = tensors
    model.nodes = tensors.indices.map {
      SmallModel.node("Conv", ["image", "w\($0)"], [$0 == 0 ? "result" : "r\($0)"])
    }
    return try ONNXImporter.graph(contentsOf: folder.write("net.onnx", model.bytes))
  }

  private func expectError(
    _ tensors: [[UInt8]], _ words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: ModelError.self, sourceLocation: sourceLocation) {
      try graph(tensors)
    }
    let line = error?.description ?? ""
    #expect(
      line.contains(words) && line.contains("net.onnx") && !line.contains("\n"), "\(line)",
      sourceLocation: sourceLocation)
  }

  private func weights(_ graph: NetworkGraph, _ index: Int) -> [Float]? {
    guard case .convolution(let convolution) = graph.nodes[index].operation else { return nil }
    return convolution.weights
  }

  @Test("weights are read at their offsets in files of the folder")
  func offsets() throws {
    let halves = SmallModel.ramp(12).flatMap { Wire.littleEndian(Float16($0).bitPattern) }
    let floats = SmallModel.ramp(12).flatMap { Wire.littleEndian($0.bitPattern) }
    try folder.write("data/w.bin", [9, 9, 9] + floats + halves)
    let location = ("location", "data/w.bin")
    let graph = try graph([
      tensor("w0", [location, ("offset", "3"), ("length", "48"), ("checksum", "none")]),
      tensor("w1", type: 10, [location, ("offset", "51")]),
    ])
    #expect(weights(graph, 0) == SmallModel.ramp(12))
    #expect(weights(graph, 1) == SmallModel.ramp(12))
  }

  @Test("a network knows every file that its weights lie in, each once")
  func files() throws {
    let floats = SmallModel.ramp(12).flatMap { Wire.littleEndian($0.bitPattern) }
    try folder.write("w.bin", floats + floats)
    try folder.write("data/v.bin", floats)
    var model = SmallModel()
    model.initializers = [
      tensor("w0", [("location", "w.bin")]), tensor("w1", [("location", "data/v.bin")]),
      tensor("w2", [("location", "w.bin"), ("offset", "48")]),
    ]
    model.nodes = (0..<3).map {
      SmallModel.node("Conv", ["image", "w\($0)"], [$0 == 0 ? "result" : "r\($0)"])
    }
    let path = try folder.write("net.onnx", model.bytes)
    #expect(
      try TrainedNetwork.load(path: path).files
        == [path, folder.file("data/v.bin"), folder.file("w.bin")])
  }

  @Test(
    "a path that leads out of the folder is refused",
    arguments: [
      "/etc/passwd", "../w.bin", "a/../../w.bin", "a/..", "..", ".", "./w.bin", "", "a//b",
    ])
  func outside(location: String) throws {
    try folder.write("w.bin", [UInt8](repeating: 0, count: 48))
    expectError([tensor("w0", [("location", location)])], "is not a file in the network's folder")
  }

  @Test("links within a download of Hugging Face's cache are followed, out of it none are")
  func hubCache() throws {
    let floats = SmallModel.ramp(12).flatMap { Wire.littleEndian($0.bitPattern) }
    let repository = "hub/models--someone--net"
    let snapshot = repository + "/snapshots/0123abc/onnx"
    try folder.write(repository + "/blobs/b2", floats)
    try folder.write("hub/models--other--net/blobs/b3", floats)
    try folder.write("hub/secret", floats)
    var model = SmallModel()
    model.initializers = [tensor("w0", [("location", "model.onnx_data")])]
    model.nodes = [SmallModel.node("Conv", ["image", "w0"], ["result"])]
    try folder.write(repository + "/blobs/b1", model.bytes)
    let manager = FileManager.default
    try manager.createDirectory(
      atPath: folder.file(snapshot), withIntermediateDirectories: true)
    let path = folder.file(snapshot + "/model.onnx")
    try manager.createSymbolicLink(
      atPath: path, withDestinationPath: "../../../blobs/b1")
    func link(to target: String) throws {
      let link = folder.file(snapshot + "/model.onnx_data")
      try? manager.removeItem(atPath: link)
      try manager.createSymbolicLink(atPath: link, withDestinationPath: target)
    }
    try link(to: "../../../blobs/b2")
    let network = try TrainedNetwork.load(path: path)
    #expect(weights(network.graph, 0) == SmallModel.ramp(12))
    #expect(network.files == [path, folder.file(snapshot + "/model.onnx_data")])
    for target in [
      "../../../../models--other--net/blobs/b3", "../../../../secret", "/etc/hostname",
      "../../../blobs/none",
    ] {
      try link(to: target)
      let error = #expect(throws: ModelError.self) { try TrainedNetwork.load(path: path) }
      #expect(error?.description.contains("is a link out of the network's folder") == true)
    }
    // Beside the network itself a link is harmless.
    try folder.write(snapshot + "/real.bin", floats)
    try link(to: "real.bin")
    #expect(try TrainedNetwork.load(path: path).files.count == 2)
  }

  @Test("links out of the folder are not followed, and what is no file is not read")
  func links() throws {
    let other = try TemporaryFolder()
    try other.write("w.bin", [UInt8](repeating: 0, count: 48))
    let manager = FileManager.default
    try manager.createSymbolicLink(
      atPath: folder.file("link.bin"), withDestinationPath: other.file("w.bin"))
    try manager.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: other.path)
    try manager.createDirectory(atPath: folder.file("real"), withIntermediateDirectories: false)
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    for location in ["link.bin", "link/w.bin", "real", "pipe", "none", "real/none", "w\0.bin"] {
      expectError([tensor("w0", [("location", location)])], "are stored in another file")
    }
  }

  @Test(
    "offsets and lengths that do not fit the tensor or the file are refused before memory is taken")
  func misfits() throws {
    try folder.write("w.bin", [UInt8](repeating: 0, count: 60))
    let location = ("location", "w.bin")
    for (key, value, words) in [
      ("offset", "13", "has 60 bytes, too few for 48 at offset 13"),
      ("offset", "-1", "do not fit its 48 bytes"), ("offset", "x", "do not fit its 48 bytes"),
      ("offset", "\(Int.max)", "too few"), ("length", "47", "do not fit its 48 bytes"),
      ("length", "99999999999999999999", "do not fit its 48 bytes"),
    ] {
      expectError([tensor("w0", [location, (key, value)])], words)
    }
    expectError([tensor("w0", [])], "it has no name")
    let huge =
      SmallModel.tensor("w0", [1 << 28, 1, 1, 1], type: 1)
      + Wire.bytes(13, Wire.text(1, "location") + Wire.text(2, "w.bin"))
    expectError([huge], "too few for \(1 << 30) at offset 0")
    // One range of a file for many tensors would ask for much memory with few bytes.
    expectError(
      [tensor("w0", [location]), tensor("w1", [location])], "smaller than its tensors together")
  }
}
