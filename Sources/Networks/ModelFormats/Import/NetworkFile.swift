public import Models
public import NeuralNetworks

/// A network's file of any format that is read: a frozen TensorFlow graph (`.pb`), else ONNX.
public enum NetworkFile {
  /// The network of a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - input: How the input's sizes are taken.
  /// - Returns: The graph.
  /// - Throws: `ModelError`, one line that names the file, the cause and a remedy.
  /// - Complexity: O(size of the file).
  public static func graph(
    contentsOf path: String, input: InputSize = .asStated
  ) throws(ModelError) -> NetworkGraph {
    try imported(contentsOf: path, input: input).graph
  }

  /// The network of a file, and whether the file leaves the image's size open.
  static func imported(
    contentsOf path: String, input: InputSize
  ) throws(ModelError) -> (graph: NetworkGraph, hasOpenSize: Bool) {
    if path.lowercased().hasSuffix(".pb") {
      return try GraphDefImporter.imported(contentsOf: path, input: input)
    }
    let file = try ONNXImporter.imported(contentsOf: path, input: input)
    return (file.graph, file.hasOpenSize)
  }
}
