import Matrices
import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

/// Each operator in the forms that it took from operator set 7 to 21.
@Suite(.tags(.quick)) struct OperatorFormTests {
  private typealias Small = SmallModel

  /// The values of a node on constants alone.
  private func values(
    _ set: Int, _ operation: String, inputs: [String] = ["x"], constants: [[UInt8]],
    _ attributes: [UInt8]...
  ) throws -> ConstantTensor? {
    var model = SmallModel()
    model.operatorSets = [("", set)]
    model.initializers = constants
    model.nodes = [
      Small.node(operation, inputs, ["result"]) + attributes.flatMap { Wire.bytes(5, $0) }
    ]
    let graph = try model.graph()
    guard case .constant(let tensor) = graph.nodes.first?.operation else { return nil }
    return tensor
  }

  private func shape(_ graph: NetworkGraph, _ name: String = "result") throws -> TensorShape? {
    try graph.facts(input: graph.inputShape)[name]?.shape
  }

  private func unary(_ graph: NetworkGraph) -> UnaryFunction? {
    guard case .unary(let function) = graph.nodes.last?.operation else { return nil }
    return function
  }

  @Test("functions of one element, with their defaults and attributes")
  func functions() throws {
    let cases: [(Int, String, [UInt8], UnaryFunction)] = [
      (7, "Relu", [], .relu), (7, "LeakyRelu", [], .leakyReLU(slope: 0.01)),
      (16, "LeakyRelu", Small.attribute("alpha", Float(0.5)), .leakyReLU(slope: 0.5)),
      (7, "Elu", [], .elu(alpha: 1)), (7, "Sigmoid", [], .sigmoid),
      (7, "HardSigmoid", [], .hardSigmoid(alpha: 0.2, beta: 0.5)),
      (14, "HardSwish", [], .hardSwish), (20, "Gelu", [], .gelu),
      (20, "Gelu", Small.attribute("approximate", "tanh"), .geluByTanh), (9, "Erf", [], .erf),
      (7, "Tanh", [], .tanh), (7, "Exp", [], .exponential), (7, "Log", [], .logarithm),
      (7, "Neg", [], .negative), (7, "Abs", [], .absolute), (7, "Reciprocal", [], .reciprocal),
      (7, "Softplus", [], .softplus), (7, "Sqrt", [], .squareRoot),
      (
        7, "Clip", Small.attribute("max", Float(6)),
        .clip(lower: -.infinity, upper: 6)
      ),
      (13, "Clip", [], .clip(lower: -.infinity, upper: .infinity)),
    ]
    for (set, operation, attribute, function) in cases {
      let network =
        try attribute.isEmpty
        ? graph(set, operation) : graph(set, operation, attribute)
      #expect(unary(network) == function, "\(operation)")
    }
    let clip = try graph(
      11, "Clip", inputs: ["image", "", "six"], constants: [Small.tensor("six", [], [6])])
    #expect(unary(clip) == .clip(lower: -.infinity, upper: 6))
  }

  @Test("PRelu has one slope for all elements, or one per channel")
  func slopes() throws {
    func network(_ shape: [Int], _ slopes: [Float]) throws -> NetworkGraph {
      try graph(
        9, "PRelu", inputs: ["image", "slopes"],
        constants: [Small.tensor("slopes", shape, slopes)])
    }
    for shape in [[3, 1, 1], [1, 3, 1, 1]] {
      guard
        case .parametricReLU(let function) = try network(shape, [0.25, -1, 0]).nodes.last?
          .operation
      else {
        Issue.record("no parametric ReLU")
        continue
      }
      #expect(function.slopes == [0.25, -1, 0])
    }
    for shape in [[], [1], [1, 1, 1]] {
      #expect(unary(try network(shape, [0.25])) == .leakyReLU(slope: 0.25))
    }
    // One slope per column, of another number of channels, and of more dimensions than the image.
    for (shape, words) in [
      ([8], "are not one per channel"), ([4, 1, 1], "4 channels expected"),
      ([1, 1, 3, 1, 1], "are not one per channel"),
    ] {
      let error = try #require(throws: ModelError.self) {
        try network(shape, [Float](repeating: 0.5, count: shape.reduce(1, *)))
      }
      #expect("\(error)".contains(words))
    }
    #expect(throws: ModelError.self) { try network([3, 1, 1], [0, .nan, 0]) }
  }

  @Test("several inputs are taken one after the other")
  func lists() throws {
    for (operation, function) in [
      ("Sum", BinaryFunction.add), ("Max", .maximum), ("Min", .minimum),
    ] {
      let chain = try graph(
        13, operation, inputs: ["image", "a", "image", "a"],
        constants: [Small.tensor("a", [], [6])])
      let operations = chain.nodes.filter { !$0.inputs.isEmpty }.map(\.operation.name)
      #expect(operations == [String](repeating: function.rawValue, count: 3))
      #expect(try graph(8, operation).nodes.map(\.operation.name) == ["identity"])
    }
  }

  @Test("arithmetic of constants, with powers of mixed types and both kinds of remainder")
  func arithmetic() throws {
    let x = Small.tensor("x", [2], integers: [-7, 7])
    let y = Small.tensor("y", [], integers: [2])
    let both = ["x", "y"]
    #expect(try values(13, "Div", inputs: both, constants: [x, y])?.integers == [-3, 3])
    #expect(try values(13, "Mod", inputs: both, constants: [x, y])?.integers == [1, 1])
    #expect(
      try values(13, "Mod", inputs: both, constants: [x, y], Small.attribute("fmod", 1))?.integers
        == [-1, 1])
    let numbers = Small.tensor("x", [4], [-1.5, -1, 0.25, 2])
    #expect(try values(13, "Floor", constants: [numbers])?.floats == [-2, -1, 0, 2])
    #expect(try values(13, "Ceil", constants: [numbers])?.floats == [-1, -1, 1, 2])
    let half = Small.tensor("x", [2], [4, 9])
    #expect(try values(13, "Pow", inputs: both, constants: [half, y])?.floats == [16, 81])
  }

  @Test("slices by attributes and by inputs")
  func slices() throws {
    let old = try graph(
      9, "Slice", Small.attribute("starts", [1, -3]), Small.attribute("ends", [9999, -1]),
      Small.attribute("axes", [2, 3]))
    #expect(try shape(old) == [1, 3, 7, 2])
    let plain = try graph(
      7, "Slice", Small.attribute("starts", [0, 1]), Small.attribute("ends", [1, 3]))
    #expect(try shape(plain) == [1, 2, 8, 8])
    let new = try graph(
      10, "Slice", inputs: ["image", "s", "e", "", "t"],
      constants: [
        Small.tensor("s", [4], integers: [0, -1, 7, 0]),
        Small.tensor("e", [4], integers: [.max, .min, 0, 8]),
        Small.tensor("t", [4], integers: [1, -1, -2, 3]),
      ])
    #expect(try shape(new) == [1, 3, 4, 3])
  }

  @Test("splits by an attribute, by an input, by the outputs' count")
  func splits() throws {
    let outputs = ["a", "result"]
    let sizes = Small.tensor("sizes", [2], integers: [1, 2])
    let old = try graph(
      11, "Split", outputs: outputs, Small.attribute("axis", 1), Small.attribute("split", [1, 2]))
    let new = try graph(
      13, "Split", inputs: ["image", "sizes"], constants: [sizes], outputs: outputs,
      Small.attribute("axis", -3))
    let equal = try graph(7, "Split", outputs: outputs, Small.attribute("axis", 3))
    let uneven = try graph(
      18, "Split", outputs: outputs, Small.attribute("axis", 1), Small.attribute("num_outputs", 2))
    #expect(try shape(old, "a") == [1, 1, 8, 8] && shape(old) == [1, 2, 8, 8])
    #expect(try shape(new, "a") == [1, 1, 8, 8] && shape(new) == [1, 2, 8, 8])
    #expect(try shape(equal, "a") == [1, 3, 8, 4] && shape(equal) == [1, 3, 8, 4])
    #expect(try shape(uneven, "a") == [1, 2, 8, 8] && shape(uneven) == [1, 1, 8, 8])
    #expect(throws: ModelError.self) {
      try graph(13, "Split", outputs: outputs, Small.attribute("axis", 1))
    }
  }

  @Test("dimensions of size 1 come and go by attributes and by inputs")
  func squeezes() throws {
    let axes = Small.tensor("axes", [2], integers: [0, -1])
    let old = try graph(11, "Unsqueeze", Small.attribute("axes", [0, 5]))
    let new = try graph(13, "Unsqueeze", inputs: ["image", "axes"], constants: [axes])
    #expect(try shape(old) == [1, 1, 3, 8, 8, 1] && shape(new) == [1, 1, 3, 8, 8, 1])
    let sides = [1, 3, 8, 1]
    #expect(try shape(graph(11, "Squeeze", sides: sides)) == [3, 8])
    #expect(
      try shape(graph(11, "Squeeze", sides: sides, Small.attribute("axes", [3]))) == [1, 3, 8])
    #expect(
      try shape(graph(13, "Squeeze", sides: sides, inputs: ["image", "axes"], constants: [axes]))
        == [3, 8])
    #expect(throws: ModelError.self) { try graph(13, "Unsqueeze") }
  }

  @Test("padding by attributes, by inputs, along some axes")
  func paddings() throws {
    let amounts = [0, 0, 1, 2, 0, 0, -3, 0]
    let old = try graph(
      10, "Pad", Small.attribute("pads", amounts), Small.attribute("value", Float(1)))
    let pads = Small.tensor("p", [8], integers: amounts)
    let new = try graph(
      11, "Pad", inputs: ["image", "p", "v"], constants: [pads, Small.tensor("v", [], [1])],
      Small.attribute("mode", "constant"))
    #expect(try shape(old) == [1, 3, 6, 10] && shape(new) == [1, 3, 6, 10])
    let some = try graph(
      18, "Pad", inputs: ["image", "p", "", "a"],
      constants: [
        Small.tensor("p", [2], integers: [2, 1]), Small.tensor("a", [1], integers: [-1]),
      ], Small.attribute("mode", "reflect"))
    #expect(try shape(some) == [1, 3, 8, 11])
  }

  @Test("means along axes of an attribute, of an input, along all or none")
  func means() throws {
    let axes = Small.tensor("axes", [1], integers: [-1])
    #expect(
      try shape(
        graph(17, "ReduceMean", Small.attribute("axes", [2, 3]), Small.attribute("keepdims", 0)))
        == [1, 3])
    #expect(
      try shape(graph(18, "ReduceMean", inputs: ["image", "axes"], constants: [axes]))
        == [1, 3, 8, 1])
    #expect(try shape(graph(18, "ReduceMean")) == [1, 1, 1, 1])
    let nothing = try graph(18, "ReduceMean", Small.attribute("noop_with_empty_axes", 1))
    #expect(nothing.nodes.map(\.operation.name) == ["identity"])
  }

  @Test("pooling along maps and lines, dilated and with padding by a rule")
  func pooling() throws {
    let kernel = Small.attribute("kernel_shape", [3, 2])
    let dilated = try graph(10, "MaxPool", kernel, Small.attribute("dilations", [2, 1]))
    #expect(try shape(dilated) == [1, 3, 4, 7])
    let same = try graph(
      7, "AveragePool", kernel, Small.attribute("auto_pad", "SAME_LOWER"),
      Small.attribute("strides", [3, 3]))
    #expect(try shape(same) == [1, 3, 3, 3])
    let line = try graph(
      8, "MaxPool", sides: [1, 3, 9], Small.attribute("kernel_shape", [2]),
      Small.attribute("strides", [2]), Small.attribute("ceil_mode", 1))
    #expect(try shape(line) == [1, 3, 5])
    let volume = try graph(
      8, "MaxPool", sides: [1, 3, 9, 9, 9], Small.attribute("kernel_shape", [2, 2, 2]))
    #expect(!volume.nodes.isEmpty)
  }

  @Test("constants in every form, of every type")
  func constants() throws {
    func constant(_ attribute: [UInt8]) throws -> ConstantTensor? {
      try values(13, "Constant", inputs: [], constants: [], attribute)
    }
    #expect(try constant(Small.attribute("value_int", 7))?.integers == [7])
    #expect(try constant(Small.attribute("value_ints", [7, -8]))?.integers == [7, -8])
    #expect(try constant(Small.attribute("value_float", Float(0.5)))?.floats == [0.5])
    #expect(try constant(Small.attribute("value_floats", [Float(0.5), 2]))?.floats == [0.5, 2])
    let tensors: [([UInt8], ConstantTensor.Elements)] = [
      (
        Small.tensor("", [2], type: 6)
          + Wire.bytes(9, Wire.littleEndian(Int32(-1)) + [2, 0, 0, 0]),
        .integers([-1, 2])
      ),
      (
        Small.tensor("", [2], type: 7) + Wire.integer(7, -3) + Wire.integer(7, .max),
        .integers([-3, .max])
      ),
      (Small.tensor("", [2], type: 9) + Wire.bytes(9, [0, 1]), .booleans([false, true])),
      (Small.tensor("", [2], type: 9) + Wire.bytes(5, [1, 0]), .booleans([true, false])),
      (
        Small.tensor("", [2], type: 16) + Wire.bytes(9, [0x80, 0x3F, 0x20, 0xC0]),
        .floats([1, -2.5])
      ),
      (Small.tensor("", [0], type: 1), .floats([])),
    ]
    for (tensor, elements) in tensors {
      #expect(try constant(Small.attribute("value", tensor: tensor))?.elements == elements)
    }
    for attribute in [
      Small.attribute("value", tensor: Small.tensor("", [1], type: 8)),
      Small.attribute("value_string", "x"),
    ] {
      let error = #expect(throws: ModelError.self) { try constant(attribute) }
      #expect(error?.description.contains("not supported") == true)
    }
  }

  @Test("shapes, in whole or in part, and what is computed from them")
  func shapeArithmetic() throws {
    let x = Small.tensor("x", [2, 3, 4], Small.ramp(24))
    #expect(try values(7, "Shape", constants: [x])?.integers == [2, 3, 4])
    #expect(
      try values(
        15, "Shape", constants: [x], Small.attribute("start", -2), Small.attribute("end", 99))?
        .integers == [3, 4])
    let sizes = Small.tensor("x", [2], integers: [2, 1])
    #expect(try values(9, "ConstantOfShape", constants: [sizes])?.floats == [0, 0])
    #expect(
      try values(
        9, "ConstantOfShape", constants: [sizes],
        Small.attribute("value", tensor: Small.tensor("", [1], integers: [9])))?.integers
        == [9, 9])
    #expect(try values(9, "Cast", constants: [sizes], Small.attribute("to", 11))?.floats == [2, 1])
    #expect(
      try values(
        15, "CastLike", inputs: ["x", "f"], constants: [sizes, Small.tensor("f", [], [0])])?
        .floats == [2, 1])
  }

  @Test("a network of many operators is imported, its shape arithmetic folded")
  func modern() throws {
    let graph = try SmallModel.modern.graph()
    let facts = try graph.facts(input: [1, 3, 14, 10])
    #expect(facts["sequence"]?.shape == [1, 1 + 7 * 6, 4])
    #expect(facts["result"]?.shape == [1, 8])
    #expect(facts["target"]?.constant?.integers == [1, 4, -1])
    #expect(!graph.tensorNames.contains("target") && graph.tensorNames.contains("sequence"))
    #expect(try SmallModel.old.graph().tensorNames.last == "result")
  }

  @Test("the mask of dropout in use keeps everything; the moments of a normalization are made")
  func sideOutputs() throws {
    var model = SmallModel()
    model.nodes = [
      Small.node("Dropout", ["image"], ["y", "mask"]),
      Small.node("Where", ["mask", "y", "image"], ["chosen"]),
      Small.node("LayerNormalization", ["chosen", "s"], ["normal", "mean", "inverse"]),
      Small.node("Mul", ["normal", "inverse"], ["z"]),
      Small.node("Add", ["z", "mean"], ["result"]),
    ]
    model.operatorSets = [("", 17)]
    model.initializers = [Small.tensor("s", [8], Small.ramp(8))]
    let facts = try model.graph().facts(input: [1, 3, 8, 8])
    #expect(facts["mask"]?.constant?.booleans?.allSatisfy { $0 } == true)
    #expect(facts["mean"]?.shape == [1, 3, 8, 1] && facts["inverse"]?.shape == [1, 3, 8, 1])
    #expect(facts["result"]?.shape == [1, 3, 8, 8])
  }
}
