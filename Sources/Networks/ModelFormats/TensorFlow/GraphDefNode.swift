import FoundationEssentials
import NeuralNetworks

/// A node of a GraphDef (`NodeDef`): what it reads, and its attributes, checked as they are read.
///
/// Unlike ONNX's, unknown attributes are allowed: TensorFlow writes element types, device hints and
/// output shapes (`_output_shapes`) into every node.
struct GraphDefNode {
  /// One of the tensors that a node makes; in a file `name` or `name:0`, then `name:1` and so on.
  struct Reference: Hashable {
    let node: String
    let index: Int

    /// Reads an input as it stands in a file; what follows a colon and is not an index belongs to
    /// the name.
    init(_ text: String) {
      guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")),
        let index = Int(text[text.index(after: colon)...]), index >= 0
      else {
        (node, index) = (text, 0)
        return
      }
      (node, self.index) = (String(text[..<colon]), index)
    }

    /// The tensor's name in a graph, the node's own for its first output.
    var tensor: String { index == 0 ? node : "\(node):\(index)" }
  }

  /// The node's name, which is that of its first output, and its TensorFlow operation.
  let name, operation: String
  /// The tensors that it reads; nodes that only have to run before it (`^name`) are left out.
  let inputs: [Reference]
  private let attributes: [String: TFAttrValue]

  /// Takes over a parsed node.
  init(_ node: TFNodeDef) {
    name = node.name
    operation = node.op
    inputs = node.input.lazy.filter { !$0.hasPrefix("^") }.map(Reference.init)
    attributes = node.attr
  }

  /// The node as messages call it.
  var title: String { "node \(quoted(name)) (\(quoted(operation)))" }

  /// The reason why the node cannot be converted, with its name.
  func fault(_ cause: String) -> GraphDefFault { GraphDefFault("\(title): \(cause)") }

  /// Reads a height and a width out of a list of one integer for each dimension of a map.
  ///
  /// - Parameters:
  ///   - attribute: `strides`, `ksize` or `dilations`.
  ///   - format: Where the channels are.
  ///   - value: Both sides where the attribute is absent; `nil` if it must be there.
  /// - Returns: The height and the width.
  /// - Throws: `GraphDefFault` for sides that are not from 1 to 65,536, or windows across batches
  ///   or channels.
  func extent(
    _ attribute: String, _ format: MapFormat, default value: Int? = nil
  ) throws(GraphDefFault) -> Extent {
    guard let list = try integers(attribute), !list.isEmpty else {
      guard let value else { throw fault("the attribute \(attribute) is missing") }
      return Extent(height: value, width: value)
    }
    guard list.count == 4, list.allSatisfy({ (1...65_536).contains($0) }), list[0] == 1,
      list[format.channelAxis] == 1
    else {
      throw fault("the attribute \(attribute) is \(list.prefix(8)), not a height and a width")
    }
    return Extent(height: list[format.rowAxis], width: list[format.rowAxis + 1])
  }

  /// Reads a list of integers; `nil` when the attribute is absent.
  func integers(_ attribute: String) throws(GraphDefFault) -> [Int]? {
    guard let value = attributes[attribute]?.value else { return nil }
    guard case .list(let list) = value else { throw wrongType(attribute, "a list of integers") }
    return list.i.map { Int($0) }
  }

  /// Reads an integer; `fallback` when the attribute is absent.
  func integer(_ attribute: String, default fallback: Int? = nil) throws(GraphDefFault) -> Int {
    guard let value = attributes[attribute]?.value else {
      guard let fallback else { throw fault("the attribute \(attribute) is missing") }
      return fallback
    }
    guard case .i(let number) = value else { throw wrongType(attribute, "an integer") }
    return Int(number)
  }

  /// Reads a finite number; `fallback` when the attribute is absent.
  func number(_ attribute: String, default fallback: Float) throws(GraphDefFault) -> Float {
    guard let value = attributes[attribute]?.value else { return fallback }
    guard case .f(let number) = value, number.isFinite else {
      throw wrongType(attribute, "a finite number")
    }
    return number
  }

  /// Reads a truth value; `fallback` when the attribute is absent.
  func flag(_ attribute: String, default fallback: Bool = false) throws(GraphDefFault) -> Bool {
    guard let value = attributes[attribute]?.value else { return fallback }
    guard case .b(let flag) = value else { throw wrongType(attribute, "a truth value") }
    return flag
  }

  /// Reads a keyword, of which 64 bytes are kept; `nil` when the attribute is absent.
  func word(_ attribute: String) throws(GraphDefFault) -> String? {
    guard let value = attributes[attribute]?.value else { return nil }
    guard case .s(let bytes) = value else { throw wrongType(attribute, "a string") }
    return String(decoding: bytes.prefix(64), as: UTF8.self)
  }

  /// Reads an element type; `nil` when the attribute is absent.
  func type(_ attribute: String) throws(GraphDefFault) -> TFDataType? {
    guard let value = attributes[attribute]?.value else { return nil }
    guard case .type(let type) = value else { throw wrongType(attribute, "an element type") }
    return type
  }

  /// Reads a shape, -1 for an open size; `nil` for one that is absent or of unknown rank.
  func shape(_ attribute: String) throws(GraphDefFault) -> [Int]? {
    guard let value = attributes[attribute]?.value else { return nil }
    guard case .shape(let shape) = value else { throw wrongType(attribute, "a shape") }
    return shape.unknownRank ? nil : shape.dim.map { Int($0.size) }
  }

  /// Reads the tensor of a `Const`, its values not decoded.
  func tensor(_ attribute: String) throws(GraphDefFault) -> TFTensorProto {
    guard case .tensor(let tensor)? = attributes[attribute]?.value else {
      throw wrongType(attribute, "a tensor")
    }
    return tensor
  }

  /// Where the channels of the maps are that the node reads; last, unless `data_format` says
  /// otherwise.
  func mapFormat() throws(GraphDefFault) -> MapFormat {
    guard let word = try word("data_format"), !word.isEmpty else { return .channelsLast }
    guard let format = MapFormat(rawValue: word) else {
      throw fault("data_format \(quoted(word)) is not supported")
    }
    return format
  }

  /// An error about an attribute of another type than the operation's definition says.
  private func wrongType(_ attribute: String, _ expected: String) -> GraphDefFault {
    fault("the attribute \(attribute) is not \(expected)")
  }
}

/// Where the channels of a map are in a file, by the names of `data_format`.
enum MapFormat: String {
  case channelsLast = "NHWC"
  case channelsFirst = "NCHW"

  /// The index of the channels among the four dimensions.
  var channelAxis: Int { self == .channelsLast ? 3 : 1 }
  /// The index of the rows; that of the columns follows.
  var rowAxis: Int { self == .channelsLast ? 1 : 2 }
}

/// Why a node cannot be converted; one line.
///
/// It becomes the reason in `NetworkGraph.unavailable`, not an error of the whole file.
struct GraphDefFault: Error {
  let cause: String

  init(_ cause: String) { self.cause = cause }
}
