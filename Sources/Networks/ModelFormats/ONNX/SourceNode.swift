import FoundationEssentials
import Models
import NeuralNetworks
import SwiftProtobuf

/// A node of an ONNX file (`NodeProto`) that is being converted: its names, and attributes not read
/// yet.
struct SourceNode {
  /// The node's name, or its first output's when it has none.
  let name: String
  /// The tensors that it reads; an empty name stands for an optional input that is left out.
  let inputs: [String]
  /// The tensors that it makes; an empty name stands for an optional output that nobody wants.
  let outputs: [String]
  /// The attributes that its conversion has not read yet.
  var attributes: NodeAttributes

  /// Reads a node.
  ///
  /// - Throws: `ModelError` for two attributes of one name.
  init(_ node: ONNXNodeProto, path: String) throws(ModelError) {
    name = ModelFormats.name(of: node)
    inputs = node.input
    outputs = node.output
    attributes = try NodeAttributes(of: node, path: path)
  }

  /// The name of the tensor that the node makes first; `orderedNodes` has checked that there is
  /// one.
  var output: String { outputs[0] }

  /// The name of an input; `nil` when it is left out.
  func input(_ index: Int) -> String? {
    guard inputs.indices.contains(index), !inputs[index].isEmpty else { return nil }
    return inputs[index]
  }

  /// The name of an input that the operation cannot do without.
  func required(_ index: Int) throws(ModelError) -> String {
    guard let name = input(index) else {
      throw fault("\(inputs.count) inputs do not fit the operation")
    }
    return name
  }

  /// Checks the number of inputs, those left out in between included.
  func expectInputs(_ counts: ClosedRange<Int>) throws(ModelError) {
    guard counts.contains(inputs.count) else {
      throw fault("\(inputs.count) inputs do not fit the operation")
    }
  }

  /// An error that names the file, the node and its operation.
  func fault(_ cause: String, remedy: String = "export the network again") -> ModelError {
    attributes.fault(cause, remedy: remedy)
  }
}

/// The attributes of one ONNX node, each read once and checked.
///
/// An attribute that no conversion asked for is an error: it belongs to a newer opset or another
/// operator set, and ignoring it would compute something else.
struct NodeAttributes {
  /// The node as messages call it.
  let title: String
  private let path: String
  private var attributes: [String: ONNXAttributeProto] = [:]

  /// Takes the attributes of a node.
  ///
  /// - Throws: `ModelError` for two of one name.
  init(of node: ONNXNodeProto, path: String) throws(ModelError) {
    self.title = ModelFormats.title(of: node)
    self.path = path
    for attribute in node.attribute {
      guard attributes.updateValue(attribute, forKey: attribute.name) == nil else {
        throw fault("the attribute \(quoted(attribute.name)) appears twice")
      }
    }
  }

  /// An error that names the file, the node and its operation.
  func fault(_ cause: String, remedy: String = "export the network again") -> ModelError {
    ONNXImporter.fault(path, "\(title): \(cause)", remedy: remedy)
  }

  /// Reads an integer (`INT`) within a range.
  ///
  /// - Parameters:
  ///   - name: The attribute.
  ///   - value: What an absent one stands for; `nil` if it must be there.
  ///   - range: The values that are accepted.
  /// - Returns: The value.
  /// - Throws: `ModelError` for a missing attribute, another type or a value out of range.
  mutating func integer(
    _ name: String, default value: Int? = nil, in range: ClosedRange<Int>
  ) throws(ModelError) -> Int {
    guard let attribute = try take(name, .int) else {
      guard let value else { throw fault("the attribute \(name) is missing") }
      return value
    }
    return try checked(attribute.i, name, range)
  }

  /// Reads an integer (`INT`) within a range; `nil` when the attribute is absent.
  mutating func integer(
    ifThere name: String, in range: ClosedRange<Int>
  ) throws(ModelError) -> Int? {
    guard let attribute = try take(name, .int) else { return nil }
    return try checked(attribute.i, name, range)
  }

  /// Reads the index of a dimension; negative ones count from the end, as ONNX allows everywhere
  /// since opset 11.
  ///
  /// The range is that of 8 dimensions, the most that a tensor has here; the operation checks it
  /// against its input.
  mutating func axis(_ name: String = "axis", default value: Int? = nil) throws(ModelError) -> Int {
    try integer(name, default: value, in: -8...8)
  }

  /// Reads a truth value, which ONNX stores as the integer 0 or 1.
  mutating func flag(_ name: String, default value: Bool = false) throws(ModelError) -> Bool {
    try integer(name, default: value ? 1 : 0, in: 0...1) == 1
  }

