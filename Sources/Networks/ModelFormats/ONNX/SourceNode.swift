import Models

/// A node of an ONNX file on its way into a graph.
struct SourceNode {
  let name: String
  let inputs: [String]
  let outputs: [String]
  var attributes: NodeAttributes

  init(_ node: ONNXNodeProto, path: String) throws(ModelError) {
    name = ModelFormats.name(of: node)
    inputs = node.input
    outputs = node.output
    attributes = try NodeAttributes(of: node, path: path)
  }

  /// The name of the tensor that the node makes.
  var output: String { outputs[0] }

  /// The name of an input, `nil` when it is left out.
  func input(_ index: Int) -> String? {
    guard inputs.indices.contains(index), !inputs[index].isEmpty else { return nil }
    return inputs[index]
  }

  /// The name of an input that must be there.
  func required(_ index: Int) throws(ModelError) -> String {
    guard let name = input(index) else {
      throw fault("\(inputs.count) inputs do not fit the operation")
    }
    return name
  }

  /// Checks how many inputs there are, names left out among them.
  func expectInputs(_ counts: ClosedRange<Int>) throws(ModelError) {
    guard counts.contains(inputs.count) else {
      throw fault("\(inputs.count) inputs do not fit the operation")
    }
  }

  /// An error that names the file and the node.
  func fault(_ cause: String, remedy: String = "export the network again") -> ModelError {
    attributes.fault(cause, remedy: remedy)
  }
}
