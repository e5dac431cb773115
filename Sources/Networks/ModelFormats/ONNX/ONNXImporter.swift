import FoundationEssentials
public import Models
public import NeuralNetworks
import SwiftProtobuf

/// Reads ONNX files (https://onnx.ai) into network graphs.
///
/// The file is not trusted: whatever it holds, the result is a graph or an error. Memory stays
/// within a few times the size of the file. Everything that is read is checked: a node, an
/// attribute or a type that is not known is an error, never ignored.
public enum ONNXImporter {
  /// The largest file that is read, 2 GiB: protocol buffers end there.
  static let fileSizeLimit = 1 << 31

  /// The versions of the default operator set that are read.
  ///
  /// Opset 7 (ONNX 1.2) broadcasts as NumPy does, for which earlier ones had attributes; 21 is that
  /// of ONNX 1.16. Later versions change operators that would have to be checked one by one.
  static let operatorSets = 7...21

  /// Reads the network of an ONNX file.
  ///
  /// Weights become `Float`; a node without a name is named after its output; nodes are sorted into
  /// an order of computation, which is the file's own where that is one already. Large tensors may
  /// lie in files beside the network.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - input: How the input's sizes are taken.
  /// - Returns: The graph; what depends on constants alone is computed.
  /// - Throws: `ModelError`, one line that names the file, the node, the cause and a remedy.
  /// - Complexity: O(size of the file).
  public static func graph(
    contentsOf path: String, input: InputSize = .asStated
  ) throws(ModelError) -> NetworkGraph {
    try imported(contentsOf: path, input: input, needsAllOutputs: true).graph
  }

  /// Reads the network that the bytes of an ONNX file describe, without files beside it.
  ///
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - path: Its name, for messages.
  ///   - input: How the input's sizes are taken.
  /// - Returns: The graph.
  /// - Throws: `ModelError`, as for a file.
  package static func graph(
    bytes: [UInt8], path: String, input: InputSize = .asStated
  ) throws(ModelError) -> NetworkGraph {
    try imported(
      contents(of: bytes, path, input), path, external: ExternalData(besides: nil),
      needsAllOutputs: true
    ).graph
  }

  /// Reads the network of an ONNX file, and what else is known of it.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - input: How the input's sizes are taken.
  ///   - needsAllOutputs: Whether it is an error that one of the file's results cannot be computed;
  ///     otherwise it is one only where nothing can.
  /// - Returns: The network, with all that is known of it.
  /// - Throws: `ModelError`, one line that names the file, the node, the cause and a remedy.
  static func imported(
    contentsOf path: String, input: InputSize, needsAllOutputs: Bool
  ) throws(ModelError) -> NetworkFile.Content {
    // Of the bytes, the parsed file and the graph, only two are there at a time, and the parsed
    // weights go one by one.
    let contents = try contents(
      of: networkBytes(path, limit: fileSizeLimit), path, input)
    return try imported(
      contents, path, external: ExternalData(besides: path), needsAllOutputs: needsAllOutputs)
  }

  /// What a file holds, its nodes in order of computation.
  private struct Contents {
    /// The version of the default operator set.
    let operatorSet: Int
    /// The program that wrote the file.
    let producer: String
    let input: Input
    /// The weights, by name, not decoded.
    var initializers: [String: ONNXTensorProto]
    let nodes: [ONNXNodeProto]
    /// The names of the results.
    let outputs: [String]
    /// All names that tensors have in the file.
    let names: Set<String>
  }

  /// Parses a file and checks what can be checked before nodes are converted: version, input,
  /// names, order.
  ///
  /// - Throws: `ModelError` for the first of these that is not as it should be.
  private static func contents(
    of bytes: [UInt8], _ path: String, _ size: InputSize
  ) throws(ModelError) -> Contents {
    let model = try parsed(bytes, path)
    let version = try operatorSet(of: model, path)
    let initializers = try initializers(of: model.graph, path)
    let input = try networkInput(of: model.graph, besides: initializers, as: size, path)
    let given = Set(initializers.keys).union([input.name] + input.others)
    let nodes = try orderedNodes(model.graph.node, given: given, path: path)
    let outputs = model.graph.output.map(\.name)
    guard !outputs.isEmpty else {
      throw fault(path, "the network has no output", remedy: "name its results as graph outputs")
    }
    return Contents(
      operatorSet: version, producer: model.producerName, input: input, initializers: initializers,
      nodes: nodes,
      outputs: outputs, names: given.union(nodes.flatMap(\.output)))
  }