  /// Reads a finite number (`FLOAT`); an absent one is `value`.
  mutating func number(_ name: String, default value: Float) throws(ModelError) -> Float {
    guard let number = try number(ifThere: name) else { return value }
    guard number.isFinite else { throw fault("the attribute \(name) is \(number)") }
    return number
  }

  /// Reads a number (`FLOAT`), which may be infinite; `nil` when the attribute is absent.
  mutating func number(ifThere name: String) throws(ModelError) -> Float? {
    try take(name, .float)?.f
  }

  /// Reads a list of numbers (`FLOATS`); `nil` when the attribute is absent.
  mutating func numbers(_ name: String) throws(ModelError) -> [Float]? {
    try take(name, .floats)?.floats
  }

  /// Reads a keyword (`STRING`), of which 64 bytes are kept; `nil` when the attribute is absent.
  mutating func word(_ name: String) throws(ModelError) -> String? {
    guard let attribute = try take(name, .string) else { return nil }
    return String(decoding: attribute.s.prefix(64), as: UTF8.self)
  }

  /// Reads a tensor (`TENSOR`), its values not decoded; `nil` when the attribute is absent.
  mutating func tensor(_ name: String) throws(ModelError) -> ONNXTensorProto? {
    try take(name, .tensor)?.t
  }

  /// Reads a graph (`GRAPH`).
  ///
  /// - Throws: `ModelError` for a missing attribute, another type, or bytes that are no graph.
  mutating func graph(_ name: String) throws(ModelError) -> ONNXGraphProto {
    guard let attribute = try take(name, .graph) else {
      throw fault("the attribute \(name) is missing")
    }
    // Graphs inside of graphs are decoded one by one: no depth of the file's is one of the stack's.
    guard let graph = try? ONNXGraphProto(serializedBytes: attribute.g) else {
      throw fault("the attribute \(name) is damaged")
    }
    return graph
  }

  /// Reads a list of integers (`INTS`) within a range; `nil` when the attribute is absent.
  mutating func integers(
    _ name: String, in range: ClosedRange<Int> = Int.min...Int.max
  ) throws(ModelError) -> [Int]? {
    guard let attribute = try take(name, .ints) else { return nil }
    var values: [Int] = []
    values.reserveCapacity(attribute.ints.count)
    for value in attribute.ints { values.append(try checked(value, name, range)) }
    return values
  }

  /// Reads a list of exactly `count` integers within a range; `nil` when the attribute is absent.
  mutating func integers(
    _ name: String, count: Int, in range: ClosedRange<Int>
  ) throws(ModelError) -> [Int]? {
    guard let values = try integers(name, in: range) else { return nil }
    guard values.count == count else {
      throw fault("the attribute \(name) has \(values.count) values instead of \(count)")
    }
    return values
  }

  /// Drops an attribute that has no influence on the result at inference.
  mutating func ignore(_ name: String) { attributes[name] = nil }

  /// Checks that every attribute was read.
  ///
  /// - Throws: `ModelError` that names the first of those left.
  func finish() throws(ModelError) {
    // The smallest name, as a dictionary's order changes from run to run.
    guard let name = attributes.keys.min() else { return }
    throw fault("the attribute \(quoted(name)) is not known")
  }

  /// Removes an attribute and returns it, if it is there and of the expected type.
  private mutating func take(
    _ name: String, _ type: ONNXAttributeProto.AttributeType
  ) throws(ModelError) -> ONNXAttributeProto? {
    guard let attribute = attributes.removeValue(forKey: name) else { return nil }
    guard attribute.type == type else {
      throw fault("the attribute \(name) is not of type \(type)")
    }
    return attribute
  }

  /// An integer of the file as `Int`, within a range.
  private func checked(
    _ value: Int64, _ name: String, _ range: ClosedRange<Int>
  ) throws(ModelError) -> Int {
    guard let value = Int(exactly: value), range.contains(value) else {
      throw fault(
        """
        the attribute \(name) is \(value), expected from \(range.lowerBound) to \
        \(range.upperBound)
        """)
    }
    return value
  }
}

/// A node as messages call it: its name, or its output's, and its operation.
func title(of node: ONNXNodeProto) -> String {
  "node \(quoted(name(of: node))) (\(quoted(node.opType)))"
}

/// A node's name, or that of its first output when it has none (names are optional in ONNX).
func name(of node: ONNXNodeProto) -> String {
  node.name.isEmpty ? node.output.first ?? "" : node.name
}
