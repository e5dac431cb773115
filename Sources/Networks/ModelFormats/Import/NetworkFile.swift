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
  /// - Returns: The graph of what can be computed; why the rest cannot is in its `unavailable`.
  /// - Throws: `ModelError`, one line that names the file, the cause and a remedy.
  /// - Complexity: O(size of the file).
  public static func graph(
    contentsOf path: String, input: InputSize = .asStated
  ) throws(ModelError) -> NetworkGraph {
    try imported(contentsOf: path, input: input).graph
  }

  /// Whether a file is read as a frozen TensorFlow graph.
  static func isFrozenGraph(_ path: String) -> Bool { path.lowercased().hasSuffix(".pb") }

  /// What is read of a file.
  struct Content {
    /// The network.
    let graph: NetworkGraph
    /// Whether the file leaves the image's size open.
    let hasOpenSize: Bool
    /// The file, and those beside it that its weights were read from.
    let paths: [String]
    /// The program that wrote the file, in its own words; empty where it does not say.
    let producer: String
    /// How many images the file's input states where it is not one; `nil` for one or any number.
    let fixedBatch: Int?
    /// What of the file cannot be computed, and why, in the words of a warning; `nil` for nothing.
    let missing: String?
  }

  /// Reads the network of a file, and what else is known of it.
  static func imported(
    contentsOf path: String, input: InputSize
  ) throws(ModelError) -> Content {
    guard isFrozenGraph(path) else {
      return try ONNXImporter.imported(contentsOf: path, input: input, needsAllOutputs: false)
    }
    let file = try GraphDefImporter.imported(contentsOf: path, input: input)
    // Of many, the first by name, as a dictionary has no order that would repeat.
    let missing = file.graph.unavailable.min { $0.key < $1.key }.map {
      "\(file.graph.unavailable.count) of its tensors cannot be computed, among them "
        + "\(quoted($0.key)): \($0.value)"
    }
    // A frozen graph holds its weights itself.
    return Content(
      graph: file.graph, hasOpenSize: file.hasOpenSize, paths: [path], producer: "",
      fixedBatch: nil, missing: missing)
  }
}

/// How the sizes of a network's input are taken from its file.
public enum InputSize: Hashable, Sendable {
  /// As they stand; an open first one, the batch, is 1.
  case asStated
  /// Those of one image: whatever the batch is, it is 1; an open height and width are those given.
  case image(open: Extent)
  /// As they stand; open ones are those of a tensor at hand, but for an open first one, which is 1.
  case given(TensorShape)

  /// Whether the input must be an image.
  var isImage: Bool { if case .image = self { true } else { false } }

  /// The shape of an input, from the sizes that its file states.
  ///
  /// Images are batch × channels × height × width, or batch × height × width × channels where the
  /// last size is 1 or 3 and the second is not.
  ///
  /// - Parameters:
  ///   - stated: The sizes in the file, `nil` for an open one.
  ///   - channels: The number of an image's channels, and their dimension, where other parts of the
  ///     file tell: they are taken for an open size.
  /// - Returns: The shape, and whether height or width were open; `nil` when a size is not known,
  ///   or a side of an image is not from 1 to 4096.
  func sizes(
    _ stated: [Int?], channels: (count: Int, dimension: Int)? = nil
  ) -> (shape: TensorShape, hasOpenSize: Bool)? {
    var sizes = stated
    var hasOpenSize = false
    switch self {
    case .asStated:
      if let first = sizes.first, first == nil { sizes[0] = 1 }
    case .given(let shape):
      if let first = sizes.first, first == nil { sizes[0] = 1 }
      if shape.rank == sizes.count {
        for index in sizes.indices { sizes[index] = sizes[index] ?? shape.dimensions[index] }
      }
    case .image(let open):
      // A file may not even say how many dimensions there are.
      if sizes.isEmpty, channels != nil { sizes = [nil, nil, nil, nil] }
      guard sizes.count == 4 else { return nil }
      if let channels { sizes[channels.dimension] = sizes[channels.dimension] ?? channels.count }
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
    return shape.rank == sizes.count && shape.isReasonable ? (shape, hasOpenSize) : nil
  }

  /// Whether an image's sizes have the channels last, as files from Keras and TensorFlow do.
  ///
  /// An input with 1 or 3 in both positions is taken as channels first, ONNX's convention.
  static func isChannelsLast(_ sizes: [Int?]) -> Bool {
    sizes.count == 4 && [1, 3].contains(sizes[3]) && ![1, 3].contains(sizes[1])
  }
}
