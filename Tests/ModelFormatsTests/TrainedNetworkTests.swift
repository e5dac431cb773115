import FoundationEssentials
import ModelFormats
import NetworkGraphs
import TestSupport
import Testing

@Suite struct TrainedNetworkTests {
  private func load(_ card: String?, labels: String = "a\nb\nc\nd\ne\n") throws -> TrainedNetwork {
    let folder = try TemporaryFolder()
    _ = try folder.write("labels.txt", labels)
    if let card { _ = try folder.write("net.json", card) }
    let path = try folder.write("net.onnx", Data(SmallModel.complete.bytes))
    return try TrainedNetwork.load(path: path)
  }

  @Test("aliases and tensors name layers, aliases first, in order of computation")
  func names() throws {
    let network = try load(
      """
      {"labels": "labels.txt", "probabilities": "result",
       "layers": {"late": "x10", "mixed4c": "x6", "early": "x1"}}
      """)
    #expect(network.labels.map(\.text) == ["a", "b", "c", "d", "e"])
    #expect(network.layerNames.prefix(5) == ["early", "mixed4c", "late", "image", "x1"])
    #expect(try network.tensorName(for: "mixed4c") == "x6")
    #expect(try network.tensorName(for: "x6") == "x6")
    let error = #expect(throws: ModelError.self) { try network.tensorName(for: "mixed4d") }
    let line = error?.description ?? ""
    #expect(line.contains("no layer \"mixed4d\"; the nearest names are \"mixed4c\""), "\(line)")
  }

  @Test("a network without a card loads with a warning")
  func noCard() throws {
    let network = try load(nil)
    #expect(network.warnings.count == 1)
    #expect(network.preprocessing.size == Extent(height: 8, width: 8))
    #expect(network.labels.isEmpty)
  }

  @Test(
    "a card that does not fit the network is an error",
    arguments: [
      (#"{"layers": {"a": "x66"}}"#, "layers.a names \"x66\""),
      (#"{"logits": "x12"}"#, "logits names \"x12\""),
      (#"{"layers": {"x1": "x2"}}"#, "the alias \"x1\" is also the name of another tensor"),
      (#"{"input": {"name": "data"}}"#, "input.name \"data\" is not the network's \"image\""),
      (#"{"input": {"size": [1, 8]}}"#, "input.size [1, 8]: node \"the MaxPool\""),
      (#"{"labels": "labels.txt", "logits": "x9"}"#, "5 lines for the network's 8 classes"),
      (#"{"input": {"channels": "gray", "mean": [1]}}"#, "not the network's 3 channels"),
    ])
  func misfits(card: String, words: String) {
    let error = #expect(throws: ModelError.self) { try load(card) }
    let line = error?.description ?? ""
    #expect(line.contains(words) && line.contains("net.json") && !line.contains("\n"), "\(line)")
  }
}

@Suite(.enabled(if: SharedModels.have("googlenet"), Comment(rawValue: SharedModels.absence)))
struct SharedNetworkTests {
  @Test("GoogLeNet has the shapes that onnxruntime finds")
  func googLeNet() throws {
    let network = try TrainedNetwork.load(path: SharedModels.path + "/googlenet/googlenet.onnx")
    #expect(network.warnings.isEmpty)
    #expect(network.labels.count == 1000)
    #expect(try network.tensorName(for: "mixed4c") == "inception_4c/output")
    let shapes = try network.graph.shapes(inputHeight: 224, inputWidth: 224)
    let reference = try JSONDecoder().decode(
      [String: [Int]].self,
      from: Data(contentsOf: URL(filePath: SharedModels.path + "/googlenet/reference/shapes.json")))
    #expect(reference.count > 10)
    for (name, sides) in reference {
      let shape = try #require(shapes[name])
      let found = [1, shape.channels, shape.height, shape.width]
      #expect(sides == Array(found.prefix(sides.count)), "\(name)")
    }
    let marked = try network.graph.withGlobalPoolsMarked()
    #expect(try marked.shapes(inputHeight: 320, inputWidth: 256)["prob"]?.channels == 1000)
  }

  @Test("SqueezeNet loads with its card")
  func squeezeNet() throws {
    let network = try TrainedNetwork.load(path: SharedModels.path + "/squeezenet-1.1/squeezenet-1.1.onnx")
    #expect(network.warnings.isEmpty)
    #expect(network.labels.first == Label(identifier: "n01440764", text: "tench, Tinca tinca"))
    let shapes = try network.graph.shapes(inputHeight: 227, inputWidth: 227)
    #expect(shapes["pool1"] == MapShape(channels: 64, height: 56, width: 56))
    #expect(shapes["prob"] == MapShape(channels: 1000, height: 1, width: 1))
  }
}
