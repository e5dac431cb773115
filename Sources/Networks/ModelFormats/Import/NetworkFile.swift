public import Models
public import NeuralNetworks

/// A network's file of any supported format: a frozen TensorFlow graph (`.pb`), otherwise ONNX.
///
/// The name decides, not the content: both formats are protocol buffers, which have no signature to
/// tell them apart by.
public enum NetworkFile {
  /// Reads the network of a file.
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

  /// What is read of a file.
  struct Content {
    /// The network.
    let graph: NetworkGraph
    /// Whether the file leaves the image's size open.
    let hasOpenSize: Bool
    /// The file, and those beside it that its weights were read from.
    let paths: [String]
  }

  /// Reads the network of a file, and what else is known of it.
  static func imported(
    contentsOf path: String, input: InputSize
  ) throws(ModelError) -> Content {
    guard path.lowercased().hasSuffix(".pb") else {
      return try ONNXImporter.imported(contentsOf: path, input: input)
    }
    let file = try GraphDefImporter.imported(contentsOf: path, input: input)
    // A frozen graph holds its weights itself.
    return Content(graph: file.graph, hasOpenSize: file.hasOpenSize, paths: [path])
  }
}

/// How the sizes of a network's input are taken from its file.
public enum InputSize: Hashable, Sendable {
  /// As they stand; an open first one, the batch, is 1.
  case asStated
  /// Those of one image: whatever the batch is, it is 1; an open height and width are those given.
  case image(open: Extent)

  /// Whether the input must be an image.
  var isImage: Bool { if case .image = self { true } else { false } }

  /// The shape of an input, from the sizes that its file states.
  ///
  /// Images are batch × channels × height × width, or batch × height × width × channels where the
  /// last size is 1 or 3 and the second is not.
  ///
  /// - Parameter stated: The sizes in the file, `nil` for an open one.
  /// - Returns: The shape, and whether height or width were open; `nil` when a size is not known,
  ///   or a side of an image is not from 1 to 4096.
  func sizes(_ stated: [Int?]) -> (shape: TensorShape, hasOpenSize: Bool)? {
    var sizes = stated
    var hasOpenSize = false
    switch self {
    case .asStated:
      if let first = sizes.first, first == nil { sizes[0] = 1 }
    case .image(let open):
      guard sizes.count == 4 else { return nil }
      // A batch size in the file says how the network was exported; the engine chooses its own.
      sizes[0] = 1
      let axes = Self.isChannelsLast(sizes) ? (1, 2) : (2, 3)
      hasOpenSize = sizes[axes.0] == nil || sizes[axes.1] == nil
      sizes[axes.0] = sizes[axes.0] ?? open.height
      sizes[axes.1] = sizes[axes.1] ?? open.width
      // 4096 bounds what a damaged file can make the program allocate before the first image.
      guard sizes.allSatisfy({ $0.map((1...4096).contains) ?? false }) else { return nil }
    }
    let shape = TensorShape(sizes.compactMap { $0 })
    return shape.rank == stated.count && shape.isReasonable ? (shape, hasOpenSize) : nil
  }

  /// Whether an image's sizes have the channels last, as files from Keras and TensorFlow do.
  ///
  /// An input with 1 or 3 in both positions is taken as channels first, ONNX's convention.
  static func isChannelsLast(_ sizes: [Int?]) -> Bool {
    sizes.count == 4 && [1, 3].contains(sizes[3]) && ![1, 3].contains(sizes[1])
  }
}
