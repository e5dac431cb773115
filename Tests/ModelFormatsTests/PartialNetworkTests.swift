import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

/// Files of which one part cannot be computed.
@Suite(.tags(.quick)) struct PartialNetworkTests {
  private typealias Small = SmallModel

  private func load(_ model: SmallModel) throws -> TrainedNetwork {
    let folder = try TemporaryFolder()
    return try TrainedNetwork.load(path: folder.write("net.onnx", model.bytes))
  }

  private func message(_ body: () throws -> Void) -> String {
    let error = #expect(throws: ModelError.self) { try body() }
    let line = error?.description ?? ""
    #expect(!line.contains("\n"))
    return line
  }

  /// A convolution and a ReLU, then a head of the given nodes from `a` to `result`.
  private func network(_ head: [[UInt8]], constants: [[UInt8]] = []) -> SmallModel {
    var model = SmallModel()
    model.initializers = [Small.tensor("w", [4, 3, 3, 3], Small.ramp(108))] + constants
    model.nodes =
      [Small.node("Conv", ["image", "w"], ["c"]), Small.node("Relu", ["c"], ["a"])] + head
    return model
  }

  @Test("layers before an unknown operation are kept; behind it all unknown ones are named at once")
  func unknownOperations() throws {
    let model = network([
      Small.node("Loop", ["a"], ["b"]), Small.node("Relu", ["b"], ["d"]),
      Small.node("Mystery", ["d"], ["e"], domain: "com.example"),
      Small.node("Relu", ["e"], ["result"]),
    ])
    let network = try load(model)
    #expect(network.graph.tensorNames == ["image", "c", "a"])
    #expect(network.graph.outputNames == ["a"])
    #expect(try network.layer(named: "a").shape == MapShape(channels: 4, height: 6, width: 6))
    let warning = try #require(network.warnings.last)
    #expect(warning.contains("4 of its tensors cannot be computed, the first of them \"b\""))
    let line = message { _ = try network.layer(named: "result") }
    #expect(
      line.contains(
        #"the operations "Loop" (node "the Loop") and "com.example.Mystery" (node "the Mystery") are not supported"#
      ) && line.contains("choose a layer before that"), "\(line)")
    let first = message { _ = try network.layer(named: "d") }
    #expect(first.contains("\"Loop\"") && !first.contains("Mystery"), "\(first)")
    // As a whole the file cannot be run.
    #expect(message { _ = try model.graph() }.contains("Mystery"))
  }

  @Test("a second head that cannot be computed leaves the first")
  func heads() throws {
    var model = network([
      Small.node("GlobalAveragePool", ["a"], ["result"]),
      Small.node("NonMaxSuppression", ["a"], ["boxes"]),
    ])
    model.outputs = [Small.value("result", []), Small.value("boxes", [])]
    #expect(try load(model).graph.outputNames == ["result"])
  }

  @Test(
    "what a node does not fit, and weights of a type that is not known, spoil what is behind them",
    arguments: [
      ("its weights \"a\" are not constants", ["Conv", "a"]),
      ("which is not supported", ["Mul", "quantized"]),
      ("the attribute \"strange\" is not known", ["Relu"]),
    ])
  func faults(words: String, node: [String]) throws {
    let attribute = node.count == 1 ? Small.attribute("strange", 1) : []
    let head = Small.node(node[0], ["a"] + node.dropFirst(), ["result"])
    let constants = [
      // Unsigned bytes.
      Small.tensor("quantized", [1], type: 2) + Wire.bytes(9, [3])
    ]
    let network = try load(
      network(
        [head + (attribute.isEmpty ? [] : Wire.bytes(5, attribute))], constants: constants))
    #expect(network.graph.tensorNames == ["image", "c", "a"])
    #expect(message { _ = try network.layer(named: "result") }.contains(words))
  }

  @Test("a node that fails halfway leaves nothing of it behind")
  func halfway() throws {
    // Of two equal parts the first is made before the attribute is found to be strange.
    let network = try load(
      network([
        Small.node("Split", ["a"], ["p", "q"], Small.attribute("axis", 1))
          + Wire.bytes(5, Small.attribute("strange", 1)),
        Small.node("Relu", ["p"], ["result"]),
      ]))
    #expect(network.graph.nodes.map(\.output) == ["c", "a"])
    #expect(Set(network.graph.unavailable.keys) == ["p", "q", "result"])
  }

  @Test("a decoder that reads the indices of a pool leaves the pool")
  func sideOutputs() throws {
    let network = try load(
      self.network([
        Small.node("MaxPool", ["a"], ["p", "i"], Small.attribute("kernel_shape", [2, 2])),
        Small.node("Relu", ["p"], ["q"]), Small.node("MaxUnpool", ["q", "i"], ["result"]),
      ]))
    #expect(network.graph.tensorNames == ["image", "c", "a", "p", "q"])
    let line = message { _ = try network.layer(named: "result") }
    #expect(line.contains("\"MaxUnpool\"") && line.contains("side output \"i\""), "\(line)")
    // A pool that fits nothing has neither.
    let none = try load(
      self.network([
        Small.node("MaxPool", ["a"], ["p", "i"], Small.attribute("kernel_shape", [99, 99])),
        Small.node("Relu", ["i"], ["result"]),
      ]))
    #expect(Set(none.graph.unavailable.keys) == ["p", "i", "result"])
  }

  @Test("of several inputs the image is taken, and what depends on the others is missing")
  func inputs() throws {
    var model = network([
      Small.node("Relu", ["a"], ["result"]), Small.node("Add", ["a", "scale"], ["sum"]),
      Small.node("Relu", ["sum"], ["last"]),
    ])
    model.inputs = [Small.value("scale", [1]), Small.value("image", [1, 3, 8, 8])]
    model.outputs = [Small.value("result", []), Small.value("last", [])]
    let network = try load(model)
    #expect(network.graph.outputNames == ["result"])
    let line = message { _ = try network.layer(named: "last") }
    #expect(line.contains("it depends on the input \"scale\" beside the image"), "\(line)")
  }

  @Test("a network of which nothing can be computed, and a damaged one, are errors")
  func nothing() throws {
    var model = SmallModel()
    model.nodes = [
      Small.node("Loop", ["image"], ["x"]), Small.node("Mystery", ["x"], ["result"]),
    ]
    let line = message { _ = try load(model) }
    #expect(
      line.contains("\"Loop\"") && line.contains("\"Mystery\"") && line.contains("supported are"))
    let cut = network(
      [Small.node("Mul", ["a", "v"], ["result"])],
      constants: [Small.tensor("v", [5], type: 1) + Wire.bytes(9, [0, 0, 0])])
    #expect(message { _ = try load(cut) }.contains("but 3 bytes"))
  }

  @Test("a test for values that are no numbers, with 0 in their place, is the tensor itself")
  func notANumber() throws {
    let zero = Small.tensor("zero", [], [0])
    let masked = network(
      [
        Small.node("IsNaN", ["a"], ["n"]), Small.node("Where", ["n", "zero", "a"], ["result"]),
      ], constants: [zero])
    #expect(try masked.graph().nodes.last?.operation.name == "identity")
    // Of another tensor, with another number, and read by something else it is not.
    for (inputs, one) in [
      (["n", "zero", "c"], 0), (["n", "zero", "a"], 1), (["n", "a", "zero"], 0),
    ] {
      let other = network(
        [Small.node("IsNaN", ["a"], ["n"]), Small.node("Where", inputs, ["result"])],
        constants: [Small.tensor("zero", [], [Float(one)])])
      #expect(throws: ModelError.self) { try other.graph() }
    }
    let read = network([
      Small.node("IsNaN", ["a"], ["n"]),
      Small.node("Cast", ["n"], ["result"], Small.attribute("to", 1)),
    ])
    #expect(message { _ = try read.graph() }.contains("only before a Where"))
  }
}
