import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import Testing

/// Expects one line that names the file and holds the given words.
func expectError(
  _ model: SmallModel, _ words: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let error = #expect(throws: ModelError.self, sourceLocation: sourceLocation) {
    try model.graph()
  }
  let line = error?.description ?? ""
  #expect(
    line.contains("small.onnx") && line.contains(words) && !line.contains("\n"), "\(line)",
    sourceLocation: sourceLocation)
}

/// The graph of one node on `image`, 1 × 3 × 8 × 8 unless stated.
func graph(
  _ set: Int, _ operation: String, sides: [Int] = [1, 3, 8, 8], inputs: [String] = ["image"],
  constants: [[UInt8]] = [], outputs: [String] = ["result"], _ attributes: [UInt8]...
) throws -> NetworkGraph {
  var model = SmallModel()
  model.operatorSets = [("", set)]
  model.inputs = [SmallModel.value("image", sides)]
  model.initializers = constants
  model.nodes = [
    SmallModel.node(operation, inputs, outputs) + attributes.flatMap { Wire.bytes(5, $0) }
  ]
  return try model.graph()
}