  /// Converts the nodes of a file one by one; what cannot be converted takes away what depends on it.
  private static func imported(
    _ contents: consuming Contents, _ path: String, external: ExternalData, needsAllOutputs: Bool
  ) throws(ModelError) -> NetworkFile.Content {
    let (nodes, outputs, input) = (contents.nodes, contents.outputs, contents.input)
    let builder = GraphBuilder(
      inputName: input.name, inputShape: input.shape, names: contents.names,
      // 2²⁴ computed values are allowed to any file, however small: masks and shape arithmetic need
      // thousands; the weights that are read add to it.
      allowance: FoldingAllowance(elementCount: 1 << 24))
    var readerCounts = Dictionary(outputs.map { ($0, 1) }) { $0 + $1 }
    for node in nodes { for name in Set(node.input) { readerCounts[name, default: 0] += 1 } }
    var converter = NodeConverter(
      path: path, operatorSet: contents.operatorSet, readerCounts: readerCounts,
      fixedBatch: input.fixedBatch, builder: builder,
      initializers: contents.initializers, external: external)
    // The converter removes each tensor as it decodes it; a second owner would keep all of them.
    contents.initializers = [:]
    for name in input.others { converter.refuse(input: name) }
    for node in nodes { try converter.convert(node) }
    for name in outputs {
      // A network's result may be a constant that no node reads.
      try converter.loadOutput(name)
      if converter.builder.facts[name] == nil, !converter.missing.contains(name) {
        converter.refuse(output: name)
      }
    }
    let missing = converter.missing
    var results = outputs.filter { !missing.contains($0) }
    // Where all results lie behind what cannot be computed, the last tensors that can take their place.
    if results.isEmpty { results = converter.builder.ends.filter(contents.names.contains) }
    let lost = outputs.first(where: missing.contains)
    if let lost, results.isEmpty || needsAllOutputs {
      let known = NodeConverter.converters.keys.sorted().joined(separator: ", ")
      let reason = (results.isEmpty ? nil : missing.reason(of: lost)) ?? missing.reason
      guard missing.hasUnknownOperations else {
        throw fault(
          path, reason,
          remedy: input.fixedBatch.map {
            "it is exported for batches of \($0) images: export it for any number, or for one"
          } ?? "export the network again, simplified for inference")
      }
      throw fault(
        path, reason,
        remedy: "export the network for inference with other operations; supported are \(known)")
    }
    return NetworkFile.Content(
      graph: converter.builder.graph(
        outputs: results, unavailable: missing.reasons, modules: converter.modules.tensors),
      hasOpenSize: input.hasOpenSize, paths: [path] + converter.external.paths,
      producer: contents.producer, fixedBatch: input.fixedBatch,
      missing: missing.names.first.map { first in
        "\(missing.names.count) of its tensors cannot be computed, the first of them "
          + "\(quoted(first)): \(missing.reason)"
          + (input.fixedBatch.map { "; the file is for batches of \($0) images, export it for any" }
            ?? "")
      })
  }

  /// Parses the bytes as a `ModelProto`.
  ///
  /// - Throws: `ModelError` for bytes that are not one, or hold no graph.
  private static func parsed(
    _ bytes: [UInt8], _ path: String
  ) throws(ModelError) -> ONNXModelProto {
    var options = BinaryDecodingOptions()
    // The schema here is the part of ONNX that networks need; documentation and metadata would be
    // kept as bytes otherwise.
    options.discardUnknownFields = true
    let remedy = "copy or export it again"
    guard let model = try? ONNXModelProto(serializedBytes: bytes, options: options) else {
      throw fault(path, "it is not an ONNX file, or was cut or damaged", remedy: remedy)
    }
    // Operator sets are stated since IR version 3, of ONNX 1.0; before, what an operator means is
    // not known.
    guard model.irVersion >= 3, model.hasGraph, !model.graph.node.isEmpty else {
      throw fault(
        path, "it holds no network (ONNX version \(model.irVersion), at least 3 is expected)",
        remedy: remedy)
    }
    return model
  }

  /// The version of the default operator set.
  ///
  /// - Throws: `ModelError` for none, several, or one that is not supported.
  private static func operatorSet(
    of model: borrowing ONNXModelProto, _ path: String
  ) throws(ModelError) -> Int {
    let versions = Set(model.opsetImport.filter { isDefaultDomain($0.domain) }.map(\.version))
    guard let version = versions.first, versions.count == 1,
      operatorSets.contains(Int(version))
    else {
      let found = versions.sorted().prefix(3).map(String.init).joined(separator: ", ")
      throw fault(
        path, "it uses operator set \(found.isEmpty ? "unknown" : found), which is not supported",
        remedy: "export it with one operator set from \(operatorSets.lowerBound) to "
          + "\(operatorSets.upperBound)")
    }
    return Int(version)
  }

  /// The weights by name, not decoded.
  ///
  /// - Throws: `ModelError` for two of one name, or one without.
  private static func initializers(
    of graph: ONNXGraphProto, _ path: String
  ) throws(ModelError) -> [String: ONNXTensorProto] {
    var result: [String: ONNXTensorProto] = [:]
    for tensor in graph.initializer {
      guard !tensor.name.isEmpty, result.updateValue(tensor, forKey: tensor.name) == nil else {
        throw fault(
          path, "the initializer \(quoted(tensor.name)) has no name or appears twice",
          remedy: "export the network again")
      }
    }
    return result
  }

  /// Whether a domain is that of ONNX's own operators; both spellings are allowed.
  static func isDefaultDomain(_ domain: String) -> Bool { domain.isEmpty || domain == "ai.onnx" }

  /// An error of reading a network, in one line.
  static func fault(_ path: String, _ cause: String, remedy: String) -> ModelError {
    ModelError("read network", path, cause, remedy: remedy)
  }
}
