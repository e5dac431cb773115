import FoundationEssentials
import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

@Suite(.tags(.quick)) struct TrainedNetworkTests {
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

@Suite(.tags(.quick)) struct InputSizeTests {
  private func load(_ model: SmallModel, card: String? = nil) throws -> TrainedNetwork {
    let folder = try TemporaryFolder()
    if let card { try folder.write("net.json", card) }
    return try TrainedNetwork.load(path: try folder.write("net.onnx", model.bytes))
  }

  private func pool(_ sides: [Int]) -> SmallModel {
    var model = SmallModel.single("Relu")
    model.inputs = [SmallModel.value("image", sides)]
    return model
  }

  @Test("whatever the batch in the file is, it is 1")
  func batch() throws {
    for batch in [-1, 1, 16] {
      let network = try load(pool([batch, 3, 8, 9]))
      #expect(network.graph.inputShape == [1, 3, 8, 9])
      #expect(network.inputShape == MapShape(channels: 3, height: 8, width: 9))
    }
  }

  @Test("an open size is the card's, or 224 with a warning")
  func openSize() throws {
    let network = try load(pool([-1, 3, -1, -1]))
    #expect(network.inputShape == MapShape(channels: 3, height: 224, width: 224))
    #expect(network.preprocessing.size == Extent(height: 224, width: 224))
    #expect(network.warnings.contains { $0.contains("its input's size is open; assumed 224") })
    let sized = try load(pool([-1, 3, -1, 20]), card: #"{"input": {"size": [96, 64]}}"#)
    #expect(sized.inputShape == MapShape(channels: 3, height: 96, width: 20))
    #expect(!sized.warnings.contains { $0.contains("is open") })
  }

  @Test("an image with its channels last is read with its channels first")
  func channelsLast() throws {
    var model = pool([-1, 10, 12, 3])
    model.nodes = [
      SmallModel.node(
        "Transpose", ["image"], ["first"], SmallModel.attribute("perm", [0, 3, 1, 2])),
      SmallModel.node("GlobalAveragePool", ["first"], ["result"]),
    ]
    let network = try load(model)
    #expect(network.inputShape == MapShape(channels: 3, height: 10, width: 12))
    #expect(network.graph.nodes.map(\.operation.name) == ["identity", "global average pooling"])
    let shapes = try network.graph.shapes(inputHeight: 20, inputWidth: 30)
    #expect(shapes["first"] == MapShape(channels: 3, height: 20, width: 30))
    let open = try load(pool([-1, -1, -1, 3]))
    #expect(open.inputShape == MapShape(channels: 3, height: 224, width: 224))
    // 3 × 10 × 3 has its channels first.
    #expect(try load(pool([1, 3, 10, 3])).inputShape.height == 10)
  }

  @Test(
    "inputs that are no image are errors",
    arguments: [[1, 3], [1, 3, 8], [1, 3, 8, 8, 8], [], [1, 3, 4097, 8], [1, -1, 8, 8]])
  func noImages(sides: [Int]) {
    let error = #expect(throws: ModelError.self) { try load(pool(sides)) }
    let line = error?.description ?? ""
    #expect(line.contains("are not those of an image from 1 to 4096"), "\(line)")
  }
}

@Suite(
  .tags(.quick),
  .enabled(if: SharedModels.have("googlenet"), Comment(rawValue: SharedModels.absence)))
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
    let network = try TrainedNetwork.load(
      path: SharedModels.path + "/squeezenet-1.1/squeezenet-1.1.onnx")
    #expect(network.warnings.isEmpty)
    #expect(network.labels.first == Label(identifier: "n01440764", text: "tench, Tinca tinca"))
    let shapes = try network.graph.shapes(inputHeight: 227, inputWidth: 227)
    #expect(shapes["pool1"] == MapShape(channels: 64, height: 56, width: 56))
    #expect(shapes["prob"] == MapShape(channels: 1000, height: 1, width: 1))
  }
}
