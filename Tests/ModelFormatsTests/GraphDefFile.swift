import ModelFormats
import NetworkGraphs
import TestSupport

/// A TensorFlow file made of parts that a test can exchange; field numbers stand here as
/// TensorFlow's schemas give them.
struct GraphDefFile {
  typealias Attribute = (name: String, value: [UInt8])

  var nodes: [[UInt8]]

  init(_ nodes: [[UInt8]]) { self.nodes = nodes }

  /// An image of 8 × 8 pixels and 3 channels under the name `image`, and what is done with it.
  init(image: [Int] = [-1, 8, 8, 3], _ nodes: [UInt8]...) {
    self.nodes = [Self.placeholder("image", image)] + nodes
  }

  var bytes: [UInt8] { nodes.flatMap { Wire.bytes(1, $0) } }

  func graph(_ input: InputSize = .asStated) throws -> NetworkGraph {
    try GraphDefImporter.graph(bytes: bytes, path: "small.pb", input: input)
  }

  static func node(
    _ name: String, _ operation: String, _ inputs: [String], _ attributes: Attribute...
  ) -> [UInt8] {
    Wire.text(1, name) + Wire.text(2, operation) + inputs.flatMap { Wire.text(3, $0) }
      + attributes.flatMap { Wire.bytes(5, Wire.text(1, $0.name) + Wire.bytes(2, $0.value)) }
  }

  static func placeholder(_ name: String, _ sizes: [Int]) -> [UInt8] {
    node(
      name, "Placeholder", [], ("dtype", Wire.integer(6, 1)), ("shape", Wire.bytes(7, shape(sizes)))
    )
  }

  // MARK: Attributes

  static func list(_ name: String, _ values: [Int]) -> Attribute {
    let packed = values.flatMap { Wire.varint(UInt64(bitPattern: Int64($0))) }
    return (name, Wire.bytes(1, Wire.bytes(3, packed)))
  }

  static func word(_ name: String, _ value: String) -> Attribute { (name, Wire.text(2, value)) }

  static func integer(_ name: String, _ value: Int) -> Attribute { (name, Wire.integer(3, value)) }

  static func number(_ name: String, _ value: Float) -> Attribute { (name, Wire.float(4, value)) }

  static func flag(_ name: String, _ value: Bool) -> Attribute {
    (name, Wire.integer(5, value ? 1 : 0))
  }

  /// A window without dilation: its steps, and `SAME` or `VALID`.
  static func window(_ stride: Int, _ padding: String) -> [Attribute] {
    [list("strides", [1, stride, stride, 1]), word("padding", padding)]
  }

  // MARK: Constants

  static func shape(_ sizes: [Int]) -> [UInt8] {
    sizes.flatMap { Wire.bytes(2, Wire.integer(1, $0)) }
  }

  /// A constant of a type, whose values follow as the field that they stand in.
  static func constant(
    _ name: String, _ sizes: [Int], type: Int, _ values: [UInt8]
  ) -> [UInt8] {
    let tensor = Wire.integer(1, type) + Wire.bytes(2, shape(sizes)) + values
    return node(name, "Const", [], ("value", Wire.bytes(8, tensor)))
  }

  /// A constant of `Float` as bytes.
  static func constant(_ name: String, _ sizes: [Int], _ values: [Float]) -> [UInt8] {
    constant(
      name, sizes, type: 1, Wire.bytes(4, values.flatMap { Wire.littleEndian($0.bitPattern) }))
  }

  /// A constant of whole numbers as a list.
  static func integers(_ name: String, _ sizes: [Int], _ values: [Int]) -> [UInt8] {
    constant(
      name, sizes, type: 3,
      Wire.bytes(7, values.flatMap { Wire.varint(UInt64(bitPattern: Int64($0))) }))
  }

  /// 0, 1, 2 … as `Float`.
  static func ramp(_ count: Int) -> [Float] { (0..<count).map(Float.init) }

  /// A small classifier that has one of everything that damage could strike.
  static var complete: GraphDefFile {
    let same = window(1, "SAME")
    return GraphDefFile(
      constant("w", [3, 3, 3, 4], ramp(108)), constant("b", [4], type: 1, Wire.float(5, 0.5)),
      node("conv", "Conv2D", ["image", "w"], same[0], same[1]),
      node("bias", "BiasAdd", ["conv:0", "b"]), node("relu", "Relu", ["bias", "^b"]),
      node("lrn", "LRN", ["relu"], integer("depth_radius", 2), number("alpha", 0.5)),
      node("max", "MaxPool", ["lrn"], list("ksize", [1, 2, 2, 1]), same[0], same[1]),
      node("mean", "AvgPool", ["max"], list("ksize", [1, 3, 3, 1]), same[0], same[1]),
      integers("axis", [], [3]), node("join", "ConcatV2", ["max", "mean", "axis"]),
      integers("amounts", [4, 2], [0, 0, 1, 0, 0, 1, 0, 0]),
      node("pad", "Pad", ["join", "amounts"]),
      integers("axes", [2], [1, 2]),
      node("average", "Mean", ["pad", "axes"], flag("keep_dims", true)),
      integers("sizes", [2], [-1, 8]), node("flat", "Reshape", ["average", "sizes"]),
      constant("v", [8, 5], ramp(40)), node("logits", "MatMul", ["flat", "v"]),
      node("classes", "Softmax", ["logits"]))
  }
}
