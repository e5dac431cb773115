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
    /// How many images the file states where it is not one; `nil` for one or any number.
    let fixedBatch: Int?
    /// The names of inputs that are no image: what depends on them cannot be computed.
    let others: [String]
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
    let all = graph.input.filter { initializers[$0.name] == nil }
    // Of several inputs, one may be the image beside a caption's tokens or a size.
    let images = all.filter(isImage)
    let inputs = size.isImage && all.count > 1 && images.count == 1 ? images : all
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
    let channels = channels(of: input.name, graph, initializers)
    guard let found = size.sizes(stated, channels: channels) else {
      throw fault(
        path,
        """
        the sizes of its input \(quoted(input.name)) are not \
        \(size.isImage ? "those of an image from 1 to 4096" : "numbers")
        """,
        remedy: "export it with an input of batch × channels × height × width, with 1 or 3 channels"
      )
    }
    let batch = size.isImage ? stated.first ?? nil : nil
    return Input(
      name: input.name, shape: found.shape, hasOpenSize: found.hasOpenSize,
      fixedBatch: batch == 1 ? nil : batch,
      others: all.map(\.name).filter { $0 != input.name })
  }

  /// The channels of the image by the first convolution that reads it, and their dimension; `nil` where
  /// none is found.
  ///
  /// Files that leave all sizes open are read so (Optimum's exports). What lies between the image and
  /// the convolution works on each element by itself, pads, or moves the channels to the front.
  private static func channels(
    of input: String, _ graph: ONNXGraphProto, _ initializers: [String: ONNXTensorProto]
  ) -> (count: Int, dimension: Int)? {
    let between = ["Identity", "Cast", "Sub", "Add", "Mul", "Div", "Pad", "QuantizeLinear"]
    var name = input
    var dimension = 1
    var hasMoved = false
    // Files have their nodes in order of computation, as a rule; of others nothing is found.
    for node in graph.node where node.input.contains(name) {
      if node.opType == "Conv", node.input.first == name, node.input.count > 1,
        let weights = initializers[node.input[1]], weights.dims.count == 4
      {
        let groups = node.attribute.first { $0.name == "group" }?.i ?? 1
        guard (1...4096).contains(weights.dims[1]), (1...4096).contains(groups) else { return nil }
        return (Int(weights.dims[1] * groups), dimension)
      }
      if node.opType == "Transpose", !hasMoved,
        let order = node.attribute.first(where: { $0.name == "perm" })?.ints, order.count == 4,
        (0...3).contains(order[1])
      {
        dimension = Int(order[1])
        hasMoved = true
      } else if !between.contains(node.opType) {
        continue
      }
      name = node.output.first ?? ""
    }
    return nil
  }

  /// Whether an input can be an image: floating-point numbers in four dimensions.
  private static func isImage(_ input: ONNXValueInfoProto) -> Bool {
    TensorEncoding(input.type.tensorType.elemType)?.elementType == .float
      && input.type.tensorType.shape.dim.count == 4
  }
}
