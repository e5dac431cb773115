import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

/// Layers by the names of the modules that a network was written with.
@Suite(.tags(.quick)) struct ModulePathTests {
  private typealias Small = SmallModel

  private func load(_ nodes: [[UInt8]]) throws -> TrainedNetwork {
    var model = SmallModel()
    model.initializers = [Small.tensor("w", [3, 3, 1, 1], Small.ramp(9))]
    model.nodes = nodes
    let folder = try TemporaryFolder()
    return try TrainedNetwork.load(path: folder.write("net.onnx", model.bytes))
  }

  /// A node with what the exporter by dynamo says of its modules.
  private func node(_ operation: String, _ inputs: [String], _ output: String, scopes: String)
    -> [UInt8]
  {
    Small.node(operation, inputs, [output], name: "node_\(output)")
      + Wire.bytes(9, Wire.text(1, "pkg.torch.onnx.class_hierarchy") + Wire.text(2, "['x']"))
      + Wire.bytes(9, Wire.text(1, "pkg.torch.onnx.name_scopes") + Wire.text(2, scopes))
  }

  @Test("a module's tensor is its last one, by the scopes that dynamo writes")
  func dynamo() throws {
    let network = try load([
      node(
        "Conv", ["image", "w"], "conv2d",
        scopes: "['', 'layer1', 'layer1.0', 'layer1.0.conv1', 'conv2d']"),
      node(
        "Relu", ["conv2d"], "relu", scopes: "['', 'layer1', 'layer1.0', 'layer1.0.act', 'relu']"),
      node("Add", ["relu", "image"], "add_3", scopes: "['', 'layer1', 'layer1.0', 'add_3']"),
      node("Relu", ["add_3"], "relu_1", scopes: "['', 'layer1', 'layer1.1', 'relu_1']"),
      node("Relu", ["relu_1"], "result", scopes: "['', 'result']"),
    ])
    for (name, tensor) in [
      ("layer1.0.conv1", "conv2d"), ("layer1.0.act", "relu"), ("layer1.0", "add_3"),
      ("layer1.1", "relu_1"), ("layer1", "relu_1"), ("relu_1", "relu_1"), ("result", "result"),
    ] { #expect(try network.tensorName(for: name) == tensor, "\(name)") }
  }

  @Test("node names of the exporter by TorchScript give paths; lists repeat their names")
  func legacy() throws {
    func node(_ name: String, _ operation: String, _ inputs: [String], _ output: String) -> [UInt8]
    {
      Small.node(operation, inputs, [output], name: name)
    }
    let network = try load([
      node("/conv1/Conv", "Conv", ["image", "w"], "a"),
      node("/layer3/layer3.1/conv/Conv", "Conv", ["a", "w"], "b"),
      node("/layer3/layer3.1/relu_1/Relu", "Relu", ["b"], "c"),
      node("/blocks.0/blocks.1/blocks.1.0/attn/Add", "Add", ["c", "c"], "d"),
      node("/Relu", "Relu", ["d"], "result"),
    ])
    for (name, tensor) in [
      ("conv1", "a"), ("layer3.1.conv", "b"), ("layer3.1", "c"), ("layer3", "c"),
      ("blocks.0.blocks.1.0.attn", "d"), ("blocks.0", "d"),
    ] { #expect(try network.tensorName(for: name) == tensor, "\(name)") }
    #expect(network.graph.modules.count == 9, "\(network.graph.modules)")
  }

  @Test("a module behind what cannot be computed is an error, not its last tensor that can be")
  func missing() throws {
    let network = try load([
      node("Conv", ["image", "w"], "a", scopes: "['', 'head', 'a']"),
      node("Loop", ["a"], "b", scopes: "['', 'head', 'b']"),
      node("Relu", ["a"], "result", scopes: "['', 'result']"),
    ])
    let error = #expect(throws: ModelError.self) { try network.tensorName(for: "head") }
    #expect(error?.description.contains("its layer \"head\" cannot be computed") == true)
  }

  @Test(
    "a name that is unlike all gets layers to choose from, never the input; a near one what is near"
  )
  func unknown() throws {
    let network = try load([
      node("Conv", ["image", "w"], "a", scopes: "['', 'stem', 'a']"),
      node("Relu", ["a"], "b", scopes: "['', 'layer1', 'layer1.0', 'b']"),
      node("Relu", ["b"], "c", scopes: "['', 'layer2', 'layer2.0', 'c']"),
      node("Relu", ["c"], "result", scopes: "['', 'result']"),
    ])
    func line(_ name: String) -> String {
      let error = #expect(throws: ModelError.self) { try network.tensorName(for: name) }
      return error?.description ?? ""
    }
    let far = line("mixed4c")
    #expect(far.contains(#"it has, for instance, "stem", "layer1", "layer2""#), "\(far)")
    #expect(far.contains("atlas-network summary --layers") && !far.contains("image"))
    let near = line("layer3")
    #expect(near.contains(#"the nearest names are "layer1", "layer2""#), "\(near)")
    #expect(!line("imag").contains("\"image\""))
  }

  @Test("names without end and lists that are none are passed over", .withinAMinute)
  func hostile() throws {
    let long = "/" + String(repeating: "a/", count: 200_000) + "Relu"
    let network = try load([
      Small.node("Relu", ["image"], ["a"], name: long),
      node("Relu", ["a"], "b", scopes: "['', " + String(repeating: "'x', ", count: 200_000)),
      node("Relu", ["b"], "c", scopes: "[,,,'']"), node("Relu", ["c"], "d", scopes: "["),
      node("Relu", ["d"], "result", scopes: ""),
    ])
    #expect(network.graph.modules.isEmpty)
  }
}
