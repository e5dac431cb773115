import FoundationEssentials
public import NetworkGraphs
import SwiftProtobuf

/// Reads ONNX files (https://onnx.ai) into network graphs.
///
/// The file is not trusted: whatever it holds, the result is a graph or an error. Memory stays
/// within a few times the size of the file.
public enum ONNXImporter {
  /// The largest file that is read, 2 GiB: protocol buffers end there.
  static let fileSizeLimit = 1 << 31

  /// The versions of the default operator set that are read.
  static let operatorSets = 7...21

  /// The network of an ONNX file.
  ///
  /// Weights become `Float`; a node without a name is named after its output; nodes are sorted into
  /// an order of computation, which is the file's own where that is one already.
  ///
  /// - Throws: `ModelError`, one line that names the file, the node, the cause and a remedy.
  /// - Complexity: O(size of the file).
  public static func graph(contentsOf path: String) throws(ModelError) -> NetworkGraph {
    try graph(
      bytes: fileBytes(path, what: "network", limit: fileSizeLimit), path: path)
  }

  /// The network that the bytes of an ONNX file describe; `path` is for messages.
  package static func graph(bytes: [UInt8], path: String) throws(ModelError) -> NetworkGraph {
    let model = try parsed(bytes, path)
    let version = try operatorSet(of: model, path)
    let initializers = try initializers(of: model.graph, path)
    let input = try imageInput(of: model.graph, besides: initializers, path)
    var converter = NodeConverter(
      path: path, operatorSet: version, input: input, initializers: initializers)
    var nodes: [Node] = []
    let given = Set(initializers.keys).union([input.name])
    for node in try orderedNodes(model.graph.node, given: given, path: path) {
      nodes.append(try converter.convert(node))
    }
    let outputs = model.graph.output.map(\.name)
    guard !outputs.isEmpty else {
      throw fault(path, "the network has no output", remedy: "name its results as graph outputs")
    }
    for name in outputs where converter.tensors[name] == nil {
      throw fault(
        path, "no node makes the network's output \(quoted(name))",
        remedy: "name a tensor of the network as its output")
    }
    return NetworkGraph(
      inputName: input.name, inputShape: input.shape, nodes: nodes, outputNames: outputs)
  }

  private static func parsed(
    _ bytes: [UInt8], _ path: String
  ) throws(ModelError) -> ONNXModelProto {
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    let remedy = "copy or export it again"
    guard let model = try? ONNXModelProto(serializedBytes: bytes, options: options) else {
      throw fault(path, "it is not an ONNX file, or was cut or damaged", remedy: remedy)
    }
    guard model.irVersion >= 3, model.hasGraph, !model.graph.node.isEmpty else {
      throw fault(
        path, "it holds no network (ONNX version \(model.irVersion), at least 3 is expected)",
        remedy: remedy)
    }
    return model
  }

  private static func operatorSet(
    of model: ONNXModelProto, _ path: String
  ) throws(ModelError) -> Int {
    let versions = model.opsetImport.filter { isDefaultDomain($0.domain) }.map(\.version)
    guard let version = versions.first, versions.count == 1,
      operatorSets.contains(Int(version))
    else {
      let found = versions.prefix(3).map(String.init).joined(separator: ", ")
      throw fault(
        path, "it uses operator set \(found.isEmpty ? "unknown" : found)",
        remedy: "export it with one operator set from \(operatorSets.lowerBound) to "
          + "\(operatorSets.upperBound)")
    }
    return Int(version)
  }

  private static func initializers(
    of graph: ONNXGraphProto, _ path: String
  ) throws(ModelError) -> [String: ONNXTensorProto] {
    var result: [String: ONNXTensorProto] = [:]
    for tensor in graph.initializer {
      guard !tensor.name.isEmpty, result.updateValue(tensor, forKey: tensor.name) == nil else {
        throw fault(
          path, "the initializer \(quoted(tensor.name)) has no name or stands there twice",
          remedy: "export the network again")
      }
    }
    return result
  }

  /// The one input that is not a weight: batch × channels × height × width.
  private static func imageInput(
    of graph: ONNXGraphProto, besides initializers: [String: ONNXTensorProto], _ path: String
  ) throws(ModelError) -> (name: String, shape: MapShape) {
    let inputs = graph.input.filter { initializers[$0.name] == nil }
    guard let input = inputs.first, inputs.count == 1, !input.name.isEmpty else {
      let names = inputs.prefix(5).map { quoted($0.name) }.joined(separator: ", ")
      throw fault(
        path, "\(inputs.count) inputs with a name are not one: \(names)",
        remedy: "export the network with an image as its only input")
    }
    let type = input.type.tensorType
    let dimensions = type.shape.dim
    guard [.float, .float16, .double].contains(type.elemType), dimensions.count == 4 else {
      throw fault(
        path,
        "its input \(quoted(input.name)) is not of floating-point numbers in 4 dimensions",
        remedy: "export it with an input of batch × channels × height × width")
    }
    var sides: [Int] = []
    for dimension in dimensions.dropFirst() {
      guard (1...4096).contains(dimension.dimValue) else {
        throw fault(
          path,
          """
          the channels, height and width of its input \(quoted(input.name)) are not three numbers \
          from 1 to 4096
          """,
          remedy: "export it with a fixed image size")
      }
      sides.append(Int(dimension.dimValue))
    }
    return (input.name, MapShape(channels: sides[0], height: sides[1], width: sides[2]))
  }

  static func isDefaultDomain(_ domain: String) -> Bool { domain.isEmpty || domain == "ai.onnx" }

  static func fault(_ path: String, _ cause: String, remedy: String) -> ModelError {
    ModelError("read network", path, cause, remedy: remedy)
  }
}
