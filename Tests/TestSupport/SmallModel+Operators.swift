extension SmallModel {
  /// A tensor of int64 as raw bytes.
  package static func tensor(_ name: String, _ sides: [Int], integers: [Int]) -> [UInt8] {
    tensor(name, sides, type: 7)
      + Wire.bytes(9, integers.flatMap { Wire.littleEndian(Int64($0)) })
  }

  /// An attribute that holds a tensor.
  package static func attribute(_ name: String, tensor: [UInt8]) -> [UInt8] {
    Wire.text(1, name) + Wire.bytes(5, tensor) + Wire.integer(20, 4)
  }

  /// An attribute that holds several numbers.
  package static func attribute(_ name: String, _ values: [Float]) -> [UInt8] {
    Wire.text(1, name) + values.flatMap { Wire.float(7, $0) } + Wire.integer(20, 6)
  }

  /// A network of maps, tokens and shape arithmetic as exporters write them at operator set 20.
  package static var modern: SmallModel {
    var model = SmallModel()
    model.operatorSets = [("", 20), ("pkg.onnxscript.torch_lib", 1)]
    model.initializers = [
      tensor("w", [4, 1, 3, 3], ramp(36)), tensor("gamma", [4], [1, 2, 3, 4]),
      tensor("zero", [4], [0, 0, 0, 0]), tensor("one", [4], [1, 1, 1, 1]),
      tensor("scale", [4], ramp(4)), tensor("query", [4, 8], ramp(32)),
      tensor("class", [1, 1, 4], ramp(4)), tensor("half", [], [0.5]), tensor("six", [], [6]),
      tensor("pads", [8], integers: [0, 0, 1, 1, 0, 0, -1, 0]),
      tensor("axes23", [2], integers: [2, 3]), tensor("axis1", [1], integers: [1]),
      tensor("zeroth", [1], integers: [0]), tensor("second", [1], integers: [2]),
      tensor("minus", [1], integers: [-1]), tensor("four", [1], integers: [4]),
      tensor("start", [1], integers: [1]), tensor("end", [1], integers: [Int.max]),
      tensor("place", [], integers: [0]), tensor("pieces", [2], integers: [3, 1]),
    ]
    model.nodes = [
      node(
        "Conv", ["wide", "w"], ["c"], attribute("group", 4), attribute("auto_pad", "SAME_UPPER"),
        attribute("strides", [2, 2])),
      node("Concat", ["image", "first"], ["wide"], attribute("axis", 1)),
      node(
        "Slice", ["image", "zeroth", "start", "axis1"], ["first"]),
      node("BatchNormalization", ["c", "gamma", "zero", "zero", "one"], ["bn"]),
      node("Clip", ["bn", "", "six"], ["clip"]), node("HardSwish", ["clip"], ["swish"]),
      node("HardSigmoid", ["swish"], ["gate"]), node("Mul", ["swish", "gate"], ["gated"]),
      node("ReduceMean", ["gated", "axes23"], ["average"], attribute("keepdims", 1)),
      node("Sigmoid", ["average"], ["attention"]), node("Mul", ["gated", "attention"], ["se"]),
      node("Pad", ["se", "pads", "half"], ["padded"]),
      node("Split", ["padded", "pieces"], ["a", "b"], attribute("axis", 1)),
      node("Concat", ["b", "a"], ["shuffled"], attribute("axis", 1)),
      node("Shape", ["shuffled"], ["sizes"]),
      node("Gather", ["sizes", "place"], ["batch"], attribute("axis", 0)),
      node("Unsqueeze", ["batch", "zeroth"], ["batch1"]),
      node("Concat", ["batch1", "four", "minus"], ["target"], attribute("axis", 0)),
      node("Reshape", ["shuffled", "target"], ["flat"]),
      node("Transpose", ["flat"], ["tokens"], attribute("perm", [0, 2, 1])),
      node(
        "ConstantOfShape", ["batch1"], ["ones"],
        attribute("value", tensor: tensor("", [1], integers: [1]))),
      node("Concat", ["ones", "start", "four"], ["wanted"], attribute("axis", 0)),
      node("Cast", ["wanted"], ["asFloat"], attribute("to", 1)),
      node("Cast", ["asFloat"], ["asInteger"], attribute("to", 7)),
      node("Equal", ["asInteger", "minus"], ["isOpen"]),
      node("Where", ["isOpen", "ones", "asInteger"], ["filled"]),
      node("Mod", ["filled", "second"], ["rest"]),
      node("Expand", ["class", "filled"], ["token"]),
      node("Concat", ["token", "tokens"], ["sequence"], attribute("axis", 1)),
      node(
        "LayerNormalization", ["sequence", "scale", "zero"], ["ln"], attribute("axis", -1),
        attribute("epsilon", Float(1e-6))),
      node("MatMul", ["ln", "query"], ["qk"]),
      node("Split", ["qk"], ["q", "k"], attribute("axis", -1), attribute("num_outputs", 2)),
      node("Transpose", ["k"], ["kt"], attribute("perm", [0, 2, 1])),
      node("MatMul", ["q", "kt"], ["scores"]), node("Div", ["scores", "six"], ["scaled"]),
      node("Softmax", ["scaled"], ["weights"]), node("MatMul", ["weights", "ln"], ["mixed"]),
      node("Gelu", ["mixed"], ["gelu"], attribute("approximate", "tanh")),
      node("Erf", ["gelu"], ["erf"]), node("Add", ["erf", "half"], ["shifted"]),
      node("Pow", ["shifted", "six"], ["power"]), node("Sqrt", ["power"], ["root"]),
      node("Sum", ["root", "ln", "sequence"], ["sum"]), node("Max", ["sum", "half"], ["max"]),
      node("Min", ["max", "six"], ["min"]), node("Sub", ["min", "half"], ["sub"]),
      node("Elu", ["sub"], ["elu"]), node("LeakyRelu", ["elu"], ["leaky"]),
      node("Tanh", ["leaky"], ["tanh"]), node("Exp", ["tanh"], ["exp"]),
      node("Log", ["exp"], ["log"]), node("Neg", ["log"], ["neg"]), node("Abs", ["neg"], ["abs"]),
      node("Softplus", ["abs"], ["softplus"]), node("Reciprocal", ["softplus"], ["reciprocal"]),
      node("Gather", ["reciprocal", "place"], ["head"], attribute("axis", 1)),
      node("Unsqueeze", ["head", "axis1"], ["line"]),
      node("Squeeze", ["line", "axis1"], ["vector"]),
      node("Identity", ["gammas"], ["weights4"]),
      node("Constant", [], ["gammas"], attribute("value_floats", [Float](repeating: 1, count: 4))),
      node("Mul", ["vector", "weights4"], ["scaledVector"]),
      node("Gemm", ["scaledVector", "query"], ["result"]),
    ]
    return model
  }

  /// The same operations in the forms of operator set 9: what became inputs are attributes.
  package static var old: SmallModel {
    var model = SmallModel()
    model.operatorSets = [("ai.onnx", 9)]
    model.nodes = [
      node("Clip", ["image"], ["clip"], attribute("min", Float(0)), attribute("max", Float(6))),
      node(
        "Pad", ["clip"], ["pad"], attribute("pads", [0, 0, 1, 1, 0, 0, 1, 1]),
        attribute("mode", "reflect"), attribute("value", Float(0))),
      node(
        "Slice", ["pad"], ["slice"], attribute("starts", [1, -3]), attribute("ends", [9, 9999]),
        attribute("axes", [2, 3])),
      node(
        "Split", ["slice"], ["a", "b", "c"], attribute("axis", 1), attribute("split", [1, 1, 1])),
      node("Unsqueeze", ["a"], ["five"], attribute("axes", [1])),
      node("Squeeze", ["five"], ["four"], attribute("axes", [1])),
      node("ReduceMean", ["four"], ["mean"], attribute("axes", [1]), attribute("keepdims", 0)),
      node("Softmax", ["mean"], ["result"], attribute("axis", 1)),
    ]
    return model
  }
}
