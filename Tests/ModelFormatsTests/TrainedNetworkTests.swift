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
    "without a card, what the file's producer implies is assumed, and said in one line",
    arguments: [
      (
        "pytorch", [ColorSource.red, .green, .blue], Float(1 / 255 / 0.229), Float(-0.485 / 0.229),
        true
      ),
      ("tf2onnx", [.red, .green, .blue], 2 / 255, -1, false),
      ("keras2onnx", [.red, .green, .blue], 2 / 255, -1, false),
      ("onnx-caffe2", [.blue, .green, .red], 1, -103.939, false),
      ("somebody", [.red, .green, .blue], 1, -123.68, false),
    ])
  func producers(
    producer: String, sources: [ColorSource], scale: Float, offset: Float, keepsAspect: Bool
  ) throws {
    let folder = try TemporaryFolder()
    // A second field of a number replaces the first in protocol buffers.
    let path = try folder.write("net.onnx", SmallModel.complete.bytes + Wire.text(2, producer))
    let network = try TrainedNetwork.load(path: path)
    let way = network.preprocessing
    #expect(way.channels.map(\.source) == sources && way.keepsAspect == keepsAspect)
    #expect(
      abs(way.channels[0].scale - scale) < 1e-6 && abs(way.channels[0].offset - offset) < 1e-4)
    #expect(network.warnings.count == 1 && network.warnings[0].contains(": assumed "))
    #expect(network.warnings[0].contains("as networks of") == (producer != "somebody"))
    // What the card says holds; of what belongs together, nothing is mixed.
    try folder.write("net.json", #"{"input": {"mean": [104, 117, 123], "channels": "BGR"}}"#)
    let told = try TrainedNetwork.load(path: path).preprocessing
    #expect(told.channels.map(\.offset) == [-104, -117, -123])
  }

  @Test("a gray network without a card takes gray from 0 to 1")
  func gray() throws {
    let folder = try TemporaryFolder()
    var model = SmallModel.single("Relu")
    model.inputs = [SmallModel.value("image", [1, 1, 8, 8])]
    let network = try TrainedNetwork.load(path: folder.write("net.onnx", model.bytes))
    #expect(
      network.preprocessing.channels == [InputChannel(source: .luma, scale: 1 / 255, offset: 0)])
    #expect(network.warnings.first?.contains("gray") == true)
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

  @Test(
    "channels that are open are those of the first convolution, first or last, whatever stands between"
  )
  func openChannels() throws {
    func model(_ sides: [Int], _ before: [[UInt8]], input: String, weights: [Int], group: Int = 1)
      -> SmallModel
    {
      var model = pool(sides)
      model.initializers = [
        SmallModel.tensor("w", weights, SmallModel.ramp(weights.reduce(1, *))),
        SmallModel.tensor("m", [1, 1, 1, 1], [2]),
      ]
      model.nodes =
        before + [
          SmallModel.node("Conv", [input, "w"], ["result"], SmallModel.attribute("group", group))
        ]
      return model
    }
    let open = [-1, -1, -1, -1]
    let color = try load(model(open, [], input: "image", weights: [4, 3, 3, 3]))
    #expect(color.inputShape == MapShape(channels: 3, height: 224, width: 224))
    #expect(color.warnings.contains { $0.contains("is open; assumed 224") })
    let gray = try load(
      model(
        open, [SmallModel.node("Div", ["image", "m"], ["x"])], input: "x", weights: [4, 1, 3, 3]),
      card: #"{"input": {"size": [28, 20], "channels": "gray", "mean": [0.5]}}"#)
    #expect(gray.inputShape == MapShape(channels: 1, height: 28, width: 20))
    let last = try load(
      model(
        open,
        [
          SmallModel.node(
            "Transpose", ["image"], ["x"], SmallModel.attribute("perm", [0, 3, 1, 2]))
        ],
        input: "x", weights: [4, 3, 3, 3]))
    #expect(last.inputShape == MapShape(channels: 3, height: 224, width: 224))
    // Not even the number of dimensions, and a convolution in groups.
    let grouped = try load(model([], [], input: "image", weights: [6, 1, 3, 3], group: 3))
    #expect(grouped.inputShape.channels == 3)
    // Where no convolution tells, nothing is guessed.
    #expect(throws: ModelError.self) { try load(pool(open)) }
    #expect(throws: ModelError.self) { try load(model([], [], input: "image", weights: [3, 12])) }
  }

  @Test("a file for batches of several images is read for one")
  func fixedBatch() throws {
    var model = pool([8, 4, 6, 6])
    model.inputs = [SmallModel.value("image", [8, 3, 6, 6])]
    model.initializers = [
      SmallModel.tensor("w", [4, 3, 1, 1], SmallModel.ramp(12)),
      SmallModel.tensor("halves", [5], integers: [8, 2, 2, 6, 6]),
      SmallModel.tensor("whole", [4], integers: [8, -1, 6, 6]),
      SmallModel.tensor("token", [1, 1, 1, 6], SmallModel.ramp(6)),
      SmallModel.tensor("all", [4], integers: [8, 4, 1, 6]),
    ]
    model.nodes = [
      SmallModel.node("Conv", ["image", "w"], ["c"]),
      SmallModel.node("Reshape", ["c", "halves"], ["h"]),
      SmallModel.node("Transpose", ["h"], ["t"], SmallModel.attribute("perm", [0, 2, 1, 3, 4])),
      SmallModel.node("Reshape", ["t", "whole"], ["s"]),
      SmallModel.node("Expand", ["token", "all"], ["e"]),
      SmallModel.node("Concat", ["s", "e"], ["result"], SmallModel.attribute("axis", 2)),
    ]
    let network = try load(model)
    #expect(!network.warnings.contains { $0.contains("cannot be computed") })
    let shapes = try network.graph.facts(input: [1, 3, 6, 6])
    #expect(shapes["h"]?.shape == [1, 2, 2, 6, 6] && shapes["result"]?.shape == [1, 4, 7, 6])
    // Where the batch stands elsewhere, what it is about is said.
    model.initializers[1] = SmallModel.tensor("halves", [5], integers: [2, 8, 2, 6, 6])
    let partial = try load(model)
    #expect(partial.warnings.contains { $0.contains("the file is for batches of 8 images") })
    #expect(partial.graph.outputNames == ["c"])
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
