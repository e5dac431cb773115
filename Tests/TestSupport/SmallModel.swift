internal import ModelFormats
package import NeuralNetworks

/// An ONNX file made of parts that a test can exchange.
package struct SmallModel {
  package var version = 8
  package var operatorSets = [("", 13)]
  package var inputs = [SmallModel.value("image", [-1, 3, 8, 8])]
  package var initializers: [[UInt8]] = []
  package var nodes: [[UInt8]] = []
  package var outputs = [SmallModel.value("result", [])]

  package init() {}

  package var bytes: [UInt8] {
    let graph =
      nodes.flatMap { Wire.bytes(1, $0) } + Wire.text(2, "small")
      + initializers.flatMap { Wire.bytes(5, $0) } + inputs.flatMap { Wire.bytes(11, $0) }
      + outputs.flatMap { Wire.bytes(12, $0) }
    return Wire.integer(1, version) + Wire.text(2, "a test") + Wire.bytes(7, graph)
      + operatorSets.flatMap { Wire.bytes(8, Wire.text(1, $0.0) + Wire.integer(2, $0.1)) }
  }

  package func graph() throws -> NetworkGraph {
    try ONNXImporter.graph(bytes: bytes, path: "small.onnx")
  }

  /// A graph input or output of `Float`; a negative dimension is symbolic.
  package static func value(_ name: String, _ sides: [Int], type: Int = 1) -> [UInt8] {
    let shape = sides.flatMap {
      Wire.bytes(1, $0 < 0 ? Wire.text(2, "N") : Wire.integer(1, $0))
    }
    let tensor = Wire.integer(1, type) + Wire.bytes(2, shape)
    return Wire.text(1, name) + Wire.bytes(2, Wire.bytes(1, tensor))
  }

  package static func node(
    _ operation: String, _ inputs: [String], _ outputs: [String], name: String? = nil,
    domain: String = "", _ attributes: [UInt8]...
  ) -> [UInt8] {
    inputs.flatMap { Wire.text(1, $0) } + outputs.flatMap { Wire.text(2, $0) }
      + Wire.text(3, name ?? "the \(operation)") + Wire.text(4, operation)
      + attributes.flatMap { Wire.bytes(5, $0) } + Wire.text(7, domain)
  }

  package static func attribute(_ name: String, _ value: Int) -> [UInt8] {
    Wire.text(1, name) + Wire.integer(3, value) + Wire.integer(20, 2)
  }

  package static func attribute(_ name: String, _ value: Float) -> [UInt8] {
    Wire.text(1, name) + Wire.float(2, value) + Wire.integer(20, 1)
  }

  package static func attribute(_ name: String, _ value: String) -> [UInt8] {
    Wire.text(1, name) + Wire.text(4, value) + Wire.integer(20, 3)
  }

  package static func attribute(_ name: String, _ values: [Int]) -> [UInt8] {
    Wire.text(1, name) + values.flatMap { Wire.integer(8, $0) } + Wire.integer(20, 7)
  }

  /// A tensor of `Float` as raw bytes.
  package static func tensor(_ name: String, _ sides: [Int], _ values: [Float]) -> [UInt8] {
    tensor(name, sides, type: 1)
      + Wire.bytes(9, values.flatMap { Wire.littleEndian($0.bitPattern) })
  }

  /// A tensor without data yet.
  package static func tensor(_ name: String, _ sides: [Int], type: Int) -> [UInt8] {
    sides.flatMap { Wire.integer(1, $0) } + Wire.integer(2, type) + Wire.text(8, name)
  }

  /// A tensor whose values lie in another file: ONNX's entries `location`, `offset`, `length`.
  package static func tensor(
    _ name: String, _ sides: [Int], type: Int = 1, entries: [(key: String, value: String)]
  ) -> [UInt8] {
    tensor(name, sides, type: type)
      + entries.flatMap { Wire.bytes(13, Wire.text(1, $0.key) + Wire.text(2, $0.value)) }
      + Wire.integer(14, 1)
  }

  /// 0, 1, 2 … as `Float`.
  package static func ramp(_ count: Int) -> [Float] { (0..<count).map(Float.init) }

  /// One node that reads `image` and makes `result`.
  package static func single(
    _ operation: String, constants: [[UInt8]] = [], names: [String] = [],
    _ attributes: [UInt8]...
  ) -> SmallModel {
    var model = SmallModel()
    model.initializers = constants
    model.nodes = [
      node(operation, ["image"] + names, ["result"]) + attributes.flatMap { Wire.bytes(5, $0) }
    ]
    return model
  }

  /// A network with every operation.
  package static var complete: SmallModel {
    var model = SmallModel()
    model.initializers = [
      tensor("w", [4, 3, 3, 3], ramp(108)), tensor("b", [4], ramp(4)),
      tensor("g", [5, 8], ramp(40)), tensor("c", [5], ramp(5)),
    ]
    model.nodes = [
      node(
        "Conv", ["image", "w", "b"], ["x1"], attribute("group", 1),
        attribute("kernel_shape", [3, 3]), attribute("pads", [1, 1, 1, 1]),
        attribute("strides", [1, 1])),
      node("Relu", ["x1"], ["x2"]),
      node(
        "LRN", ["x2"], ["x3"], attribute("size", 5), attribute("alpha", Float(0.25)),
        attribute("beta", Float(0.5)), attribute("bias", Float(2))),
      node(
        "MaxPool", ["x3"], ["x4", "indices"], attribute("kernel_shape", [2, 2]),
        attribute("strides", [3, 3]), attribute("ceil_mode", 1)),
      node(
        "AveragePool", ["x3"], ["x5"], attribute("kernel_shape", [2, 2]),
        attribute("strides", [3, 3]), attribute("ceil_mode", 1),
        attribute("count_include_pad", 1)),
      node("Concat", ["x4", "x5"], ["x6"], attribute("axis", 1)),
      node("Dropout", ["x6"], ["x7", "mask"]),
      node("GlobalAveragePool", ["x7"], ["x8"]),
      node("Flatten", ["x8"], ["x9"], attribute("axis", 1)),
      node(
        "Gemm", ["x9", "g", "c"], ["x10"], attribute("transB", 1), attribute("alpha", Float(1)),
        attribute("beta", Float(1))),
      node("Identity", ["x10"], ["x11"]),
      node("Softmax", ["x11"], ["result"], attribute("axis", 1)),
    ]
    return model
  }
}
