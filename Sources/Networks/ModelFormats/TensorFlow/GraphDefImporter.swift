public import Models
public import NeuralNetworks
import SwiftProtobuf

/// Reads frozen TensorFlow networks (`GraphDef`, usually `.pb`) into network graphs.
///
/// A frozen graph holds its weights as constants, as the paper's InceptionV1 is published. The file
/// is not trusted: whatever it holds, the result is a graph or an error. Memory stays within a few
/// times the size of the file.
public enum GraphDefImporter {
  /// The largest file that is read, 2 GiB: protocol buffers end there.
  static let fileSizeLimit = 1 << 31

  /// The largest number of nodes that is read; networks have thousands.
  static let nodeCountLimit = 1 << 20

  /// The network of a frozen GraphDef.
  ///
  /// Tensors keep the names of their nodes; maps, which such files mostly hold as height × width ×
  /// channels, become NCHW. A node that cannot be converted makes what depends on it `unavailable`,
  /// not the whole file. The results are the tensors that nothing reads.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - input: How the input's sizes are taken. It is always one image: a batch size that the file
  ///     fixes is left open. Where the file leaves open more than an `InputSize` gives, it has 3
  ///     channels and 224 × 224 pixels.
  /// - Returns: The graph.
  /// - Throws: `ModelError`, one line that names the file, the cause and a remedy, when nothing can
  ///   be computed from the image.
  /// - Complexity: O(size of the file).
  public static func graph(
    contentsOf path: String, input: InputSize = .asStated
  ) throws(ModelError) -> NetworkGraph {
    try imported(contentsOf: path, input: input).graph
  }

  /// Reads the network that the bytes of a GraphDef describe.
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
    try imported(bytes, path, input).graph
  }

  /// Reads the network of a file, and whether the file leaves the image's size open.
  static func imported(
    contentsOf path: String, input: InputSize
  ) throws(ModelError) -> (graph: NetworkGraph, hasOpenSize: Bool) {
    try imported(networkBytes(path, limit: fileSizeLimit), path, input)
  }

  /// Converts parsed bytes; of all reasons why nothing could be computed, the first in order of
  /// computation is reported.
  private static func imported(
    _ bytes: [UInt8], _ path: String, _ input: InputSize
  ) throws(ModelError) -> (graph: NetworkGraph, hasOpenSize: Bool) {
    let nodes = try orderedNodes(try parsed(bytes, path), path: path)
    let image = try GraphDefImage(among: nodes, as: input, path: path)
    var converter = GraphDefConverter(image: image, fileSize: bytes.count)
    for node in nodes { converter.convert(node) }
    let read = Set(nodes.flatMap(\.inputs))
    guard let graph = converter.graph(read: read) else {
      let reasons = nodes.lazy.compactMap { converter.missing[$0.name] }
      let reason = reasons.first.map { ": \($0)" } ?? ""
      throw fault(
        path, "nothing is computed from its input \(quoted(image.name))\(reason)",
        remedy: "freeze the network for inference")
    }
    return (graph, image.hasOpenSize)
  }

  /// Parses the bytes as a `GraphDef`.
  ///
  /// - Throws: `ModelError` for bytes that are not one, for too many nodes, and for none.
  private static func parsed(
    _ bytes: [UInt8], _ path: String
  ) throws(ModelError) -> [GraphDefNode] {
    let remedy = "copy or freeze it again"
    // A node takes two bytes at least, but hundreds in memory: they are counted before they are
    // parsed.
    guard let nodeCount = messageCount(bytes, field: 1), nodeCount <= nodeCountLimit else {
      throw fault(
        path, "it is not a GraphDef, was cut or damaged, or has more than \(nodeCountLimit) nodes",
        remedy: remedy)
    }
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    guard let graph = try? TFGraphDef(serializedBytes: bytes, options: options) else {
      throw fault(path, "it is not a GraphDef, or was cut or damaged", remedy: remedy)
    }
    guard !graph.node.isEmpty else {
      throw fault(
        path, "it holds no nodes", remedy: "first freeze a SavedModel into a GraphDef")
    }
    return graph.node.map(GraphDefNode.init)
  }

  /// How often a field occurs in a protocol buffer, without reading what it holds.
  ///
  /// - Parameters:
  ///   - bytes: The message.
  ///   - field: The field's number.
  /// - Returns: The count; `nil` for bytes that are not a protocol buffer.
  /// - Complexity: O(fields).
  static func messageCount(_ bytes: [UInt8], field: UInt64) -> Int? {
    var offset = 0
    var count = 0
    func varint() -> UInt64? {
      var value: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 64, by: 7) {
        guard offset < bytes.count else { return nil }
        let byte = bytes[offset]
        offset += 1
        value |= UInt64(byte & 127) << shift
        if byte < 128 { return value }
      }
      return nil
    }
    while offset < bytes.count {
      guard let key = varint() else { return nil }
      if key >> 3 == field { count += 1 }
      // Wire types: 0 is a varint, 1 eight bytes, 2 a length and so many bytes, 5 four bytes;
      // groups (3, 4) are deprecated and not in this schema.
      switch key & 7 {
      case 0: guard varint() != nil else { return nil }
      case 1: offset += 8
      case 2:
        guard let length = varint(), length <= UInt64(bytes.count - offset) else { return nil }
        offset += Int(length)
      case 5: offset += 4
      default: return nil
      }
      guard offset <= bytes.count else { return nil }
    }
    return count
  }

  /// An error of reading a network, in one line.
  static func fault(_ path: String, _ cause: String, remedy: String) -> ModelError {
    ModelError("read network", path, cause, remedy: remedy)
  }
}
