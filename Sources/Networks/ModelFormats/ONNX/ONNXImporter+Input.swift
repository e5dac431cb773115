import Models
import NeuralNetworks

extension ONNXImporter {
  /// The one input that is not a weight.
  struct Input {
    /// Its name in the file.
    let name: String
    /// Its shape, for which the graph is built.
    let shape: TensorShape
    /// Whether the file leaves the height or the width open.
    let hasOpenSize: Bool
  }

  /// Finds the network's input and its sizes.
  ///
  /// Before IR version 4 (ONNX 1.4) initializers had to be listed as inputs too, and
  /// older files do so: they are left out.
  ///
  /// - Parameters:
  ///   - graph: The file's graph.
  ///   - initializers: Its weights by name.
  ///   - size: How the sizes are taken.
  ///   - path: The file, for messages.
  /// - Returns: The input.
  /// - Throws: `ModelError` for several inputs, none, one that is not of floating-point numbers or
  ///   whose sizes are not known.
  static func networkInput(
    of graph: ONNXGraphProto, besides initializers: [String: ONNXTensorProto],
    as size: InputSize, _ path: String
  ) throws(ModelError) -> Input {
    let inputs = graph.input.filter { initializers[$0.name] == nil }
    guard let input = inputs.first, inputs.count == 1, !input.name.isEmpty else {
      let names = inputs.prefix(5).map { quoted($0.name) }.joined(separator: ", ")
      throw fault(
        path,
        """
        it has \(inputs.count) inputs besides its weights; anything but one named input is not \
        supported: \(names)
        """,
        remedy: "export the network with an image as its only input")
    }
    let type = input.type.tensorType
    guard TensorEncoding(type.elemType)?.elementType == .float, type.shape.dim.count <= 8 else {
      throw fault(
        path,
        """
        its input \(quoted(input.name)) is not of floating-point numbers in at most 8 dimensions, \
        which is not supported
        """,
        remedy: "export it with an input of batch × channels × height × width")
    }
    // For an image, 0 is taken for an open size; elsewhere it states an empty tensor.
    guard size.isImage || !type.shape.dim.contains(where: { $0.value == .dimValue(0) }) else {
      throw fault(
        path, "its input \(quoted(input.name)) has a size of 0, which is not supported",
        remedy: "give the tensor elements")
    }
    // A dimension may have a name (`batch`, `N`) instead of a value; all names mean that it is
    // open.
    let stated = type.shape.dim.map { $0.dimValue > 0 ? Int($0.dimValue) : nil }
    guard let found = size.sizes(stated) else {
      throw fault(
        path,
        """
        the sizes of its input \(quoted(input.name)) are not \
        \(size.isImage ? "those of an image from 1 to 4096" : "numbers")
        """,
        remedy: "export it with an input of batch × channels × height × width of a fixed size")
    }
    return Input(name: input.name, shape: found.shape, hasOpenSize: found.hasOpenSize)
  }
}
