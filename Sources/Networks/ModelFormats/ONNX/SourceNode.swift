import FoundationEssentials
import Models
import NeuralNetworks

/// A node of an ONNX file on its way into a graph.
struct SourceNode {
  let name: String
  let inputs: [String]
  let outputs: [String]
  var attributes: NodeAttributes

  init(_ node: ONNXNodeProto, path: String) throws(ModelError) {
    name = ModelFormats.name(of: node)
    inputs = node.input
    outputs = node.output
    attributes = try NodeAttributes(of: node, path: path)
  }

  /// The name of the tensor that the node makes.
  var output: String { outputs[0] }

  /// The name of an input, `nil` when it is left out.
  func input(_ index: Int) -> String? {
    guard inputs.indices.contains(index), !inputs[index].isEmpty else { return nil }
    return inputs[index]
  }

  /// The name of an input that must be there.
  func required(_ index: Int) throws(ModelError) -> String {
    guard let name = input(index) else {
      throw fault("\(inputs.count) inputs do not fit the operation")
    }
    return name
  }

  /// Checks how many inputs there are, names left out among them.
  func expectInputs(_ counts: ClosedRange<Int>) throws(ModelError) {
    guard counts.contains(inputs.count) else {
      throw fault("\(inputs.count) inputs do not fit the operation")
    }
  }

  /// An error that names the file and the node.
  func fault(_ cause: String, remedy: String = "export the network again") -> ModelError {
    attributes.fault(cause, remedy: remedy)
  }
}

/// The attributes of one node, each read once and checked; what is left over is an error.
struct NodeAttributes {
  /// The node, for messages.
  let title: String
  private let path: String
  private var attributes: [String: ONNXAttributeProto] = [:]

  init(of node: ONNXNodeProto, path: String) throws(ModelError) {
    self.title = ModelFormats.title(of: node)
    self.path = path
    for attribute in node.attribute {
      guard attributes.updateValue(attribute, forKey: attribute.name) == nil else {
        throw fault("the attribute \(quoted(attribute.name)) appears twice")
      }
    }
  }

  /// An error that names the file and the node.
  func fault(_ cause: String, remedy: String = "export the network again") -> ModelError {
    ONNXImporter.fault(path, "\(title): \(cause)", remedy: remedy)
  }

  /// A whole number within a range.
  mutating func integer(
    _ name: String, default value: Int? = nil, in range: ClosedRange<Int>
  ) throws(ModelError) -> Int {
    guard let attribute = try take(name, .int) else {
      guard let value else { throw fault("the attribute \(name) is missing") }
      return value
    }
    return try checked(attribute.i, name, range)
  }

  /// A whole number within a range, or `nil` when the attribute is missing.
  mutating func integer(
    ifThere name: String, in range: ClosedRange<Int>
  ) throws(ModelError) -> Int? {
    guard let attribute = try take(name, .int) else { return nil }
    return try checked(attribute.i, name, range)
  }

  /// The index of a dimension; negative ones count from the end.
  mutating func axis(_ name: String = "axis", default value: Int? = nil) throws(ModelError) -> Int {
    try integer(name, default: value, in: -8...8)
  }

  /// A number that is 0 or 1.
  mutating func flag(_ name: String, default value: Bool = false) throws(ModelError) -> Bool {
    try integer(name, default: value ? 1 : 0, in: 0...1) == 1
  }

  /// A finite number.
  mutating func number(_ name: String, default value: Float) throws(ModelError) -> Float {
    guard let number = try number(ifThere: name) else { return value }
    guard number.isFinite else { throw fault("the attribute \(name) is \(number)") }
    return number
  }

  /// A number, or `nil` when the attribute is missing.
  mutating func number(ifThere name: String) throws(ModelError) -> Float? {
    try take(name, .float)?.f
  }

  /// Numbers, or `nil` when the attribute is missing.
  mutating func numbers(_ name: String) throws(ModelError) -> [Float]? {
    try take(name, .floats)?.floats
  }

  /// A short text.
  mutating func word(_ name: String) throws(ModelError) -> String? {
    guard let attribute = try take(name, .string) else { return nil }
    return String(decoding: attribute.s.prefix(64), as: UTF8.self)
  }

  /// A tensor, or `nil` when the attribute is missing.
  mutating func tensor(_ name: String) throws(ModelError) -> ONNXTensorProto? {
    try take(name, .tensor)?.t
  }

  /// Whole numbers within a range, or `nil` when the attribute is missing.
  mutating func integers(
    _ name: String, in range: ClosedRange<Int> = Int.min...Int.max
  ) throws(ModelError) -> [Int]? {
    guard let attribute = try take(name, .ints) else { return nil }
    var values: [Int] = []
    values.reserveCapacity(attribute.ints.count)
    for value in attribute.ints { values.append(try checked(value, name, range)) }
    return values
  }

  /// Exactly `count` whole numbers within a range, or `nil` when the attribute is missing.
  mutating func integers(
    _ name: String, count: Int, in range: ClosedRange<Int>
  ) throws(ModelError) -> [Int]? {
    guard let values = try integers(name, in: range) else { return nil }
    guard values.count == count else {
      throw fault("the attribute \(name) has \(values.count) values instead of \(count)")
    }
    return values
  }

  /// Takes an attribute that has no influence on the result.
  mutating func ignore(_ name: String) { attributes[name] = nil }

  /// Checks that every attribute was understood.
  func finish() throws(ModelError) {
    guard let name = attributes.keys.min() else { return }
    throw fault("the attribute \(quoted(name)) is not known")
  }

  private mutating func take(
    _ name: String, _ type: ONNXAttributeProto.AttributeType
  ) throws(ModelError) -> ONNXAttributeProto? {
    guard let attribute = attributes.removeValue(forKey: name) else { return nil }
    guard attribute.type == type else {
      throw fault("the attribute \(name) is not of type \(type)")
    }
    return attribute
  }

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

/// A node's name, or that of its output when it has none.
func name(of node: ONNXNodeProto) -> String {
  node.name.isEmpty ? node.output.first ?? "" : node.name
}
