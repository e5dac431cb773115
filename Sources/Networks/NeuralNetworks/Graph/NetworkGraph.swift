/// A network as a value: what it computes, apart from any file and any engine.
///
/// Nodes stand in an order in which every input is computed before it is used, and each makes one
/// tensor. Tensors are named as the network's file names them. Maps are NCHW. Importers make graphs,
/// passes return changed copies, `CompiledNetwork` runs one.
public struct NetworkGraph: Sendable {
  /// The name of the input.
  public var inputName: String
  /// The input's sizes as the file states them, 1 for an open batch size: for an image, 1 × channels
  /// × height × width.
  public var inputShape: TensorShape
  /// The operations, in order of computation.
  public var nodes: [Node]
  /// The names of the tensors that the file gives as results.
  public var outputNames: [String]
  /// Why tensors of the file that depend on the image cannot be computed, by their names: an
  /// operation on the way to them is not supported.
  public var unavailable: [String: String]
  /// The tensor that each module of the network makes, by the module's path (`layer3.1`), as far as the
  /// file tells.
  public var modules: [String: String]

  /// Makes a graph.
  public init(
    inputName: String, inputShape: TensorShape, nodes: [Node], outputNames: [String],
    unavailable: [String: String] = [:], modules: [String: String] = [:]
  ) {
    self.inputName = inputName
    self.inputShape = inputShape
    self.nodes = nodes
    self.outputNames = outputNames
    self.unavailable = unavailable
    self.modules = modules
  }
}

/// The size of an activation map of one image: channels × height × width.
///
/// A vector (after flattening) is a map of height and width 1.
public struct MapShape: Hashable, Sendable, CustomStringConvertible {
  /// The number of channels.
  public var channels: Int
  /// The number of rows.
  public var height: Int
  /// The number of columns.
  public var width: Int

  /// Makes a shape.
  public init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// The number of values of one image.
  public var elementCount: Int { channels * height * width }

  /// The number of positions of a channel.
  public var positionCount: Int { height * width }

  /// The rows and columns of all positions, row by row.
  public var positions: [(y: Int, x: Int)] {
    (0..<positionCount).map { (y: $0 / width, x: $0 % width) }
  }

  /// The center position's index in a channel: row height / 2, column width / 2; of an even number,
  /// the one after the middle.
  public var center: Int { height / 2 * width + width / 2 }

  /// For instance `512 × 14 × 14`.
  public var description: String { "\(channels) × \(height) × \(width)" }
}

/// One operation of a network: it reads tensors and makes one.
public struct Node: Sendable {
  /// The node's own name, for messages.
  public var name: String
  /// What it computes.
  public var operation: Operation
  /// The names of the tensors it reads; "" for one that is left out.
  public var inputs: [String]
  /// The name of the tensor it makes.
  public var output: String

  /// Makes a node.
  public init(name: String, operation: Operation, inputs: [String], output: String) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.output = output
  }
}
