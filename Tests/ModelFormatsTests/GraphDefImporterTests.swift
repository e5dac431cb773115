import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

@Suite(.tags(.quick)) struct GraphDefImporterTests {
  private typealias File = GraphDefFile

  /// The operation that makes a tensor.
  private func operation(
    _ name: String, _ graph: NetworkGraph, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> NeuralNetworks.Operation {
    try #require(
      graph.nodes.first { $0.output == name }, sourceLocation: sourceLocation
    ).operation
  }

  private func shape(_ name: String, _ graph: NetworkGraph) throws -> TensorShape? {
    try graph.facts(input: graph.inputShape)[name]?.shape
  }

  @Test("a classifier keeps its names, its order and its result")
  func names() throws {
    let graph = try File.complete.graph()
    #expect(graph.inputName == "image")
    #expect(graph.inputShape == [1, 3, 8, 8])
    #expect(graph.outputNames == ["classes"])
    #expect(graph.unavailable.isEmpty)
    let own = ["conv", "bias", "relu", "lrn", "max", "mean", "join", "pad", "average"]
    #expect(graph.nodes.map(\.output).filter(own.contains) == own)
    #expect(try shape("join", graph) == [1, 8, 8, 8])
    #expect(try shape("pad", graph) == [1, 8, 9, 9])
    #expect(try shape("classes", graph) == [1, 5])
  }

  @Test("a network of the other operations is read, but for what depends on chance")
  func variedOperations() throws {
    let graph = try File.varied.graph()
    #expect(graph.unavailable.keys.sorted() == ["lost"])
    #expect(try shape("part", graph) == [1, 2, 3, 8])
    #expect(try shape("mirrored", graph) == [1, 2, 5, 12])
    #expect(try shape("biased", graph) == [1, 4, 4, 4])
    #expect(try shape("gram", graph) == [6, 6])
    // Sizes that are computed follow the batch.
    #expect(try graph.facts(input: [3, 4, 8, 8])["flat"]?.shape == [3, 128])
  }

  @Test("weights are turned to outputs × inputs × height × width")
  func convolutionWeights() throws {
    // The value of a weight says where it stands: height, width, input, output.
    var positions: [Float] = []
    for (h, w) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
      for (i, o) in (0..<12).map({ ($0 / 4, $0 % 4) }) {
        positions.append(Float(1000 * h + 100 * w + 10 * i + o))
      }
    }
    let file = File(
      File.constant("w", [2, 3, 3, 4], positions),
      File.node(
        "full", "Conv2D", ["image", "w"], File.window(2, "SAME")[0], File.window(2, "SAME")[1]),
      File.node(
        "deep", "DepthwiseConv2dNative", ["image", "w"], File.window(1, "VALID")[0],
        File.window(1, "VALID")[1]))
    let graph = try file.graph()
    guard case .convolution(let full) = try operation("full", graph),
      case .convolution(let deep) = try operation("deep", graph)
    else { throw Mismatch() }
    #expect(full.outputChannels == 4 && full.groups == 1 && full.paddingRule == .sameUpper)
    #expect(full.stride == Extent(height: 2, width: 2))
    #expect(full.kernel == Extent(height: 2, width: 3))
    // Output 1, input 2, row 1, column 2 of 4 × 3 × 2 × 3.
    #expect(full.weights[35] == 1221)
    // Output 4 · channel + m of a depthwise convolution has the weights [h, w, channel, m]: output 9,
    // row 1, column 0 of 12 × 1 × 2 × 3.
    #expect(deep.outputChannels == 12 && deep.groups == 3 && deep.paddingRule == .explicit)
    #expect(deep.weights[57] == 1021)
  }

  @Test("local response normalization divides its factor by the window's size")
  func localResponseNormalization() throws {
    let graph = try File(
      File.node(
        "lrn", "LRN", ["image"], File.integer("depth_radius", 3), File.number("alpha", 0.25),
        File.number("bias", 2), File.number("beta", 0.75))
    ).graph()
    guard case .localResponseNormalization(let lrn) = try operation("lrn", graph) else {
      throw Mismatch()
    }
    #expect(lrn.size == 7 && lrn.alpha == 1.75 && lrn.bias == 2 && lrn.beta == 0.75)
  }

  @Test("channels are the second dimension of whatever is joined, softened or averaged")
  func axes() throws {
    let graph = try File(
      File.integers("three", [], [3]), File.integers("rows", [1], [1]),
      File.node("old", "Concat", ["three", "image", "image"]),
      File.node("new", "ConcatV2", ["image", "image", "rows"]),
      File.node("soft", "Softmax", ["image"]),
      File.integers("sides", [2], [1, -2]),
      File.node("mean", "Mean", ["image", "sides"]),
      File.node("columns", "Mean", ["image", "rows"])
    ).graph()
    #expect(try shape("old", graph) == [1, 6, 8, 8])
    #expect(try shape("new", graph) == [1, 3, 16, 8])
    guard case .softmax(axis: 1) = try operation("soft", graph) else { throw Mismatch() }
    #expect(try shape("mean", graph) == [1, 3])
    // Without its rows a map is columns × channels in the file, so it is transposed before.
    #expect(try shape("columns", graph) == [1, 8, 3])
    #expect(graph.nodes.first { $0.output == "columns" }?.inputs == ["image:nhwc"])
  }

  @Test("a map is flattened in the file's order, and fixed batches stay open")
  func reshape() throws {
    let graph = try File(
      image: [1, 8, 8, 3],
      File.integers("s", [2], [1, 192]), File.node("fixed", "Reshape", ["image", "s"]),
      File.integers("t", [2], [1, -1]), File.node("rest", "Reshape", ["image", "t"]),
      File.integers("u", [4], [1, 8, 8, 3]), File.node("back", "Reshape", ["fixed", "u"])
    ).graph()
    #expect(graph.nodes.first { $0.output == "fixed" }?.inputs[0] == "image:nhwc")
    for batch in [1, 5] {
      let facts = try graph.facts(input: [batch, 3, 8, 8])
      #expect(facts["fixed"]?.shape == [batch, 192])
      #expect(facts["rest"]?.shape == [batch, 192])
      #expect(facts["back"]?.shape == [batch, 3, 8, 8])
    }
  }

  @Test("constants are spread over the channels, as they are over the last dimension in the file")
  func channelConstants() throws {
    let graph = try File(
      File.constant("c", [3], [1, 2, 4]), File.constant("r", [8, 1, 1], File.ramp(8)),
      File.node("plus", "AddV2", ["c", "image"]), File.node("minus", "Sub", ["c", "image"]),
      File.node("times", "Mul", ["image", "c"]), File.node("by", "RealDiv", ["image", "c"]),
      File.node("most", "Maximum", ["image", "c"]), File.node("rows", "Mul", ["image", "r"])
    ).graph()
    let expected: [String: ([Float], [Float])] = [
      "plus": ([1, 1, 1], [1, 2, 4]), "minus": ([-1, -1, -1], [1, 2, 4]),
      "times": ([1, 2, 4], [0, 0, 0]), "by": ([1, 0.5, 0.25], [0, 0, 0]),
    ]
    for (name, (scale, shift)) in expected {
      guard case .channelAffine(let affine) = try operation(name, graph) else { throw Mismatch() }
      #expect(affine == ChannelAffine(scale: scale, shift: shift), "\(name)")
    }
    let facts = try graph.facts(input: graph.inputShape)
    let inputs = { name in graph.nodes.first { $0.output == name }?.inputs ?? [] }
    #expect(facts[inputs("most")[1]]?.constant?.shape == [1, 3, 1, 1])
    #expect(facts[inputs("rows")[1]]?.constant?.shape == [1, 1, 8, 1])
  }

  @Test("batch normalization in use is a scale and a shift")
  func batchNormalization() throws {
    let names = ["image", "s", "o", "m", "v"]
    let constants = [
      File.constant("s", [3], [1, 2, 3]), File.constant("o", [3], [4, 5, 6]),
      File.constant("m", [3], [1, 1, 2]), File.constant("v", [3], [3, 8, 15]),
    ]
    let file = File(
      [File.placeholder("image", [-1, 8, 8, 3])] + constants + [
        File.node(
          "norm", "FusedBatchNormV3", names, File.flag("is_training", false),
          File.number("epsilon", 1)),
        File.node("training", "FusedBatchNorm", names),
      ])
    let graph = try file.graph()
    guard case .channelAffine(let affine) = try operation("norm", graph) else { throw Mismatch() }
    #expect(affine.scale == [0.5, 2.0 / 3, 0.75])
    #expect(affine.shift == [3.5, 5 - 2.0 / 3, 4.5])
    #expect(graph.unavailable["training"]?.contains("not supported") == true)
  }

  @Test("maps whose channels stand first in the file are taken as they stand")
  func channelsFirst() throws {
    let first = File.word("data_format", "NCHW")
    let file = File(
      image: [1, 3, 8, 6],
      File.constant("w", [3, 3, 3, 4], File.ramp(108)),
      File.node(
        "conv", "Conv2D", ["image", "w"], File.list("strides", [1, 1, 2, 1]), first,
        File.word("padding", "EXPLICIT"), File.list("explicit_paddings", [0, 0, 0, 0, 1, 2, 3, 0])),
      File.constant("b", [4], File.ramp(4)), File.node("bias", "BiasAdd", ["conv", "b"], first),
      File.integers("last", [4], [0, 2, 3, 1]), File.node("map", "Transpose", ["bias", "last"]),
      File.integers("axes", [2], [1, 2]), File.node("mean", "Mean", ["map", "axes"]))
    let graph = try file.graph()
    #expect(graph.inputShape == [1, 3, 8, 6])
    guard case .convolution(let conv) = try operation("conv", graph) else { throw Mismatch() }
    #expect(conv.stride == Extent(height: 2, width: 1))
    #expect(conv.padding == Padding(top: 1, left: 3, bottom: 2, right: 0))
    #expect(try shape("map", graph) == [1, 4, 5, 7])
    #expect(try shape("mean", graph) == [1, 4])
    guard case .identity = try operation("map", graph) else { throw Mismatch() }
  }

  /// 1, 2, 2 as TensorFlow's types, by their numbers, and the fields that the values stand in.
  private static let oneTwoTwo: [(type: Int, values: [UInt8])] = {
    let doubles: [[UInt8]] = [1.0, 2.0].map { (value: Double) in
      Wire.littleEndian(value.bitPattern)
    }
    let double = Wire.varint(6 << 3 | 1)
    var cases: [(type: Int, values: [UInt8])] = [
      (1, Wire.bytes(4, [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 0, 64])),
      (2, Wire.bytes(4, doubles[0] + doubles[1] + doubles[1])),
      (19, Wire.bytes(4, [0, 0x3C, 0, 0x40, 0, 0x40])),
      (14, Wire.bytes(4, [0x80, 0x3F, 0, 0x40, 0, 0x40])),
      (3, Wire.bytes(4, [1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0])),
      (4, Wire.bytes(4, [1, 2, 2])), (6, Wire.bytes(4, [1, 2, 2])),
      (5, Wire.bytes(4, [1, 0, 2, 0, 2, 0])), (17, Wire.bytes(4, [1, 0, 2, 0, 2, 0])),
    ]
    cases.append((1, Wire.float(5, 1) + Wire.float(5, 2)))
    cases.append((2, double + doubles[0] + double + doubles[1]))
    cases.append((19, Wire.integer(13, 0x3C00) + Wire.integer(13, 0x4000)))
    cases.append((14, Wire.integer(13, 0x3F80) + Wire.integer(13, 0x4000)))
    cases.append((3, Wire.integer(7, 1) + Wire.integer(7, 2)))
    cases.append((9, Wire.integer(10, 1) + Wire.integer(10, 2)))
    return cases
  }()

  @Test(
    "constants of every type, as bytes and as lists whose last number fills the rest",
    arguments: oneTwoTwo)
  func constantTypes(type: Int, values: [UInt8]) throws {
    let graph = try File(
      File.constant("c", [3], type: type, values),
      File.node("cast", "Cast", ["c"], ("DstT", Wire.integer(6, 1))),
      File.node("sum", "Add", ["image", "cast"])
    ).graph()
    guard case .channelAffine(let affine) = try operation("sum", graph) else { throw Mismatch() }
    #expect(affine.shift == [1, 2, 2])
  }

  @Test("nodes may stand in any order, name outputs and wait for others")
  func disorder() throws {
    let graph = try File([
      File.node("end", "Relu", ["sum:0", "^nothing"]),
      File.node("sum", "AddN", ["half:1", "half", "half:2"]),
      File.node("half", "Split", ["axis", "image:0"], File.integer("num_split", 3)),
      File.integers("axis", [], [-1]), File.node("nothing", "NoOp", []),
      File.placeholder("image", [-1, -1, -1, 3]),
    ]).graph()
    #expect(graph.inputShape == [1, 3, 224, 224])
    #expect(graph.outputNames == ["end"])
    #expect(graph.unavailable.isEmpty)
    #expect(try shape("half:2", graph) == [1, 1, 224, 224])
  }

  @Test("an operation that is not supported takes along what depends on it, and nothing else")
  func unavailable() throws {
    let graph = try File(
      File.node("relu", "Relu", ["image"]),
      File.node("random", "RandomUniform", []),
      File.node("dropped", "Mul", ["relu", "random"]), File.node("tail", "Tanh", ["dropped"]),
      File.node("good", "Tanh", ["relu"]), File.node("best", "ArgMax", ["relu"])
    ).graph()
    #expect(graph.outputNames == ["good"])
    #expect(graph.unavailable.keys.sorted() == ["best", "dropped", "tail"])
    let error = #expect(throws: GraphError.self) { try graph.truncated(to: ["tail"]) }
    #expect(
      error?.description.contains(
        "node \"random\" (\"RandomUniform\"): the operation is not supported") == true)
    // What reads the last tensor that can be computed does not hide it.
    let cut = try File(
      File.node("relu", "Relu", ["image"]), File.node("best", "ArgMax", ["relu"])
    ).graph()
    #expect(cut.outputNames == ["relu"])
  }

  @Test("open sides of the image are those that are asked for")
  func openSides() throws {
    let relu = File.node("relu", "Relu", ["image"])
    let small = InputSize.image(open: Extent(height: 32, width: 48))
    #expect(try File(image: [-1, -1, -1, 3], relu).graph(small).inputShape == [1, 3, 32, 48])
    #expect(try File(image: [], relu).graph(small).inputShape == [1, 3, 32, 48])
    #expect(try File(image: [7, 20, 30, 3], relu).graph(small).inputShape == [1, 3, 20, 30])
    #expect(try File(image: [-1, 1, -1, -1], relu).graph(small).inputShape == [1, 1, 32, 48])
    let withoutType = File.node("image", "Placeholder", [], ("dtype", Wire.integer(6, 1)))
    #expect(try File([withoutType, relu]).graph().inputShape == [1, 3, 224, 224])
  }

  @Test("numbers that are fed besides the image are not taken for it")
  func secondPlaceholder() throws {
    let graph = try File(
      File.node("rate", "Placeholder", [], ("dtype", Wire.integer(6, 1))),
      File.constant("one", [], [1]), File.node("keep", "PlaceholderWithDefault", ["one"]),
      File.node("kept", "Mul", ["image", "keep"]), File.node("dropped", "Mul", ["image", "rate"])
    ).graph()
    #expect(graph.outputNames == ["kept"])
    #expect(graph.unavailable.keys.sorted() == ["dropped"])
  }

  @Test("a chain of 100,000 nodes, last first, is read in a few seconds", .withinAMinute)
  func longChain() throws {
    let count = 100_000
    var nodes = (1...count).map { File.node("n\($0)", "Relu", [$0 == 1 ? "image" : "n\($0 - 1)"]) }
    nodes.append(File.placeholder("image", [1, 8, 8, 3]))
    let graph = try File(nodes.reversed()).graph()
    #expect(graph.nodes.count == count)
    #expect(graph.outputNames == ["n\(count)"])
    let unsupported = [File.placeholder("image", [1, 8, 8, 3]), File.node("n0", "Odd", ["image"])]
    let chain = (1...count).map { File.node("n\($0)", "Relu", ["n\($0 - 1)"]) }
    #expect(throws: ModelError.self) { try File(unsupported + chain).graph() }
  }

  private struct Mismatch: Error {}
}
