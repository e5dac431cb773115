package import ModelFormats
package import NeuralNetworks

/// A TensorFlow file made of parts that a test can exchange; field numbers stand here as
/// TensorFlow's schemas give them.
package struct GraphDefFile {
  package typealias Attribute = (name: String, value: [UInt8])

  package var nodes: [[UInt8]]

  package init(_ nodes: [[UInt8]]) { self.nodes = nodes }

  /// An image of 8 × 8 pixels and 3 channels under the name `image`, and what is done with it.
  package init(image: [Int] = [-1, 8, 8, 3], _ nodes: [UInt8]...) {
    self.nodes = [Self.placeholder("image", image)] + nodes
  }

  package var bytes: [UInt8] { nodes.flatMap { Wire.bytes(1, $0) } }

  package func graph(_ input: InputSize = .asStated) throws -> NetworkGraph {
    try GraphDefImporter.graph(bytes: bytes, path: "small.pb", input: input)
  }

  package static func node(
    _ name: String, _ operation: String, _ inputs: [String], _ attributes: Attribute...
  ) -> [UInt8] {
    Wire.text(1, name) + Wire.text(2, operation) + inputs.flatMap { Wire.text(3, $0) }
      + attributes.flatMap { Wire.bytes(5, Wire.text(1, $0.name) + Wire.bytes(2, $0.value)) }
  }

  package static func placeholder(_ name: String, _ sizes: [Int]) -> [UInt8] {
    node(
      name, "Placeholder", [], ("dtype", Wire.integer(6, 1)), ("shape", Wire.bytes(7, shape(sizes)))
    )
  }

  // MARK: Attributes

  package static func list(_ name: String, _ values: [Int]) -> Attribute {
    let packed = values.flatMap { Wire.varint(UInt64(bitPattern: Int64($0))) }
    return (name, Wire.bytes(1, Wire.bytes(3, packed)))
  }

  package static func word(_ name: String, _ value: String) -> Attribute {
    (name, Wire.text(2, value))
  }

  package static func integer(_ name: String, _ value: Int) -> Attribute {
    (name, Wire.integer(3, value))
  }

  package static func number(_ name: String, _ value: Float) -> Attribute {
    (name, Wire.float(4, value))
  }

  package static func flag(_ name: String, _ value: Bool) -> Attribute {
    (name, Wire.integer(5, value ? 1 : 0))
  }

  /// A window without dilation: its steps, and `SAME` or `VALID`.
  package static func window(_ stride: Int, _ padding: String) -> [Attribute] {
    [list("strides", [1, stride, stride, 1]), word("padding", padding)]
  }

  // MARK: Constants

  package static func shape(_ sizes: [Int]) -> [UInt8] {
    sizes.flatMap { Wire.bytes(2, Wire.integer(1, $0)) }
  }

  /// A constant of a type, whose values follow as the field that they stand in.
  package static func constant(
    _ name: String, _ sizes: [Int], type: Int, _ values: [UInt8]
  ) -> [UInt8] {
    let tensor = Wire.integer(1, type) + Wire.bytes(2, shape(sizes)) + values
    return node(name, "Const", [], ("value", Wire.bytes(8, tensor)))
  }

  /// A constant of `Float` as bytes.
  package static func constant(_ name: String, _ sizes: [Int], _ values: [Float]) -> [UInt8] {
    constant(
      name, sizes, type: 1, Wire.bytes(4, values.flatMap { Wire.littleEndian($0.bitPattern) }))
  }

  /// A constant of whole numbers as a list.
  package static func integers(_ name: String, _ sizes: [Int], _ values: [Int]) -> [UInt8] {
    constant(
      name, sizes, type: 3,
      Wire.bytes(7, values.flatMap { Wire.varint(UInt64(bitPattern: Int64($0))) }))
  }

  /// 0, 1, 2 … as `Float`.
  package static func ramp(_ count: Int) -> [Float] { (0..<count).map(Float.init) }

  /// A small classifier that has one of everything that damage could strike.
  package static var complete: GraphDefFile {
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

  /// A network of the other operations: splits, slices, sizes that are computed, other layouts.
  package static var varied: GraphDefFile {
    let same = window(2, "SAME")
    let first = word("data_format", "NCHW")
    let vectors = ["g", "g", "g", "g"]
    return GraphDefFile(
      image: [1, 8, 8, 4], constant("g", [4], ramp(4)), integers("axis", [], [3]),
      node("half", "Split", ["axis", "image"], integer("num_split", 2)),
      integers("some", [2], [1, 3]),
      node("cut", "SplitV", ["image", "some", "axis"], integer("num_split", 2)),
      node("join", "Concat", ["axis", "half:1", "cut", "cut:1"]),
      constant("deep_w", [3, 2, 4, 2], ramp(48)),
      node("deep", "DepthwiseConv2dNative", ["image", "deep_w"], same[0], same[1]),
      node("norm", "FusedBatchNormV3", ["image"] + vectors, flag("is_training", false)),
      node("sum", "AddN", ["norm", "image", "norm"]), node("root", "Rsqrt", ["g"]),
      node("scale", "Mul", ["root", "g"]), node("scaled", "Mul", ["sum", "scale"]),
      node("clipped", "Relu6", ["scaled"]), node("distance", "SquaredDifference", ["sum", "g"]),
      node("shape", "Shape", ["deep"]), integers("zero", [1], [0]), integers("one", [1], [1]),
      node(
        "batch", "StridedSlice", ["shape", "zero", "one", "one"], integer("shrink_axis_mask", 1)),
      integers("rest", [], [-1]), node("sizes", "Pack", ["batch", "rest"]),
      node("flat", "Reshape", ["deep", "sizes"]),
      integers("order", [4], [0, 3, 1, 2]), node("turned", "Transpose", ["clipped", "order"]),
      node(
        "pool", "MaxPool", ["turned"], list("ksize", [1, 1, 2, 2]), list("strides", [1, 1, 2, 2]),
        word("padding", "VALID"), first),
      node("biased", "BiasAdd", ["pool", "g"], first),
      integers("from", [4], [0, 1, 0, 0]), integers("count", [4], [-1, 3, -1, 2]),
      node("part", "Slice", ["distance", "from", "count"]),
      integers("around", [4, 2], [0, 0, 1, 1, 2, 2, 0, 0]),
      node("mirrored", "MirrorPad", ["part", "around"], word("mode", "REFLECT")),
      integers("two", [2], [1, 2]), node("mean", "Mean", ["join", "two"]),
      node("wide", "ExpandDims", ["mean", "one"]),
      node("dropped", "Squeeze", ["wide"], list("squeeze_dims", [1])),
      node("gram", "MatMul", ["dropped", "mean"], flag("transpose_a", true)),
      node("both", "IdentityN", ["gram", "mean"]),
      node("cast", "Cast", ["both:1"], ("DstT", Wire.integer(6, 1))),
      node("chance", "RandomUniform", ["shape"]), node("lost", "Mul", ["cast", "chance"]))
  }
}
